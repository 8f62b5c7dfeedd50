"""Moves one file to another folder without overwriting another, so that a kill at any step loses and doubles nothing.

A file gets a hard link under its new name and then loses its old one, so it always has at least one. On a disk without
hard links, an empty file reserves the new name and is replaced by a rename. To another disk, a copy is made beside the
new name first. After a kill before any of these steps, `settle` leaves the file under exactly one of its names.
"""

import contextlib
import errno
import filecmp
import hashlib
import os
import shutil
import stat
import sys
from collections.abc import Callable
from io import FileIO
from pathlib import Path

from tlgui.files import sync_folder
from tlgui.photos.folder_names import folded

# The errors of a disk, or of a file, that supports no hard links.
_NO_LINKS = frozenset(
    {
        errno.EPERM,
        errno.EACCES,
        errno.ENOSYS,
        errno.ENOTSUP,
        errno.EOPNOTSUPP,
        errno.EINVAL,
        errno.EMLINK,
        errno.ENOTTY,
    },
)
_MOST_NAME_BYTES = 240
_BLOCK_BYTES = 1 << 20


class FreeNames:
    """Finds names that are free in folders; names that differ only in case or Unicode form count as one.

    Such names are one file on other systems' disks. Each folder is listed once.

    Example:
        >>> import tempfile
        >>> names = FreeNames()
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     [names.take(Path(folder), name).name for name in ("wren.jpg", "Wren.JPG", "wren.jpg")]
        ['wren.jpg', 'Wren (2).JPG', 'wren (3).jpg']
    """

    def __init__(self) -> None:
        # The names as they stand there, by what is equal for names that count as one.
        self._taken: dict[Path, dict[str, str]] = {}

    def take(self, folder: Path, name: str) -> Path:
        """Return an unused path and count it as taken.

        Args:
            folder: Where a file is to go.
            name: The name wanted; where it is taken, a number is added.
        """
        free, number = name, 1
        while self.holder(folder, free) is not None:
            number += 1
            free = _numbered(name, number)
        self.reserve(folder, free)
        return folder / free

    def take_back(self, path: Path) -> Path:
        """Return `path` where nothing is there, even if a similar name is taken; otherwise one with a number."""
        if os.path.lexists(path):
            return self.take(path.parent, path.name)
        self.reserve(path.parent, path.name)
        return path

    def holder(self, folder: Path, name: str) -> str | None:
        """Return the name in a folder that counts as the same as `name`; None where that is free."""
        return self._names(folder).get(folded(name))

    def reserve(self, folder: Path, name: str) -> None:
        """Count a name as taken."""
        self._names(folder)[folded(name)] = name

    def _names(self, folder: Path) -> dict[str, str]:
        if folder not in self._taken:
            try:
                found = os.listdir(folder)  # noqa: PTH208 - names are wanted, not paths
            except OSError:
                # The move itself fails then, with the reason.
                found = []
            self._taken[folder] = {folded(name): name for name in found}
        return self._taken[folder]


def move_file(source: Path, target: Path, part: Path) -> None:
    """Move a file to an unused path.

    Args:
        source: The file, or a link to one, which stays a link to it.
        target: Its new path.
        part: An unused path beside `target`, for a copy from another disk while it is made.

    Raises:
        FileExistsError: There is something at `target`; nothing was done.
        OSError: The system refused; the file is where it was.
    """
    if source.is_symlink():
        _move_link(source, target)
        return
    if sys.platform == "win32":
        # There a rename never overwrites.
        _rename_or_copy(source, target, part)
        return
    try:
        os.link(source, target)
    except OSError as error:
        if isinstance(error, FileExistsError) or error.errno not in {*_NO_LINKS, errno.EXDEV}:
            raise
        _rename_or_copy(source, target, part)
        return
    _drop_old_name(source, target)


def settle(source: Path, target: Path, part: Path) -> bool:
    """Complete or reverse a move that a kill may have cut short.

    Args:
        source: As in `move_file`.
        target: As in `move_file`.
        part: As in `move_file`.

    Returns:
        Whether the file has left its old path.

    Raises:
        OSError: The system refused; the file may have two names.
    """
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        part.unlink()
    before, after = _state(source), _state(target)
    if before is None or after is None:
        return before is None
    if _is_same_name(source, target):
        return False
    if _is_same_file(source, before, target, after):
        source.unlink()
        return True
    if after.st_size == 0 < before.st_size and stat.S_ISREG(after.st_mode):
        # It reserved the name for the file.
        target.unlink()
    return False


