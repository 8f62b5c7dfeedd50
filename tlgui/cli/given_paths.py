"""The photos and folders that a command is given."""

import os
from collections.abc import Sequence
from pathlib import Path

from tlgui.errors import CollectionError, TlguiError
from tlgui.photos.counting import listed
from tlgui.text.numbers import count


def check_any_there(paths: Sequence[Path]) -> None:
    """Raise `CollectionError` where none of the paths is there, before anything is loaded."""
    if not any(os.path.lexists(path) for path in paths):
        verb = "is" if len(paths) == 1 else "are"
        words = listed([str(path) for path in paths], "file", "files")
        hint = "Check the spelling; a name with spaces needs quotes around it."
        raise CollectionError(f"{words} {verb} not there.", hint)


def check_any_named(photo_count: int, error_count: int) -> None:
    """Raise `TlguiError` where no photo could be named.

    Args:
        photo_count: Photos that were named.
        error_count: Files that could not be read.
    """
    if photo_count == 0:
        none = "The file" if error_count == 1 else f"None of {count('file', error_count)}"
        verb = "could not be named" if error_count == 1 else "could be named"
        raise TlguiError(f"{none} {verb}.", "Give photos, or folders that hold some.")
