"""Tells the training data which epoch comes."""

from typing import Any

import keras
from typing_extensions import override

from tlgui.learning.data.batch import TrainingData


class DataEpochs(keras.callbacks.Callback):
    """Begins and ends the epochs of the training data: order and augmentation depend on their number.

    Args:
        data: What is trained on.
        epochs_before: Epochs of earlier phases, which `fit` counts too.
    """

    def __init__(self, data: TrainingData, epochs_before: int) -> None:
        super().__init__()
        self._data = data
        self._epochs_before = epochs_before

    @override
    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._data.begin_epoch(epoch + 1 - self._epochs_before)

    @override
    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Raise `CollectionError` where so many photos vanished that training cannot go on."""
        self._data.end_epoch()