def _rename_or_copy(source: Path, target: Path, part: Path) -> None:
    try:
        _rename(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy(source, target, part)


def _rename(source: Path, target: Path) -> None:
    if sys.platform == "win32":
        source.rename(target)
        return
    # Elsewhere a rename overwrites: an empty file made here reserves the name.
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    try:
        source.rename(target)
    except OSError:
        target.unlink()
        raise


def _copy(source: Path, target: Path, part: Path) -> None:
    copy_file(source, target, part)
    # After a power cut, the old name must not be gone while the new one is not on its disk yet.
    sync_folder(target.parent)
    _drop_old_name(source, target)


def copy_file(source: Path, target: Path, part: Path) -> None:
    """Copy a file to an unused path, with its date and permissions; the copy is read again and compared.

    Args:
        source: The file, or a link to one, whose content is copied.
        target: The path of the copy.
        part: An unused path beside `target`, for the copy while it is made.

    Raises:
        FileExistsError: There is something at `target`; nothing was done.
        OSError: The system refused, or the file was changed meanwhile; there is no copy.
    """
    make_part(source, part)
    try:
        move_file(part, target, part)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def make_part(source: Path, part: Path, checkpoint: Callable[[], None] = lambda: None) -> None:
    """Copy a file to the path that it has while it is not whole; the copy is on the disk and compared by its digest.

    Args:
        source: The file, or a link to one, whose content is copied.
        part: The path; what is there is of a copy that was cut short, and is deleted.
        checkpoint: Called before each megabyte.

    Raises:
        OSError: The system refused, or the file was changed meanwhile; nothing is left at `part`. The error names
            `source` where that could not be read.
    """
    part.unlink(missing_ok=True)
    try:
        with source.open("rb", buffering=0) as original, part.open("xb", buffering=0) as copied:
            before = os.fstat(original.fileno())
            digest = _copied(original, copied, source, checkpoint)
            os.fsync(copied.fileno())
            after = os.fstat(original.fileno())
        _check_unchanged(source, before, after)
        _check_equal(part, digest, checkpoint)
        # On a disk that stores no dates or modes, the copy goes without.
        with contextlib.suppress(OSError):
            shutil.copystat(source, part)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _copied(original: FileIO, copied: FileIO, source: Path, checkpoint: Callable[[], None]) -> bytes:
    """Copy what is in a file and return its SHA-256."""
    digest = hashlib.sha256()
    while True:
        checkpoint()
        try:
            block = original.read(_BLOCK_BYTES)
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(source)) from error
        if not block:
            return digest.digest()
        digest.update(block)
        rest = memoryview(block)
        while rest:
            # A disk that is nearly full takes a part of a block.
            rest = rest[copied.write(rest) :]


def _check_equal(copy: Path, digest: bytes, checkpoint: Callable[[], None]) -> None:
    """Compare what the disk has of a copy, where the system can be asked to forget what it has cached."""
    found = hashlib.sha256()
    with copy.open("rb", buffering=0) as stream:
        if sys.platform == "linux":
            with contextlib.suppress(OSError):
                os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while block := stream.read(_BLOCK_BYTES):
            checkpoint()
            found.update(block)
    if found.digest() != digest:
        raise OSError(errno.EIO, "the copy differs from the file", str(copy))


def _check_unchanged(path: Path, before: os.stat_result, after: os.stat_result) -> None:
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise OSError(errno.EBUSY, "it was changed meanwhile", str(path))


def _move_link(source: Path, target: Path) -> None:
    # A relative link is relative to its folder.
    leads_to = source.parent / source.readlink()
    target.symlink_to(leads_to)
    _drop_old_name(source, target)


def _drop_old_name(source: Path, target: Path) -> None:
    try:
        source.unlink()
    except OSError:
        target.unlink()
        raise


def _state(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _is_same_name(source: Path, target: Path) -> bool:
    """Return whether both are one name in one folder, on a disk that ignores case and Unicode form."""
    return folded(source.name) == folded(target.name) and source.parent.samefile(target.parent)


def _is_same_file(source: Path, before: os.stat_result, target: Path, after: os.stat_result) -> bool:
    if os.path.samestat(before, after):
        return before.st_nlink > 1
    if stat.S_ISLNK(before.st_mode) and stat.S_ISLNK(after.st_mode):
        return os.path.realpath(source) == os.path.realpath(target)
    both_files = stat.S_ISREG(before.st_mode) and stat.S_ISREG(after.st_mode)
    return both_files and before.st_size == after.st_size > 0 and filecmp.cmp(source, target, shallow=False)


def _numbered(name: str, number: int) -> str:
    stem, suffix = Path(name).stem, Path(name).suffix
    while len(os.fsencode(stem)) + len(os.fsencode(suffix)) > _MOST_NAME_BYTES and len(stem) > 1:
        stem = stem[:-1]
    return f"{stem} ({number}){suffix}"
