"""Ends `fit` when the user presses Stop."""

from typing import Any

import keras
from typing_extensions import override

from tlgui.progress import JobContext


class Cancellation(keras.callbacks.Callback):
    """Raises `Cancelled` out of `fit`.

    Setting `model.stop_training` would still run the validation of the epoch and count half an epoch as a whole one.

    Args:
        context: Asked before and after each execution of steps.
    """

    def __init__(self, context: JobContext) -> None:
        super().__init__()
        self._context = context

    @override
    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._context.checkpoint()

    @override
    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._context.checkpoint()
