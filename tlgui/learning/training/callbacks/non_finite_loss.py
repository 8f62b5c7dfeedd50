"""Stops on a non-finite loss."""

import math
from typing import Any

import keras
from typing_extensions import override

from tlgui.errors import SettingError
from tlgui.learning.training.state import TrainingState


class DivergedError(Exception):
    """The loss of an epoch is not finite, and earlier epochs are complete."""


class NonFiniteLoss(keras.callbacks.Callback):
    """Raises out of `fit` after an epoch with a non-finite loss, which is neither kept nor added to the history.

    Keras's `TerminateOnNaN` checks the training loss only, and the epoch counts.

    Args:
        state: Has the complete epochs.
        learning_rate: For the message.
    """

    def __init__(self, state: TrainingState, learning_rate: float) -> None:
        super().__init__()
        self._state = state
        self._learning_rate = learning_rate

    @override
    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Check training and validation loss.

        Raises:
            SettingError: One of them is not finite, and no epoch is complete.
            DivergedError: One of them is not finite, and earlier epochs are complete.
        """
        if logs is not None and math.isfinite(logs["loss"]) and math.isfinite(logs["val_loss"]):
            return
        if not self._state.epochs:
            raise SettingError(
                "The training got lost in epoch 1: its loss grew beyond all bounds.",
                f"Choose a smaller learning rate; it is {self._learning_rate:g}.",
            )
        raise DivergedError
