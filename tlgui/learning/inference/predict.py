"""Photos in, ranked classes out: the first at once, the others as fast as disk and network allow."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tlgui.errors import CollectionError
from tlgui.learning.data.prefetch import ReadPhoto, pixels_of, read_batches
from tlgui.learning.model_file.tlmodel import LoadedModel
from tlgui.learning.results import ClassScore, PhotosPredicted, Prediction, PredictionSummary
from tlgui.photos.scanning.search import find_photos
from tlgui.progress import Countdown, JobContext, Progress, Stage

# Each report is two events, so this is ten a second: as many as a window can usefully show.
_REPORT_SECONDS = 0.2


def predict(model: LoadedModel, paths: Sequence[Path], top: int, context: JobContext) -> PredictionSummary:
    """Name photos, and report them as `PhotosPredicted` in the order of `find_photos`.

    A file that cannot be read becomes a prediction that says why; the others go on. Memory is bounded by the batch.

    Args:
        model: The model.
        paths: Photos, and folders that are searched for photos.
        top: How many classes to report for each photo, from 1; no more than the model has.
        context: Told the predictions and the progress, and asked before each file whether to go on.

    Raises:
        CollectionError: There is no photo at all.
        Cancelled: The user pressed Stop; what was reported stays reported.
    """
    start = time.monotonic()
    photos = find_photos(paths, context)
    if not photos:
        names = ", ".join(f"“{path.name}”" for path in paths[:3]) or "what was chosen"
        raise CollectionError(f"No photos were found in {names}.", "Choose photos, or a folder that holds some.")
    outbox = Outbox(context, len(photos))
    errors = 0
    for batch in read_batches(photos, model.summary.input_size, model.batch_size, context):
        predictions = _named(model, batch, top)
        errors += sum(1 for prediction in predictions if prediction.error)
        outbox.add(predictions)
    outbox.send()
    return PredictionSummary(len(photos) - errors, errors, time.monotonic() - start)


class Outbox:
    """Holds predictions back, so that a fast model does not flood the window; the first goes out at once.

    Args:
        context: Where they go.
        total: Photos in all.
        clock: Seconds; replaced in tests.
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
        """Take predictions; send them, and those before, when it is time."""
        self._waiting.extend(predictions)
        if self._last_time is None or self._clock() - self._last_time >= _REPORT_SECONDS:
            self.send()

    def send(self) -> None:
        """Send what waits, and how far the job is."""
        if not self._waiting:
            return
        self._done += len(self._waiting)
        self._context.report(PhotosPredicted(tuple(self._waiting)))
        seconds_left = self._countdown.seconds_left(self._done)
        self._context.report(Progress(Stage.PREDICTING, self._done, self._total, seconds_left))
        self._waiting.clear()
        self._last_time = self._clock()


def _named(model: LoadedModel, batch: Sequence[ReadPhoto], top: int) -> list[Prediction]:
    readable = [photo for photo in batch if isinstance(photo.content, np.ndarray)]
    rows = iter(model.predict(pixels_of(readable))) if readable else iter(())
    return [
        Prediction(photo.path, _ranked(next(rows), model.summary.class_names, top))
        if isinstance(photo.content, np.ndarray)
        else Prediction(photo.path, error=" ".join(filter(None, (photo.content.message, photo.content.hint))))
        for photo in batch
    ]


def _ranked(probabilities: npt.NDArray[np.float32], class_names: Sequence[str], top: int) -> tuple[ClassScore, ...]:
    # Stable, so that equal classes come in the order of the model's outputs, every time.
    best = np.argsort(-probabilities, kind="stable")[: max(top, 1)]
    return tuple(ClassScore(class_names[place], float(probabilities[place])) for place in best)
