"""Times a dry run: the real training on two batches of the user's photos and for a few epochs.

The times of its parts are extrapolated in `estimate`. The code that is timed is that of a training, so that the times
follow every change of it, which a formula of costs would not. The dry run writes its checkpoints and its model to the
disk of the cache folder, and both are deleted with it.
"""

import math
import statistics
import threading
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from tlgui.cancellation import run_in_thread
from tlgui.errors import Cancelled
from tlgui.files import cache_folder, folder_beside, temporary_folder
from tlgui.learning.recipes.recipe import AFTER_HEAD, FROM_START, NEVER, EarlyStopping, Recipe, SplitSettings
from tlgui.learning.training.train import train_network
from tlgui.photos.collection import Collection
from tlgui.progress import BatchEnded, EpochEnded, Event, JobContext, Progress, Stage

# Larger batches are timed with this size: the time for a photo is the same.
LARGEST_BATCH = 128

# The first epoch of a phase is slower than the others and is not counted.
_STREAMED_EPOCHS, _CACHED_EPOCHS = 2, 6
# Small, so that the loss stays finite for every recipe.
_LEARNING_RATE = 1e-6
_MEMORY_INTERVAL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class PhaseTimes:
    """The times of one phase, which trains the head on cached features or reads photos in each epoch.

    Args:
        begin_seconds: Time before the first epoch.
        train_seconds: Time of the training steps of one epoch.
        validation_seconds: Time of the validation and the checkpoint of one epoch.
    """

    begin_seconds: float
    train_seconds: float
    validation_seconds: float


@dataclass(frozen=True, slots=True)
class DryRun:
    """The times and the memory of a dry run.

    Args:
        feature_seconds: Time of the features that are computed once; 0 if there are none.
        phases: The times of each phase, in order.
        end_seconds: Time from the last epoch until the model was written.
        peak_bytes: The most memory that this process held.
        step_bytes: The part of it that was added in the epochs.
        map_numbers: Numbers in the input of the last phase's trained layers, for one photo.
    """

    feature_seconds: float
    phases: tuple[PhaseTimes, ...]
    end_seconds: float
    peak_bytes: int
    step_bytes: int
    map_numbers: int


def caches_training_photos(recipe: Recipe) -> bool:
    """Return whether a recipe computes features of the training photos once, and trains the head on them."""
    return recipe.is_cached or recipe.fine_tuning.when == AFTER_HEAD


def caches_validation_photos(recipe: Recipe) -> bool:
    """Return whether a recipe computes features of the validation photos once."""
    return recipe.fine_tuning.when != FROM_START


def streams_photos(recipe: Recipe) -> bool:
    """Return whether a recipe has a phase that reads photos in each epoch."""
    return not recipe.is_cached or recipe.fine_tuning.when != NEVER


def dry_run_recipe(recipe: Recipe) -> Recipe:
    """Return the recipe of the dry run, which is the same for all recipes whose steps take the same time.

    Args:
        recipe: The recipe to train.
    """
    return replace(
        recipe,
        name="",
        description="",
        learning_rate=_LEARNING_RATE,
        warm_up=0.0,
        epochs=_CACHED_EPOCHS if caches_training_photos(recipe) else _STREAMED_EPOCHS,
        batch_size=min(recipe.batch_size, LARGEST_BATCH),
        most_batches=0,
        early_stopping=EarlyStopping(enabled=False),
        fine_tuning=replace(recipe.fine_tuning, learning_rate=_LEARNING_RATE, warm_up=0.0, epochs=_STREAMED_EPOCHS),
        split=SplitSettings(),
    )


def dry_run(collection: Collection, recipe: Recipe, context: JobContext) -> DryRun:
    """Train a recipe on a few photos, and return what it took; the model is deleted.

    Args:
        collection: The photos.
        recipe: What `dry_run_recipe` returned.
        context: Its checkpoint is called many times a second. After Stop the training ends in its thread at its next
            checkpoint.

    Raises:
        Cancelled: The user pressed Stop.
        TlguiError: The training is not possible, see `train_network`.
    """
    is_abandoned = threading.Event()

    def work() -> DryRun:
        with _folder() as folder, _PeakMemory() as memory:
            event_log = _EventLog(recipe, memory, is_abandoned)
            inner = JobContext(event_log.write, event_log.checkpoint)
            target = folder / "dry_run.tlmodel"
            trained = train_network(collection, recipe, target, inner, run_folder=folder).save(target, inner)
            return event_log.result(time.perf_counter(), math.prod(trained.trainable.input_shape[1:]))

    try:
        return run_in_thread(work, context)
    except Cancelled:
        is_abandoned.set()
        raise


