"""Ends a training whose loss is not finite."""

import math
from typing import Any

import keras
from typing_extensions import override

from tlgui.errors import SettingError
from tlgui.learning.training.state import TrainingState


class DivergedError(Exception):
    """The loss of an epoch is not finite; earlier epochs are complete."""


class NonFiniteLoss(keras.callbacks.Callback):
    """Raises out of `fit` after an epoch with a loss that is not finite, so that it is neither kept nor counted.

    Keras's `TerminateOnNaN` looks at the training loss alone, and counts the epoch.

    Args:
        state: Says whether an epoch is complete.
        learning_rate: Named in the message.
    """

    def __init__(self, state: TrainingState, learning_rate: float) -> None:
        super().__init__()
        self._state = state
        self._learning_rate = learning_rate

    @override
    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Look at both losses.

        Raises:
            SettingError: In the first epoch.
            DivergedError: In a later one.
        """
        if logs is not None and math.isfinite(logs["loss"]) and math.isfinite(logs["val_loss"]):
            return
        if not self._state.epochs:
            raise SettingError(
                "The training got lost in epoch 1: its loss grew beyond all bounds.",
                f"Choose a smaller learning rate; it is {self._learning_rate:g}.",
            )
        raise DivergedError
