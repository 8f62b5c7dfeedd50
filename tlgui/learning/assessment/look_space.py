"""What a photo looks like to a model, in few numbers: so few that 100,000 photos are compared at once.

The features of a photo, as a unit vector, are projected on the directions in which the model's own training photos
differ most (principal component analysis) and made a unit vector again. Nothing here needs TensorFlow.
"""

import numpy as np

from tlgui.learning.arrays import FloatArray
from tlgui.learning.assessment.unit_vectors import are_finite, unit_vectors

MOST_NUMBERS = 128
"""The most numbers of a look: 100,000 looks of float16 take 26 MB."""
STORED = np.dtype("<f2")

# Training photos that the directions are found from, taken evenly from all of them: a tenth of a second.
_MOST_ROWS = 512
# Training photos are stored as float16: variances below this share of the largest one are its rounding.
_SMALLEST_SHARE = 1e-6


class LookSpace:
    """The space of a model's looks: the same training vectors give the same space.

    Args:
        axes: Orthonormal directions, float32 of shape (numbers, length).
        offset: The projection of the mean of the training vectors, float32 of shape (numbers,).

    Attributes:
        axes: As given.
        offset: As given.
    """

    def __init__(self, axes: FloatArray, offset: FloatArray) -> None:
        self.axes = axes
        self.offset = offset

    @property
    def length(self) -> int:
        """How many numbers a look has."""
        return len(self.axes)

    def looks(self, features: FloatArray) -> list[bytes]:
        """Return what photos look like.

        Args:
            features: float32 of shape (photos, length).

        Returns:
            For each a unit vector of little-endian float16; empty for features that are not finite or say nothing.
        """
        is_finite = are_finite(features)
        rows = unit_vectors(np.where(is_finite[:, None], features, np.float32(0)))
        # The axes first: the other way round the same product takes twice as long.
        projected = unit_vectors((self.axes @ rows.T).T - self.offset).astype(STORED)
        is_known = is_finite & features.any(axis=1) & projected.any(axis=1)
        return [row.tobytes() if known else b"" for row, known in zip(projected, is_known, strict=True)]


def look_space(directions: FloatArray) -> LookSpace | None:
    """Return the space of a model's looks.

    Args:
        directions: Features of training photos as unit vectors, float32 of shape (count, length).

    Returns:
        The space, of at most `MOST_NUMBERS` numbers and of fewer where the photos differ in fewer directions; None
        where they do not differ.
    """
    places = np.unique(np.linspace(0, len(directions) - 1, min(len(directions), _MOST_ROWS)).astype(np.intp))
    # In float64, so that neither the number of processor cores nor the library turns the axes.
    rows = directions[places].astype(np.float64)
    centre = rows.mean(axis=0)
    rows -= centre
    values, vectors = np.linalg.eigh(rows @ rows.T)
    order = np.argsort(-values, kind="stable")[: min(MOST_NUMBERS, rows.shape[1])]
    order = order[values[order] > max(values[order[0]] * _SMALLEST_SHARE, np.finfo(np.float32).eps)]
    if not len(order):
        return None
    axes = rows.T @ vectors[:, order] / np.sqrt(values[order])
    # An eigenvector may point either way: its largest number is made positive.
    largest = np.abs(axes).argmax(axis=0)
    axes *= np.sign(axes[largest, np.arange(len(order))])
    return LookSpace(np.ascontiguousarray(axes.T, np.float32), np.asarray(centre @ axes, np.float32))
