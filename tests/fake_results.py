"""What the fake engine answers: predictions, evaluations, and the progress of a run on disk."""

import hashlib
import json
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tlgui.errors import PhotoError
from tlgui.learning.model_file.manifest import epochs_json
from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.results import (
    ClassResult,
    ClassScore,
    Evaluation,
    Explanation,
    Interval,
    Prediction,
)
from tlgui.learning.runs.progress import CHECKPOINT, PROGRESS
from tlgui.photos.collection import Collection, Part, Photo
from tlgui.photos.pictures.decode import read_photo
from tlgui.photos.split import split_collection
from tlgui.progress import EpochEnded


def write_progress(run_folder: Path | None, history: Sequence[EpochEnded]) -> None:
    """Leave what the real engine leaves after each epoch, so that a run can be resumed; does not wait for the disk."""
    if run_folder is not None:
        (run_folder / CHECKPOINT).write_text("fake weights\n")
        progress = {"history": epochs_json(history), "seconds": float(len(history))}
        (run_folder / PROGRESS).write_text(json.dumps(progress))


def prediction_for(path: Path, class_names: tuple[str, ...], top: int) -> Prediction:
    """Return the class whose name the path holds as the best, else one that the file name decides."""
    try:
        read_photo(path, 32)
    except PhotoError as error:
        return Prediction(path, error=str(error))
    named = [name for name in class_names if name.lower() in str(path).lower()]
    best = named[-1] if named else class_names[zlib.crc32(path.name.encode()) % len(class_names)]
    others = [name for name in class_names if name != best]
    scores = [ClassScore(best, 0.8), *(ClassScore(name, 0.2 / len(others)) for name in others)]
    digest = digest_of(path)
    look = look_for(class_names.index(best), digest)
    return Prediction(path, tuple(scores[:top]), digest=digest, look=look, time=path.stat().st_mtime)


def digest_of(path: Path) -> bytes:
    """Return the SHA-256 of a file's bytes; empty where it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).digest()
    except OSError:
        return b""


def look_for(index: int, digest: bytes) -> bytes:
    """Return the look of a photo: photos of one class look alike, and each a little different."""
    numbers = np.frombuffer(digest[:8], np.uint8) / 1000
    numbers[index % len(numbers)] += 1
    return (numbers / np.linalg.norm(numbers)).astype("<f2").tobytes()


def explanation_for(path: Path, class_names: tuple[str, ...], class_name: str | None = None) -> Explanation:
    """Return that the lower left third of a photo speaks for a class, by default the one of `prediction_for`."""
    prediction = prediction_for(path, class_names, len(class_names))
    if prediction.error:
        raise PhotoError(prediction.error)
    score = next(score for score in prediction.scores if class_name in (None, score.class_name))
    values = (0.0, 0.0, 0.0, 0.1, 0.0, 0.0, 1.0, 0.2, 0.0)
    return Explanation(path, score.class_name, score.probability, 3, 3, values)


def photos_of(collection: Collection, recipe: Recipe, part: Part | None) -> tuple[Photo, ...]:
    """Return the photos of a part as the recipe divides them; all of them for None."""
    if part is None:
        return tuple(collection.photos())
    shares = recipe.split
    return split_collection(collection, shares.validation, shares.test, shares.use_own, recipe.seed).part(part)


def evaluation_of(photos: tuple[Photo, ...], names: tuple[str, ...], part: Part | None, accuracy: float) -> Evaluation:
    """Return an evaluation where all classes fare alike; what is not recognised is taken for the next class."""
    counts = [sum(photo.class_name == name for photo in photos) for name in names]
    confusion = []
    for row, count in enumerate(counts):
        entries = [0] * len(counts)
        entries[row] = round(count * accuracy)
        entries[(row + 1) % len(counts)] += count - entries[row]
        confusion.append(tuple(entries))
    return Evaluation(
        part=part,
        photo_count=len(photos),
        accuracy=accuracy,
        interval=Interval(max(accuracy - 0.05, 0.0), min(accuracy + 0.04, 1.0)),
        loss=0.4,
        classes=tuple(ClassResult(name, count, accuracy, accuracy) for name, count in zip(names, counts, strict=True)),
        confusion=tuple(confusion),
    )
