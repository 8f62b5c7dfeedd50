"""How much memory the photos that are decoded at a time may take together; what does not fit waits for room.

What a photo takes follows from its pixels and not from its file: a few kilobytes can hold 200 million of them. Each
thread that decodes asks for room first. Ordinary photos hardly ever wait; a very large one waits until the others are
done, and those that come after it wait until it is.
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
"""What takes less is decoded without a look at how much memory is left."""


# Pillow takes memory for pixels in blocks. Those of 16 MiB, as it would have them, the C library keeps for the thread
# that used them; what is larger than 32 MiB it gives back.
Image.core.set_block_size(64 << 20)  # type: ignore[attr-defined]

# Modes of which Pillow keeps fewer than four bytes a pixel.
_BYTES_A_PIXEL = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16L": 2, "I;16B": 2, "I;16N": 2}
_MOST_BYTES_A_PIXEL = 4
# Their libraries give all pixels at once, and Pillow copies them.
_DECODED_TWICE = frozenset({"WEBP", "AVIF", "HEIF", "TIFF"})


class MemoryBudget:
    """Room for what is decoded at a time, to be shared by threads; who asks first gets it first.

    Args:
        limit: All that may be taken, in bytes. What needs more than that is alone while it is decoded.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._taken = 0
        self._waiting: deque[object] = deque()
        self._changed = threading.Condition()

    @property
    def waiting(self) -> tuple[object, ...]:
        """Who waits for room, in order."""
        return tuple(self._waiting)

    @contextlib.contextmanager
    def room(self, count: int) -> Iterator[None]:
        """Wait until there is room for `count` bytes, and hold it for the block."""
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
"""What all threads of this process share, and its helpers with them."""


class _Source:
    """Whom this process asks for room."""

    def __init__(self) -> None:
        self.room: Callable[[int], AbstractContextManager[None]] = decoding.room


_source = _Source()


def ask_for_room(room: Callable[[int], AbstractContextManager[None]]) -> None:
    """Ask for room elsewhere from now on: a helper process asks the one that started it.

    Args:
        room: Given the bytes, it returns what is entered while they are used.
    """
    _source.room = room


@contextlib.contextmanager
def room_to_decode(image: Image.Image) -> Iterator[None]:
    """Wait for the memory that it takes to decode an opened picture, and hold it for the block.

    Args:
        image: As opened, with the size that it is going to be decoded at. It is closed when the block ends, so that
            whoever gets the room next does not find its pixels there.

    Raises:
        MemoryError: It is large, and the computer has not so much memory left.
    """
    with room_for(needed_bytes(image)):
        try:
            yield
        finally:
            image.close()


@contextlib.contextmanager
def room_for(count: int) -> Iterator[None]:
    """Wait for room for `count` bytes, and hold it for the block.

    Raises:
        MemoryError: It is much, and the computer has not so much memory left.
    """
    with _source.room(count):
        if count > LARGE_BYTES and psutil.virtual_memory().available < count:
            raise MemoryError
        yield


def needed_bytes(image: Image.Image) -> int:
    """Return about how much memory it takes to decode an opened picture, and to make it 8-bit colours.

    Args:
        image: As opened, with the size that it is going to be decoded at.
    """
    pixels = image.width * image.height
    decoded = _BYTES_A_PIXEL.get(image.mode, _MOST_BYTES_A_PIXEL)
    times = 2 if image.format in _DECODED_TWICE else 1
    return pixels * (decoded * times + (0 if image.mode == "RGB" else _MOST_BYTES_A_PIXEL))
