"""Run by `python -m tlgui`, the same as the command `tlgui`."""

import sys

from tlgui.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
