"""What the frozen backbone says of each photo: computed once, while other threads decode, and kept on disk.

Reading is the job of a few threads, the network runs in the job's own. Photos are taken strictly in order and in
batches of one size, so that the same photos always give the same numbers.
"""

import functools
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray

from tlgui.cancellation import patiently
from tlgui.errors import PhotoError
from tlgui.learning.backbones.weights import Weights, find_weights
from tlgui.learning.data.augmentation import Augmenter, CopyId
from tlgui.learning.data.disk_array import DiskArray
from tlgui.learning.data.feature_cache import FeatureCache, vector_key
from tlgui.learning.data.photo_digests import PhotoDigests
from tlgui.learning.data.prefetch import read_ahead
from tlgui.learning.networks.builder import build_backbone
from tlgui.learning.networks.inference_function import WORTH_CONVERTING, FloatArray, fast_function
from tlgui.learning.recipes.recipe import Recipe
from tlgui.photos.collection import Photo
from tlgui.photos.pictures.decode import read_photo
from tlgui.photos.pictures.opening import system_error
from tlgui.progress import Countdown, JobContext, Progress, Stage

BATCH_SIZE = 32

_PHOTOS_AHEAD = 3 * BATCH_SIZE
_PLAIN = 0
# Features in a file leave the memory each time so many photos are done.
_PHOTOS_IN_MEMORY = 4096
# What does not change any one copy.
_NOT_A_CHANGE = {"copies", "when", "keep_photo"}


