"""Whether an export says the same as the model, on the user's own photos where there are enough."""

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

# A single picture, and several at once: some exports only go wrong on one of the two.
_BATCHES = (1, 7)


@dataclass(frozen=True)
class Pictures:
    """What an export is compared on.

    Args:
        pixels: uint8 of shape (pictures, size, size, 3).
        drawn_count: How many of them are drawn, because there were too few photos.
    """

    pixels: NDArray[np.uint8]
    drawn_count: int


def gather_pictures(photos: Sequence[Path], size: int, context: JobContext) -> Pictures:
    """Read some of the photos, spread over all of them, and draw what is missing.

    Args:
        photos: The photos at hand; those that cannot be read are left out.
        size: Side of the model's input, in pixels.
        context: Asked before each photo whether to go on.
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
    """Return the largest difference between two probabilities over all pictures.

    Endless where the export returns another shape or something that is not a number.

    Args:
        expected: The model's own function.
        found: The export in its own runtime.
        pixels: uint8 of shape (pictures, size, size, 3).
        context: Told the progress, and asked before each batch whether to go on.
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