def _folder() -> AbstractContextManager[Path]:
    """Return an empty folder on the disk that runs are written to, if possible, so that writing takes as long."""
    try:
        return folder_beside(cache_folder() / "dry_run")
    except OSError:
        return temporary_folder()


class _EventLog:
    """The events of a training with their times."""

    def __init__(self, recipe: Recipe, memory: "_PeakMemory", is_abandoned: threading.Event) -> None:
        self._ends_with_fine_tuning = recipe.fine_tuning.when == AFTER_HEAD
        self._epochs_left = _STREAMED_EPOCHS if streams_photos(recipe) else _CACHED_EPOCHS
        self._memory = memory
        self._is_abandoned = is_abandoned
        self._begun = time.perf_counter()
        self._bytes_before_epochs = 0
        self._entries: list[tuple[float, Event]] = []

    def checkpoint(self) -> None:
        if self._is_abandoned.is_set():
            raise Cancelled

    def write(self, event: Event) -> None:
        """Add an event, and stop the training after enough epochs."""
        # Without this, a training with a complete epoch would write a model although the dry run was stopped.
        self.checkpoint()
        self._entries.append((time.perf_counter(), event))
        if isinstance(event, Progress):
            # Converting a network takes much memory, and is not repeated in the training, as the network is kept.
            self._memory.is_counting = event.stage is not Stage.LOADING
            if event.stage is Stage.TRAINING:
                self._bytes_before_epochs = self._bytes_before_epochs or self._memory.measure()
        elif isinstance(event, EpochEnded) and event.is_fine_tuning is self._ends_with_fine_tuning:
            self._epochs_left -= 1
            if not self._epochs_left:
                raise Cancelled

    def result(self, ended: float, map_numbers: int) -> DryRun:
        """Return the times and the memory.

        Args:
            ended: When the training ended, as by `time.perf_counter`.
            map_numbers: See `DryRun`.
        """
        epochs = [(when, event) for when, event in self._entries if isinstance(event, EpochEnded)]
        feature_seconds = self._feature_seconds()
        return DryRun(
            feature_seconds=feature_seconds,
            phases=tuple(self._phases(epochs, self._begun + feature_seconds)),
            end_seconds=ended - epochs[-1][0],
            peak_bytes=self._memory.peak_bytes,
            step_bytes=max(self._memory.peak_bytes - self._bytes_before_epochs, 0),
            map_numbers=map_numbers,
        )

    def _feature_seconds(self) -> float:
        # Until the training begins, as the last batch is computed after the last report of progress.
        times = [when for when, event in self._entries if _is_stage(event, Stage.FEATURES)]
        return self._first(Stage.TRAINING) - times[0] if times else 0.0

    def _phases(self, epochs: list[tuple[float, EpochEnded]], begin: float) -> list[PhaseTimes]:
        phases = []
        for is_fine_tuning in sorted({event.is_fine_tuning for _, event in epochs}):
            ends = [when for when, event in epochs if event.is_fine_tuning is is_fine_tuning]
            last_batches = [self._last_batch_before(end) for end in ends]
            # Without the first epoch, which is slower.
            train = statistics.median(last - start for start, last in zip(ends[:-1], last_batches[1:], strict=True))
            validation = statistics.median(end - last for end, last in zip(ends[1:], last_batches[1:], strict=True))
            phases.append(PhaseTimes(max(ends[0] - begin - train - validation, 0.0), train, validation))
            begin = ends[-1]
        return phases

    def _first(self, stage: Stage) -> float:
        return next(when for when, event in self._entries if _is_stage(event, stage))

    def _last_batch_before(self, end: float) -> float:
        return max(when for when, event in self._entries if isinstance(event, BatchEnded) and when < end)


def _is_stage(event: Event, stage: Stage) -> bool:
    return isinstance(event, Progress) and event.stage is stage


class _PeakMemory:
    """Measures 50 times a second how much memory this process holds; a context manager."""

    def __init__(self) -> None:
        self.peak_bytes = 0
        self.is_counting = True
        self._process = psutil.Process()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="memory")

    def __enter__(self) -> Self:
        self.measure()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def measure(self) -> int:
        """Return the bytes it holds now."""
        now = int(self._process.memory_info().rss)
        if self.is_counting:
            self.peak_bytes = max(self.peak_bytes, now)
        return now

    def _watch(self) -> None:
        while not self._is_over.wait(_MEMORY_INTERVAL_SECONDS):
            self.measure()
