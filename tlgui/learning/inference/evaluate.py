"""How far a model can be trusted: accuracy with its range, the confusion matrix, and each class by itself."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tlgui.errors import CollectionError, PhotoError
from tlgui.learning.data.prefetch import pixels_of, read_batches
from tlgui.learning.data.unreadable_record import UnreadableRecord
from tlgui.learning.model_file.tlmodel import LoadedModel
from tlgui.learning.results import ClassResult, Evaluation, Interval
from tlgui.photos.collection import Collection, Part, Photo
from tlgui.photos.split import split_collection
from tlgui.progress import Countdown, JobContext, Progress, Stage, Throttle

# The 97.5 % point of the normal distribution: 95 % lie between it and its negative.
_Z_95 = 1.959963984540054
# Keras's own bound: the logarithm of a probability of exactly 0 would be endless.
_SMALLEST_PROBABILITY = 1e-7
_NAMES_SHOWN = 3


class Tally:
    """Counts right and wrong names batch by batch, so that memory does not grow with the photos.

    Args:
        class_names: The labels in output order.
    """

    def __init__(self, class_names: Sequence[str]) -> None:
        self._class_names = tuple(class_names)
        self._confusion = np.zeros((len(class_names), len(class_names)), np.int64)
        self._loss = 0.0

    def add(self, probabilities: npt.NDArray[np.float32], labels: npt.NDArray[np.intp]) -> None:
        """Count a batch.

        Args:
            probabilities: Shape (photos, classes), rows sum to 1.
            labels: Shape (photos,), the true classes as places in the output order.
        """
        np.add.at(self._confusion, (labels, probabilities.argmax(axis=1)), 1)
        true = probabilities[np.arange(len(labels)), labels].astype(np.float64)
        self._loss -= float(np.log(np.clip(true, _SMALLEST_PROBABILITY, 1.0)).sum())

    def evaluation(self, part: Part | None) -> Evaluation:
        """Return what was counted so far; with no photo at all, an accuracy of 0 that may be anything."""
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
        photos, named = int(self._confusion[index].sum()), int(self._confusion[:, index].sum())
        return ClassResult(
            name=self._class_names[index],
            photo_count=photos,
            recall=right / photos if photos else 0.0,
            precision=right / named if named else 0.0,
        )


def wilson_interval(right: int, total: int) -> Interval:
    """Return where a share lies with 95 % confidence, by Wilson's score interval.

    Unlike the textbook's normal interval it stays within 0..1 and holds for few photos and for shares near 0 and 1.
    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the
    American Statistical Association 22 (1927), 209-212; without continuity correction.

    Args:
        right: Photos named rightly.
        total: All photos; with none the share can be anything.
    """
    if total == 0:
        return Interval(0.0, 1.0)
    share = right / total
    weight = _Z_95**2 / total
    middle = (share + weight / 2) / (1 + weight)
    half = _Z_95 / (1 + weight) * math.sqrt(share * (1 - share) / total + weight / (4 * total))
    # At 0 and 1 the formula is exact; its rounding is not.
    return Interval(
        0.0 if right == 0 else max(0.0, middle - half),
        1.0 if right == total else min(1.0, middle + half),
    )


def evaluate_probabilities(
    probabilities: npt.NDArray[np.float32],
    labels: npt.NDArray[np.intp],
    class_names: Sequence[str],
    part: Part | None,
) -> Evaluation:
    """Judge predictions that are at hand.

    Args:
        probabilities: Shape (photos, classes), rows sum to 1.
        labels: Shape (photos,), the true classes as places in `class_names`.
        class_names: The labels in output order.
        part: The part of the split they are; None for all photos.
    """
    tally = Tally(class_names)
    tally.add(probabilities, labels)
    return tally.evaluation(part)


def evaluate(model: LoadedModel, collection: Collection, part: Part | None, context: JobContext) -> Evaluation:
    """Judge a model on a collection; photos that cannot be read are told of, left out and not counted.

    Args:
        model: The model.
        collection: Its classes must be among the model's; it need not have all of them.
        part: The part of the split that the model's own recipe makes of the collection; None for all photos.
        context: Told the progress and the photos that cannot be read (`PhotosUnreadable`), and asked before each photo
            whether to go on.

    Raises:
        CollectionError: A class the model does not know, no photos in the part, or none that can be read.
        Cancelled: The user pressed Stop.
    """
    _check_classes(model, collection)
    photos = _photos(model, collection, part)
    places = {name: place for place, name in enumerate(model.summary.class_names)}
    labels = np.array([places[photo.class_name] for photo in photos], np.intp)
    tally = Tally(model.summary.class_names)
    report, countdown = Throttle(context.report), Countdown(len(photos))
    report(Progress(Stage.EVALUATING, 0, len(photos)))
    paths = [photo.path for photo in photos]
    failed: dict[Path, PhotoError] = {}
    for batch in read_batches(paths, model.summary.input_size, model.batch_size, context):
        readable = [photo for photo in batch if isinstance(photo.content, np.ndarray)]
        if readable:
            tally.add(model.predict(pixels_of(readable)), labels[[photo.index for photo in readable]])
        failed |= {photo.path: photo.content for photo in batch if isinstance(photo.content, PhotoError)}
        done = batch[-1].index + 1
        report(Progress(Stage.EVALUATING, done, len(photos), countdown.seconds_left(done)))
    UnreadableRecord(collection.folder, context).tell(failed)
    evaluation = tally.evaluation(part)
    if evaluation.photo_count == 0:
        raise CollectionError(
            f"None of the {len(photos)} photos to evaluate in “{collection.folder.name}” can be read.",
            "Check that the folder is still there, then open it again.",
        )
    return evaluation


def _check_classes(model: LoadedModel, collection: Collection) -> None:
    known = model.summary.class_names
    strange = [name for name in collection.class_names if name not in set(known)]
    if strange:
        raise CollectionError(
            f"“{model.summary.path.name}” does not know {_listed(strange)}, found in “{collection.folder.name}”.",
            f"It knows {_listed(known)}. Choose a folder whose subfolders have these names.",
        )


def _photos(model: LoadedModel, collection: Collection, part: Part | None) -> Sequence[Photo]:
    """Return the photos of the part, as the training of this model would have divided the collection."""
    recipe = model.summary.recipe
    if part is None:
        photos: Sequence[Photo] = tuple(collection.photos())
    elif part is Part.TEST and recipe.split.use_own and any(photo.part is part for photo in collection.photos()):
        # A folder's own test photos can be judged even where nothing is left to train on.
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
