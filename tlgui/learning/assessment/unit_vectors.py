"""Rows of numbers as unit vectors, whose products are cosines."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tlgui.learning.arrays import FloatArray


def unit_vectors(rows: FloatArray) -> FloatArray:
    """Return rows as unit vectors; rows of zeros stay. Their largest number is divided out first: squares overflow.

    Args:
        rows: float32 of shape (rows, length), finite.
    """
    largest = np.abs(rows).max(axis=1, keepdims=True, initial=0)
    scaled = rows / np.where(largest > 0, largest, 1)
    lengths = np.sqrt(np.einsum("ij,ij->i", scaled, scaled))[:, None]
    return np.asarray(scaled / np.where(lengths > 0, lengths, 1), np.float32)


def are_finite(rows: FloatArray) -> NDArray[np.bool_]:
    """Return which rows are finite throughout, shape (rows,)."""
    finite: NDArray[np.bool_] = np.asarray(np.isfinite(rows).all(axis=1))
    return finite


def pieces(count: int, size: int) -> Iterator[slice]:
    """Yield slices of at most `size` rows that make up `count` rows."""
    for start in range(0, count, size):
        yield slice(start, min(start + size, count))
