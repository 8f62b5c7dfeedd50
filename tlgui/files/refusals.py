"""The sentences that explain why the system refused to write or to read: error numbers become words here alone."""

import errno
from pathlib import Path

from tlgui.errors import StorageError

DISK_IS_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
# Errors that only a write can end with.
WRITE_REFUSALS = DISK_IS_FULL | {errno.EFBIG, errno.EROFS}
FREE_SPACE = "Free some space or choose another folder, then try again."

_WHY = {
    errno.ENOSPC: ("the disk is full", FREE_SPACE),
    errno.EDQUOT: ("your disk quota is used up", FREE_SPACE),
    errno.EFBIG: (
        "the file is larger than the disk, or a limit on the size of files (“ulimit -f”), allows",
        "Choose a folder on another disk or raise the limit, then try again.",
    ),
    errno.EROFS: ("the disk is read-only", "Choose a folder on a disk that can be written to."),
    errno.EACCES: ("you may not write there", "Choose a folder of your own, or change its permissions."),
    errno.EPERM: ("you may not write there", "Choose a folder of your own, or change its permissions."),
    errno.ENOENT: ("the folder is not there", "Choose a folder that exists."),
    errno.ENOTDIR: ("part of the path is not a folder", "Choose a folder that exists."),
    errno.EISDIR: ("there is a folder of that name", "Choose another name."),
    errno.ENAMETOOLONG: ("the name is too long", "Choose a shorter name."),
    errno.EIO: ("the disk reports an error", "Choose a folder on another disk, then try again."),
}
_MAY_NOT_READ = ("you may not read it", "Change its permissions, or choose another file.")
_UNREADABLE = {
    errno.ENOENT: ("it is not there", "Choose a file that is there."),
    errno.ENOTDIR: ("part of its path is not a folder", "Choose a file that is there."),
    errno.EACCES: _MAY_NOT_READ,
    errno.EPERM: _MAY_NOT_READ,
    errno.EISDIR: ("it is a folder", "Choose a file."),
    errno.ELOOP: ("it is a link that leads back to itself", "Choose another file."),
    errno.ENAMETOOLONG: ("its name is too long", "Choose another file."),
    errno.EIO: ("the disk reports an error", "Copy it to another disk if you can, then try again."),
    errno.EMFILE: ("too many files are open", "Close other programs, then try again."),
    errno.ENFILE: ("too many files are open", "Close other programs, then try again."),
}


def storage_error(error: OSError, path: Path) -> StorageError:
    """Return the error that explains why `path` could not be written.

    Args:
        error: The system's error.
        path: The file that was to be written, not the temporary one.
    """
    why, hint = _WHY.get(error.errno or 0, (_system_text(error), "Choose another place and try again."))
    return StorageError(f"“{path.name}” could not be written to {path.parent}: {why}.", hint)


def unnamed_storage_error(error: OSError) -> StorageError:
    """Return the error that explains a refused write where the system does not say of which file.

    Args:
        error: The system's error, one of `WRITE_REFUSALS`.
    """
    if error.errno in DISK_IS_FULL:
        return StorageError("A disk is full; the system does not say which.", "Free some space, then try again.")
    why, hint = _WHY.get(error.errno or 0, (_system_text(error), "Choose another place and try again."))
    return StorageError(f"A file could not be written, and the system does not say which: {why}.", hint)


def temporary_error(error: OSError, folder: Path) -> StorageError:
    """Return the error that explains why temporary files could not be written; the user did not choose their folder.

    Args:
        error: The system's error.
        folder: The system's folder for temporary files.
    """
    why, _ = _WHY.get(error.errno or 0, (_system_text(error), ""))
    hint = "Free some space there, or set TMPDIR (on Windows TEMP) to a folder on another disk, then try again."
    if error.errno == errno.EFBIG:
        hint = "Raise the limit, or set TMPDIR (on Windows TEMP) to a folder on another disk, then try again."
    return StorageError(f"Temporary files could not be written to {folder}: {why}.", hint)


def why_unreadable(error: OSError) -> str:
    """Return why a file could not be read, as the end of a sentence that names the file.

    Args:
        error: The system's error.

    Example:
        >>> why_unreadable(FileNotFoundError(2, "No such file or directory"))
        'it is not there'
    """
    return _UNREADABLE.get(error.errno or 0, (_system_text(error), ""))[0]


def unreadable_hint(error: OSError) -> str:
    """Return what to do about a file that could not be read.

    Args:
        error: The system's error.
    """
    return _UNREADABLE.get(error.errno or 0, ("", "Choose another file."))[1]


def _system_text(error: OSError) -> str:
    return error.strerror or str(error)
