"""What the frozen backbone says of each photo: computed once, while other threads decode, and kept on disk.

Reading is the job of a few threads, the network runs in the job's own. Photos are taken strictly in order and in
batches of one size, so that the same photos always give the same numbers.
"""

import functools
import hashlib
import json
import os
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar

import keras
import numpy as np
from numpy.typing import NDArray

from tlgui.errors import PhotoError
from tlgui.files import cache_folder, storage_error
from tlgui.learning.augmentation import Augmenter, CopyId
from tlgui.learning.feature_cache import FeatureCache
from tlgui.learning.network import FloatArray, build_backbone, fast_function
from tlgui.learning.recipe import Recipe
from tlgui.learning.weights import weights_digest, weights_path
from tlgui.photos.collection import Photo
from tlgui.photos.decode import read_photo
from tlgui.progress import Countdown, JobContext, Progress, Stage

BATCH_SIZE = 32
# A larger matrix of features lies in a temporary file, of which only what is used stays in memory.
LARGEST_IN_MEMORY = 256 * 2**20

_MOST_THREADS = 4
_PHOTOS_AHEAD = 3 * BATCH_SIZE
# How long Stop may go unheard while something that cannot be interrupted is waited for.
_PATIENCE_SECONDS = 0.05
_PLAIN = 0

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Features:
    """The features of the photos that could be read.

    Args:
        photos: These photos, in the order they were asked for.
        matrix: float32, shape (photos, 1 + copies, numbers): of each photo itself, then of its changed copies.
        failed: The photos that could not be read, and why.
    """

    photos: tuple[Photo, ...]
    matrix: FloatArray
    failed: tuple[tuple[Photo, PhotoError], ...]


class Pace:
    """Reports how far all extractions of one training are, as one bar.

    Args:
        total: Pictures in all, copies included.
        context: Told the progress.
    """

    def __init__(self, total: int, context: JobContext) -> None:
        self._total = total
        self._context = context
        self._done = 0
        self._countdown = Countdown(total)
        context.report(Progress(Stage.FEATURES, 0, total))

    def advance(self, count: int) -> None:
        """Report that `count` more pictures are done."""
        self._done += count
        seconds = self._countdown.seconds_left(self._done)
        self._context.report(Progress(Stage.FEATURES, self._done, self._total, seconds))


class FeatureExtractor:
    """Turns photos into features by a recipe's backbone.

    The network is kept for the next training with the same backbone, weights, input size and pooling.

    Args:
        recipe: Its backbone, augmentation and seed are used.
        context: Asked while the network is built whether to go on.

    Raises:
        WeightsError: The backbone's weights are missing, damaged or for another network.
        SettingError: The input is smaller than the backbone can take.
        Cancelled: The user pressed Stop.
    """

    def __init__(self, recipe: Recipe, context: JobContext) -> None:
        self._recipe = recipe
        digest = weights_digest(weights_path(recipe.backbone, recipe.weights))
        # Only what the backbone depends on, so that the next training finds it again whatever else was changed.
        self._what = Recipe(
            backbone=recipe.backbone, weights=recipe.weights, input_size=recipe.input_size, pooling=recipe.pooling
        )
        self._digest = digest
        self.backbone: keras.Model = patiently(lambda: _backbone(self._what, digest), context)
        self._augmenter = Augmenter(recipe.augmentation, recipe.seed)

    @property
    def length(self) -> int:
        """Numbers in the features of one photo."""
        return int(self.backbone.output_shape[-1])

    def extract(self, photos: Sequence[Photo], copies: int, context: JobContext, pace: Pace | None = None) -> Features:
        """Return the features of photos, from the cache where it has them.

        Args:
            photos: The photos; one that is gone or damaged is left out.
            copies: Changed copies of each, beside the photo itself.
            context: Asked for each batch, and while one is waited for, whether to go on.
            pace: Where this extraction is part of a longer one; otherwise it reports for itself.

        Raises:
            StorageError: The features are too many for the memory, and the disk has no room for them.
            Cancelled: The user pressed Stop; what was computed stays in the cache.
        """
        pace = pace or Pace(len(photos) * (1 + copies), context)
        with ExitStack() as stack:
            stores = [stack.enter_context(FeatureCache(self._cache_name(), self.length))]
            if copies:
                changed = stack.enter_context(FeatureCache(self._cache_name(is_changed=True), self.length))
                stores += [changed] * copies
            work = _Extraction(self, stores, _matrix((len(photos), 1 + copies, self.length)), context)
            # Closed at once on Stop: its threads are not to read on while the error travels up.
            reading = _read_all(photos, self._recipe.input_size, stores, context)
            for photo, found in stack.enter_context(closing(reading)):
                work.take(photo, found)
                pace.advance(1 + copies)
            work.finish()
        return work.result()

    def compute(self, batch: "_Batch", context: JobContext) -> FloatArray:
        """Run the network over a batch; a short one is filled up, so that every batch is computed alike."""
        pixels = np.zeros((BATCH_SIZE, *batch.pixels[0].shape), np.float32)
        for place, picture in enumerate(batch.pixels):
            pixels[place] = picture
        changed = [place for place, copy in enumerate(batch.copies) if copy.copy != _PLAIN]
        if changed:
            pixels[changed] = self._augmenter(pixels[changed], [batch.copies[place] for place in changed])
        function = patiently(lambda: _fast_backbone(self._what, self._digest), context)
        return patiently(lambda: function(pixels), context)[: len(batch.pixels)]

    def _cache_name(self, *, is_changed: bool = False) -> str:
        """Return everything that features depend on, beside the photo and the number of its copy."""
        recipe = self._recipe
        parts: list[object] = [recipe.backbone, self._digest, recipe.input_size, recipe.pooling]
        if is_changed:
            # How many copies there are does not change any one of them.
            parts += [replace(recipe.augmentation, copies=0).to_json(), recipe.seed]
        return json.dumps(parts)


