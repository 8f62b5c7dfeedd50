"""Keeps the weights and validation outputs of the best epoch."""

from typing import Any

import keras
from typing_extensions import override

from tlgui.learning.recipes.recipe import EarlyStopping
from tlgui.learning.training.callbacks.validation import Validation
from tlgui.learning.training.compiled_model import CompiledModel
from tlgui.learning.training.state import KeptEpoch, TrainingState

# Validation losses closer than this, as a share of the lowest, count as equal: then the accuracy decides. A loss of
# a few hundred photos is known no better, and one that fine-tuning leaves a little higher often comes with fewer
# mistakes.
_CLOSE = 0.01


class BestEpoch(keras.callbacks.Callback):
    """Keeps the best epoch of all phases, or the last one where the recipe says so.

    Keras's `restore_best_weights` and `ModelCheckpoint` know one value, no rule for ties, and one call of `fit`.

    Args:
        model: What is trained.
        stopping: What is watched, and whether the best is kept.
        validation: Has the outputs of the epoch.
        state: Its `kept` is set.
    """

    def __init__(
        self, model: CompiledModel, stopping: EarlyStopping, validation: Validation, state: TrainingState
    ) -> None:
        super().__init__()
        self._compiled = model
        self._stopping = stopping
        self._validation = validation
        self._state = state

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
        are_close = max(loss, best.validation_loss) <= min(lowest, loss) * (1 + _CLOSE)
        if self._stopping.watch == "accuracy" or are_close:
            return (accuracy, -loss) > (best.validation_accuracy, -best.validation_loss)
        return loss < best.validation_loss
