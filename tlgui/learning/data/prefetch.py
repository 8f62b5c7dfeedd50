"""Reads photos ahead of the network: a few threads decode the next ones while the network runs on the current batch.

Threads are enough for decoding, because Pillow releases the interpreter lock. Results are yielded in order.
"""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar

import numpy as np

from tlgui.cancellation import wait_for_result
from tlgui.errors import PhotoError
from tlgui.learning.arrays import FloatArray, PixelArray
from tlgui.photos.pictures.decode import read_photo
from tlgui.progress import JobContext

# Two even on a single core: one can wait for the disk while the other decodes. Photos of cameras take longer to decode
# than to go through the network, so that fewer threads than cores would leave cores idle.
_FEWEST_THREADS, _MOST_THREADS = 2, 16
_BATCHES_AHEAD = 2
# Items that need no reading and are taken before the first one that does, so that threads begin with it early.
_KNOWN_AHEAD = 1024

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


def _none(_item: object) -> None:
    """Say of no item that its result is known."""


@dataclass(frozen=True, slots=True)
class ReadPhoto:
    """The result of reading one photo.

    Args:
        index: Its index in the requested sequence.
        path: The file.
        content: RGB pixels, uint8 of shape (size, size, 3), or the error that reading it ended with.
    """

    index: int
    path: Path
    content: PixelArray | PhotoError


def read_ahead(
    items: Iterable[ItemT], read: Callable[[ItemT], ResultT], context: JobContext, ahead: int
) -> Generator[tuple[ItemT, ResultT], None, None]:
    """Yield each item with the result of `read`, which threads compute ahead of the consumer.

    A generator that is not exhausted must be closed, for example by `contextlib.closing`; its threads stop then.

    Args:
        items: The items; they are taken from the iterable as threads become free.
        read: Called in several threads at a time. An exception that it raises is raised when its item is due.
        context: Its checkpoint is called for each item, and repeatedly while one is waited for.
        ahead: The most items that are read ahead, which bounds the memory.

    Yields:
        Each item and its result, in the order of `items`.

    Raises:
        Cancelled: The user pressed Stop.

    Example:
        >>> from contextlib import closing
        >>> with closing(read_ahead([2, 3, 4], lambda number: number**2, JobContext(), ahead=2)) as results:
        ...     list(results)
        [(2, 4), (3, 9), (4, 16)]
    """
    with ReadingQueue(items, read, ahead) as queue:
        while queue.is_any_left:
            yield queue.take(context)


def read_batches(paths: Sequence[Path], size: int, batch_size: int, context: JobContext) -> Iterator[list[ReadPhoto]]:
    """Yield photos in batches of those that are decoded by the time a batch is requested.

    The first batch holds one photo, so that its result can be shown at once. Later batches are full if the network is
    slower than the disk; otherwise they hold what is decoded, so that the network does not wait. The memory is bounded
    by the batch.

    Args:
        paths: The files; one that cannot be read yields its error.
        size: Side of the square they are resized to, in pixels.
        batch_size: The most photos in a batch.
        context: Its checkpoint is called for each photo, and repeatedly while one is waited for.

    Yields:
        Batches of photos, in the order of `paths`.

    Raises:
        Cancelled: The user pressed Stop.
    """
    largest = 1
    ahead = _BATCHES_AHEAD * batch_size
    with ReadingQueue(enumerate(paths), lambda item: _read(*item, size), ahead) as queue:
        while queue.is_any_left:
            batch = [queue.take(context)[1]]
            while len(batch) < largest and queue.is_next_ready:
                batch.append(queue.take(context)[1])
            yield batch
            largest = batch_size


def pixels_of(photos: Sequence[ReadPhoto]) -> FloatArray:
    """Return the readable ones of some photos as a batch for the network.

    Args:
        photos: Photos of one size, at least one of them readable.

    Returns:
        RGB 0..255, float32 of shape (readable photos, size, size, 3).
    """
    return np.stack([photo.content for photo in photos if isinstance(photo.content, np.ndarray)]).astype(np.float32)


def thread_count() -> int:
    """Return how many threads decode photos on this computer."""
    return max(_FEWEST_THREADS, min(_MOST_THREADS, os.cpu_count() or 1))


@dataclass(frozen=True, slots=True)
class _Known(Generic[ResultT]):
    """A result that needs no thread; a future that is done takes ten times as long to make."""

    value: ResultT

    def done(self) -> bool:
        return True


class ReadingQueue(Generic[ItemT, ResultT]):
    """Items that threads read, taken in order; a context manager.

    Args:
        items: The items; they are taken from the iterable as threads become free.
        read: Called in several threads at a time. An exception that it raises is raised when its item is taken.
        ahead: The most items that are read ahead, which bounds the memory.
        known: Returns the result of an item that needs no reading, or None; called in the thread that takes. Such items
            do not count as read ahead.
    """

    def __init__(
        self,
        items: Iterable[ItemT],
        read: Callable[[ItemT], ResultT],
        ahead: int,
        known: Callable[[ItemT], ResultT | None] = _none,
    ) -> None:
        self._upcoming = iter(items)
        self._read = read
        self._ahead = ahead
        self._known = known
        # Each item with its result, which is still to come where threads read it.
        self._waiting: deque[tuple[ItemT, Future[ResultT] | _Known[ResultT]]] = deque()
        self._reading = 0
        self._pool = ThreadPoolExecutor(thread_count(), thread_name_prefix="reading")
        self._submit()

    def __enter__(self) -> Self:
        """Return itself; threads read already."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the threads."""
        # A read in progress cannot be interrupted; its thread ends by itself.
        self._pool.shutdown(wait=not self._waiting, cancel_futures=True)

    @property
    def is_any_left(self) -> bool:
        """Whether there is another item to take."""
        return bool(self._waiting)

    @property
    def is_next_ready(self) -> bool:
        """Whether the next item can be taken without waiting."""
        return bool(self._waiting) and self._waiting[0][1].done()

    def take(self, context: JobContext) -> tuple[ItemT, ResultT]:
        """Wait for the next item and its result."""
        item, result = self._waiting[0]
        if isinstance(result, _Known):
            context.checkpoint()
            found = result.value
        else:
            found = wait_for_result(result, context)
            self._reading -= 1
        self._waiting.popleft()
        self._submit()
        return item, found

    def _submit(self) -> None:
        """Let threads read on, up to the first item that is too many."""
        while self._reading < self._ahead and len(self._waiting) < self._ahead + _KNOWN_AHEAD:
            try:
                item = next(self._upcoming)
            except StopIteration:
                return
            self._add(item)

    def _add(self, item: ItemT) -> None:
        known = self._known(item)
        if known is None:
            self._reading += 1
            self._waiting.append((item, self._pool.submit(self._read, item)))
        else:
            self._waiting.append((item, _Known(known)))


def _read(index: int, path: Path, size: int) -> ReadPhoto:
    try:
        return ReadPhoto(index, path, read_photo(path, size))
    except PhotoError as error:
        return ReadPhoto(index, path, error)
