"""Training, from a collection to a model: divide, compute features, train the head, judge, write."""

import importlib.metadata
import platform
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np

from tlgui import __version__
from tlgui.errors import CollectionError
from tlgui.files import storage_error
from tlgui.learning.evaluation import evaluate_probabilities
from tlgui.learning.features import FeatureExtractor, Features, Pace
from tlgui.learning.fitting import Examples, Fit, fit_head
from tlgui.learning.model_file import write_model
from tlgui.learning.network import build_head, join
from tlgui.learning.recipe import Recipe
from tlgui.learning.records import ModelSummary
from tlgui.photos.collection import Collection, Part
from tlgui.photos.split import split_collection
from tlgui.progress import JobContext, Progress, Stage

_LIBRARIES = ("keras", "tensorflow", "numpy", "pillow")


def train(collection: Collection, recipe: Recipe, model_path: Path, context: JobContext) -> ModelSummary:
    """Train a recipe on a collection and write the model.

    Args:
        collection: The photos; those that are gone or damaged by now are left out.
        recipe: Every setting.
        model_path: The `.tlmodel` to write.
        context: Told the progress, every batch and every epoch, and asked whether to go on. Once an epoch is
            complete, Stop ends the training with the best epoch so far; before, it leaves nothing.

    Returns:
        What the written file says of itself.

    Raises:
        Cancelled: The user pressed Stop before the first epoch was complete.
        CollectionError: Too few photos, or too few left.
        WeightsError: The backbone's weights cannot be used.
        SettingError: The recipe does not lead anywhere on these photos.
        StorageError: The model cannot be written.
    """
    started = time.monotonic()
    _check_target(model_path)
    settings = recipe.split
    split = split_collection(collection, settings.validation, settings.test, settings.use_own, recipe.seed)
    context.report(Progress(Stage.LOADING))
    extractor = FeatureExtractor(recipe, context)
    copies = recipe.augmentation.copies
    pace = Pace(len(split.training) * (1 + copies) + len(split.validation), context)
    training = extractor.extract(split.training, copies, context, pace)
    validation = extractor.extract(split.validation, 0, context, pace)
    _check_photos_left(collection, training, validation)

    context.report(Progress(Stage.TRAINING))
    head = build_head(recipe, (extractor.length,), len(collection.classes))
    judged = _examples(validation, collection.class_names)
    fit = fit_head(head, recipe, _examples(training, collection.class_names), judged, context)

    # From here on there is something to keep, and little left to do: Stop is not asked for any more.
    context.report(Progress(Stage.EVALUATING))
    summary = _summary(collection, recipe, model_path, fit, len(training.photos), judged, started)
    context.report(Progress(Stage.SAVING))
    write_model(model_path, join(extractor.backbone, head), summary)
    return summary


def _examples(features: Features, class_names: Sequence[str]) -> Examples:
    """Return one example for each photo and each copy."""
    rows = features.matrix.reshape(-1, features.matrix.shape[-1])
    places = {name: place for place, name in enumerate(class_names)}
    labels = np.array([places[photo.class_name] for photo in features.photos], np.intp)
    return Examples(rows, np.repeat(labels, features.matrix.shape[1]))


def _summary(
    collection: Collection,
    recipe: Recipe,
    path: Path,
    fit: Fit,
    photo_count: int,
    judged: Examples,
    started: float,
) -> ModelSummary:
    return ModelSummary(
        path=path,
        class_names=collection.class_names,
        backbone=recipe.backbone,
        input_size=recipe.input_size,
        recipe=recipe,
        created=datetime.now().astimezone().isoformat(timespec="seconds"),
        photo_count=photo_count,
        evaluation=evaluate_probabilities(fit.probabilities, judged.labels, collection.class_names, Part.VALIDATION),
        history=fit.history,
        seconds=time.monotonic() - started,
        stop_reason=fit.reason,
        versions=_versions(),
    )


def _versions() -> tuple[tuple[str, str], ...]:
    libraries = tuple((name, importlib.metadata.version(name)) for name in _LIBRARIES)
    return (("tlgui", __version__), ("python", platform.python_version()), *libraries)


def _check_target(path: Path) -> None:
    """Refuse a place that cannot be written to now, and not after the training."""
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise storage_error(error, path) from error


def _check_photos_left(collection: Collection, training: Features, validation: Features) -> None:
    """Refuse to go on where so many photos vanished or broke that there is nothing to learn."""
    failed = (*training.failed, *validation.failed)
    learned = {photo.class_name for photo in training.photos}
    missing = [name for name in collection.class_names if name not in learned]
    if not missing and validation.photos:
        return
    folder = collection.folder.name
    if not collection.folder.is_dir():
        message = f"The folder “{folder}” is gone: it was moved, renamed or deleted while its photos were being read."
    elif not learned:
        message = f"None of the {len(training.failed)} photos to learn from in “{folder}” can be read any more."
    elif missing:
        message = f"The class “{missing[0]}” has no photo left that can be read."
    else:
        message = f"None of the {len(validation.failed)} photos kept for validation can be read any more."
    first = f" The first problem: {failed[0][1].message}" if failed else ""
    raise CollectionError(message + first, "Put the photos back, or open the folder again to see what is left.")