@dataclass(frozen=True, slots=True)
class Features:
    """The features of the photos that could be read.

    Args:
        photos: These photos, in the order they were asked for.
        matrix: float32, shape (photos, versions, numbers): of each photo, the versions that were asked for.
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
        context: Asked while the network is built whether to go on, and told how far a download is.
        weights: The backbone's weights where they are not those that the recipe names.

    Raises:
        WeightsError: The backbone's weights cannot be had, are damaged or for another network.
        SettingError: The input is smaller than the backbone can take.
        Cancelled: The user pressed Stop.
    """

    def __init__(self, recipe: Recipe, context: JobContext, weights: Weights | None = None) -> None:
        self._recipe = recipe
        self.weights: Weights = weights or find_weights(recipe, context)
        # Only what the backbone depends on, so that the next training finds it again whatever else was changed.
        self._what = Recipe(
            backbone=recipe.backbone,
            weights=recipe.weights,
            input_size=recipe.input_size,
            preprocessing=recipe.preprocessing,
            cut_layer=recipe.cut_layer,
            pooling=recipe.pooling,
            seed=recipe.seed if self.weights.path is None else 0,
        )
        self.backbone: keras.Model = patiently(lambda: _backbone(self._what, self.weights), context)
        self._augmenter = Augmenter(recipe.augmentation, recipe.seed)

    @property
    def length(self) -> int:
        """Numbers in the features of one photo."""
        return int(self.backbone.output_shape[-1])

    def extract(
        self, photos: Sequence[Photo], copy_numbers: Sequence[int], context: JobContext, pace: Pace | None = None
    ) -> Features:
        """Return the features of photos, from the cache where it has them.

        Args:
            photos: The photos; one that is gone or damaged is left out.
            copy_numbers: Which versions of each: 0 is the photo itself, the others are changed copies of it.
            context: Asked for each batch, and while one is waited for, whether to go on.
            pace: Where this extraction is part of a longer one; otherwise it reports for itself.

        Raises:
            StorageError: The features are too many for the memory, and the disk has no room for them.
            Cancelled: The user pressed Stop; what was computed stays in the cache.
        """
        pace = pace or Pace(len(photos) * len(copy_numbers), context)
        with ExitStack() as stack:
            stores = self._opened_stores(copy_numbers, stack)
            room = DiskArray((len(photos), len(copy_numbers), self.length))
            work = _Extraction(self, stores, room, context)
            read = _Reader(stack.enter_context(PhotoDigests()), stores, self._what.input_size)
            reading = read_ahead(photos, read, context, _PHOTOS_AHEAD)
            # Closed at once on Stop: its threads are not to read on while the error travels up.
            for photo, found in stack.enter_context(closing(reading)):
                work.take(photo, found)
                pace.advance(len(copy_numbers))
            work.finish()
        return work.result()

    def are_known(self, photos: Sequence[Photo], copy_numbers: Sequence[int], context: JobContext) -> list[bool]:
        """Return of each photo whether the cache has these versions of it; nothing is decoded or computed.

        Args:
            photos: The photos; one that cannot be read is not known.
            copy_numbers: As for `extract`.
            context: Asked for each photo whether to go on.

        Raises:
            Cancelled: The user pressed Stop.
        """
        with ExitStack() as stack:
            stores = self._opened_stores(copy_numbers, stack)
            read = _Reader(stack.enter_context(PhotoDigests()), stores, self._what.input_size)
            reading = read_ahead(photos, read.is_known, context, _PHOTOS_AHEAD)
            return [is_known for _, is_known in stack.enter_context(closing(reading))]

    def compute(self, batch: "_Batch", picture_count: int, context: JobContext) -> FloatArray:
        """Run the network over a batch; a short one is filled up, so that every batch is computed alike."""
        pixels = np.zeros((BATCH_SIZE, *batch.pixels[0].shape), np.float32)
        for place, picture in enumerate(batch.pixels):
            pixels[place] = picture
        changed = [place for place, copy in enumerate(batch.copies) if copy.copy != _PLAIN]
        if changed:
            pixels[changed] = self._augmenter(pixels[changed], [batch.copies[place] for place in changed])
        function = self.fast_backbone(context, picture_count)
        return patiently(lambda: function(pixels), context)[: len(batch.pixels)]

    def fast_backbone(self, context: JobContext, picture_count: int = 0) -> Callable[[FloatArray], FloatArray]:
        """Return the fast function from RGB 0..255, shape (photos, size, size, 3), to features; made once and kept.

        Args:
            context: Asked while it is made whether to go on.
            picture_count: How many pictures it will be run over; see `runtime.fast_function`.

        Raises:
            Cancelled: The user pressed Stop.
        """
        return patiently(lambda: _fast_backbone(self._what, self.weights, picture_count), context)

    def _opened_stores(self, copy_numbers: Sequence[int], stack: ExitStack) -> dict[int, FeatureCache]:
        """Return where each version is kept: the photos themselves apart from their copies."""
        kinds = {copy: copy != _PLAIN for copy in copy_numbers}
        opened = {
            is_changed: stack.enter_context(FeatureCache(self._cache_name(is_changed=is_changed), self.length))
            for is_changed in set(kinds.values())
        }
        return {copy: opened[is_changed] for copy, is_changed in kinds.items()}

    def _cache_name(self, *, is_changed: bool) -> str:
        """Return everything that features depend on, beside the photo and the number of its copy."""
        parts = _name(self._what, self.weights)
        if is_changed:
            changes = self._recipe.augmentation.to_json()
            parts += [{name: changes[name] for name in changes.keys() - _NOT_A_CHANGE}, self._recipe.seed]
        return json.dumps(parts, sort_keys=True)


class _Batch:
    """Pictures that wait for the network, and where their features belong."""

    def __init__(self) -> None:
        self.pixels: list[NDArray[np.uint8]] = []
        self.copies: list[CopyId] = []
        self.places: list[tuple[int, int]] = []


