"""Writes files whole or not at all: a kill at any byte leaves the old file or the new one.

Each write goes to a temporary file beside its target, is flushed to the disk, and renamed. The rename is atomic because
both lie on the same disk. A killed process leaves the temporary file, which `sweeping` removes at the next start.
"""

import contextlib
import errno
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from tlgui.errors import StorageError
from tlgui.files.refusals import FREE_SPACE, storage_error
from tlgui.files.temporary import folder_beside

_SMALLEST_WRITE = 4096


def check_target(path: Path, needed_bytes: int = 0) -> None:
    """Check, before the work begins, that a file could be written now.

    Args:
        path: The file that is to be written; an older one of that name may be there.
        needed_bytes: The room that the disk must have while it is written.

    Raises:
        StorageError: The folder is not there or cannot be written to, there is a folder of that name, or the disk has
            too little room.
    """
    if path.is_dir():
        raise storage_error(IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)), path)
    try:
        with folder_beside(path) as folder:
            # On a full disk a file can still be made, but not written.
            (folder / path.name).write_bytes(b"\0" * _SMALLEST_WRITE)
        usage = shutil.disk_usage(path.parent)
    except OSError as error:
        raise storage_error(error, path) from error
    # Some network disks report a size of 0.
    if usage.total and usage.free < needed_bytes:
        raise StorageError(
            f"“{path.name}” cannot be written to {path.parent}: it needs {needed_bytes / 1e6:,.0f} MB while it is "
            f"written, and the disk has {usage.free / 1e6:,.0f} MB left.",
            FREE_SPACE,
        )


@contextlib.contextmanager
def atomic_path(target: Path, *, is_interim: bool = False) -> Iterator[Path]:
    """Yield a temporary path beside `target` to write to; rename it to `target` at the end of the block.

    The old file stays until the new one is complete and on the disk. Nothing is left behind on failure. Where `target`
    is a link, the file that it leads to is replaced. The new file gets the mode of the one that it replaces and, where
    the system allows it, its owner.

    Args:
        target: The file, or a folder that is not there.
        is_interim: Whether the file is rewritten often, so that after a power cut the one before, whole as well, is
            good enough: the folder is then not flushed to the disk.

    Raises:
        StorageError: The disk refused; `target` is as it was.
    """
    try:
        place = real_place(target)
        with folder_beside(place) as folder:
            temporary = folder / place.name
            yield temporary
            keep_mode(place, temporary)
            sync(temporary)
            temporary.replace(place)
            if not is_interim:
                sync_folder(place.parent)
    except OSError as error:
        raise storage_error(error, target) from error


@contextlib.contextmanager
def atomic_open(target: Path, *, is_interim: bool = False) -> Iterator[BinaryIO]:
    """Yield the temporary file of `atomic_path`, opened for binary writing; the arguments are the same.

    Raises:
        StorageError: The disk refused; `target` is as it was.
    """
    with atomic_path(target, is_interim=is_interim) as temporary, temporary.open("wb") as stream:
        yield stream


def write_text(target: Path, text: str, *, is_interim: bool = False) -> None:
    """Write `text` as UTF-8, whole or not at all.

    Args:
        target: The file.
        text: What it is to hold.
        is_interim: As in `atomic_path`.

    Raises:
        StorageError: The disk refused; `target` is as it was.
    """
    with atomic_open(target, is_interim=is_interim) as stream:
        stream.write(text.encode("utf-8"))


def copy(source: Path, target: Path) -> Path:
    """Copy a file, whole or not at all, and return `target`.

    Args:
        source: The file to read.
        target: The file to write; one that is there is replaced.

    Raises:
        StorageError: The disk refused; `target` is as it was.
    """
    with atomic_open(target) as stream, source.open("rb") as original:
        shutil.copyfileobj(original, stream, 1 << 20)
    return target


def sync(path: Path) -> None:
    """Flush a file to the disk, or every file in a folder."""
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            with file.open("rb+") as stream:
                os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Flush the names in a folder to the disk; does nothing where the system cannot, as on Windows."""
    with contextlib.suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def real_place(target: Path) -> Path:
    """Return the path of the file to replace: where `target` is a link, the file that it leads to."""
    return target.resolve() if target.is_symlink() and target.exists() else target


def keep_mode(old: Path, new: Path) -> None:
    """Give a file the mode and owner of the one it replaces."""
    try:
        state = old.stat()
    except FileNotFoundError:
        return
    with contextlib.suppress(OSError):
        if hasattr(os, "chown"):
            os.chown(new, state.st_uid, state.st_gid)
    # After the owner: changing that clears the set-user-id bits.
    new.chmod(stat.S_IMODE(state.st_mode))
