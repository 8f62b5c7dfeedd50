"""Validates after each epoch, and keeps the probabilities."""

from contextlib import closing
from typing import Any

import keras
import numpy as np
from typing_extensions import override

from tlgui.learning.arrays import FloatArray, Labels
from tlgui.learning.data.batch import ValidationData
from tlgui.learning.training.compiled_model import CompiledModel
from tlgui.progress import JobContext

_NO_PROBABILITIES = np.zeros((0, 0), np.float32)
_NO_LABELS = np.zeros(0, np.intp)


class Validation(keras.callbacks.Callback):
    """Adds `val_loss` and `val_accuracy` to the logs of an epoch; must run before the callbacks that read them.

    The validation of `fit` returns metrics only, but the model's evaluation needs the probabilities: a second pass for
    them would take a tenth of a fine-tuning epoch.

    Args:
        model: The compiled model.
        data: The validation examples.
        context: Its checkpoint is called for each batch.

    Attributes:
        probabilities: Outputs of the last epoch, float32 of shape (examples, classes).
        labels: Class indices of the same examples, shape (examples,).
    """

    def __init__(self, model: CompiledModel, data: ValidationData, context: JobContext) -> None:
        super().__init__()
        self._judge = model.judge
        self._data = data
        self._context = context
        self.probabilities: FloatArray = _NO_PROBABILITIES
        self.labels: Labels = _NO_LABELS

    @override
    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self.probabilities, self.labels = _NO_PROBABILITIES, _NO_LABELS

    @override
    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        loss = 0.0
        parts: list[FloatArray] = []
        labels: list[Labels] = []
        with closing(self._data.batches()) as batches:
            for batch in batches:
                self._context.checkpoint()
                mean_loss, probabilities = self._judge(batch)
                loss += mean_loss * len(batch.labels)
                parts.append(probabilities)
                labels.append(batch.labels)
        self.probabilities, self.labels = np.concatenate(parts), np.concatenate(labels)
        is_correct = self.probabilities.argmax(axis=1) == self.labels
        if logs is not None:
            logs.update(val_loss=loss / len(self.labels), val_accuracy=float(is_correct.mean()))