class _Batch:
    """Pictures that wait for the network, and where their features belong."""

    def __init__(self) -> None:
        self.pixels: list[NDArray[np.uint8]] = []
        self.copies: list[CopyId] = []
        self.places: list[tuple[int, int]] = []


class _Extraction:
    """One call of `extract`: collects batches, and puts features where they belong."""

    def __init__(
        self, extractor: FeatureExtractor, stores: Sequence[FeatureCache], matrix: FloatArray, context: JobContext
    ) -> None:
        self._extractor = extractor
        self._stores = stores
        self._matrix = matrix
        self._context = context
        self._photos: list[Photo] = []
        self._failed: list[tuple[Photo, PhotoError]] = []
        self._batch = _Batch()

    def take(self, photo: Photo, found: "_Found | PhotoError") -> None:
        """Take the next photo: what the cache has of it goes into the matrix, the rest waits for the network."""
        if isinstance(found, PhotoError):
            self._failed.append((photo, found))
            return
        known = [store.get(_key(found.digest, copy)) for copy, store in enumerate(self._stores)]
        pixels = found.pixels
        if pixels is None and any(vector is None for vector in known):
            # An entry was there but is damaged.
            try:
                pixels = read_photo(photo.path, self._extractor.backbone.input_shape[1])
            except PhotoError as error:
                self._failed.append((photo, error))
                return
        self._photos.append(photo)
        for copy, vector in enumerate(known):
            if vector is not None:
                self._matrix[len(self._photos) - 1, copy] = vector
            elif pixels is not None:
                self._add(pixels, CopyId(found.digest, copy))

    def finish(self) -> None:
        """Compute what still waits."""
        if self._batch.pixels:
            self._compute()

    def result(self) -> Features:
        """Return what was taken."""
        return Features(tuple(self._photos), self._matrix[: len(self._photos)], tuple(self._failed))

    def _add(self, pixels: NDArray[np.uint8], copy: CopyId) -> None:
        self._batch.pixels.append(pixels)
        self._batch.copies.append(copy)
        self._batch.places.append((len(self._photos) - 1, copy.copy))
        if len(self._batch.pixels) == BATCH_SIZE:
            self._compute()

    def _compute(self) -> None:
        batch, self._batch = self._batch, _Batch()
        vectors = self._extractor.compute(batch, self._context)
        for vector, copy, (row, column) in zip(vectors, batch.copies, batch.places, strict=True):
            self._matrix[row, column] = vector
            self._stores[column].put(_key(copy.photo, column), vector)


