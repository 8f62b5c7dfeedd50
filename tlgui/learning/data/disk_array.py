"""Float arrays in memory, or in a temporary file where they would take too much of it."""

import contextlib
import mmap
import tempfile
from contextlib import closing
from pathlib import Path

import numpy as np

from tlgui.files import cache_folder, storage_error
from tlgui.learning.arrays import FloatArray

# In bytes. A larger array is mapped from a temporary file, of which only the pages in use take memory.
LARGEST_IN_MEMORY = 64 * 2**20


class DiskArray:
    """A float32 array that begins with zeros, in memory or mapped from a temporary file.

    The file is deleted when the last array that uses it is.

    Args:
        shape: The array's shape.

    Attributes:
        array: The array, float32 of that shape.

    Raises:
        StorageError: The array needs a file, and the disk has no space for it.
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
        """Free the memory of the array's pages where the file holds them too; the content stays the same."""
        # Windows has no such call; there the system frees such pages itself when memory is short.
        if self._map is not None and hasattr(mmap, "MADV_DONTNEED"):
            with contextlib.suppress(OSError):
                self._map.madvise(mmap.MADV_DONTNEED)


def zeros(shape: tuple[int, ...]) -> FloatArray:
    """Return the array of a new `DiskArray`.

    Args:
        shape: The array's shape.

    Raises:
        StorageError: See `DiskArray`.
    """
    return DiskArray(shape).array


def _mapped(size: int) -> mmap.mmap:
    # The disk of the cache folder may be full while that of the system's temporary folder is not.
    with contextlib.suppress(OSError):
        return _mapped_in(cache_folder(), size)
    folder = Path(tempfile.gettempdir())
    try:
        return _mapped_in(folder, size)
    except OSError as error:
        raise storage_error(error, folder / "features") from error


def _mapped_in(folder: Path, size: int) -> mmap.mmap:
    with closing(tempfile.TemporaryFile(dir=folder)) as stream:
        # Written in full: with a sparse file, a full disk later would kill the process by SIGBUS.
        empty = bytes(2**20)
        for start in range(0, size, len(empty)):
            stream.write(empty[: size - start])
        stream.flush()
        return mmap.mmap(stream.fileno(), size)
