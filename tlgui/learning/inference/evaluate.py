"""Evaluates predictions: accuracy with its 95 % interval, confusion matrix, recall and precision of each class."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from tlgui.errors import CollectionError, PhotoError
from tlgui.learning.arrays import FloatArray, Labels
from tlgui.learning.assessment.wilson import wilson_interval
from tlgui.learning.data.prefetch import ReadPhoto, pixels_of, read_batches
from tlgui.learning.data.unreadable_record import UnreadableRecord
from tlgui.learning.inference.predictor import Predictor
from tlgui.learning.inference.trust_counts import TrustCounts
from tlgui.learning.results import ClassResult, Evaluation, MistakenPhoto, PhotosMistaken
from tlgui.photos.collection import Collection, Part, Photo
from tlgui.photos.split import split_collection
from tlgui.progress import Countdown, JobContext, Progress, Stage, Throttle

# As in Keras: the logarithm of a probability of 0 would be infinite.
_SMALLEST_PROBABILITY = 1e-7
_NAMES_SHOWN = 3
_NOT_LEARNED_FROM = (Part.VALIDATION, Part.TEST)


class ConfusionCounts:
    """Counts predictions batch by batch, so that memory does not grow with the number of photos.

    Args:
        class_names: The labels in output order.
    """

    def __init__(self, class_names: Sequence[str]) -> None:
        self._class_names = tuple(class_names)
        self._confusion = np.zeros((len(class_names), len(class_names)), np.int64)
        self._loss = 0.0

    def add(self, probabilities: FloatArray, labels: Labels) -> None:
        """Count a batch.

        Args:
            probabilities: float32 of shape (photos, classes); rows sum to 1.
            labels: True classes as indices in output order, shape (photos,).
        """
        np.add.at(self._confusion, (labels, probabilities.argmax(axis=1)), 1)
        true = probabilities[np.arange(len(labels)), labels].astype(np.float64)
        self._loss -= float(np.log(np.clip(true, _SMALLEST_PROBABILITY, 1.0)).sum())

    def evaluation(self, part: Part | None) -> Evaluation:
        """Return the evaluation of all batches so far.

        Args:
            part: The part of the split that was counted; None for all photos.

        Returns:
            Its values; without any photo an accuracy of 0 with an interval of 0 to 1, and a loss of NaN.
        """
        total, right = int(self._confusion.sum()), int(self._confusion.trace())
        return Evaluation(
            part=part,
            photo_count=total,
            accuracy=right / total if total else 0.0,
            interval=wilson_interval(right, total),
            loss=self._loss / total if total else math.nan,
            classes=tuple(self._class_result(index) for index in range(len(self._class_names))),
            confusion=tuple(tuple(int(count) for count in row) for row in self._confusion),
        )

    def _class_result(self, index: int) -> ClassResult:
        right = int(self._confusion[index, index])
        photos, predicted = int(self._confusion[index].sum()), int(self._confusion[:, index].sum())
        return ClassResult(
            name=self._class_names[index],
            photo_count=photos,
            recall=right / photos if photos else None,
            precision=right / predicted if predicted else None,
        )


def evaluate_probabilities(
    probabilities: FloatArray,
    labels: Labels,
    class_names: Sequence[str],
    part: Part | None,
) -> Evaluation:
    """Evaluate predictions that were made before.

    Args:
        probabilities: float32 of shape (photos, classes); rows sum to 1.
        labels: True classes as indices in `class_names`, shape (photos,).
        class_names: The labels in output order.
        part: The part of the split that the photos are from; None for all photos.

    Example:
        >>> probabilities = np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]], np.float32)
        >>> evaluation = evaluate_probabilities(probabilities, np.array([0, 1, 1]), ["robin", "wren"], part=None)
        >>> round(evaluation.accuracy, 3), evaluation.confusion
        (0.667, ((1, 0), (1, 1)))
    """
    counts = ConfusionCounts(class_names)
    counts.add(probabilities, labels)
    return counts.evaluation(part)


def evaluate(model: Predictor, collection: Collection, part: Part | None, context: JobContext) -> Evaluation:
    """Evaluate a model on a collection.

    Args:
        model: The model.
        collection: The photos. Its classes must be among those of the model; some may be missing.
        part: The part of the split by the model's recipe; None for all photos.
        context: Receives the progress, `PhotosMistaken` for photos that were named wrongly, and `PhotosUnreadable` for
            those that are left out; its checkpoint is called before each photo.

    Raises:
        CollectionError: A class is not among those of the model, the part has no photos, or none of them is readable.
        Cancelled: The user pressed Stop.
    """
    _check_classes(model, collection)
    photos = _photos(model, collection, part)
    indices = {name: index for index, name in enumerate(model.summary.class_names)}
    labels = np.array([indices[photo.class_name] for photo in photos], np.intp)
    counts, trust = ConfusionCounts(model.summary.class_names), TrustCounts(model.summary)
    report, countdown = Throttle(context.report), Countdown(len(photos))
    report(Progress(Stage.EVALUATING, 0, len(photos)))
    paths = [photo.path for photo in photos]
    failed: dict[Path, PhotoError] = {}
    for batch in read_batches(paths, model.summary.input_size, model.batch_size, context):
        readable = [photo for photo in batch if isinstance(photo.content, np.ndarray)]
        if readable:
            probabilities, distances, _ = model.answers(pixels_of(readable))
            own_labels = labels[[photo.index for photo in readable]]
            counts.add(probabilities, own_labels)
            trust.add(probabilities, own_labels, distances)
            if mistaken := _mistaken(readable, probabilities, own_labels, model.summary.class_names):
                context.report(PhotosMistaken(mistaken))
        failed |= {photo.path: photo.content for photo in batch if isinstance(photo.content, PhotoError)}
        done = batch[-1].index + 1
        report(Progress(Stage.EVALUATING, done, len(photos), countdown.seconds_left(done)))
    UnreadableRecord(collection.folder, context).report(failed)
    evaluation = counts.evaluation(part)
    if evaluation.photo_count == 0:
        raise CollectionError(
            f"None of the {len(photos)} photos to evaluate in “{collection.folder.name}” can be read.",
            "Check that the folder is still there, then open it again.",
        )
    return replace(evaluation, trust=replace(trust.check(), may_have_learned=part not in _NOT_LEARNED_FROM))


def _mistaken(
    photos: Sequence[ReadPhoto], probabilities: FloatArray, labels: Labels, class_names: Sequence[str]
) -> tuple[MistakenPhoto, ...]:
    named = probabilities.argmax(axis=1)
    return tuple(
        MistakenPhoto(photo.path, class_names[label], class_names[best], float(row[best]))
        for photo, row, label, best in zip(photos, probabilities, labels, named, strict=True)
        if best != label
    )


def _check_classes(model: Predictor, collection: Collection) -> None:
    known = model.summary.class_names
    unknown = [name for name in collection.class_names if name not in set(known)]
    if unknown:
        raise CollectionError(
            f"“{model.summary.path.name}” does not know {_listed(unknown)}, found in “{collection.folder.name}”.",
            f"It knows {_listed(known)}. Choose a folder whose subfolders have these names.",
        )


def _photos(model: Predictor, collection: Collection, part: Part | None) -> Sequence[Photo]:
    """Return the photos of a part, divided by the recipe of the model."""
    recipe = model.summary.recipe
    if part is None:
        photos: Sequence[Photo] = tuple(collection.photos())
    elif part is Part.TEST and recipe.split.use_own and collection.has_photos_in(part):
        # The folder's own test photos can be evaluated even if it has no training photos.
        photos = [photo for photo in collection.photos() if photo.part is part]
    else:
        settings = recipe.split
        photos = split_collection(collection, settings.validation, settings.test, settings.use_own, recipe.seed).part(
            part
        )
    if not photos:
        which = f"{part.value} photos" if part else "photos"
        raise CollectionError(
            f"There are no {which} in “{collection.folder.name}”.",
            "Evaluate another part, or all photos." if part else "Choose a folder with one subfolder for each class.",
        )
    return photos


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"“{name}”" for name in names[:_NAMES_SHOWN])
    more = len(names) - _NAMES_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
