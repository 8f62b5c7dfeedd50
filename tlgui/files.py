"""Where things live on disk, and how they are written: whole or not at all."""

import contextlib
import errno
import hashlib
import io
import os
import re
import shutil
import sqlite3
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TextIO, TypeVar

import platformdirs

from tlgui.errors import StorageError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

APP_NAME = "tlgui"

_SQLITE_WRITE_VERSION_OFFSET = 18
_LAST_SQLITE_WRITE_VERSION = b"\2"

StreamT = TypeVar("StreamT", bound=io.BufferedReader | io.FileIO)

_SHORT_NAME = 40
_LARGEST_LOG = 2_000_000
# Another process looks at a lock for an instant only; whoever holds it longer than this owns it.
_LOCK_LOOKS = 5
_LOCK_REST_SECONDS = 0.01

_SMALLEST_WRITE = 4096

_WHY = {
    errno.ENOSPC: ("the disk is full", "Free some space or choose another folder, then try again."),
    errno.EDQUOT: ("your disk quota is used up", "Free some space or choose another folder, then try again."),
    errno.EFBIG: ("the file is too large for that disk", "Choose a folder on another disk, then try again."),
    errno.EROFS: ("the disk is read-only", "Choose a folder on a disk that can be written to."),
    errno.EACCES: ("you may not write there", "Choose a folder of your own, or change its permissions."),
    errno.EPERM: ("you may not write there", "Choose a folder of your own, or change its permissions."),
    errno.ENOENT: ("the folder is not there", "Choose a folder that exists."),
    errno.ENOTDIR: ("part of the path is not a folder", "Choose a folder that exists."),
    errno.EISDIR: ("there is a folder of that name", "Choose another name."),
    errno.ENAMETOOLONG: ("the name is too long", "Choose a shorter name."),
}


def cache_folder() -> Path:
    """Return the folder for what can be computed again, made if it is not there."""
    return _made(Path(platformdirs.user_cache_dir(APP_NAME, appauthor=False)))


def data_folder() -> Path:
    """Return the folder for what must be kept, such as models not yet saved elsewhere; made if it is not there."""
    return _made(Path(platformdirs.user_data_dir(APP_NAME, appauthor=False)))


def models_folder() -> Path:
    """Return the folder where every training keeps its model, made if it is not there."""
    return _made(data_folder() / "models")


def copy(source: Path, target: Path) -> Path:
    """Copy a file, whole or not at all, and return `target`.

    Raises:
        StorageError: The disk refused; `target` is as it was.
    """
    with atomic_open(target) as stream, source.open("rb") as original:
        shutil.copyfileobj(original, stream, 1 << 20)
    return target


