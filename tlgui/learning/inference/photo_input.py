"""Finds for each photo its kept prediction, or reads it for the network.

An unchanged photo, whose digest is in the index, is not opened. One that was moved or copied is read for its digest,
and not decoded. All others are read once, by threads, ahead of the network.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tlgui.errors import PhotoError
from tlgui.learning.arrays import PixelArray
from tlgui.learning.data.prefetch import ReadingQueue
from tlgui.learning.inference.prediction_store import UNREADABLE, KeptPrediction, PredictionStore
from tlgui.learning.inference.predictor import Predictor
from tlgui.learning.results import ClassScore, Prediction
from tlgui.photos.pictures.header import time_taken
from tlgui.photos.pictures.photo_reader import PhotoFile, PhotoReader
from tlgui.progress import JobContext

MOST_AT_ONCE = 256
"""The most photos in a batch, most of them kept: so many are looked up, sent and shown in a few milliseconds."""

_BATCHES_AHEAD = 2


@dataclass(frozen=True, slots=True)
class FreshPhoto:
    """A photo that goes through the network.

    Args:
        path: The file.
        pixels: RGB, uint8 of shape (size, size, 3).
        digest: SHA-256 of the bytes that were decoded; empty where the file may have changed meanwhile.
        taken: When it was taken, in seconds since 1970; None where it does not say.
        changed: When its file was changed, in seconds since 1970.
    """

    path: Path
    pixels: PixelArray
    digest: bytes
    taken: float | None
    changed: float


@dataclass(frozen=True, slots=True)
class UnreadablePhoto:
    """A photo that cannot be read.

    Args:
        prediction: With the reason.
        digest: SHA-256 of its bytes; empty where these cannot be read either.
    """

    prediction: Prediction
    digest: bytes


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A photo without a kept prediction, where only photos with one are wanted.

    Args:
        path: The file.
    """

    path: Path


Item = Prediction | FreshPhoto | UnreadablePhoto | LeftOut


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of each photo.

    Args:
        top: How many classes, from 1.
        uses_kept: Whether kept predictions are taken.
        is_kept_only: Whether photos without one are left out.
    """

    top: int
    uses_kept: bool = False
    is_kept_only: bool = False


class PhotoInput:
    """Gives photos in batches, in their order.

    Args:
        model: The model that they are for.
        store: Its kept predictions, open.
        reader: Reads photos, open.
        wanted: What is wanted of each photo.
    """

    def __init__(self, model: Predictor, store: PredictionStore, reader: PhotoReader, wanted: Wanted) -> None:
        self._names = model.summary.class_names
        self._size = model.summary.input_size
        self._batch_size = model.batch_size
        self._store = store
        self._reader = reader
        self._wanted = wanted
        self._top = min(max(wanted.top, 1), len(self._names))

    def batches(self, photos: Sequence[Path], context: JobContext) -> Iterator[list[Item]]:
        """Yield photos in batches of those that are ready by the time a batch is requested.

        The first batch ends with the first photo for the network, so that its result can be shown at once. Later ones
        hold at most `model.batch_size` of these, and `MOST_AT_ONCE` in all. The memory is bounded by the batch.

        Args:
            photos: The files.
            context: Its checkpoint is called for each photo, and repeatedly while one is waited for.

        Raises:
            Cancelled: The user pressed Stop.
        """
        most_fresh = 1
        ahead = _BATCHES_AHEAD * self._batch_size
        items = self._looked_up(photos)
        with ReadingQueue(items, lambda item: self._read(item[0]), ahead, lambda item: item[1]) as queue:
            while queue.is_any_left:
                batch = [queue.take(context)[1]]
                fresh = int(isinstance(batch[0], FreshPhoto))
                while fresh < most_fresh and len(batch) < MOST_AT_ONCE and queue.is_next_ready:
                    batch.append(queue.take(context)[1])
                    fresh += isinstance(batch[-1], FreshPhoto)
                yield batch
                if fresh:
                    most_fresh = self._batch_size

    def _looked_up(self, photos: Sequence[Path]) -> Iterator[tuple[Path, Item | None]]:
        """Yield photos with their prediction, where it is found without opening the file."""
        uses_index = self._wanted.uses_kept and self._store.is_open
        for start in range(0, len(photos), MOST_AT_ONCE):
            some = photos[start : start + MOST_AT_ONCE]
            known = self._reader.unchanged(some) if uses_index else {}
            kept = self._store.find([digest for digest, _ in known.values()]) if known else {}
            for path in some:
                digest, changed = known.get(path, (b"", 0.0))
                yield path, self._usable(path, digest, changed, kept.get(digest))

    def _read(self, path: Path) -> Item:
        """Find or read one photo; called in several threads."""
        file = self._reader.open(path)
        try:
            found = None
            if self._wanted.uses_kept and self._store.is_open:
                digest = file.digest()
                found = self._store.find([digest]).get(digest)
                kept = self._usable(path, digest, file.changed(), found)
                if kept is not None:
                    return kept
            if self._wanted.is_kept_only and found != UNREADABLE:
                return LeftOut(path)
            # Why a photo cannot be read is not kept: that may change.
            pixels = file.square(self._size)
            if self._wanted.is_kept_only:
                return LeftOut(path)
            return FreshPhoto(path, pixels, file.decoded_digest(), time_taken(path, file.data), file.changed())
        except PhotoError as error:
            if self._wanted.is_kept_only and not os.path.lexists(path):
                return LeftOut(path)
            prediction = Prediction(path, error=" ".join(filter(None, (error.message, error.hint))))
            return UnreadablePhoto(prediction, _digest_of(file))

    def _usable(self, path: Path, digest: bytes, changed: float, kept: KeptPrediction | None) -> Prediction | None:
        """Return the prediction of a photo that was kept; None where there is none of so many classes."""
        if kept is None or len(kept.classes) < self._top:
            return None
        return prediction_of(path, digest, changed, kept, self._names, self._top)


def _digest_of(file: PhotoFile) -> bytes:
    try:
        return file.decoded_digest()
    except PhotoError:
        return b""


def prediction_of(
    path: Path, digest: bytes, changed: float, said: KeptPrediction, class_names: Sequence[str], top: int
) -> Prediction:
    """Return the prediction of a photo, the same whether it was just made or kept.

    Args:
        path: The photo.
        digest: SHA-256 of its bytes; empty where unknown.
        changed: When its file was changed, in seconds since 1970.
        said: What the model says of it.
        class_names: The classes in output order.
        top: How many classes are wanted.
    """
    scores = zip(said.classes[:top], said.probabilities[:top], strict=True)
    return Prediction(
        path,
        tuple(ClassScore(class_names[index], probability) for index, probability in scores),
        distance=said.distance,
        digest=digest,
        look=said.look,
        time=changed if said.taken is None else said.taken,
    )
