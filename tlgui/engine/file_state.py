"""Whether a model file is still the one that was loaded."""

from pathlib import Path

from tlgui.errors import ModelFileError
from tlgui.files import why_unreadable

# A file's path, modification time and size, which identify its content.
FileState = tuple[Path, int, int]


def file_state(path: Path) -> FileState:
    """Return what identifies the content of a model file.

    Args:
        path: The `.tlmodel` file.

    Raises:
        ModelFileError: The file is not there, or cannot be looked at.
    """
    try:
        state = path.stat()
    except OSError as error:
        raise ModelFileError(
            f"“{path.name}” cannot be read: {why_unreadable(error)}.", "Choose a .tlmodel file that is there."
        ) from error
    return path, state.st_mtime_ns, state.st_size
