"""Reports batches and epochs as events, and adds each complete epoch to the history."""

import time
from typing import Any

import keras
from typing_extensions import override

from tlgui.learning.training.callbacks.best_epoch import BestEpoch
from tlgui.learning.training.compiled_model import CompiledModel
from tlgui.learning.training.state import TrainingState
from tlgui.progress import BatchEnded, Countdown, EpochEnded, JobContext


class EpochRecorder(keras.callbacks.Callback):
    """Adds each complete epoch to the history; must run before the callbacks that read it.

    Args:
        model: Has the learning rate.
        state: The history is its `epochs`.
        best_epoch: Has whether the epoch is the best.
        epochs: The most epochs of the whole training.
        epochs_before: Epochs of earlier phases.
        is_fine_tuning: Whether the backbone is trained after the head.
    """

    def __init__(
        self,
        model: CompiledModel,
        state: TrainingState,
        best_epoch: BestEpoch,
        *,
        epochs: int,
        epochs_before: int,
        is_fine_tuning: bool,
    ) -> None:
        super().__init__()
        self._rate_of_epoch = model.rate_of_epoch
        self._state = state
        self._best_epoch = best_epoch
        self._epochs = epochs
        self._epochs_before = epochs_before
        self._is_fine_tuning = is_fine_tuning
        self._epoch_start = 0.0

    @override
    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epoch_start = time.monotonic()

    @override
    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        assert logs is not None
        self._state.epochs.append(
            EpochEnded(
                epoch=epoch + 1,
                epochs=self._epochs,
                loss=float(logs["loss"]),
                accuracy=float(logs["accuracy"]),
                validation_loss=logs["val_loss"],
                validation_accuracy=logs["val_accuracy"],
                learning_rate=self._rate_of_epoch(epoch + 1 - self._epochs_before),
                seconds=time.monotonic() - self._epoch_start,
                is_best=self._best_epoch.is_best,
                is_fine_tuning=self._is_fine_tuning,
            )
        )


class ProgressReports(keras.callbacks.Callback):
    """Reports each execution of steps as `BatchEnded`, and each complete epoch as `EpochEnded`.

    Args:
        context: Receives the events.
        state: Has the complete epochs.
        batches: Batches in an epoch.
        epochs: The most epochs of the whole training.
        epochs_before: Epochs of earlier phases.
        phase_epochs: The most epochs of this phase, from which the seconds left are estimated; None if another phase
            follows, whose speed is not known yet.
    """

    def __init__(
        self,
        context: JobContext,
        state: TrainingState,
        *,
        batches: int,
        epochs: int,
        epochs_before: int,
        phase_epochs: int | None,
    ) -> None:
        super().__init__()
        self._context = context
        self._state = state
        self._batches = batches
        self._epochs = epochs
        self._epochs_before = epochs_before
        self._phase_epochs = phase_epochs
        self._countdown = self._new_countdown()
        self._epoch = 0

    @override
    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._countdown = self._new_countdown()
        self._epoch = 0

    @override
    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epoch = epoch

    @override
    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        assert logs is not None
        done = min(batch + 1, self._batches)
        steps = (self._epoch - self._epochs_before) * self._batches + done
        self._context.report(
            BatchEnded(
                epoch=self._epoch + 1,
                epochs=self._epochs,
                batch=done,
                batches=self._batches,
                loss=float(logs["loss"]),
                accuracy=float(logs["accuracy"]),
                seconds_left=None if self._phase_epochs is None else self._countdown.seconds_left(steps),
            )
        )

    @override
    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._context.report(self._state.epochs[-1])

    def _new_countdown(self) -> Countdown:
        return Countdown((self._phase_epochs or 0) * self._batches)
