"""Predicts the classes of photos. The first photo is predicted by itself, so that its result is shown at once."""

import math
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from tlgui.errors import CollectionError
from tlgui.learning.inference.answering import answered_batches
from tlgui.learning.inference.photo_input import MOST_AT_ONCE, Wanted
from tlgui.learning.inference.predictor import Predictor
from tlgui.learning.results import PhotosPredicted, Prediction, PredictionSummary
from tlgui.photos.scanning.search import find_photos
from tlgui.progress import Countdown, JobContext, Progress, Stage

MOST_LEFT_OUT = 10_000
"""The most photos that were left out whose names are returned."""

# Each report is two events, so there are at most ten events a second, but for kept predictions, which come faster.
_REPORT_SECONDS = 0.2
# A window that shows them keeps up with so many, and lives on meanwhile. Kept predictions would come twice as fast.
_MOST_A_SECOND = 8000


def predict(
    model: Predictor,
    paths: Sequence[Path],
    top: int,
    context: JobContext,
    *,
    uses_kept: bool = False,
    is_kept_only: bool = False,
) -> PredictionSummary:
    """Predict photos, and report them as `PhotosPredicted` in the order of `find_photos`.

    Every prediction is kept, see `prediction_store`. The memory is bounded by the batch.

    Args:
        model: The model.
        paths: Photos, and folders that are searched for photos.
        top: How many classes to report for each photo, from 1; limited to the classes of the model.
        context: Receives the predictions and the progress; its checkpoint is called before each photo.
        uses_kept: Whether predictions of the same content by the same model that were kept are taken.
        is_kept_only: Whether photos without a kept prediction are left out.

    Returns:
        How many photos were predicted, how many could not be read, and how many were left out; a prediction of one that
        could not be read has an error.

    Raises:
        CollectionError: There is no photo in `paths`, and not only kept predictions are wanted.
        Cancelled: The user pressed Stop; what was predicted is kept.
    """
    start = time.monotonic()
    photos = find_photos(paths, context)
    if not photos and not is_kept_only:
        names = ", ".join(f"“{path.name}”" for path in paths[:3]) or "what was chosen"
        raise CollectionError(f"No photos were found in {names}.", "Choose photos, or a folder that holds some.")
    reports = PredictionReports(context, len(photos))
    errors, left_out_count = 0, 0
    left_out: list[Path] = []
    wanted = Wanted(top, uses_kept=uses_kept or is_kept_only, is_kept_only=is_kept_only)
    # Closed at once where a report is refused, so that its threads stop and what was predicted is kept.
    with closing(answered_batches(model, photos, wanted, context)) as batches:
        for batch in batches:
            errors += sum(1 for prediction in batch.predictions if prediction.error)
            left_out_count += len(batch.left_out)
            left_out += batch.left_out[: MOST_LEFT_OUT - len(left_out)]
            reports.add(batch.predictions, len(batch.left_out))
    reports.send()
    predicted = len(photos) - errors - left_out_count
    return PredictionSummary(predicted, errors, time.monotonic() - start, left_out_count, tuple(left_out))


class PredictionReports:
    """Reports predictions, the first one at once.

    A report holds at most 256 predictions, so that whoever receives it is done with it in milliseconds. There are five
    reports a second, and more only where there would be more predictions in them; these are paced.

    Args:
        context: Receives the predictions and the progress; its checkpoint is called where they have to wait.
        total: Photos in all.
        clock: Returns the time in seconds; replaced in tests.
        sleep: Waits for some seconds; replaced in tests.
    """

    def __init__(
        self,
        context: JobContext,
        total: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._context = context
        self._total = total
        self._clock = clock
        self._sleep = sleep
        self._due = -math.inf
        self._countdown = Countdown(total, clock)
        self._waiting: list[Prediction] = []
        self._done = self._told = 0
        self._last_time: float | None = None
        context.report(Progress(Stage.PREDICTING, 0, total))

    def add(self, predictions: Sequence[Prediction], left_out_count: int = 0) -> None:
        """Add predictions, and report all that were added if the last report is long enough ago.

        Args:
            predictions: The predictions.
            left_out_count: Photos that are done without one.
        """
        self._waiting.extend(predictions)
        self._done += len(predictions) + left_out_count
        if self._last_time is None or self._clock() - self._last_time >= _REPORT_SECONDS:
            self.send()
        elif len(self._waiting) >= MOST_AT_ONCE:
            self._send_predictions(len(self._waiting) // MOST_AT_ONCE * MOST_AT_ONCE)

    def send(self) -> None:
        """Report the predictions that were added since the last report, and the progress."""
        if self._done == self._told:
            return
        self._told = self._done
        self._send_predictions(len(self._waiting))
        seconds_left = self._countdown.seconds_left(self._done)
        self._context.report(Progress(Stage.PREDICTING, self._done, self._total, seconds_left))
        self._last_time = self._clock()

    def _send_predictions(self, count: int) -> None:
        for start in range(0, count, MOST_AT_ONCE):
            some = tuple(self._waiting[start : min(start + MOST_AT_ONCE, count)])
            self._wait_until_due(len(some))
            self._context.report(PhotosPredicted(some))
        del self._waiting[:count]

    def _wait_until_due(self, count: int) -> None:
        if (seconds := self._due - self._clock()) > 0:
            self._context.checkpoint()
            self._sleep(seconds)
        self._due = self._clock() + count / _MOST_A_SECOND
