"""Photos from disk to the network: decoded by a few threads while the network works on those before, in order."""

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tlgui.errors import PhotoError
from tlgui.photos.decode import read_photo
from tlgui.progress import JobContext

_MOST_THREADS = 4
_BATCHES_AHEAD = 2
# How long Stop may go unheard while a single large photo is decoded.
_PATIENCE_SECONDS = 0.1


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
    upcoming = enumerate(paths)
    waiting: deque[Future[ReadPhoto]] = deque()
    pool = ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1), thread_name_prefix="read-photo")

    def submit(count: int) -> None:
        waiting.extend(pool.submit(_read, index, path, size) for index, path in islice(upcoming, count))

    try:
        submit(_BATCHES_AHEAD * batch_size)
        most = 1
        while waiting:
            batch: list[ReadPhoto] = []
            while waiting and (not batch or (len(batch) < most and waiting[0].done())):
                _await(waiting[0], context)
                batch.append(waiting.popleft().result())
            submit(len(batch))
            yield batch
            most = batch_size
    finally:
        # A decode in progress cannot be stopped; nobody waits for it.
        pool.shutdown(wait=not waiting, cancel_futures=True)


def pixels_of(photos: Sequence[ReadPhoto]) -> npt.NDArray[np.float32]:
    """Return the photos that could be read as one batch for the network: (photos, size, size, 3), values 0..255."""
    return np.stack([photo.content for photo in photos if isinstance(photo.content, np.ndarray)]).astype(np.float32)


def _await(future: Future[ReadPhoto], context: JobContext) -> None:
    context.checkpoint()
    while not future.done():
        wait([future], _PATIENCE_SECONDS)
        context.checkpoint()


def _read(index: int, path: Path, size: int) -> ReadPhoto:
    try:
        return ReadPhoto(index, path, read_photo(path, size))
    except PhotoError as error:
        return ReadPhoto(index, path, error)
