"""Datasets of photos that are read in each epoch: decoded ahead by threads, augmented, run through the frozen base.

Only the maps of the validation photos are kept, for the frozen base that makes them is never trained.
"""

import hashlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from tlgui.cancellation import patiently
from tlgui.errors import PhotoError
from tlgui.files import open_regular
from tlgui.learning.data.augmentation import Augmenter, CopyId
from tlgui.learning.data.batch import Batch, one_hot
from tlgui.learning.data.cached_dataset import BatchOrder, BatchRows
from tlgui.learning.data.disk_array import zeros
from tlgui.learning.data.prefetch import read_ahead
from tlgui.learning.data.unreadable_photos import UnreadablePhotos
from tlgui.learning.networks.inference_function import FloatArray
from tlgui.learning.recipes.recipe import EVERY_EPOCH, Recipe
from tlgui.photos.collection import Photo
from tlgui.photos.pictures.decode import read_photo
from tlgui.photos.pictures.opening import system_error
from tlgui.progress import JobContext

# Photos that go through the frozen base at once: Stop is heard after each of these.
_PHOTOS_AT_ONCE = 32
_PHOTOS_AHEAD = 3 * _PHOTOS_AT_ONCE
# Maps of validation photos beyond this are computed again in each epoch.
_MOST_KEPT_BYTES = 2 * 2**30
_PLAIN = 0

FrozenBase = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, slots=True)
class _Version:
    """One version of one photo: the photo itself, or a changed copy of it."""

    photo: Photo
    copy: int


@dataclass(frozen=True, slots=True)
class _Read:
    """What a thread made of a version: upright pixels, and a digest of the file for what its change follows from."""

    pixels: NDArray[np.uint8]
    digest: bytes


class PhotoStream:
    """Turns photos into maps of the frozen base.

    Args:
        recipe: Its input size, augmentation and seed are used.
        frozen_base: From RGB 0..255, shape (photos, size, size, 3), to maps; any number of photos.
        map_shape: The shape of one map.
        class_names: The labels in output order.
        unreadable: Told of each photo whether it could be read.
        context: Asked for each photo and each run of the frozen base whether to go on.
    """

    def __init__(
        self,
        recipe: Recipe,
        frozen_base: FrozenBase,
        map_shape: tuple[int, ...],
        class_names: Sequence[str],
        unreadable: UnreadablePhotos,
        context: JobContext,
    ) -> None:
        self.map_shape = map_shape
        self.class_names = class_names
        self.unreadable = unreadable
        self._size = recipe.input_size
        self._frozen_base = frozen_base
        self._augmenter = Augmenter(recipe.augmentation, recipe.seed)
        self._context = context

    def labels(self, photos: Sequence[Photo]) -> NDArray[np.intp]:
        """Return the label of each photo."""
        indices = {name: index for index, name in enumerate(self.class_names)}
        return np.array([indices[photo.class_name] for photo in photos], np.intp)

    def batches(self, plan: Iterator[Sequence[_Version]]) -> Generator[Batch, None, None]:
        """Yield one batch for each entry of the plan, of those that can be read; it may be empty.

        The next ones are read ahead while a batch is in use.
        """
        sizes: list[int] = []

        def versions() -> Iterator[_Version]:
            for entry in plan:
                sizes.append(len(entry))
                yield from entry

        with closing(read_ahead(versions(), self._read, self._context, _PHOTOS_AHEAD)) as reading:
            waiting: list[tuple[_Version, _Read]] = []
            seen = place = 0
            for version, read in reading:
                seen += 1
                self.unreadable.note(version.photo, read if isinstance(read, PhotoError) else None)
                if not isinstance(read, PhotoError):
                    waiting.append((version, read))
                if seen == sizes[place]:
                    yield self._batch(waiting)
                    waiting, seen, place = [], 0, place + 1

    def _read(self, version: _Version) -> _Read | PhotoError:
        path = version.photo.path
        try:
            pixels = read_photo(path, self._size)
            if version.copy == _PLAIN:
                return _Read(pixels, b"")
            with open_regular(path) as stream:
                return _Read(pixels, hashlib.file_digest(stream, "sha256").digest())
        except PhotoError as error:
            return error
        except OSError as error:
            return system_error(path, error)

    def _batch(self, versions: Sequence[tuple[_Version, _Read]]) -> Batch:
        maps = np.empty((len(versions), *self.map_shape), np.float32)
        for start in range(0, len(versions), _PHOTOS_AT_ONCE):
            part = versions[start : start + _PHOTOS_AT_ONCE]
            maps[start : start + len(part)] = patiently(partial(self._run, part), self._context)
        return Batch(maps, self.labels([version.photo for version, _ in versions]))

    def _run(self, versions: Sequence[tuple[_Version, _Read]]) -> FloatArray:
        pixels = np.stack([read.pixels for _, read in versions]).astype(np.float32)
        changed = [place for place, (version, _) in enumerate(versions) if version.copy != _PLAIN]
        if changed:
            copies = [CopyId(versions[place][1].digest, versions[place][0].copy) for place in changed]
            pixels[changed] = self._augmenter(pixels[changed], copies)
        return self._frozen_base(pixels)


