"""Judges all photos of a collection by heads that never saw them, without a training: on frozen features alone.

From it come the ranking of photos that are probably in the wrong class, and the learning curve.
"""

import math
from dataclasses import dataclass

import numpy as np

from tlgui.errors import CollectionError
from tlgui.learning.arrays import FloatArray, Labels
from tlgui.learning.assessment.calibration import calibrated, fit_temperature
from tlgui.learning.assessment.folds import groups_among
from tlgui.learning.assessment.learning_curve import learning_curve
from tlgui.learning.backbones.photo_sizes import for_photos
from tlgui.learning.data.feature_extractor import FeatureExtractor
from tlgui.learning.data.unreadable_record import UnreadableRecord
from tlgui.learning.learning_curve import LearningCurve
from tlgui.learning.recipes.recipe import NO_WEIGHTS, ORIGINAL, Recipe
from tlgui.learning.training.assess import judgements_of
from tlgui.learning.training.cross_validation import FOLD_COUNT, HeadEpochs, OutOfFold, cross_validate
from tlgui.learning.training.judging import Judged
from tlgui.learning.trust import JudgedBy, PhotoJudgement
from tlgui.photos.collection import Collection, Photo
from tlgui.progress import JobContext, Progress, Stage

CURVE_SHARES = (0.25, 0.5, 1.0)
"""The shares of the photos that the heads of a learning curve are trained on."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the frozen backbone of a recipe sees in the photos of a collection that can be read."""

    photos: tuple[Photo, ...]
    features: FloatArray
    labels: Labels
    groups: list[list[int]]


def judge_unseen(collection: Collection, recipe: Recipe, context: JobContext) -> tuple[PhotoJudgement, ...]:
    """Judge each photo by a head that was trained without it, on the features of the recipe's frozen backbone.

    Args:
        collection: The photos, with their groups; at least two classes.
        recipe: Its backbone and head are used, and what is needed to train the head. Nothing is fine-tuned: a backbone
            that was trained on a photo would know it.
        context: Receives the progress and `PhotosUnreadable`; its checkpoint is called in every batch.

    Returns:
        The photos in the order of the collection, with calibrated probabilities; without those that cannot be read,
        and without those of a class of one photo.

    Raises:
        CollectionError: No class has two photos that can be read.
        WeightsError: The weights of the backbone are not available.
        Cancelled: The user pressed Stop.
    """
    seen = _seen(collection, recipe, context)
    context.report(Progress(Stage.EVALUATING))
    found = _judged(seen, collection, recipe, recipe.epochs, 1.0, context)
    if not len(found.rows):
        raise CollectionError(
            f"Too few photos in “{collection.folder.name}” can be read to compare them.",
            "Each class needs at least 2 photos; 20 or more work well.",
        )
    labels = seen.labels[found.rows]
    probabilities = calibrated(found.probabilities, fit_temperature(found.probabilities, labels))
    photos = tuple(seen.photos[row] for row in found.rows)
    return tuple(judgements_of(Judged(JudgedBy.OUT_OF_FOLD, photos, labels, probabilities, found.folds), collection))


def measure_learning_curve(
    collection: Collection, recipe: Recipe, epochs: int, context: JobContext
) -> LearningCurve | None:
    """Train heads on parts of the photos, and judge photos that they never saw.

    Args:
        collection: As for `judge_unseen`.
        recipe: As for `judge_unseen`.
        epochs: The epochs to train each head.
        context: As for `judge_unseen`.

    Returns:
        The curve; None where the recipe has no pretrained backbone whose features could be used, or too few photos can
        be read.

    Raises:
        WeightsError: The weights of the backbone are not available.
        Cancelled: The user pressed Stop.
    """
    if recipe.weights == NO_WEIGHTS:
        return None
    seen = _seen(collection, recipe, context)
    context.report(Progress(Stage.EVALUATING))
    found = [_judged(seen, collection, recipe, epochs, share, context) for share in CURVE_SHARES]
    rows = found[-1].rows
    if not len(rows) or any(len(part.rows) != len(rows) for part in found):
        return None
    labels = seen.labels[rows]
    is_right = np.stack([part.probabilities.argmax(axis=1) == labels for part in found])
    trained_on = (FOLD_COUNT - 1) / FOLD_COUNT * len(seen.labels)
    counts = [math.ceil(share * trained_on) for share in CURVE_SHARES]
    return learning_curve(CURVE_SHARES, counts, is_right, labels, collection.class_names)


def _seen(collection: Collection, recipe: Recipe, context: JobContext) -> _Seen:
    recipe = for_photos(recipe, collection)
    features = FeatureExtractor(recipe, context).extract(tuple(collection.photos()), (ORIGINAL,), context)
    UnreadableRecord(collection.folder, context).report({photo.path: error for photo, error in features.failed})
    indices = {name: index for index, name in enumerate(collection.class_names)}
    labels = np.array([indices[photo.class_name] for photo in features.photos], np.intp)
    groups = groups_among([photo.path for photo in features.photos], collection.groups)
    return _Seen(features.photos, features.matrix[:, 0], labels, groups)


def _judged(
    seen: _Seen, collection: Collection, recipe: Recipe, epochs: int, share: float, context: JobContext
) -> OutOfFold:
    count = len(collection.classes)
    kept = HeadEpochs(min(epochs, recipe.epochs), recipe.epochs)
    return cross_validate([seen.features], seen.labels, seen.groups, count, recipe, kept, context, share)
