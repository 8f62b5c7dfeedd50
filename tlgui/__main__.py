"""`python -m tlgui` does what the command `tlgui` does."""

import sys

from tlgui.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
