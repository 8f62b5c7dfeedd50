"""Comparison of an export with its model, on the user's photos where there are enough."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tlgui.errors import PhotoError
from tlgui.exporting.exporter import FloatArray
from tlgui.photos.pictures.decode import read_photo
from tlgui.photos.samples import SAMPLE_CLASSES, draw_picture
from tlgui.progress import JobContext, Progress, Stage

FEWEST_PICTURES = 16
MOST_PHOTOS = 32

# One picture, and several at once: some exports fail on one of the two only.
_BATCHES = (1, 7)


@dataclass(frozen=True)
class Pictures:
    """The pictures that an export is compared on.

    Args:
        pixels: uint8 of shape (pictures, size, size, 3).
        drawn_count: How many of them are drawn, because there were too few photos.
    """

    pixels: NDArray[np.uint8]
    drawn_count: int


def gather_pictures(photos: Sequence[Path], size: int, context: JobContext) -> Pictures:
    """Read at most 32 of the photos, evenly spaced; draw pictures where fewer than 16 can be read.

    Args:
        photos: The photos; those that cannot be read are left out.
        size: Side of the model's input, in pixels.
        context: Its checkpoint is called before each picture.

    Returns:
        The pictures.

    Raises:
        Cancelled: The user pressed Stop.
    """
    places = np.linspace(0, len(photos) - 1, min(MOST_PHOTOS, len(photos))).round().astype(int)
    pictures = []
    for path in [photos[place] for place in places]:
        context.checkpoint()
        try:
            pictures.append(read_photo(path, size))
        except PhotoError:
            continue
    drawn = range(max(FEWEST_PICTURES - len(pictures), 0))
    for seed in drawn:
        context.checkpoint()
        pictures.append(np.asarray(draw_picture(seed % len(SAMPLE_CLASSES), seed, size).convert("RGB")))
    return Pictures(np.stack(pictures), len(drawn))


def largest_difference(
    expected: Callable[[FloatArray], FloatArray],
    found: Callable[[FloatArray], FloatArray],
    pixels: NDArray[np.uint8],
    context: JobContext,
) -> float:
    """Return the largest difference between two probabilities, or two distances, over all pictures.

    Args:
        expected: The model's function.
        found: The export in its own runtime.
        pixels: uint8 of shape (pictures, size, size, 3).
        context: Receives the progress; its checkpoint is called before each batch.

    Returns:
        The difference, 0..1; infinity where the export returns another shape or NaN.

    Raises:
        Cancelled: The user pressed Stop.
    """
    largest, start = 0.0, 0
    while start < len(pixels):
        context.checkpoint()
        context.report(Progress(Stage.COMPARING, start, len(pixels)))
        end = start + _BATCHES[min(start, 1)]
        batch = pixels[start:end].astype(np.float32)
        largest = max(largest, _difference(expected(batch), found(batch)))
        start = end
    context.report(Progress(Stage.COMPARING, len(pixels), len(pixels)))
    return largest


def _difference(expected: FloatArray, found: FloatArray) -> float:
    if expected.shape != found.shape:
        return float("inf")
    difference = float(np.abs(expected - found).max())
    return difference if np.isfinite(difference) else float("inf")
