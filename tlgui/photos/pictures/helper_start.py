"""The command that starts a helper process; without imports, because every start of the program imports it."""

import sys
from collections.abc import Sequence

FLAG = "--open-photos"
"""In an installed program, the first argument of a helper: it is this same program, started again."""

_START = "import sys; sys.path[:] = {path!r}; from tlgui.photos.pictures.helper import main; main(sys.argv[1:])"


def helper_command(arguments: Sequence[str]) -> list[str]:
    """Return the command that starts a helper with the module search path of this process.

    Args:
        arguments: Those of `helper.main`.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable, FLAG, *arguments]
    # Isolated, Python does not import modules from the current folder.
    return [sys.executable, "-I", "-c", _START.format(path=sys.path), *arguments]
