"""Early stopping that goes on where an earlier phase or a killed training left it."""

from collections.abc import Sequence
from typing import Any

import keras
from typing_extensions import override

from tlgui.learning.recipes.recipe import EarlyStopping
from tlgui.progress import EpochEnded


class ResumableEarlyStopping(keras.callbacks.EarlyStopping):
    """Keras's early stopping, begun with the epochs that are complete.

    Args:
        stopping: The patience, and what is watched.
        earlier: Epochs of earlier phases: only what is better than the best of them resets the patience.
        epochs: Complete epochs of this phase, of a training that was killed.
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
