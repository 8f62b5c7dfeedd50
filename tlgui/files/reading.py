"""Files are opened with suspicion: a path may lead to a pipe, a device, or far more than was expected."""

import errno
import io
import os
import stat
from pathlib import Path
from typing import TypeVar

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
