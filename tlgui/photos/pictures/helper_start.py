"""How a helper process is started; light, because every start of the program reads it."""

import sys
from collections.abc import Sequence

FLAG = "--open-photos"
"""In an installed program, the first argument of a helper: it is this same program, started again."""

_START = "import sys; sys.path[:] = {path!r}; from tlgui.photos.pictures.helper import main; main(sys.argv[1:])"


def helper_command(arguments: Sequence[str]) -> list[str]:
    """Return what starts a helper with the modules that this process would find, and with nothing else of it.

    Args:
        arguments: As `helper.main` takes them.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable, FLAG, *arguments]
    # Isolated, Python does not look for modules in the folder that happens to be the current one.
    return [sys.executable, "-I", "-c", _START.format(path=sys.path), *arguments]
