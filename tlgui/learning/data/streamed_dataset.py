"""Examples that are read anew in each epoch: photos decoded ahead by a few threads, changed, and run through the trunk.

Only the maps of the validation photos are kept, for the trunk that makes them is never trained.
"""

import hashlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tlgui.cancellation import patiently
from tlgui.errors import PhotoError
from tlgui.files import open_regular
from tlgui.learning.data.augmentation import Augmenter, CopyId
from tlgui.learning.data.cached_dataset import Order, Turn
from tlgui.learning.data.disk_array import room_for
from tlgui.learning.data.prefetch import read_ahead
from tlgui.learning.data.unreadable_photos import Roll
from tlgui.learning.networks.inference_function import FloatArray
from tlgui.learning.recipes.recipe import EVERY_EPOCH, Recipe
from tlgui.learning.training.train_step import Batch
from tlgui.photos.collection import Photo
from tlgui.photos.pictures.decode import read_photo
from tlgui.photos.pictures.opening import system_error
from tlgui.progress import JobContext

# What goes through the trunk at once: Stop is heard after each of these.
_PHOTOS_AT_ONCE = 32
_PHOTOS_AHEAD = 3 * _PHOTOS_AT_ONCE
# Maps of validation photos beyond this are computed again in each epoch.
_MOST_KEPT_BYTES = 2 * 2**30
_PLAIN = 0

Trunk = Callable[[FloatArray], FloatArray]


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


class Stream:
    """Turns photos into what the trunk says of them.

    Args:
        recipe: Its input size, augmentation and seed are used.
        trunk: From RGB 0..255, shape (photos, size, size, 3), to maps; any number of photos.
        map_shape: The shape of one map.
        class_names: The labels in output order.
        roll: Told of each photo whether it could be read.
        context: Asked for each photo and each run of the trunk whether to go on.
    """

    def __init__(
        self,
        recipe: Recipe,
        trunk: Trunk,
        map_shape: tuple[int, ...],
        class_names: Sequence[str],
        roll: Roll,
        context: JobContext,
    ) -> None:
        self.map_shape = map_shape
        self.class_names = class_names
        self.roll = roll
        self._size = recipe.input_size
        self._trunk = trunk
        self._augmenter = Augmenter(recipe.augmentation, recipe.seed)
        self._context = context

    def places(self, photos: Sequence[Photo]) -> NDArray[np.intp]:
        """Return the label of each photo."""
        places = {name: place for place, name in enumerate(self.class_names)}
        return np.array([places[photo.class_name] for photo in photos], np.intp)

    def batches(self, plan: Iterator[Sequence[_Version]]) -> Generator[Batch, None, None]:
        """Yield one batch for each entry of the plan, of those that can be read; none where that is nobody.

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
                self.roll.note(version.photo, read if isinstance(read, PhotoError) else None)
                if not isinstance(read, PhotoError):
                    waiting.append((version, read))
                if seen == sizes[place]:
                    if waiting:
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
        return Batch(maps, self.places([version.photo for version, _ in versions]))

    def _run(self, versions: Sequence[tuple[_Version, _Read]]) -> FloatArray:
        pixels = np.stack([read.pixels for _, read in versions]).astype(np.float32)
        changed = [place for place, (version, _) in enumerate(versions) if version.copy != _PLAIN]
        if changed:
            copies = [CopyId(versions[place][1].digest, versions[place][0].copy) for place in changed]
            pixels[changed] = self._augmenter(pixels[changed], copies)
        return self._trunk(pixels)


class StreamedLessons:
    """Learning from photos that are read, and where the recipe says so changed anew, in each epoch.

    Args:
        stream: What reads them.
        photos: The photos to learn from.
        recipe: Its augmentation, batch size, most batches and seed are used.
        before: Epochs of earlier phases.
    """

    def __init__(self, stream: Stream, photos: Sequence[Photo], recipe: Recipe, before: int) -> None:
        self._stream = stream
        self._photos = photos
        self._before = before
        self._is_new_each_round = recipe.augmentation.when == EVERY_EPOCH
        self._copies = recipe.augmentation.copy_numbers
        self._order = Order(len(photos) * len(self._copies), recipe, before)
        self.batches = self._order.batches
        counts = np.bincount(stream.places(photos), minlength=len(stream.class_names)) * len(self._copies)
        self.counts: Sequence[int] = counts.tolist()

    def epoch(self, number: int) -> Generator[Batch, None, None]:
        """Yield the batches of an epoch, counted from 1 within the phase.

        Raises:
            CollectionError: So many photos vanished or broke that there is nothing to learn.
        """
        yield from self._stream.batches(self._versions(turn) for turn in self._order.epoch(number))
        self._stream.roll.check()

    def _versions(self, turn: Turn) -> list[_Version]:
        return [self._version(int(row), turn.round) for row in turn.rows]

    def _version(self, row: int, rounds: int) -> _Version:
        photo, copy = divmod(row, len(self._copies))
        # A number that no earlier round used gives a change that no earlier round saw.
        return _Version(self._photos[photo], self._before + rounds if self._is_new_each_round else self._copies[copy])


class StreamedExam:
    """Judging by photos that are read once, if what the trunk says of them can be kept.

    Args:
        stream: What reads them.
        photos: The photos to judge by.
    """

    def __init__(self, stream: Stream, photos: Sequence[Photo]) -> None:
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
        room = room_for((len(self._photos), *self._stream.map_shape)) if self._keeps else None
        labels: list[NDArray[np.intp]] = []
        count = 0
        for batch in self._stream.batches(self._plan()):
            if room is not None:
                room[count : count + len(batch.labels)] = batch.inputs
            count += len(batch.labels)
            labels.append(batch.labels)
            yield batch
        self._stream.roll.check()
        if room is not None:
            self._kept = Batch(room[:count], np.concatenate(labels))

    def _plan(self) -> Iterator[list[_Version]]:
        for start in range(0, len(self._photos), _PHOTOS_AT_ONCE):
            yield [_Version(photo, _PLAIN) for photo in self._photos[start : start + _PHOTOS_AT_ONCE]]
