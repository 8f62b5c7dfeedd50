"""Keeps the weights and validation outputs of the best epoch."""

from typing import Any

import keras
from typing_extensions import override

from tlgui.learning.recipes.recipe import EarlyStopping
from tlgui.learning.training.callbacks.validation import Validation
from tlgui.learning.training.compiled_model import CompiledModel
from tlgui.learning.training.state import KeptEpoch, TrainingState

# Relative difference up to which validation losses count as equal, so that the accuracy decides. The loss of a few
# hundred photos is no more exact, and a loss that is slightly higher after fine-tuning often has a higher accuracy.
_LOSS_TOLERANCE = 0.01


class BestEpoch(keras.callbacks.Callback):
    """Keeps the best epoch of all phases, or the last one if the recipe says so.

    Keras's `restore_best_weights` and `ModelCheckpoint` compare one metric, without a rule for ties, within one call of
    `fit`.

    Args:
        model: The compiled model.
        stopping: The metric to compare, and whether the best epoch is kept.
        validation: Has the outputs of the epoch; must run before this callback.
        state: Its `kept` is set.

    Attributes:
        is_best: Whether the last epoch is the best so far.
    """

    def __init__(
        self, model: CompiledModel, stopping: EarlyStopping, validation: Validation, state: TrainingState
    ) -> None:
        super().__init__()
        self._compiled = model
        self._stopping = stopping
        self._validation = validation
        self._state = state
        self.is_best = False

    @override
    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self.is_best = False

    @override
    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        assert logs is not None
        self.is_best = self._beats_best(logs["val_loss"], logs["val_accuracy"])
        if self.is_best or not self._stopping.keep_best:
            outputs = self._validation.probabilities, self._validation.labels
            self._state.kept = KeptEpoch(self._compiled.weights(), *outputs)

    def _beats_best(self, loss: float, accuracy: float) -> bool:
        best = self._state.best
        if best is None:
            return True
        lowest = min(ended.validation_loss for ended in self._state.epochs)
        are_close = max(loss, best.validation_loss) <= min(lowest, loss) * (1 + _LOSS_TOLERANCE)
        if self._stopping.watch == "accuracy" or are_close:
            return (accuracy, -loss) > (best.validation_accuracy, -best.validation_loss)
        return loss < best.validation_loss
