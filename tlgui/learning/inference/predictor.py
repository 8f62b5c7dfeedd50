"""The interface of a model that predicts, whichever library runs its network."""

from collections.abc import Callable
from typing import Protocol

from tlgui.learning.arrays import FloatArray
from tlgui.learning.model_file.prediction_model import Answers
from tlgui.learning.results import ModelSummary


class Predictor(Protocol):
    """A model that is loaded and warmed."""

    @property
    def summary(self) -> ModelSummary:
        """The facts in its file."""

    @property
    def predict(self) -> Callable[[FloatArray], FloatArray]:
        """The network, from RGB 0..255 of shape (photos, size, size, 3) to probabilities of shape (photos, classes)."""

    def answers(self, pixels: FloatArray) -> Answers:
        """Return all that the model says of photos.

        Args:
            pixels: As for `predict`.
        """

    @property
    def identity(self) -> bytes:
        """What identifies the model, 32 bytes, see `OpenedModel`; empty for one that was not read from a file."""

    @property
    def batch_size(self) -> int:
        """The most photos that `predict` takes at once."""
