"""Photos for boards in tests."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tlgui.learning.results import ClassScore, Prediction


def prediction(
    name: str,
    *scores: tuple[str, float],
    folder: str = "photos",
    time: float | None = None,
    look: Sequence[float] = (),
    error: str = "",
    distance: float | None = None,
) -> Prediction:
    """Return a prediction of a photo that is not on the disk.

    Args:
        name: The name of the file.
        scores: The classes and their probabilities, most probable first.
        folder: The folder below that of all photos.
        time: Seconds since 1970.
        look: What it looks like; made a unit vector.
        error: Why it could not be read.
        distance: To the training photos.
    """
    path = Path(os.sep, "home", "anna", folder, name)
    vector = np.array(look, np.float32)
    length = float(np.linalg.norm(vector))
    return Prediction(
        path,
        tuple(ClassScore(class_name, probability) for class_name, probability in scores),
        error,
        distance=distance,
        digest=str(path).encode()[-32:].ljust(32, b"."),
        time=time,
        look=(vector / (length or 1)).astype("<f2").tobytes(),
    )
