"""Bounds the memory that photos take together while they are decoded; one that does not fit waits.

The memory for a photo follows from its pixels and not from its file: a few kilobytes can hold 200 million pixels.
Each thread reserves memory before it decodes. Ordinary photos hardly ever wait; a very large one waits until the others
are done, and later ones wait for it. Before this bound, three PNG files of 1.2 MB with 144 million transparent pixels
each took `tlgui check` 2.9 GB; with it, and with the strips of `colours`, 0.65.
"""

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import psutil
from PIL import Image

BUDGET_BYTES = 1_000_000_000
LARGE_BYTES = 64_000_000
"""Photos that take less are decoded without a check of the free memory."""

# Pillow allocates pixels in blocks of 16 MiB. The C library keeps freed blocks of that size for the thread that used
# them; blocks larger than 32 MiB it returns to the system.
Image.core.set_block_size(64 << 20)  # type: ignore[attr-defined]

# The modes with fewer than four bytes a pixel.
_BYTES_A_PIXEL = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16L": 2, "I;16B": 2, "I;16N": 2}
_MOST_BYTES_A_PIXEL = 4
# Their libraries decode all pixels at once, and Pillow copies them.
# OpenJPEG holds up to four channels of 32 bits.
_WORKING_BYTES_A_PIXEL = {"JPEG2000": 16}
# The most for one photo, even where its reader asks for more.
_MOST_BYTES = 2_000_000_000
# Their lower bytes may be decoded too, and both are then put together.
_WIDE_COLOURS = frozenset({"RGB;16B", "RGBA;16B"})
_DECODED_TWICE = frozenset({"WEBP", "AVIF", "HEIF", "TIFF"})


class MemoryBudget:
    """Memory that threads reserve, in the order of their requests.

    Args:
        limit: Bytes in all. A request for more than that is granted when nothing else is reserved.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._taken = 0
        self._waiting: deque[object] = deque()
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def room(self, count: int) -> Iterator[None]:
        """Reserve `count` bytes for the block, after waiting until they are free."""
        count = max(0, min(count, self._limit))
        turn = object()
        with self._changed:
            self._waiting.append(turn)
            self._changed.wait_for(lambda: self._waiting[0] is turn and self._taken + count <= self._limit)
            self._waiting.popleft()
            self._taken += count
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._taken -= count
                self._changed.notify_all()


decoding = MemoryBudget(BUDGET_BYTES)
"""The memory that all threads of this process and its helpers share."""


class _Source:
    """Where this process reserves memory."""

    def __init__(self) -> None:
        self.room: Callable[[int], AbstractContextManager[None]] = decoding.room


_source = _Source()


def ask_for_room(room: Callable[[int], AbstractContextManager[None]]) -> None:
    """Reserve memory elsewhere from now on: a helper process reserves it in the process that started it.

    Args:
        room: Takes a number of bytes, returns the context manager that reserves them.
    """
    _source.room = room


@contextlib.contextmanager
def room_to_decode(image: Image.Image) -> Iterator[None]:
    """Reserve the memory that decoding an opened picture takes, for the block.

    Args:
        image: As opened, with the size at which it will be decoded. It is closed when the block ends, so that its
            pixels are freed before the memory is granted to another thread.

    Raises:
        MemoryError: It is large, and the computer has less memory left.
    """
    with room_for(needed_bytes(image)):
        try:
            yield
        finally:
            image.close()


@contextlib.contextmanager
def room_for(count: int) -> Iterator[None]:
    """Reserve `count` bytes for the block.

    Raises:
        MemoryError: They are more than one photo gets, or more than `LARGE_BYTES` and than the computer has left.
    """
    if count > _MOST_BYTES:
        raise MemoryError
    with _source.room(count):
        if count > LARGE_BYTES and psutil.virtual_memory().available < count:
            raise MemoryError
        yield


def needed_bytes(image: Image.Image) -> int:
    """Return about how many bytes it takes to decode an opened picture and to convert it to 8-bit colours.

    Args:
        image: As opened, with the size at which it will be decoded.

    Example:
        >>> needed_bytes(Image.new("RGB", (1000, 1000)))
        4000000
    """
    pixels = image.width * image.height
    decoded = _BYTES_A_PIXEL.get(image.mode, _MOST_BYTES_A_PIXEL)
    times = 2 if image.format in _DECODED_TWICE else 1
    tile = getattr(image, "tile", None)
    if tile and tile[0].args in _WIDE_COLOURS:
        times += 2
    # Beside that, the readers of `tiff_samples` and `camera_raw` hold all samples.
    working = int(getattr(image, "working_bytes", 0)) + pixels * _WORKING_BYTES_A_PIXEL.get(image.format or "", 0)
    return pixels * (decoded * times + (0 if image.mode == "RGB" else _MOST_BYTES_A_PIXEL)) + working
