"""Opens files as untrusted input: a path may lead to a pipe, a device, or a far larger file than expected."""

import errno
import io
import os
import stat
from pathlib import Path
from typing import TypeVar

StreamT = TypeVar("StreamT", bound=io.BufferedReader | io.FileIO)


def open_regular(path: Path) -> io.BufferedReader:
    """Open a file for reading; a pipe or device is refused at once, where `open` might wait for it without end.

    Args:
        path: The file, or a link to one.

    Raises:
        OSError: It cannot be opened, or it is a pipe, a device or a folder.
        ValueError: The path holds a zero byte.
    """
    return _regular(io.open(path, "rb", opener=_without_waiting), path)  # noqa: UP020 - only it takes an opener


def open_unbuffered(path: Path) -> io.FileIO:
    """Open a file as `open_regular` does, without reading ahead: for a few small reads.

    Args:
        path: The file, or a link to one.

    Raises:
        OSError: As `open_regular`.
        ValueError: As `open_regular`.
    """
    return _regular(io.open(path, "rb", buffering=0, opener=_without_waiting), path)  # noqa: UP020 - as above


def _regular(stream: StreamT, path: Path) -> StreamT:
    if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        return stream
    stream.close()
    raise OSError(errno.EINVAL, "it is no file but a pipe or a device", str(path))


def _without_waiting(path: str, flags: int) -> int:
    # Windows has no such flag, and no pipes in folders.
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