def workspace_path(folder: Path) -> Path:
    """Return where the runs of the collection in `folder` are kept; nothing is made.

    It lies in the data folder, never among the photos, and is named after the collection, for people who look there,
    and after its place, so that two collections of the same name stay apart.
    """
    place = os.path.normcase(os.path.realpath(folder))
    # Surrogates stand in for bytes of a name that are no text.
    digest = hashlib.sha256(place.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    name = plain_name(folder.name, "collection")[:_SHORT_NAME].strip()
    return Path(platformdirs.user_data_dir(APP_NAME, appauthor=False)) / "workspaces" / f"{name} {digest}"


def plain_name(name: str, otherwise: str) -> str:
    """Return `name` with only what any disk takes for the name of a file; `otherwise` where nothing is left."""
    return re.sub(r"[^\w\- ]+", "_", name).strip() or otherwise


def log_folder() -> Path:
    """Return the folder for the log, made if it is not there."""
    return _made(Path(platformdirs.user_log_dir(APP_NAME, appauthor=False)))


def open_log(name: str) -> TextIO:
    """Open a log for appending, line by line; a log that grew large is set aside first.

    Args:
        name: The file's name in the log folder.

    Returns:
        The log, or what swallows everything where no log can be written: that is no reason not to work.
    """
    try:
        path = log_folder() / name
        if path.exists() and path.stat().st_size > _LARGEST_LOG:
            path.replace(path.with_suffix(".old.log"))
        return path.open("a", encoding="utf-8", errors="backslashreplace", buffering=1)
    except OSError:
        return Path(os.devnull).open("w", encoding="utf-8")


def resource(name: str) -> Path:
    """Return the path of a shipped file, in the installed package or in the checkout.

    Args:
        name: The path below `resources/`, such as `"weights/efficientnet-lite0.weights.h5"`.
    """
    package = Path(__file__).resolve().parent
    installed = package / "resources"
    return (installed if installed.is_dir() else package.parent / "resources") / name


def storage_error(error: OSError, path: Path) -> StorageError:
    """Return what the user is told when the disk refuses to write `path`.

    Args:
        error: What the system said.
        path: The file that was to be written, not the temporary one.
    """
    why, hint = _WHY.get(error.errno or 0, (error.strerror or str(error), "Choose another place and try again."))
    return StorageError(f"“{path.name}” could not be written to {path.parent}: {why}.", hint)


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
        with tempfile.TemporaryFile(dir=path.parent) as stream:
            # A disk that is full still takes the name of a file.
            stream.write(b"\0" * _SMALLEST_WRITE)
        usage = shutil.disk_usage(path.parent)
    except OSError as error:
        raise storage_error(error, path) from error
    # Some network disks say nothing of their size.
    if usage.total and usage.free < needed_bytes:
        raise StorageError(
            f"“{path.name}” cannot be written to {path.parent}: it needs {needed_bytes / 1e6:,.0f} MB while it is "
            f"written, and the disk has {usage.free / 1e6:,.0f} MB left.",
            _WHY[errno.ENOSPC][1],
        )


@contextlib.contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """Give a temporary path beside `target` to write to; put it in place when all went well.

    The old file stays until the new one is complete and on the disk. Nothing is left behind on failure.

    Raises:
        StorageError: The disk refused; `target` is as it was.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=f".{APP_NAME}-", dir=target.parent) as folder:
            temporary = Path(folder) / target.name
            yield temporary
            _sync(temporary)
            temporary.replace(target)
    except OSError as error:
        raise storage_error(error, target) from error


@contextlib.contextmanager
def atomic_open(target: Path) -> Iterator[BinaryIO]:
    """Like `atomic_path`, with the temporary file opened for binary writing."""
    with atomic_path(target) as temporary, temporary.open("wb") as stream:
        yield stream


def write_text(target: Path, text: str) -> None:
    """Write `text` as UTF-8, whole or not at all.

    Raises:
        StorageError: The disk refused; `target` is as it was.
    """
    with atomic_open(target) as stream:
        stream.write(text.encode("utf-8"))


def open_regular(path: Path) -> io.BufferedReader:
    """Open a file for reading; whatever else a path may lead to is refused at once, where `open` would wait for it.

    A pipe that nobody writes to would hold the program up for ever.

    Raises:
        OSError: It cannot be opened, or it is a pipe, a device or a folder.
        ValueError: The path holds a zero byte.
    """
    return _regular(io.open(path, "rb", opener=_without_waiting), path)  # noqa: UP020 - only it takes an opener


def open_unbuffered(path: Path) -> io.FileIO:
    """Open a file as `open_regular` does, for a few reads of what is wanted and no more.

    Raises:
        OSError: As there.
    """
    return _regular(io.open(path, "rb", buffering=0, opener=_without_waiting), path)  # noqa: UP020 - as above


def _regular(stream: StreamT, path: Path) -> StreamT:
    if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        return stream
    stream.close()
    raise OSError(errno.EINVAL, "it is no file but a pipe or a device", str(path))


def _without_waiting(path: str, flags: int) -> int:
    # Windows does not know it; there a pipe does not lie in a folder.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def read_regular(path: Path, most_bytes: int) -> bytes:
    """Return what a file holds; see `open_regular`.

    Args:
        path: The file.
        most_bytes: The largest file to read.

    Raises:
        OSError: It cannot be opened, is no regular file, or is larger.
        ValueError: The path holds a zero byte.
    """
    with open_regular(path) as stream:
        data = stream.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise OSError(errno.EFBIG, "it is far too large", str(path))
    return data


def opened_read_only(path: Path, patience_seconds: float) -> sqlite3.Connection:
    """Open an SQLite database that others may be writing; it is not made where it is not there, nor changed.

    Args:
        path: The file.
        patience_seconds: How long to wait for another process that holds it.

    Raises:
        sqlite3.Error: There is none. A damaged one is noticed only when it is asked.
    """
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", timeout=patience_seconds, uri=True)


def check_sqlite_header(path: Path) -> None:
    """Refuse an SQLite file whose header says that only a newer SQLite may write it: none of ours does.

    SQLite itself would take it for one that can only be read, and everything that is to be kept would be lost.
    Source: https://www.sqlite.org/fileformat.html, 1.3.4.

    Raises:
        sqlite3.DatabaseError: The header is damaged.
    """
    with contextlib.suppress(OSError), path.open("rb") as stream:
        stream.seek(_SQLITE_WRITE_VERSION_OFFSET)
        if stream.read(1) > _LAST_SQLITE_WRITE_VERSION:
            raise sqlite3.DatabaseError("the header is damaged")


class OwnerLock:
    """Says that a living process works on something; the system lets go of it when the process ends, however it ends.

    It is right after a restart of the computer as well, when another process may have the number of the one that died.

    Args:
        path: The file that is locked; made when it is not there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stream: BinaryIO | None = None

    def acquire(self) -> bool:
        """Take the lock; return whether it is ours now, and not somebody else's.

        Raises:
            OSError: The file cannot be made.
        """
        stream = self._path.open("ab")
        for look in range(_LOCK_LOOKS):
            if look:
                time.sleep(_LOCK_REST_SECONDS)
            if _lock(stream):
                self._stream = stream
                return True
        stream.close()
        return False

    def release(self) -> None:
        """Let go, and take the file away; does nothing where the lock is not ours."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()
            with contextlib.suppress(OSError):
                self._path.unlink()


def is_owned(path: Path) -> bool:
    """Return whether a living process, this one or another, holds the `OwnerLock` at `path`."""
    try:
        with path.open("rb+") as stream:
            return not _lock(stream)
    except OSError:
        return False


def _lock(stream: BinaryIO) -> bool:
    """Lock a file without waiting, until it is closed; return whether nobody else has it.

    A disk that knows no locks, as some network drives, says nothing about others: then nobody has it.
    """
    try:
        if sys.platform == "win32":
            stream.seek(0)
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in {errno.EACCES, errno.EAGAIN, errno.EDEADLK}
    return True


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _sync(path: Path) -> None:
    """Ask the disk to keep what was written; a folder's files are synced one by one."""
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            with file.open("rb+") as stream:
                os.fsync(stream.fileno())
