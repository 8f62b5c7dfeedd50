"""Answers what photos show, by kept predictions and by the network, and keeps every prediction that is made.

It also keeps which photos cannot be read, so that they are told as that, and not as photos that are still to be named.
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tlgui.learning.arrays import FloatArray
from tlgui.learning.inference.photo_input import FreshPhoto, LeftOut, PhotoInput, UnreadablePhoto, Wanted, prediction_of
from tlgui.learning.inference.prediction_store import MOST_CLASSES, UNREADABLE, KeptPrediction, PredictionStore
from tlgui.learning.inference.predictor import Predictor
from tlgui.learning.results import Prediction
from tlgui.photos.pictures.photo_reader import PhotoReader
from tlgui.progress import JobContext


@dataclass(frozen=True, slots=True)
class AnsweredBatch:
    """Some photos, answered.

    Args:
        predictions: Their predictions, in the order of the photos; of one that cannot be read it has an error.
        left_out: Photos among them that were left out, see `Wanted`.
    """

    predictions: list[Prediction]
    left_out: Sequence[Path] = ()


def answered_batches(
    model: Predictor, photos: Sequence[Path], wanted: Wanted, context: JobContext
) -> Generator[AnsweredBatch, None, None]:
    """Yield the predictions of photos in their order; each is kept before it is yielded.

    Args:
        model: The model; what is kept is of this model alone, whatever becomes of its file.
        photos: The files.
        wanted: What is wanted of each photo.
        context: Its checkpoint is called for each photo, and repeatedly while one is waited for.

    Raises:
        Cancelled: The user pressed Stop; what was predicted is kept.
    """
    with PredictionStore(model.identity, len(model.summary.class_names)) as store, PhotoReader() as reader:
        for batch in PhotoInput(model, store, reader, wanted).batches(photos, context):
            fresh = [item for item in batch if isinstance(item, FreshPhoto)]
            said = iter(_said_of(model, fresh, wanted.top) if fresh else ())
            predictions: list[Prediction] = []
            for item in batch:
                if isinstance(item, FreshPhoto):
                    predictions.append(_answer(item, next(said), store, model, wanted.top))
                elif isinstance(item, UnreadablePhoto):
                    if item.digest:
                        store.put(item.digest, UNREADABLE)
                    predictions.append(item.prediction)
                elif isinstance(item, Prediction):
                    predictions.append(item)
            store.flush()
            yield AnsweredBatch(predictions, [item.path for item in batch if isinstance(item, LeftOut)])


def _answer(photo: FreshPhoto, said: KeptPrediction, store: PredictionStore, model: Predictor, top: int) -> Prediction:
    if photo.digest:
        store.put(photo.digest, said)
    return prediction_of(photo.path, photo.digest, photo.changed, said, model.summary.class_names, top)


def _said_of(model: Predictor, photos: Sequence[FreshPhoto], top: int) -> Iterator[KeptPrediction]:
    """Run the network on photos."""
    answers = model.answers(np.stack([photo.pixels for photo in photos]).astype(np.float32))
    most = max(top, MOST_CLASSES)
    for place, (photo, row) in enumerate(zip(photos, answers.probabilities, strict=True)):
        classes, probabilities = _ranked(row, most)
        distance = None if answers.distances is None else float(answers.distances[place])
        look = b"" if answers.looks is None else answers.looks[place]
        yield KeptPrediction(classes, probabilities, distance, photo.taken, look)


def _ranked(probabilities: FloatArray, most: int) -> tuple[tuple[int, ...], tuple[float, ...]]:
    # Stable, so that classes of equal probability are always in output order.
    best = np.argsort(-probabilities, kind="stable")[:most]
    return tuple(best.tolist()), tuple(probabilities[best].tolist())
