"""A training in small: the real one, on a few of the user's photos and for a few epochs, to see what each part takes.

Nothing is timed that the training itself does not do, so whatever becomes faster or slower there does so here.
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

from tlgui.cancellation import patiently
from tlgui.errors import Cancelled
from tlgui.files import cache_folder, folder_beside, temporary_folder
from tlgui.learning.networks.inference_function import WORTH_CONVERTING
from tlgui.learning.recipes.recipe import AFTER_HEAD, FROM_START, NEVER, EarlyStopping, Recipe, SplitSettings
from tlgui.learning.training.train import train_network
from tlgui.photos.collection import Collection
from tlgui.progress import BatchEnded, EpochEnded, Event, JobContext, Progress, Stage

# A larger batch is timed as one of these: a photo in it takes as long.
MOST_IN_BATCH = 128

# The first epoch of each kind is slower than those that follow.
_EPOCHS, _CACHED_EPOCHS = 2, 6
# Whatever the recipe says: no value of it may make so short a training get lost.
_RATE = 1e-6
_LOOK_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class PhaseTimes:
    """What the epochs of one kind took: those of the head on cached features, or those that see photos.

    Args:
        begin_seconds: What it took until the first epoch could begin.
        train_seconds: Learning, in one epoch.
        judge_seconds: Validation, in one epoch, and keeping what the epoch leaves.
    """

    begin_seconds: float
    train_seconds: float
    judge_seconds: float


@dataclass(frozen=True, slots=True)
class DryRun:
    """What the parts of one training in small took.

    Args:
        feature_seconds: All features that are computed once; 0 where there are none.
        phases: The kinds of epochs, in their order.
        end_seconds: From the last epoch to the written model.
        peak_bytes: The most memory this process held meanwhile.
        step_bytes: How much of it came with the epochs.
        map_numbers: Numbers in what the last phase learns from, for one photo.
    """

    feature_seconds: float
    phases: tuple[PhaseTimes, ...]
    end_seconds: float
    peak_bytes: int
    step_bytes: int
    map_numbers: int


def caches_training_photos(recipe: Recipe) -> bool:
    """Return whether a recipe computes features of the photos to learn from once, to train the head on them."""
    return recipe.is_cached or recipe.fine_tuning.when == AFTER_HEAD


def caches_validation_photos(recipe: Recipe) -> bool:
    """Return whether a recipe computes features of the photos to judge by once."""
    return recipe.fine_tuning.when != FROM_START


def sees_photos(recipe: Recipe) -> bool:
    """Return whether a recipe has epochs that read the photos themselves."""
    return not recipe.is_cached or recipe.fine_tuning.when != NEVER


def in_small(recipe: Recipe, streamed_count: int) -> Recipe:
    """Return the recipe of the dry run: the same for all recipes whose steps take equally long.

    Args:
        recipe: What is to be trained.
        streamed_count: How many pictures all its epochs that see photos will read: for many, networks are converted.
    """
    streamed = WORTH_CONVERTING if streamed_count >= WORTH_CONVERTING else _EPOCHS
    return replace(
        recipe,
        name="",
        description="",
        learning_rate=_RATE,
        warm_up=0.0,
        epochs=_CACHED_EPOCHS if caches_training_photos(recipe) else streamed,
        batch_size=min(recipe.batch_size, MOST_IN_BATCH),
        most_batches=0,
        early_stopping=EarlyStopping(enabled=False),
        fine_tuning=replace(recipe.fine_tuning, learning_rate=_RATE, warm_up=0.0, epochs=streamed),
        split=SplitSettings(),
    )


def dry_run(collection: Collection, recipe: Recipe, context: JobContext) -> DryRun:
    """Train in small, and throw the model away.

    Args:
        collection: A few photos.
        recipe: What `in_small` returned.
        context: Asked many times a second whether to go on. After Stop the rest goes on by itself to its next
            checkpoint, and nobody waits for it.

    Raises:
        Cancelled: The user pressed Stop.
        TlguiError: The training cannot be done.
    """
    is_abandoned = threading.Event()

    def work() -> DryRun:
        with _folder() as folder, _PeakMemory() as memory:
            event_log = _EventLog(recipe, memory, is_abandoned)
            told = JobContext(event_log.write, event_log.checkpoint)
            target = folder / "dry_run.tlmodel"
            trained = train_network(collection, recipe, target, told, run_folder=folder).save(target, told)
            return event_log.told(time.perf_counter(), math.prod(trained.trainable.input_shape[1:]))

    try:
        return patiently(work, context)
    except Cancelled:
        is_abandoned.set()
        raise


def _folder() -> AbstractContextManager[Path]:
    """Return an empty folder on the disk the real one writes to, so that writing takes as long, or any other."""
    try:
        return folder_beside(cache_folder() / "dry_run")
    except OSError:
        return temporary_folder()


class _EventLog:
    """When each event of a training came."""

    def __init__(self, recipe: Recipe, memory: "_PeakMemory", is_abandoned: threading.Event) -> None:
        self._ends_with_fine_tuning = recipe.fine_tuning.when == AFTER_HEAD
        self._epochs_left = _EPOCHS if sees_photos(recipe) else _CACHED_EPOCHS
        self._memory = memory
        self._is_abandoned = is_abandoned
        self._begun = time.perf_counter()
        self._bytes_before_epochs = 0
        self._entries: list[tuple[float, Event]] = []

    def checkpoint(self) -> None:
        if self._is_abandoned.is_set():
            raise Cancelled

    def write(self, event: Event) -> None:
        """Note an event; after enough epochs press Stop, as a user would."""
        # A training that has an epoch keeps it after Stop, and writes a model; one that is abandoned must not.
        self.checkpoint()
        self._entries.append((time.perf_counter(), event))
        if isinstance(event, Progress):
            # Networks that were converted are kept: that takes much memory once.
            self._memory.is_counting = event.stage is not Stage.LOADING
            if event.stage is Stage.TRAINING:
                self._bytes_before_epochs = self._bytes_before_epochs or self._memory.look()
        elif isinstance(event, EpochEnded) and event.is_fine_tuning is self._ends_with_fine_tuning:
            self._epochs_left -= 1
            if not self._epochs_left:
                raise Cancelled

    def told(self, ended: float, map_numbers: int) -> DryRun:
        """Return what it all says.

        Args:
            ended: When the training had ended.
            map_numbers: Numbers in what the last phase learned from, for one photo.
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
        # The last batch is computed after the last picture was read, and so after the last report.
        times = [when for when, event in self._entries if _is_stage(event, Stage.FEATURES)]
        return self._first(Stage.TRAINING) - times[0] if times else 0.0

    def _phases(self, epochs: list[tuple[float, EpochEnded]], begin: float) -> list[PhaseTimes]:
        phases = []
        for is_fine_tuning in sorted({event.is_fine_tuning for _, event in epochs}):
            ends = [when for when, event in epochs if event.is_fine_tuning is is_fine_tuning]
            learned = [self._last_batch_before(end) for end in ends]
            # The first epoch does not count: it is slower.
            train = statistics.median(last - start for start, last in zip(ends[:-1], learned[1:], strict=True))
            judge = statistics.median(end - last for end, last in zip(ends[1:], learned[1:], strict=True))
            phases.append(PhaseTimes(max(ends[0] - begin - train - judge, 0.0), train, judge))
            begin = ends[-1]
        return phases

    def _first(self, stage: Stage) -> float:
        return next(when for when, event in self._entries if _is_stage(event, stage))

    def _last_batch_before(self, end: float) -> float:
        return max(when for when, event in self._entries if isinstance(event, BatchEnded) and when < end)


def _is_stage(event: Event, stage: Stage) -> bool:
    return isinstance(event, Progress) and event.stage is stage


class _PeakMemory:
    """Looks many times a second how much memory this process holds; a context manager."""

    def __init__(self) -> None:
        self.peak_bytes = 0
        self.is_counting = True
        self._process = psutil.Process()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="memory")

    def __enter__(self) -> Self:
        self.look()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def look(self) -> int:
        """Return how much it holds now."""
        now = int(self._process.memory_info().rss)
        if self.is_counting:
            self.peak_bytes = max(self.peak_bytes, now)
        return now

    def _watch(self) -> None:
        while not self._is_over.wait(_LOOK_SECONDS):
            self.look()
