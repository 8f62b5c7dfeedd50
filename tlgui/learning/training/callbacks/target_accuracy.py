"""Stops a training at a target accuracy."""

from collections.abc import Sequence
from typing import Any

import keras
from typing_extensions import override

from tlgui.progress import EpochEnded


class TargetAccuracy(keras.callbacks.Callback):
    """Stops once training and validation accuracy are both above a target.

    Args:
        target: The accuracy, 0..1; 1 never stops.
        epochs: Complete epochs of this phase, if a killed training is resumed.

    Attributes:
        is_reached: Whether this callback stopped the training.
    """

    def __init__(self, target: float, epochs: Sequence[EpochEnded]) -> None:
        super().__init__()
        self._target = target
        self._complete = tuple(epochs)
        self.is_reached = False

    @override
    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self.is_reached = False
        if self._complete:
            self._check(self._complete[-1].accuracy, self._complete[-1].validation_accuracy)

    @override
    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        assert logs is not None
        self._check(logs["accuracy"], logs["val_accuracy"])

    def _check(self, accuracy: float, validation_accuracy: float) -> None:
        if min(accuracy, validation_accuracy) > self._target:
            self.is_reached = self.model.stop_training = True
