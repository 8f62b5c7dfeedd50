"""Writes a checkpoint after each epoch."""

from typing import Any

import keras
from typing_extensions import override

from tlgui.learning.training.checkpoint import CheckpointWriter
from tlgui.learning.training.compiled_model import CompiledModel
from tlgui.learning.training.state import TrainingState


class Checkpointing(keras.callbacks.Callback):
    """Writes what a resumed training needs: history, model, RNG and optimizer state, and the epoch that is kept.

    Keras's `BackupAndRestore` keeps weights and the epoch's number of one call of `fit`, and checks nothing when it
    reads them.

    Args:
        model: What is trained.
        state: The complete epochs and the kept one.
        writer: Writes the files.
    """

    def __init__(self, model: CompiledModel, state: TrainingState, writer: CheckpointWriter) -> None:
        super().__init__()
        self._compiled = model
        self._state = state
        self._writer = writer

    @override
    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Write it.

        Raises:
            StorageError: The disk refused; what was written after the epoch before stands.
        """
        assert self._state.kept is not None
        self._writer.write(tuple(self._state.epochs), self._compiled.state(), self._state.kept)
