"""Ends `fit` when the user presses Stop."""

from typing import Any

import keras
from typing_extensions import override

from tlgui.progress import JobContext


class Cancellation(keras.callbacks.Callback):
    """Raises `Cancelled` out of `fit`.

    After setting `model.stop_training`, Keras would still validate, and count the incomplete epoch as a complete one.

    Args:
        context: Its checkpoint is called before and after each execution of steps.
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
