"""Photos from disk to the network: read by a few threads while the network works on those before, in order."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar

import numpy as np
import numpy.typing as npt

from tlgui.cancellation import awaited
from tlgui.errors import PhotoError
from tlgui.photos.pictures.decode import read_photo
from tlgui.progress import JobContext

# Two on a single core too: one waits for the disk while the other decodes.
_FEWEST_THREADS, _MOST_THREADS = 2, 4
_BATCHES_AHEAD = 2

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class ReadPhoto:
    """One photo that was tried.

    Args:
        index: Its place in the sequence that was asked for.
        path: The file.
        content: uint8 pixels of shape (size, size, 3), or why there are none.
    """

    index: int
    path: Path
    content: npt.NDArray[np.uint8] | PhotoError


def read_ahead(
    items: Iterable[ItemT], read: Callable[[ItemT], ResultT], context: JobContext, ahead: int
) -> Generator[tuple[ItemT, ResultT], None, None]:
    """Yield every item in order with what `read` makes of it, read by a few threads before it is asked for.

    Close the generator, as by `contextlib.closing`, where it may not be exhausted: its threads read on until then.

    Args:
        items: What to read.
        read: Called in other threads, several at a time; what it raises is raised where its item would have come.
        context: Asked for each item, and while one takes long, whether to go on.
        ahead: The most items that are read and not yet asked for: the bound of the memory.

    Raises:
        Cancelled: The user pressed Stop.
    """
    with _Ahead(items, read, ahead) as reading:
        while reading.is_any_left:
            yield reading.take(context)


def read_batches(paths: Sequence[Path], size: int, batch_size: int, context: JobContext) -> Iterator[list[ReadPhoto]]:
    """Yield photos in order, in batches of those that are decoded by the time they are asked for.

    The first batch holds one photo, so that its result can be shown at once. While the network is the slower part,
    batches are full; while the disk is, the network gets what there is instead of waiting. Memory is bounded by the
    batch.

    Args:
        paths: The files, whatever they turn out to be.
        size: Side of the square they are brought to, in pixels.
        batch_size: The most photos in a batch.
        context: Asked before each photo, and while one takes long, whether to go on.

    Raises:
        Cancelled: The user pressed Stop.
    """
    most = 1
    with _Ahead(enumerate(paths), lambda place: _read(*place, size), _BATCHES_AHEAD * batch_size) as reading:
        while reading.is_any_left:
            batch = [reading.take(context)[1]]
            while len(batch) < most and reading.is_next_ready:
                batch.append(reading.take(context)[1])
            yield batch
            most = batch_size


def pixels_of(photos: Sequence[ReadPhoto]) -> npt.NDArray[np.float32]:
    """Return the photos that could be read as one batch for the network: (photos, size, size, 3), values 0..255."""
    return np.stack([photo.content for photo in photos if isinstance(photo.content, np.ndarray)]).astype(np.float32)


def thread_count() -> int:
    """Return how many threads decode photos on this computer."""
    return max(_FEWEST_THREADS, min(_MOST_THREADS, os.cpu_count() or 1))


class _Ahead(Generic[ItemT, ResultT]):
    """Items that a few threads read, to be taken in order; a context manager."""

    def __init__(self, items: Iterable[ItemT], read: Callable[[ItemT], ResultT], ahead: int) -> None:
        self._upcoming = iter(items)
        self._read = read
        self._waiting: deque[tuple[ItemT, Future[ResultT]]] = deque()
        self._pool = ThreadPoolExecutor(thread_count(), thread_name_prefix="reading")
        self._submit(ahead)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # What is being read cannot be stopped; nobody waits for it.
        self._pool.shutdown(wait=not self._waiting, cancel_futures=True)

    @property
    def is_any_left(self) -> bool:
        return bool(self._waiting)

    @property
    def is_next_ready(self) -> bool:
        """Whether there is a next one, and it can be taken without waiting."""
        return bool(self._waiting) and self._waiting[0][1].done()

    def take(self, context: JobContext) -> tuple[ItemT, ResultT]:
        result = awaited(self._waiting[0][1], context)
        item, _ = self._waiting.popleft()
        self._submit(1)
        return item, result

    def _submit(self, count: int) -> None:
        self._waiting.extend((item, self._pool.submit(self._read, item)) for item in islice(self._upcoming, count))


def _read(index: int, path: Path, size: int) -> ReadPhoto:
    try:
        return ReadPhoto(index, path, read_photo(path, size))
    except PhotoError as error:
        return ReadPhoto(index, path, error)
