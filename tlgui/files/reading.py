"""Files are opened with suspicion: a path may lead to a pipe, a device, or far more than was expected."""

import contextlib
import errno
import io
import os
import sqlite3
import stat
from pathlib import Path
from typing import TypeVar

_SQLITE_WRITE_VERSION_OFFSET = 18
_LAST_SQLITE_WRITE_VERSION = b"\2"

StreamT = TypeVar("StreamT", bound=io.BufferedReader | io.FileIO)


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
