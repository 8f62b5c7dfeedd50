"""The one loop over epochs, whatever is trained and wherever its examples come from.

It trains, validates, keeps the best epoch, stops early, and leaves what is needed to go on after a kill.
"""

import math
import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Protocol

import keras
import numpy as np

from tlgui.errors import SettingError
from tlgui.learning.networks.inference_function import FloatArray
from tlgui.learning.recipes.recipe import AFTER_HEAD, Recipe, Steps
from tlgui.learning.results import StopReason
from tlgui.learning.training.checkpoint import Journal, Kept, Saved
from tlgui.learning.training.losses import class_weights
from tlgui.learning.training.optimizers import Pacemaker
from tlgui.learning.training.train_step import Batch, Labels, Learner
from tlgui.progress import BatchEnded, Countdown, EpochEnded, JobContext

# Validation losses closer than this, as a share of the lowest, say the same: then the accuracy decides. A loss of a few
# hundred photos is known no better, and one that fine-tuning leaves a little higher often comes with fewer mistakes.
_CLOSE = 0.01


class Lessons(Protocol):
    """What a phase learns from.

    Attributes:
        batches: Batches in an epoch.
        counts: Examples of each class, in output order.
    """

    batches: int
    counts: Sequence[int]

    def epoch(self, number: int) -> Generator[Batch, None, None]:
        """Yield the batches of an epoch, counted from 1 within the phase; closed where it is not exhausted."""


class Exam(Protocol):
    """What a phase is judged by: the same examples each time, in the same order."""

    def batches(self) -> Generator[Batch, None, None]:
        """Yield them all; closed where it is not exhausted."""


@dataclass(frozen=True, slots=True)
class Phase:
    """One part of a training, in which the same weights are trained by the same steps.

    Args:
        model: What `learner.with_logits` returned; it is left with the weights that are kept.
        steps: The optimiser, its rate and the most epochs.
        lessons: What to learn from.
        exam: What to judge by.
        is_fine_tuning: Whether the backbone is trained after the head.
        is_streamed: Whether the lessons are photos that are read anew in each epoch.
    """

    model: keras.Model
    steps: Steps
    lessons: Lessons
    exam: Exam
    is_fine_tuning: bool = False
    is_streamed: bool = False


