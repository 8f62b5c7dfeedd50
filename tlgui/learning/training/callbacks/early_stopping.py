"""Early stopping that continues from an earlier phase, or from a training that was killed."""

from collections.abc import Sequence
from typing import Any

import keras
from typing_extensions import override

from tlgui.learning.recipes.recipe import EarlyStopping
from tlgui.progress import EpochEnded


class ResumableEarlyStopping(keras.callbacks.EarlyStopping):
    """Keras's early stopping, started with the state after the complete epochs.

    Args:
        stopping: The patience, and the metric to monitor.
        earlier: Epochs of earlier phases: an epoch must be better than the best of them to reset the patience.
        epochs: Complete epochs of this phase, if a killed training is resumed.
    """

    def __init__(self, stopping: EarlyStopping, earlier: Sequence[EpochEnded], epochs: Sequence[EpochEnded]) -> None:
        by_accuracy = stopping.watch == "accuracy"
        values = [_values(ended)["val_accuracy" if by_accuracy else "val_loss"] for ended in earlier]
        super().__init__(
            monitor="val_accuracy" if by_accuracy else "val_loss",
            mode="max" if by_accuracy else "min",
            patience=stopping.patience,
            baseline=(max if by_accuracy else min)(values) if values else None,
        )
        self._complete = tuple(epochs)

    @override
    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        super().on_train_begin(logs)
        for ended in self._complete:
            self.on_epoch_end(ended.epoch - 1, _values(ended))


def _values(ended: EpochEnded) -> dict[str, float]:
    return {"val_loss": ended.validation_loss, "val_accuracy": ended.validation_accuracy}
