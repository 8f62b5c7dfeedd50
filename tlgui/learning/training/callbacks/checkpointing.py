"""Hands a checkpoint to the writer after each epoch."""

from typing import Any

import keras
from typing_extensions import override

from tlgui.learning.training.checkpoint import CheckpointWriter
from tlgui.learning.training.compiled_model import CompiledModel
from tlgui.learning.training.state import TrainingState


class Checkpointing(keras.callbacks.Callback):
    """Writes what a resumed training needs: history, model variables, RNG and optimizer state, and the kept epoch.

    Keras's `BackupAndRestore` has the weights and the epoch number of a single call of `fit`, and does not check them
    when it reads them.

    Args:
        model: The compiled model.
        state: Has the complete epochs and the kept one.
        writer: Writes the files.
    """

    def __init__(self, model: CompiledModel, state: TrainingState, writer: CheckpointWriter) -> None:
        super().__init__()
        self._compiled = model
        self._state = state
        self._writer = writer

    @override
    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Write the checkpoint; if the disk refuses it, the writer reports that and the training continues."""
        assert self._state.kept is not None
        self._writer.write(tuple(self._state.epochs), self._compiled.state(), self._state.kept)
