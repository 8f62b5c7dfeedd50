"""Training, from a collection to a model: divide, train, judge, write."""

import importlib.metadata
import platform
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import keras
import tensorflow as tf

from tlgui import __version__
from tlgui.errors import Cancelled
from tlgui.files import storage_error
from tlgui.learning import devices
from tlgui.learning.course import Course
from tlgui.learning.evaluation import evaluate_probabilities
from tlgui.learning.model_file import LoadedModel, warmed, write_model
from tlgui.learning.network import join
from tlgui.learning.recipe import Recipe
from tlgui.learning.records import ModelSummary, StopReason
from tlgui.learning.runtime import FloatArray
from tlgui.learning.streaming import Trunk
from tlgui.photos.collection import Collection, Part
from tlgui.photos.split import split_collection
from tlgui.progress import JobContext, Progress, Stage

_LIBRARIES = ("keras", "tensorflow", "onnxruntime", "numpy", "pillow")


@dataclass(frozen=True, slots=True)
class Trained:
    """A model that was just trained, with all that is needed to use it without reading its file again.

    Args:
        summary: What its file says of it.
        model: RGB 0..255 to probabilities.
        make_trunk: Returns the part that was not trained, as a fast function from RGB 0..255; it may take seconds, in
            which the context is asked whether to go on.
        rest: The part that was, from what the trunk says to probabilities.
    """

    summary: ModelSummary
    model: keras.Model
    make_trunk: Callable[[JobContext], Trunk]
    rest: keras.Model

    def ready(self) -> LoadedModel:
        """Return it as if it had been loaded, warm; its networks must not be trained any more."""
        trunk = self.make_trunk(JobContext())
        signature = tf.TensorSpec([None, *self.rest.input_shape[1:]], tf.float32)
        rest = tf.function(lambda maps: self.rest(maps, training=False), input_signature=[signature])

        def run(pixels: FloatArray) -> FloatArray:
            probabilities: FloatArray = rest(tf.constant(trunk(pixels))).numpy()
            return probabilities

        return warmed(self.summary, self.model, run)


def train(
    collection: Collection,
    recipe: Recipe,
    model_path: Path,
    context: JobContext,
    *,
    run_folder: Path | None = None,
    start_from: Path | None = None,
    resume: bool = False,
) -> ModelSummary:
    """Train a recipe on a collection, write the model, and return what it says of itself; see `train_network`."""
    trained = train_network(
        collection, recipe, model_path, context, run_folder=run_folder, start_from=start_from, resume=resume
    )
    return trained.summary


def train_network(
    collection: Collection,
    recipe: Recipe,
    model_path: Path,
    context: JobContext,
    *,
    run_folder: Path | None = None,
    start_from: Path | None = None,
    resume: bool = False,
) -> Trained:
    """Train a recipe on a collection, write the model, and return it ready to be used.

    Args:
        collection: The photos; those that are gone or damaged by now are left out.
        recipe: Every setting.
        model_path: The `.tlmodel` to write.
        context: Told the progress, every batch and every epoch, and asked whether to go on. Once an epoch is
            complete, Stop ends the training with the epoch that is kept so far; before, it leaves nothing.
        run_folder: Where each epoch leaves what is needed to go on after a kill, and says how far the training is;
            None for nowhere.
        start_from: A `.tlmodel` whose weights are the first ones; classes are taken over by name.
        resume: Go on where `run_folder` says that a killed training was, with the epochs that it would have had; Stop
            at once makes a model of its best epoch. Where no epoch was complete, it begins anew.

    Raises:
        Cancelled: The user pressed Stop before the first epoch was complete.
        CollectionError: Too few photos, or too few left.
        WeightsError: The backbone's weights cannot be used.
        SettingError: The recipe does not lead anywhere on these photos, does not fit `start_from`, or is not the one
            that the killed training had.
        ModelFileError: `start_from` cannot be read.
        StorageError: The model, or what an epoch leaves, cannot be written.
    """
    devices.prepare()
    for path in (model_path, *([run_folder / "checkpoint"] if run_folder else [])):
        _check_target(path)
    settings = recipe.split
    split = split_collection(collection, settings.validation, settings.test, settings.use_own, recipe.seed)
    course = Course(collection, split, recipe, context, run_folder, start_from)
    try:
        course.run(resume=resume)
        reason = course.fitting.reason
    except Cancelled:
        if not course.conclude(resume=resume):
            raise
        reason = StopReason.STOPPED
    # From here on there is something to keep, and little left to do: Stop is not asked for any more.
    context.report(Progress(Stage.EVALUATING))
    summary = _summary(collection, recipe, model_path, course, reason)
    context.report(Progress(Stage.SAVING))
    model = join(course.backbone, course.head)
    write_model(model_path, model, summary)
    course.journal.close()
    return Trained(summary, model, course.make_trunk, course.rest)


def _summary(collection: Collection, recipe: Recipe, path: Path, course: Course, reason: StopReason) -> ModelSummary:
    kept = course.fitting.kept
    return ModelSummary(
        path=path,
        class_names=collection.class_names,
        backbone=recipe.backbone,
        input_size=recipe.input_size,
        recipe=recipe,
        created=datetime.now().astimezone().isoformat(timespec="seconds"),
        photo_count=course.roll.training_count,
        evaluation=evaluate_probabilities(kept.probabilities, kept.labels, collection.class_names, Part.VALIDATION),
        history=course.fitting.history,
        seconds=course.journal.seconds,
        stop_reason=reason,
        versions=_versions(),
        device=devices.describe(),
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