class _Extraction:
    """One call of `extract`: collects batches, and puts features where they belong."""

    def __init__(
        self, extractor: FeatureExtractor, stores: Mapping[int, FeatureCache], room: DiskArray, context: JobContext
    ) -> None:
        self._extractor = extractor
        self._stores = stores
        self._room = room
        self._context = context
        self._photos: list[Photo] = []
        self._failed: list[tuple[Photo, PhotoError]] = []
        self._batch = _Batch()

    def take(self, photo: Photo, found: "_Found | PhotoError") -> None:
        """Take the next photo: what the cache has of it goes into the matrix, the rest waits for the network."""
        if isinstance(found, PhotoError):
            self._failed.append((photo, found))
            return
        known = {copy: store.get(vector_key(found.digest, copy)) for copy, store in self._stores.items()}
        pixels = found.pixels
        if pixels is None and any(vector is None for vector in known.values()):
            # An entry was there but is damaged.
            try:
                pixels = read_photo(photo.path, self._extractor.backbone.input_shape[1])
            except PhotoError as error:
                self._failed.append((photo, error))
                return
        self._photos.append(photo)
        if len(self._photos) % _PHOTOS_IN_MEMORY == 0:
            self._room.release()
        for column, (copy, vector) in enumerate(known.items()):
            if vector is not None:
                self._room.array[len(self._photos) - 1, column] = vector
            elif pixels is not None:
                self._add(pixels, CopyId(found.digest, copy), column)

    def finish(self) -> None:
        """Compute what still waits."""
        if self._batch.pixels:
            self._compute()

    def result(self) -> Features:
        """Return what was taken."""
        return Features(tuple(self._photos), self._room.array[: len(self._photos)], tuple(self._failed))

    def _add(self, pixels: NDArray[np.uint8], copy: CopyId, column: int) -> None:
        self._batch.pixels.append(pixels)
        self._batch.copies.append(copy)
        self._batch.places.append((len(self._photos) - 1, column))
        if len(self._batch.pixels) == BATCH_SIZE:
            self._compute()

    def _compute(self) -> None:
        batch, self._batch = self._batch, _Batch()
        picture_count = self._room.array.shape[0] * self._room.array.shape[1]
        vectors = self._extractor.compute(batch, picture_count, self._context)
        for vector, copy, (row, column) in zip(vectors, batch.copies, batch.places, strict=True):
            self._room.array[row, column] = vector
            self._stores[copy.copy].put(vector_key(copy.photo, copy.copy), vector)


def _name(what: Recipe, weights: Weights) -> list[object]:
    """Return what tells a backbone from all others."""
    return [what.backbone, weights.digest, what.input_size, what.preprocessing, what.cut_layer, what.pooling]


_building = threading.Lock()


def _backbone(what: Recipe, weights: Weights) -> keras.Model:
    """Return the backbone, built or kept; the lock lets a second training wait for what the first one began."""
    with _building:
        return _kept_backbone(what, weights)


# The last one, and whether it was made for many pictures.
_fast: dict[tuple[Recipe, Weights], tuple[Callable[[FloatArray], FloatArray], bool]] = {}


def _fast_backbone(what: Recipe, weights: Weights, picture_count: int) -> Callable[[FloatArray], FloatArray]:
    with _building:
        is_for_many = picture_count >= WORTH_CONVERTING
        function, was_for_many = _fast.get((what, weights), (None, False))
        if function is None or (is_for_many and not was_for_many):
            function = fast_function(_kept_backbone(what, weights), json.dumps(_name(what, weights)), picture_count)
            # The first call takes as long as many later ones.
            function(np.zeros((BATCH_SIZE, what.input_size, what.input_size, 3), np.float32))
            _fast.clear()
            _fast[what, weights] = function, is_for_many
        return function


@functools.lru_cache(maxsize=1)
def _kept_backbone(what: Recipe, weights: Weights) -> keras.Model:
    return build_backbone(what, weights)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a thread found out of one photo: a digest of its bytes, and its pixels where the cache lacks something."""

    digest: bytes
    pixels: NDArray[np.uint8] | None


class _Reader:
    """Reads photos in other threads, and looks whether the stores have what is asked for."""

    def __init__(self, digest_of: PhotoDigests, stores: Mapping[int, FeatureCache], size: int) -> None:
        self._digest_of = digest_of
        self._stores = stores
        self._size = size

    def __call__(self, photo: Photo) -> _Found | PhotoError:
        try:
            digest = self._digest_of(photo.path)
            return _Found(digest, None if self._has_all(digest) else read_photo(photo.path, self._size))
        except PhotoError as error:
            return error
        except OSError as error:
            return system_error(photo.path, error)

    def is_known(self, photo: Photo) -> bool:
        try:
            return self._has_all(self._digest_of(photo.path))
        except OSError:
            return False

    def _has_all(self, digest: bytes) -> bool:
        return all(vector_key(digest, copy) in store for copy, store in self._stores.items())
