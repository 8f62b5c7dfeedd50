"""Datasets of photos that are read in each epoch: decoded ahead by threads, augmented, run through the frozen base.

The outputs of the frozen base are called maps. Those of the validation photos are kept after the first epoch, because
neither the photos nor the frozen base change.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial

import numpy as np
import tensorflow as tf

from tlgui.cancellation import run_in_thread
from tlgui.errors import PhotoError
from tlgui.learning.arrays import FloatArray, Labels, PixelArray
from tlgui.learning.data.augmentation import Augmenter, CopyId
from tlgui.learning.data.batch import Batch, one_hot
from tlgui.learning.data.cached_dataset import BatchOrder, BatchRows
from tlgui.learning.data.disk_array import zeros
from tlgui.learning.data.prefetch import read_ahead
from tlgui.learning.data.unreadable_photos import UnreadablePhotos
from tlgui.learning.recipes.recipe import EVERY_EPOCH, ORIGINAL, Recipe
from tlgui.photos.collection import Photo
from tlgui.photos.pictures.photo_reader import PhotoReader
from tlgui.progress import JobContext

# Photos in one run of the frozen base.
_PHOTOS_AT_ONCE = 32
_PHOTOS_AHEAD = 3 * _PHOTOS_AT_ONCE
# Larger maps of all validation photos are computed again in each epoch.
_MOST_KEPT_BYTES = 2 * 2**30

# From RGB 0..255, float32 of shape (photos, size, size, 3), to maps, float32 of shape (photos, …).
FrozenBase = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, slots=True)
class _Version:
    """One version of one photo: `ORIGINAL`, or the number of an augmented copy."""

    photo: Photo
    copy: int


@dataclass(frozen=True, slots=True)
class _DecodedPhoto:
    """What a thread read of one version.

    Args:
        pixels: RGB, uint8 of shape (size, size, 3).
        digest: SHA-256 of the file's bytes, from which the augmentation draws; empty if it is not augmented.
    """

    pixels: PixelArray
    digest: bytes


class PhotoStream:
    """Reads photos, augments them and runs the frozen base on them.

    Args:
        recipe: Its input size, augmentation and seed are used.
        frozen_base: The frozen base, for any number of photos.
        map_shape: Shape of the map of one photo.
        class_names: The labels in output order.
        unreadable: Records for each photo whether it could be read.
        context: Its checkpoint is called for each photo, and repeatedly while the frozen base runs.
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

    def labels(self, photos: Sequence[Photo]) -> Labels:
        """Return the class index of each photo, shape (photos,)."""
        indices = {name: index for index, name in enumerate(self.class_names)}
        return np.array([indices[photo.class_name] for photo in photos], np.intp)

    def batches(self, plan: Iterator[Sequence[_Version]]) -> Generator[Batch, None, None]:
        """Yield one batch for each entry of the plan, which lists the versions in it.

        Photos that cannot be read are left out, so that a batch may be empty. Further photos are read ahead while a
        batch is in use.
        """
        sizes: list[int] = []

        def versions() -> Iterator[_Version]:
            for entry in plan:
                sizes.append(len(entry))
                yield from entry

        with (
            PhotoReader() as reader,
            closing(read_ahead(versions(), partial(self._read, reader), self._context, _PHOTOS_AHEAD)) as reading,
        ):
            decoded: list[tuple[_Version, _DecodedPhoto]] = []
            tried = place = 0
            for version, result in reading:
                tried += 1
                self.unreadable.record(version.photo, result if isinstance(result, PhotoError) else None)
                if not isinstance(result, PhotoError):
                    decoded.append((version, result))
                if tried == sizes[place]:
                    yield self._batch(decoded)
                    decoded, tried, place = [], 0, place + 1

    def originals(self, photos: Sequence[Photo]) -> Generator[Batch, None, None]:
        """Yield the photos themselves in order, without those that cannot be read; a batch may be empty."""
        starts = range(0, len(photos), _PHOTOS_AT_ONCE)
        return self.batches(
            [_Version(photo, ORIGINAL) for photo in photos[start : start + _PHOTOS_AT_ONCE]] for start in starts
        )

    def _read(self, reader: PhotoReader, version: _Version) -> _DecodedPhoto | PhotoError:
        file = reader.open(version.photo.path)
        try:
            pixels = file.square(self._size)
            return _DecodedPhoto(pixels, b"" if version.copy == ORIGINAL else file.digest())
        except PhotoError as error:
            return error

    def _batch(self, versions: Sequence[tuple[_Version, _DecodedPhoto]]) -> Batch:
        maps = np.empty((len(versions), *self.map_shape), np.float32)
        for start in range(0, len(versions), _PHOTOS_AT_ONCE):
            part = versions[start : start + _PHOTOS_AT_ONCE]
            maps[start : start + len(part)] = run_in_thread(partial(self._run, part), self._context)
        return Batch(maps, self.labels([version.photo for version, _ in versions]))

    def _run(self, versions: Sequence[tuple[_Version, _DecodedPhoto]]) -> FloatArray:
        pixels = np.stack([decoded.pixels for _, decoded in versions]).astype(np.float32)
        augmented = [place for place, (version, _) in enumerate(versions) if version.copy != ORIGINAL]
        if augmented:
            copies = [CopyId(versions[place][1].digest, versions[place][0].copy) for place in augmented]
            pixels[augmented] = self._augmenter(pixels[augmented], copies)
        return self._frozen_base(pixels)


