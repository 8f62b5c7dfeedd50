"""Selects the epochs of the training data."""

from typing import Any

import keras
from typing_extensions import override

from tlgui.learning.data.batch import TrainingData


class DataEpochs(keras.callbacks.Callback):
    """Calls `begin_epoch` and `end_epoch` of the training data, whose order and augmentation depend on the epoch.

    Args:
        data: The training data.
        epochs_before: Epochs of earlier phases, which are included in the epoch numbers of `fit`.
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
        """End the epoch of the data.

        Raises:
            CollectionError: A class has no readable photo left.
        """
        self._data.end_epoch()
