"""The interface of a model that predicts, whichever library runs its network."""

from collections.abc import Callable
from typing import Protocol

from tlgui.learning.arrays import FloatArray
from tlgui.learning.results import ModelSummary


class Predictor(Protocol):
    """A model that is loaded and warmed."""

    @property
    def summary(self) -> ModelSummary:
        """The facts in its file."""

    @property
    def predict(self) -> Callable[[FloatArray], FloatArray]:
        """The network, from RGB 0..255 of shape (photos, size, size, 3) to probabilities of shape (photos, classes)."""

    def predict_with_distances(self, pixels: FloatArray) -> tuple[FloatArray, FloatArray | None]:
        """Return what `predict` returns, and the distance of each photo to the training photos.

        Args:
            pixels: As for `predict`.

        Returns:
            Probabilities, and the cosine distance to the k-th nearest training photo, float32 of shape (photos,); None
            where the model does not tell.
        """

    @property
    def batch_size(self) -> int:
        """The most photos that `predict` takes at once."""
