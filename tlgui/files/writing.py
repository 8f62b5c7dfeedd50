"""Files are written whole or not at all."""

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
    """Refuse a file that could not be written now, so that this is said before the work and not after it.

    Args:
        path: The file that is to be written; an older one of that name may be there.
        needed_bytes: What the disk must have room for while it is written.

    Raises:
        StorageError: The folder is not there or cannot be written to, there is a folder of that name, or the disk has
            too little room.
    """
    if path.is_dir():
        raise storage_error(IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)), path)
    try:
        with folder_beside(path) as folder:
            # A disk that is full still takes the name of a file.
            (folder / path.name).write_bytes(b"\0" * _SMALLEST_WRITE)
        usage = shutil.disk_usage(path.parent)
    except OSError as error:
        raise storage_error(error, path) from error
    # Some network disks say nothing of their size.
    if usage.total and usage.free < needed_bytes:
        raise StorageError(
            f"“{path.name}” cannot be written to {path.parent}: it needs {needed_bytes / 1e6:,.0f} MB while it is "
            f"written, and the disk has {usage.free / 1e6:,.0f} MB left.",
            FREE_SPACE,
        )


@contextlib.contextmanager
def atomic_path(target: Path, *, is_interim: bool = False) -> Iterator[Path]:
    """Give a temporary path beside `target` to write to; put it in place when all went well.

    The old file stays until the new one is complete and on the disk. Nothing is left behind on failure, and what a
    killed process leaves goes with the next `sweep`. Where `target` is a link, the file it leads to is replaced; a file
    that is replaced keeps its mode and, where the system allows it, its owner.

    Args:
        target: The file, or a folder that is not there.
        is_interim: Whether it is written again and again: after a power cut the one before will do, whole as well, and
            the disk need not be waited for as long.

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
    """Like `atomic_path`, with the temporary file opened for binary writing."""
    with atomic_path(target, is_interim=is_interim) as temporary, temporary.open("wb") as stream:
        yield stream


def write_text(target: Path, text: str, *, is_interim: bool = False) -> None:
    """Write `text` as UTF-8, whole or not at all; see `atomic_path`.

    Raises:
        StorageError: The disk refused; `target` is as it was.
    """
    with atomic_open(target, is_interim=is_interim) as stream:
        stream.write(text.encode("utf-8"))


def copy(source: Path, target: Path) -> Path:
    """Copy a file, whole or not at all, and return `target`.

    Raises:
        StorageError: The disk refused; `target` is as it was.
    """
    with atomic_open(target) as stream, source.open("rb") as original:
        shutil.copyfileobj(original, stream, 1 << 20)
    return target


def sync(path: Path) -> None:
    """Ask the disk to keep what was written; a folder's files are synced one by one."""
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            with file.open("rb+") as stream:
                os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Ask the disk to keep the names in a folder; does nothing where the system cannot, as on Windows."""
    with contextlib.suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def real_place(target: Path) -> Path:
    """Return where a file is that is to be replaced: the end of a link, where `target` is one."""
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
    # After the owner: changing that takes some bits away.
    new.chmod(stat.S_IMODE(state.st_mode))
