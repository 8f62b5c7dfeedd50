"""Compares what photos look like to a model: the most alike of 100,000 photos.

A look is a row of float16 of shape (length,), a unit vector, or all zero where it is unknown: `results.Prediction`
and the columns of the board have them. Looks of one model can be compared by their cosine. Only NumPy is needed.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tlgui.learning.arrays import FloatArray

Looks = NDArray[np.float16]
Rows = NDArray[np.intp]

# Rows that are converted to float32 at once: few enough for the processor's caches.
_ROWS_AT_ONCE = 2048


def nearest(looks: Looks, to: NDArray[Any], count: int, left_out: Rows | None = None) -> tuple[Rows, FloatArray]:
    """Return the photos that look most alike.

    Args:
        looks: The photos' looks, shape (photos, length).
        to: One look, shape (length,), or several, shape (several, length); a photo is as alike as it is to the most
            alike of them.
        count: The most photos to return.
        left_out: Rows that are not to be returned, such as the photo itself.

    Returns:
        The rows, most alike first, and their cosines, -1..1; photos whose look is unknown are never among them.
    """
    alike = likeness(looks, to)
    if left_out is not None:
        alike[left_out] = -np.inf
    count = min(count, len(alike))
    # The rows are in their order before they are sorted, so that equals are always returned in the same order.
    best = np.sort(np.argpartition(-alike, count - 1)[:count]) if count else np.zeros(0, np.intp)
    best = best[np.argsort(-alike[best], kind="stable")]
    best = best[np.isfinite(alike[best])]
    return best, alike[best]


def likeness(looks: Looks, to: NDArray[Any]) -> FloatArray:
    """Return how alike photos are to one look, or to the most alike of several.

    Args:
        looks: The photos' looks, shape (photos, length).
        to: As for `nearest`.

    Returns:
        Cosines, float32 of shape (photos,); minus infinity where a look is unknown.
    """
    wanted = np.atleast_2d(np.asarray(to, np.float32))
    wanted = wanted[wanted.any(axis=1)]
    alike = np.full(len(looks), -np.inf, np.float32)
    if not len(wanted):
        return alike
    for start in range(0, len(looks), _ROWS_AT_ONCE):
        block = looks[start : start + _ROWS_AT_ONCE].astype(np.float32)
        part = alike[start : start + _ROWS_AT_ONCE]
        np.max(block @ wanted.T, axis=1, out=part)
        part[~block.any(axis=1)] = -np.inf
    return alike
