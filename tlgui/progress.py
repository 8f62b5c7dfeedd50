"""What a job reports while it runs: frozen plain events, and the context that a job reports them to."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

# A pace measured over less than this is too rough to estimate from.
_SETTLING_SECONDS = 0.5


class Stage(StrEnum):
    """The step that a job is at; `tlgui.text.stages` has the words for the screen."""

    STARTING = "starting"
    SCANNING = "scanning"
    LOOKING = "looking"
    MENDING = "mending"
    SORTING = "sorting"
    UNDOING = "undoing"
    DOWNLOADING = "downloading"
    LOADING = "loading"
    TIMING = "timing"
    FEATURES = "features"
    TRAINING = "training"
    EVALUATING = "evaluating"
    SAVING = "saving"
    PREDICTING = "predicting"
    CONVERTING = "converting"
    COMPARING = "comparing"


@dataclass(frozen=True, slots=True)
class Event:
    """Anything a job reports."""


@dataclass(frozen=True, slots=True)
class Progress(Event):
    """How far a stage is.

    Args:
        stage: What is being done.
        done: Finished steps: photos, files or batches.
        total: All steps, or None while that is not known.
        seconds_left: Estimate of the time this stage still takes, or None while there is none.
    """

    stage: Stage
    done: int = 0
    total: int | None = None
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class BatchEnded(Event):
    """One batch of one epoch was trained.

    Args:
        epoch: The running epoch, from 1.
        epochs: The most epochs this training may take.
        batch: The batch just ended, from 1.
        batches: Batches in an epoch.
        loss: Mean training loss of the epoch so far.
        accuracy: Training accuracy of the epoch so far, 0..1.
        seconds_left: Estimate for all remaining epochs, or None.
    """

    epoch: int
    epochs: int
    batch: int
    batches: int
    loss: float
    accuracy: float
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class EpochEnded(Event):
    """One epoch was trained and validated.

    Args:
        epoch: The epoch, from 1.
        epochs: The most epochs this training may take.
        loss: Mean training loss.
        accuracy: Training accuracy, 0..1.
        validation_loss: Mean validation loss.
        validation_accuracy: Validation accuracy, 0..1.
        learning_rate: The optimiser's rate in this epoch.
        seconds: How long the epoch took.
        is_best: Whether this epoch is the best so far, so that its weights are kept.
        is_fine_tuning: Whether the backbone itself was trained too, after the head.
    """

    epoch: int
    epochs: int
    loss: float
    accuracy: float
    validation_loss: float
    validation_accuracy: float
    learning_rate: float
    seconds: float
    is_best: bool
    is_fine_tuning: bool = False


@dataclass(frozen=True, slots=True)
class Notice(Event):
    """A problem that the user should know of, although the job goes on.

    Args:
        message: What happened, in plain words, naming the file.
        hint: What to do about it; empty where there is nothing to do.
    """

    message: str
    hint: str = ""


def _ignore(_event: Event) -> None:
    """Drop an event, where nothing listens."""


def _go_on() -> None:
    """Return at once, where there is no Stop."""


@dataclass(frozen=True, slots=True)
class JobContext:
    """How a job reports its progress, and how it is stopped.

    Args:
        report: Called with each event, from the job's own thread.
        checkpoint: Called in every batch, file and epoch; raises `Cancelled` once the user pressed Stop.

    Example:
        >>> events = []
        >>> context = JobContext(report=events.append)
        >>> context.checkpoint()
        >>> context.report(Progress(Stage.SCANNING, done=3, total=10))
        >>> events[0].done
        3
    """

    report: Callable[[Event], None] = field(default=_ignore)
    checkpoint: Callable[[], None] = field(default=_go_on)


class Throttle:
    """Passes on at most `per_second` progress events of a kind, and every other event.

    The first event of a stage and the one that completes it always pass, so that a bar starts and ends where it should.

    Args:
        report: Called with each event that passes.
        per_second: The most progress events of a kind in a second.
        clock: Seconds; replaced in tests.
    """

    def __init__(
        self, report: Callable[[Event], None], per_second: float = 10.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._report = report
        self._interval = 1.0 / per_second
        self._clock = clock
        self._last_times: dict[object, float] = {}

    def __call__(self, event: Event) -> None:
        """Report `event`, or drop it where one of its kind was passed on less than `1 / per_second` seconds ago."""
        if isinstance(event, Progress):
            kind: object = event.stage
            must_pass = event.done == 0 or (event.total is not None and event.done >= event.total)
        elif isinstance(event, BatchEnded):
            kind, must_pass = BatchEnded, False
        else:
            self._report(event)
            return
        now = self._clock()
        # A job may report two kinds alternately.
        if must_pass or now - self._last_times.get(kind, -self._interval) >= self._interval:
            self._last_times[kind] = now
            self._report(event)


class Countdown:
    """Estimates the seconds left from the pace so far.

    The steps up to the first call do not count: they take longer, because the network is traced and the disk wakes up.

    Args:
        total: Steps in all.
        clock: Seconds; replaced in tests.
    """

    def __init__(self, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._total = total
        self._clock = clock
        self._first: tuple[int, float] | None = None

    def seconds_left(self, done: int) -> float | None:
        """Return the estimated seconds left after `done` steps, or None before there is a pace to estimate from."""
        now = self._clock()
        if self._first is None and done > 0:
            self._first = done, now
        if done >= self._total:
            return 0.0
        if self._first is None:
            return None
        first_done, first_time = self._first
        elapsed = now - first_time
        if elapsed < _SETTLING_SECONDS or done <= first_done:
            return None
        return elapsed / (done - first_done) * (self._total - done)