def patiently(work: Callable[[], ResultT], context: JobContext) -> ResultT:
    """Do something that cannot be interrupted, such as building or running a network, without Stop waiting for it.

    On Stop the work goes on in its thread to its end, and nobody waits for it.

    Args:
        work: Must be safe to be left alone.
        context: Asked many times a second whether to go on.

    Raises:
        Cancelled: The user pressed Stop.
    """
    context.checkpoint()
    future: Future[ResultT] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - it is raised again where it is waited for
            future.set_exception(error)

    threading.Thread(target=run, name="patiently").start()
    return _awaited(future, context)


def _awaited(future: Future[ResultT], context: JobContext) -> ResultT:
    context.checkpoint()
    while not future.done():
        wait([future], _PATIENCE_SECONDS)
        context.checkpoint()
    return future.result()


_building = threading.Lock()


def _backbone(what: Recipe, digest: str) -> keras.Model:
    """Return the backbone, built or kept; the lock lets a second training wait for what the first one began."""
    with _building:
        return _kept_backbone(what, digest)


def _fast_backbone(what: Recipe, digest: str) -> Callable[[FloatArray], FloatArray]:
    with _building:
        return _kept_fast_backbone(what, digest)


@functools.lru_cache(maxsize=1)
def _kept_backbone(what: Recipe, _digest: str) -> keras.Model:
    return build_backbone(what)


@functools.lru_cache(maxsize=1)
def _kept_fast_backbone(what: Recipe, digest: str) -> Callable[[FloatArray], FloatArray]:
    function = fast_function(_kept_backbone(what, digest))
    # The first call takes as long as many later ones.
    function(np.zeros((BATCH_SIZE, what.input_size, what.input_size, 3), np.float32))
    return function


@dataclass(frozen=True, slots=True)
class _Found:
    """What a thread found out of one photo: a digest of its bytes, and its pixels where the cache lacks something."""

    digest: bytes
    pixels: NDArray[np.uint8] | None


def _read_all(
    photos: Sequence[Photo], size: int, stores: Sequence[FeatureCache], context: JobContext
) -> Generator[tuple[Photo, _Found | PhotoError], None, None]:
    """Yield every photo in order, read by a few threads that are a few batches ahead."""
    upcoming = iter(photos)
    waiting: deque[tuple[Photo, Future[_Found | PhotoError]]] = deque()
    pool = ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1), thread_name_prefix="features")

    def submit(count: int) -> None:
        waiting.extend((photo, pool.submit(_read, photo, size, stores)) for photo in islice(upcoming, count))

    try:
        submit(_PHOTOS_AHEAD)
        while waiting:
            photo, future = waiting.popleft()
            found = _awaited(future, context)
            submit(1)
            yield photo, found
    finally:
        # A decode in progress cannot be stopped; nobody waits for it.
        pool.shutdown(wait=not waiting, cancel_futures=True)


def _read(photo: Photo, size: int, stores: Sequence[FeatureCache]) -> _Found | PhotoError:
    try:
        with photo.path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").digest()
        is_known = all(_key(digest, copy) in store for copy, store in enumerate(stores))
        return _Found(digest, None if is_known else read_photo(photo.path, size))
    except PhotoError as error:
        return error
    except OSError as error:
        return PhotoError(f"“{photo.path.name}” cannot be read: {error.strerror}.")


def _key(digest: bytes, copy: int) -> bytes:
    return digest + copy.to_bytes(2, "little")


def _matrix(shape: tuple[int, ...]) -> FloatArray:
    """Return room for features: in memory, or in a temporary file that goes when the last array on it does."""
    size = 4 * int(np.prod(shape))
    if size <= LARGEST_IN_MEMORY:
        return np.zeros(shape, np.float32)
    folder = cache_folder()
    try:
        with closing(tempfile.TemporaryFile(dir=folder)) as stream:
            # Written in full: a page the disk has no room for later would end the process without a word.
            empty = bytes(2**20)
            for start in range(0, size, len(empty)):
                stream.write(empty[: size - start])
            stream.flush()
            return np.memmap(stream, np.float32, "r+", shape=shape)
    except OSError as error:
        raise storage_error(error, folder / "features") from error
