"""Validates each epoch, and keeps the probabilities."""

from contextlib import closing
from typing import Any

import keras
import numpy as np
from typing_extensions import override

from tlgui.learning.data.batch import FloatArray, Labels, ValidationData, one_hot
from tlgui.learning.training.compiled_model import CompiledModel
from tlgui.progress import JobContext


class Validation(keras.callbacks.Callback):
    """Adds `val_loss` and `val_accuracy` to the logs of an epoch; comes before the callbacks that read them.

    `fit`'s own validation gives the metrics alone, and the probabilities become the model's evaluation: a second pass
    for them would cost a tenth of a fine-tuning epoch.

    Args:
        model: What is trained.
        data: The validation examples.
        context: Asked for each batch whether to go on.
    """

    def __init__(self, model: CompiledModel, data: ValidationData, context: JobContext) -> None:
        super().__init__()
        self._model_outputs = model.outputs
        self._loss = model.loss
        self._data = data
        self._context = context

    @override
    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self.probabilities: FloatArray = np.zeros((0, 0), np.float32)
        self.labels: Labels = np.zeros(0, np.intp)

    @override
    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        loss = 0.0
        probabilities: list[FloatArray] = []
        labels: list[Labels] = []
        with closing(self._data.batches()) as batches:
            for batch in batches:
                self._context.checkpoint()
                logits, said = self._model_outputs(batch.inputs)
                loss += float(self._loss(one_hot(batch.labels, logits.shape[1]), logits)) * len(batch.labels)
                probabilities.append(said)
                labels.append(batch.labels)
        self.probabilities, self.labels = np.concatenate(probabilities), np.concatenate(labels)
        is_right = self.probabilities.argmax(axis=1) == self.labels
        if logs is not None:
            logs.update(val_loss=loss / len(self.labels), val_accuracy=float(is_right.mean()))
