"""Float arrays in memory, or in a temporary file where they are too large for it."""

import contextlib
import mmap
import tempfile
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tlgui.files import cache_folder, storage_error

# A larger array lies in a temporary file, of which only what is used stays in memory.
LARGEST_IN_MEMORY = 64 * 2**20

FloatArray = NDArray[np.float32]


class DiskArray:
    """A float32 array of zeros, in memory or in a temporary file that goes when the last array on it does.

    Args:
        shape: The array's shape.

    Raises:
        StorageError: It is too large for the memory, and the disk has no space for it.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._map: mmap.mmap | None = None
        size = 4 * int(np.prod(shape))
        if size > LARGEST_IN_MEMORY:
            self._map = _mapped(size)
        self.array: FloatArray = (
            np.zeros(shape, np.float32) if self._map is None else np.frombuffer(self._map, np.float32).reshape(shape)
        )

    def release(self) -> None:
        """Let the memory go that holds the array while the file does too; what was written stays."""
        # Not on Windows, where the system itself takes such memory back when it is short.
        if self._map is not None and hasattr(mmap, "MADV_DONTNEED"):
            with contextlib.suppress(OSError):
                self._map.madvise(mmap.MADV_DONTNEED)


def zeros(shape: tuple[int, ...]) -> FloatArray:
    """Return the array of a new `DiskArray`, for callers that fill it once."""
    return DiskArray(shape).array


def _mapped(size: int) -> mmap.mmap:
    # Where the user's own disk is full, the one for temporary files may not be.
    with contextlib.suppress(OSError):
        return _mapped_in(cache_folder(), size)
    folder = Path(tempfile.gettempdir())
    try:
        return _mapped_in(folder, size)
    except OSError as error:
        raise storage_error(error, folder / "features") from error


def _mapped_in(folder: Path, size: int) -> mmap.mmap:
    with closing(tempfile.TemporaryFile(dir=folder)) as stream:
        # Written in full: a page the disk has no space for later would end the process without a word.
        empty = bytes(2**20)
        for start in range(0, size, len(empty)):
            stream.write(empty[: size - start])
        stream.flush()
        return mmap.mmap(stream.fileno(), size)