class Fitting:
    """A training's phases, one after the other, as one history with one best epoch.

    Args:
        recipe: Its batch size, early stopping, losses and class weighting are used.
        context: Told every batch and epoch, and asked in every batch whether to go on.
        journal: Told every epoch.
        saved: Where a killed training was, to go on there.
    """

    def __init__(self, recipe: Recipe, context: JobContext, journal: Journal, saved: Saved | None = None) -> None:
        self._recipe = recipe
        self._context = context
        self._journal = journal
        self._saved = saved
        self._history: list[EpochEnded] = list(saved.history) if saved else []
        self._kept: Kept | None = None
        self.reason = StopReason.COMPLETED

    @property
    def history(self) -> tuple[EpochEnded, ...]:
        """The complete epochs so far."""
        return tuple(self._history)

    @property
    def kept(self) -> Kept:
        """What the epoch that is kept says of the validation examples; there is one once an epoch is complete."""
        assert self._kept is not None
        return self._kept

    @property
    def is_over(self) -> bool:
        """Whether no further phase is wanted."""
        return self.reason is StopReason.TARGET_REACHED

    @property
    def is_saved(self) -> bool:
        """Whether what a killed training saved was not taken up yet."""
        return self._saved is not None

    @property
    def is_fine_tuning(self) -> bool:
        """Whether the last complete epoch trained the backbone after the head."""
        return bool(self._history) and self._history[-1].is_fine_tuning

    def adopt(self, model: keras.Model) -> None:
        """Give `model` the weights that a killed training kept, to train no more."""
        assert self._saved is not None
        self._kept = self._saved.kept(model.get_weights())
        model.set_weights(self._kept.weights)

    def epochs_before(self, *, is_fine_tuning: bool) -> int:
        """Return how many epochs the other phases took."""
        return sum(ended.is_fine_tuning != is_fine_tuning for ended in self._history)

    def run(self, phase: Phase) -> None:
        """Run a phase to its end, or on to its end where it was saved in its midst.

        Raises:
            Cancelled: The user pressed Stop; the model has the weights to keep, if an epoch is complete.
            SettingError: The loss left all bounds before any epoch was complete.
        """
        running = _Running(phase, self._recipe, self.epochs_before(is_fine_tuning=phase.is_fine_tuning))
        self._begin(running)
        try:
            while (reason := self._reason_to_end(running)) is None:
                self._run_epoch(running)
            self.reason = reason
        finally:
            if self._kept is not None:
                running.learner.settle(self._kept.weights)

    def _begin(self, running: "_Running") -> None:
        """Take up what was saved of this phase; a later phase begins with what the earlier one left."""
        saved, self._saved = self._saved, None
        if saved is not None:
            running.learner.restore(saved.state(running.learner.state()))
            self._kept = saved.kept(running.learner.weights())
        elif self._kept is not None:
            self._kept = Kept(running.learner.weights(), self._kept.probabilities, self._kept.labels)

    def _run_epoch(self, running: "_Running") -> None:
        """Train and judge one epoch, and keep it where it is the best so far."""
        started = time.monotonic()
        number = len(self._history) + 1 - running.before
        loss, accuracy = self._train(running, number)
        validation_loss, probabilities, labels = self._validate(running)
        if not (math.isfinite(loss) and math.isfinite(validation_loss)):
            self._lose(running)
            return
        validation_accuracy = float((probabilities.argmax(axis=1) == labels).mean())
        is_best = self._is_best(validation_loss, validation_accuracy)
        if is_best or not self._recipe.early_stopping.keep_best:
            self._kept = Kept(running.learner.weights(), probabilities, labels)
        ended = EpochEnded(
            epoch=len(self._history) + 1,
            epochs=self._epochs(running),
            loss=loss,
            accuracy=accuracy,
            validation_loss=validation_loss,
            validation_accuracy=validation_accuracy,
            learning_rate=running.pacemaker.rate_of_epoch(number),
            seconds=time.monotonic() - started,
            is_best=is_best,
            is_fine_tuning=running.phase.is_fine_tuning,
        )
        self._history.append(ended)
        self._journal.write(self.history, running.learner.state(), self.kept)
        self._context.report(ended)

    def _train(self, running: "_Running", number: int) -> tuple[float, float]:
        """Go through the lessons of an epoch; return mean loss and accuracy."""
        loss, right, seen = 0.0, 0, 0
        batches = running.phase.lessons.batches
        before = (number - 1) * batches
        with closing(running.phase.lessons.epoch(number)) as lessons:
            for place, batch in enumerate(lessons, 1):
                self._context.checkpoint()
                rate = running.pacemaker.rate(before + place - 1)
                batch_loss, batch_right = running.learner.learn(batch, running.weights[batch.labels], rate)
                loss, right, seen = loss + batch_loss, right + batch_right, seen + len(batch.labels)
                self._context.report(
                    BatchEnded(
                        epoch=len(self._history) + 1,
                        epochs=self._epochs(running),
                        batch=place,
                        batches=batches,
                        loss=loss / seen,
                        accuracy=right / seen,
                        seconds_left=self._seconds_left(running, before + place),
                    )
                )
        return loss / seen, right / seen

    def _validate(self, running: "_Running") -> tuple[float, FloatArray, Labels]:
        """Return the mean loss over the validation examples, their probabilities, and their labels."""
        loss = 0.0
        probabilities: list[FloatArray] = []
        labels: list[Labels] = []
        with closing(running.phase.exam.batches()) as batches:
            for batch in batches:
                self._context.checkpoint()
                batch_loss, batch_probabilities = running.learner.judge(batch)
                loss += batch_loss
                probabilities.append(batch_probabilities)
                labels.append(batch.labels)
        all_labels = np.concatenate(labels)
        return loss / len(all_labels), np.concatenate(probabilities), all_labels

    def _is_best(self, loss: float, accuracy: float) -> bool:
        """Return whether an epoch is better than the best so far, whatever phase that was in."""
        best = next((ended for ended in reversed(self._history) if ended.is_best), None)
        if best is None:
            return True
        if self._recipe.early_stopping.watch == "accuracy":
            return (accuracy, -loss) > (best.validation_accuracy, -best.validation_loss)
        lowest = min(ended.validation_loss for ended in self._history)
        if max(loss, best.validation_loss) <= min(lowest, loss) * (1 + _CLOSE):
            return (accuracy, -loss) > (best.validation_accuracy, -best.validation_loss)
        return loss < best.validation_loss

    def _reason_to_end(self, running: "_Running") -> StopReason | None:
        """Return why the phase is over after the epochs so far; None where it goes on."""
        stopping = self._recipe.early_stopping
        count = len(self._history) - running.before
        if count:
            last = self._history[-1]
            if min(last.accuracy, last.validation_accuracy) > stopping.target_accuracy:
                return StopReason.TARGET_REACHED
        if running.is_lost:
            return StopReason.NO_LONGER_IMPROVING
        if count >= running.phase.steps.epochs:
            return StopReason.COMPLETED
        has_waited = len(self._history) - max(self._last_improvement(), running.before) >= stopping.patience
        return StopReason.NO_LONGER_IMPROVING if stopping.enabled and has_waited else None

    def _last_improvement(self) -> int:
        """Return the epoch in which what is watched was best; 0 before the first."""
        by_accuracy = self._recipe.early_stopping.watch == "accuracy"
        best = min(
            self._history,
            key=lambda ended: -ended.validation_accuracy if by_accuracy else ended.validation_loss,
            default=None,
        )
        return best.epoch if best else 0

    def _lose(self, running: "_Running") -> None:
        """End a training whose loss is no number any more: with the best epoch, or with what to do."""
        if not self._history:
            raise SettingError(
                "The training got lost in epoch 1: its loss grew beyond all bounds.",
                f"Choose a smaller learning rate; it is {running.phase.steps.learning_rate:g}.",
            )
        running.is_lost = True

    def _epochs(self, running: "_Running") -> int:
        """Return the most epochs the whole training may take."""
        tuning = self._recipe.fine_tuning
        comes = tuning.epochs if self._is_followed(running) else 0
        return running.before + running.phase.steps.epochs + comes

    def _is_followed(self, running: "_Running") -> bool:
        return self._recipe.fine_tuning.when == AFTER_HEAD and not running.phase.is_fine_tuning

    def _seconds_left(self, running: "_Running", batches: int) -> float | None:
        # How long fine-tuning takes says nothing that was measured before it.
        return None if self._is_followed(running) else running.countdown.seconds_left(batches)


class _Running:
    """A phase that runs, with what it needs on the way."""

    def __init__(self, phase: Phase, recipe: Recipe, before: int) -> None:
        self.phase = phase
        self.before = before
        self.is_lost = False
        self.learner = Learner(phase.model, recipe, phase.steps, is_streamed=phase.is_streamed)
        self.weights = class_weights(recipe, phase.lessons.counts)
        self.pacemaker = Pacemaker(phase.steps, phase.lessons.batches)
        self.countdown = Countdown(phase.steps.epochs * phase.lessons.batches)