class StreamedTrainingData:
    """`TrainingData` of photos that are read in each epoch, and augmented by the recipe.

    Args:
        stream: Reads the photos.
        photos: The training photos.
        recipe: Its augmentation, batch size, most batches and seed are used.
        epochs_before: Epochs of earlier phases.
    """

    def __init__(self, stream: PhotoStream, photos: Sequence[Photo], recipe: Recipe, epochs_before: int) -> None:
        self._stream = stream
        self._photos = photos
        self._epochs_before = epochs_before
        self._augments_each_pass = recipe.augmentation.when == EVERY_EPOCH
        self._copies = recipe.augmentation.copy_numbers
        self._order = BatchOrder(len(photos) * len(self._copies), recipe, epochs_before)
        self._epoch = 1
        self._reading: Generator[Batch, None, None] | None = None
        self.batches = self._order.batches
        self.batches_at_once = 1
        self.error: BaseException | None = None
        counts = np.bincount(stream.labels(photos), minlength=len(stream.class_names)) * len(self._copies)
        self.class_counts: Sequence[int] = counts.tolist()

    def begin_epoch(self, number: int) -> None:
        """Select an epoch, see `TrainingData`."""
        self._epoch = number

    def epoch(self, number: int) -> Generator[Batch, None, None]:
        """Yield the batches of an epoch; a batch without a readable photo is empty.

        Args:
            number: The epoch, counted from 1 within the phase.
        """
        return self._stream.batches(self._versions(batch) for batch in self._order.epoch(number))

    def dataset(self, class_weights: FloatArray) -> tf.data.Dataset:
        """Return the batches of the selected epoch, see `TrainingData`."""
        class_count = len(class_weights)
        signature = (
            tf.TensorSpec((None, *self._stream.map_shape), tf.float32),
            tf.TensorSpec((None, class_count), tf.float32),
            tf.TensorSpec((None,), tf.float32),
        )

        def read() -> Iterator[tuple[FloatArray, FloatArray, FloatArray]]:
            self.close()
            reading = self._reading = self.epoch(self._epoch)
            try:
                for batch in reading:
                    if len(batch.labels):
                        yield batch.inputs, one_hot(batch.labels, class_count), class_weights[batch.labels]
                    else:
                        yield self._weightless_batch(class_count)
            except BaseException as error:
                # After `close`, this thread meets a generator that is being closed, which is no error of the photos.
                if self._reading is reading:
                    self.error = error
                raise

        # Not prefetched: frozen base and trained layers share the cores, and after Stop no batch is in progress.
        dataset = tf.data.Dataset.from_generator(read, output_signature=signature)
        return dataset.apply(tf.data.experimental.assert_cardinality(self.batches))

    def end_epoch(self) -> None:
        """Check that enough photos were readable, see `TrainingData`.

        Raises:
            CollectionError: A class has no readable photo left.
        """
        self._stream.unreadable.check()

    def close(self) -> None:
        """Stop the threads that read ahead."""
        reading, self._reading = self._reading, None
        if reading is not None:
            # With several devices a thread of TensorFlow may be running the generator, which raises ValueError here
            # and ends at its own checkpoint.
            with suppress(ValueError):
                reading.close()

    def _weightless_batch(self, class_count: int) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return one example of weight 0, in place of a batch without a readable photo."""
        shapes = ((1, *self._stream.map_shape), (1, class_count), (1,))
        inputs, labels, weights = (np.zeros(shape, np.float32) for shape in shapes)
        return inputs, labels, weights

    def _versions(self, batch: BatchRows) -> list[_Version]:
        return [self._version(int(row), batch.pass_number) for row in batch.rows]

    def _version(self, row: int, pass_number: int) -> _Version:
        photo, copy = divmod(row, len(self._copies))
        # Each pass has its own copy number, and so its own random changes.
        number = self._epochs_before + pass_number if self._augments_each_pass else self._copies[copy]
        return _Version(self._photos[photo], number)


class StreamedValidationData:
    """`ValidationData` of photos; their maps are kept after the first epoch unless they take more than 2 GiB.

    Args:
        stream: Reads the photos.
        photos: The validation photos.
    """

    def __init__(self, stream: PhotoStream, photos: Sequence[Photo]) -> None:
        self._stream = stream
        self._photos = photos
        size = 4 * len(photos) * int(np.prod(stream.map_shape))
        self._keeps = size <= _MOST_KEPT_BYTES
        self._kept: Batch | None = None

    def batches(self) -> Generator[Batch, None, None]:
        """Yield the readable photos, in order.

        Raises:
            CollectionError: No validation photo, or no training photo of a class, is readable.
            StorageError: The maps need a file, and the disk has no space for it.
        """
        if self._kept is not None:
            for start in range(0, len(self._kept.labels), _PHOTOS_AT_ONCE):
                rows = slice(start, start + _PHOTOS_AT_ONCE)
                yield Batch(self._kept.inputs[rows], self._kept.labels[rows])
            return
        maps = zeros((len(self._photos), *self._stream.map_shape)) if self._keeps else None
        labels: list[Labels] = []
        count = 0
        for batch in self._stream.originals(self._photos):
            if maps is not None:
                maps[count : count + len(batch.labels)] = batch.inputs
            count += len(batch.labels)
            labels.append(batch.labels)
            if len(batch.labels):
                yield batch
        self._stream.unreadable.check()
        if maps is not None:
            self._kept = Batch(maps[:count], np.concatenate(labels))
