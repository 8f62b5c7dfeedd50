"""Predicts the classes of photos. The first photo is predicted by itself, so that its result is shown at once."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from tlgui.errors import CollectionError
from tlgui.learning.arrays import FloatArray
from tlgui.learning.data.prefetch import ReadPhoto, pixels_of, read_batches
from tlgui.learning.inference.predictor import Predictor
from tlgui.learning.results import ClassScore, PhotosPredicted, Prediction, PredictionSummary
from tlgui.photos.scanning.search import find_photos
from tlgui.progress import Countdown, JobContext, Progress, Stage

# Each report is two events, so there are at most ten events a second.
_REPORT_SECONDS = 0.2


def predict(model: Predictor, paths: Sequence[Path], top: int, context: JobContext) -> PredictionSummary:
    """Predict photos, and report them as `PhotosPredicted` in the order of `find_photos`.

    The memory is bounded by the batch.

    Args:
        model: The model.
        paths: Photos, and folders that are searched for photos.
        top: How many classes to report for each photo, from 1; limited to the classes of the model.
        context: Receives the predictions and the progress; its checkpoint is called before each photo.

    Returns:
        How many photos were predicted and how many could not be read; a prediction of the latter has an error.

    Raises:
        CollectionError: There is no photo in `paths`.
        Cancelled: The user pressed Stop.
    """
    start = time.monotonic()
    photos = find_photos(paths, context)
    if not photos:
        names = ", ".join(f"“{path.name}”" for path in paths[:3]) or "what was chosen"
        raise CollectionError(f"No photos were found in {names}.", "Choose photos, or a folder that holds some.")
    reports = PredictionReports(context, len(photos))
    errors = 0
    for batch in read_batches(photos, model.summary.input_size, model.batch_size, context):
        predictions = _predictions(model, batch, top)
        errors += sum(1 for prediction in predictions if prediction.error)
        reports.add(predictions)
    reports.send()
    return PredictionSummary(len(photos) - errors, errors, time.monotonic() - start)


class PredictionReports:
    """Reports predictions at most five times a second, the first one at once.

    Args:
        context: Receives the predictions and the progress.
        total: Photos in all.
        clock: Returns the time in seconds; replaced in tests.
    """

    def __init__(self, context: JobContext, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._context = context
        self._total = total
        self._clock = clock
        self._countdown = Countdown(total, clock)
        self._waiting: list[Prediction] = []
        self._done = 0
        self._last_time: float | None = None
        context.report(Progress(Stage.PREDICTING, 0, total))

    def add(self, predictions: Sequence[Prediction]) -> None:
        """Add predictions, and report all that were added if the last report is long enough ago."""
        self._waiting.extend(predictions)
        if self._last_time is None or self._clock() - self._last_time >= _REPORT_SECONDS:
            self.send()

    def send(self) -> None:
        """Report the predictions that were added since the last report, and the progress."""
        if not self._waiting:
            return
        self._done += len(self._waiting)
        self._context.report(PhotosPredicted(tuple(self._waiting)))
        seconds_left = self._countdown.seconds_left(self._done)
        self._context.report(Progress(Stage.PREDICTING, self._done, self._total, seconds_left))
        self._waiting.clear()
        self._last_time = self._clock()


def _predictions(model: Predictor, batch: Sequence[ReadPhoto], top: int) -> list[Prediction]:
    readable = [photo for photo in batch if isinstance(photo.content, np.ndarray)]
    answers = _answers(model, readable, top) if readable else iter(())
    return [
        next(answers)
        if isinstance(photo.content, np.ndarray)
        else Prediction(photo.path, error=" ".join(filter(None, (photo.content.message, photo.content.hint))))
        for photo in batch
    ]


def _answers(model: Predictor, readable: Sequence[ReadPhoto], top: int) -> Iterator[Prediction]:
    probabilities, distances, _ = model.answers(pixels_of(readable))
    for place, (photo, row) in enumerate(zip(readable, probabilities, strict=True)):
        distance = None if distances is None else float(distances[place])
        yield Prediction(photo.path, _ranked(row, model.summary.class_names, top), distance=distance)


def _ranked(probabilities: FloatArray, class_names: Sequence[str], top: int) -> tuple[ClassScore, ...]:
    # Stable, so that classes of equal probability are always in output order.
    best = np.argsort(-probabilities, kind="stable")[: max(top, 1)]
    return tuple(ClassScore(class_names[index], float(probabilities[index])) for index in best)