class StreamedTrainingData:
    """Training on photos that are read, and where the recipe says so changed, in each epoch; a `TrainingData`.

    Args:
        stream: Reads them.
        photos: The photos to train on.
        recipe: Its augmentation, batch size, most batches and seed are used.
        epochs_before: Epochs of earlier phases.
    """

    def __init__(self, stream: PhotoStream, photos: Sequence[Photo], recipe: Recipe, epochs_before: int) -> None:
        self._stream = stream
        self._photos = photos
        self._epochs_before = epochs_before
        self._changes_each_round = recipe.augmentation.when == EVERY_EPOCH
        self._copies = recipe.augmentation.copy_numbers
        self._order = BatchOrder(len(photos) * len(self._copies), recipe, epochs_before)
        self._epoch = 1
        self._reading: Generator[Batch, None, None] | None = None
        self.batches = self._order.batches
        self.error: BaseException | None = None
        counts = np.bincount(stream.labels(photos), minlength=len(stream.class_names)) * len(self._copies)
        self.class_counts: Sequence[int] = counts.tolist()

    def begin_epoch(self, number: int) -> None:
        """Begin to read the photos of an epoch, counted from 1 within the phase."""
        self._epoch = number

    def epoch(self, number: int) -> Generator[Batch, None, None]:
        """Yield the batches of an epoch, counted from 1 within the phase; one without a readable photo is empty."""
        return self._stream.batches(self._versions(turn) for turn in self._order.epoch(number))

    def dataset(self, class_weights: FloatArray) -> tf.data.Dataset:
        """Return the batches of the epoch that was begun last, see `TrainingData`."""
        class_count = len(class_weights)
        signature = (
            tf.TensorSpec((None, *self._stream.map_shape), tf.float32),
            tf.TensorSpec((None, class_count), tf.float32),
            tf.TensorSpec((None,), tf.float32),
        )

        def read() -> Iterator[tuple[FloatArray, FloatArray, FloatArray]]:
            self.close()
            self._reading = self.epoch(self._epoch)
            try:
                for batch in self._reading:
                    if len(batch.labels):
                        yield batch.inputs, one_hot(batch.labels, class_count), class_weights[batch.labels]
                    else:
                        yield self._nothing(class_count)
            except BaseException as error:
                self.error = error
                raise

        # Not prefetched: frozen base and trained layers take turns on the cores, and Stop finds no batch under way.
        dataset = tf.data.Dataset.from_generator(read, output_signature=signature)
        return dataset.apply(tf.data.experimental.assert_cardinality(self.batches))

    def end_epoch(self) -> None:
        """Refuse to go on where so many photos vanished or broke that there is nothing to train on.

        Raises:
            CollectionError: A class has no photo left.
        """
        self._stream.unreadable.check()

    def close(self) -> None:
        """Stop the threads that read ahead."""
        reading, self._reading = self._reading, None
        if reading is not None:
            # Where several devices read ahead, a thread of TensorFlow may be in it; it ends at its own checkpoint.
            with suppress(ValueError):
                reading.close()

    def _nothing(self, class_count: int) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return one example that does not count, in place of a batch of which no photo can be read."""
        shapes = ((1, *self._stream.map_shape), (1, class_count), (1,))
        inputs, labels, weights = (np.zeros(shape, np.float32) for shape in shapes)
        return inputs, labels, weights

    def _versions(self, turn: BatchRows) -> list[_Version]:
        return [self._version(int(row), turn.round) for row in turn.rows]

    def _version(self, row: int, rounds: int) -> _Version:
        photo, copy = divmod(row, len(self._copies))
        # A number that no earlier round used gives a change that no earlier round saw.
        number = self._epochs_before + rounds if self._changes_each_round else self._copies[copy]
        return _Version(self._photos[photo], number)


class StreamedValidationData:
    """Judging by photos that are read once, if maps of the frozen base can be kept.

    Args:
        stream: What reads them.
        photos: The photos to judge by.
    """

    def __init__(self, stream: PhotoStream, photos: Sequence[Photo]) -> None:
        self._stream = stream
        self._photos = photos
        size = 4 * len(photos) * int(np.prod(stream.map_shape))
        self._keeps = size <= _MOST_KEPT_BYTES
        self._kept: Batch | None = None

    def batches(self) -> Generator[Batch, None, None]:
        """Yield the photos that can be read, in their order.

        Raises:
            CollectionError: None of them can be read.
            StorageError: The maps are too many for the memory, and the disk has no room for them.
        """
        if self._kept is not None:
            for start in range(0, len(self._kept.labels), _PHOTOS_AT_ONCE):
                rows = slice(start, start + _PHOTOS_AT_ONCE)
                yield Batch(self._kept.inputs[rows], self._kept.labels[rows])
            return
        maps = zeros((len(self._photos), *self._stream.map_shape)) if self._keeps else None
        labels: list[NDArray[np.intp]] = []
        count = 0
        for batch in self._stream.batches(self._plan()):
            if maps is not None:
                maps[count : count + len(batch.labels)] = batch.inputs
            count += len(batch.labels)
            labels.append(batch.labels)
            if len(batch.labels):
                yield batch
        self._stream.unreadable.check()
        if maps is not None:
            self._kept = Batch(maps[:count], np.concatenate(labels))

    def _plan(self) -> Iterator[list[_Version]]:
        for start in range(0, len(self._photos), _PHOTOS_AT_ONCE):
            yield [_Version(photo, _PLAIN) for photo in self._photos[start : start + _PHOTOS_AT_ONCE]]
