"""The sentences that explain a refused write: one cause and one hint for each error number of the system."""

import errno
from pathlib import Path

from tlgui.errors import StorageError

DISK_IS_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
FREE_SPACE = "Free some space or choose another folder, then try again."

_WHY = {
    errno.ENOSPC: ("the disk is full", FREE_SPACE),
    errno.EDQUOT: ("your disk quota is used up", FREE_SPACE),
    errno.EFBIG: ("the file is too large for that disk", "Choose a folder on another disk, then try again."),
    errno.EROFS: ("the disk is read-only", "Choose a folder on a disk that can be written to."),
    errno.EACCES: ("you may not write there", "Choose a folder of your own, or change its permissions."),
    errno.EPERM: ("you may not write there", "Choose a folder of your own, or change its permissions."),
    errno.ENOENT: ("the folder is not there", "Choose a folder that exists."),
    errno.ENOTDIR: ("part of the path is not a folder", "Choose a folder that exists."),
    errno.EISDIR: ("there is a folder of that name", "Choose another name."),
    errno.ENAMETOOLONG: ("the name is too long", "Choose a shorter name."),
}


def storage_error(error: OSError, path: Path) -> StorageError:
    """Return the error that explains why `path` could not be written.

    Args:
        error: The system's error.
        path: The file that was to be written, not the temporary one.
    """
    why, hint = _WHY.get(error.errno or 0, (_said(error), "Choose another place and try again."))
    return StorageError(f"“{path.name}” could not be written to {path.parent}: {why}.", hint)


def temporary_error(error: OSError, folder: Path) -> StorageError:
    """Return the error that explains why temporary files could not be written; the user did not choose their folder.

    Args:
        error: The system's error.
        folder: The system's folder for temporary files.
    """
    why, _ = _WHY.get(error.errno or 0, (_said(error), ""))
    return StorageError(
        f"Temporary files could not be written to {folder}: {why}.",
        "Free some space there, or set TMPDIR (on Windows TEMP) to a folder on another disk, then try again.",
    )


def _said(error: OSError) -> str:
    return error.strerror or str(error)
