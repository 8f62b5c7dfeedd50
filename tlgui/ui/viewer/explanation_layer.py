"""The layer that shows where a model looked: what it did not look at is dimmed, and a line runs around the rest.

It tells by light and by a line, not by hue, so that it is the same with every kind of colour vision, and what the model
looked at is seen in its own colours.
"""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from tlgui.learning.results import Explanation

_SIDE = 384
# The veil over what does not count at all: its colour, and how much it hides, of 255.
_VEIL, _DARKEST = (8, 16, 28), 180
_LINE, _LINE_EDGE = (240, 228, 66), (0, 0, 0)
_INSIDE = 0.5
# The spread of one place of the grid, in places: neighbours run into each other without corners.
_SPREAD = 0.55


def explanation_layer(explanation: Explanation) -> QImage:
    """Return the layer, to be stretched over the whole photo.

    Args:
        explanation: The grid.
    """
    grid = np.array(explanation.values, np.float64).reshape(explanation.height, explanation.width)
    fine = _spread(explanation.height) @ grid @ _spread(explanation.width).T
    if fine.max() > 0:
        fine /= fine.max()
    pixels = np.empty((_SIDE, _SIDE, 4), np.uint8)
    pixels[..., :3] = _VEIL
    # What is looked at half as much is seen well already.
    dimmed = np.clip(1.0 - fine / _INSIDE, 0.0, 1.0)
    pixels[..., 3] = np.rint(dimmed * _DARKEST)
    edge = _edge(fine >= _INSIDE)
    pixels[_grown(edge, 2)] = (*_LINE_EDGE, 255)
    pixels[_grown(edge, 1)] = (*_LINE, 255)
    return QImage(pixels.tobytes(), _SIDE, _SIDE, 4 * _SIDE, QImage.Format.Format_RGBA8888).copy()


def _spread(count: int) -> NDArray[np.float64]:
    """Return how much each of `count` places has in each pixel of a side, shape (pixels, places); rows sum to 1."""
    pixels = (np.arange(_SIDE) + 0.5) * count / _SIDE - 0.5
    weights = np.exp(-0.5 * ((pixels[:, None] - np.arange(count)) / _SPREAD) ** 2)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _edge(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the pixels inside that have a neighbour outside; the borders of the photo are no edge."""
    edge = np.zeros_like(inside)
    edge[1:] |= inside[1:] & ~inside[:-1]
    edge[:-1] |= inside[:-1] & ~inside[1:]
    edge[:, 1:] |= inside[:, 1:] & ~inside[:, :-1]
    edge[:, :-1] |= inside[:, :-1] & ~inside[:, 1:]
    return edge


def _grown(mask: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    """Return a mask made wider by some pixels on every side."""
    for _ in range(by):
        wider = mask.copy()
        wider[1:] |= mask[:-1]
        wider[:-1] |= mask[1:]
        wider[:, 1:] |= mask[:, :-1]
        wider[:, :-1] |= mask[:, 1:]
        mask = wider
    return mask
