"""Training, from a collection to a model: divide, train, judge, write."""

import functools
import importlib.metadata
import platform
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import keras
import tensorflow as tf

from tlgui import __version__
from tlgui.errors import Cancelled
from tlgui.learning.data.streamed_dataset import FrozenBase
from tlgui.learning.inference.evaluate import evaluate_probabilities
from tlgui.learning.model_file.tlmodel import LoadedModel, check_training, warmed, write_model
from tlgui.learning.networks import devices
from tlgui.learning.networks.builder import join
from tlgui.learning.networks.inference_function import FloatArray
from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.results import ModelSummary, StopReason
from tlgui.learning.training.checkpoint import CheckpointWriter
from tlgui.learning.training.phases import TrainingPlan, prepare
from tlgui.photos.collection import Collection, Part
from tlgui.photos.split import split_collection
from tlgui.progress import JobContext, Progress, Stage

_LIBRARIES = ("keras", "tensorflow", "onnxruntime", "numpy", "pillow")


@dataclass(frozen=True, slots=True)
class Trained:
    """A model that was just trained, with all that is needed to write it, and to use it without reading its file.

    Args:
        summary: What its file says of it; its path is where it was to be written.
        model: RGB 0..255 to probabilities.
        make_frozen_base: Returns the part that was not trained, as a fast function from RGB 0..255; it may take
            seconds, in which the context is asked whether to go on.
        trainable: The part that was, from its maps to probabilities.
        writer: Its checkpoint is removed once the model is written.
    """

    summary: ModelSummary
    model: keras.Model
    make_frozen_base: Callable[[JobContext], FrozenBase]
    trainable: keras.Model
    writer: CheckpointWriter

    def save(self, path: Path, context: JobContext) -> "Trained":
        """Write the model; what the epochs left goes then, unless the training was stopped and could go on.

        Args:
            path: The `.tlmodel` to write.
            context: Told that it is being written.

        Returns:
            The same, with the path of what was written.

        Raises:
            StorageError: The disk refused; it can be tried again, here or elsewhere.
            ModelFileError: The model could never be opened again.
        """
        context.report(Progress(Stage.SAVING))
        summary = replace(self.summary, path=path)
        write_model(path, self.model, summary)
        if summary.stop_reason is not StopReason.STOPPED:
            self.writer.close()
        return replace(self, summary=summary)

    def ready(self) -> LoadedModel:
        """Return it as if it had been loaded, warm; its networks must not be trained any more."""
        frozen_base = self.make_frozen_base(JobContext())
        signature = tf.TensorSpec([None, *self.trainable.input_shape[1:]], tf.float32)
        trainable = tf.function(lambda maps: self.trainable(maps, training=False), input_signature=[signature])

        def run(pixels: FloatArray) -> FloatArray:
            probabilities: FloatArray = trainable(tf.constant(frozen_base(pixels))).numpy()
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
    return trained.save(model_path, context).summary


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
    """Train a recipe on a collection, and return what is to be written.

    Whatever could keep the model from being written in the end is looked for before the first photo is read.

    Args:
        collection: The photos; those that are gone or damaged by now are left out.
        recipe: Every setting.
        model_path: The `.tlmodel` that is going to be written.
        context: Told the progress, every batch and every epoch, and asked whether to go on. Once an epoch is
            complete, Stop ends the training with the epoch that is kept so far; before, it leaves nothing.
        run_folder: Where each epoch leaves what is needed to go on after a kill, and says how far the training is;
            None for nowhere. Where the disk refuses that, the training goes on without, and says so once.
        start_from: A `.tlmodel` whose weights are the first ones; classes are taken over by name.
        resume: Go on where `run_folder` says that a killed training was, with the epochs that it would have had; Stop
            at once makes a model of its best epoch. Where no epoch was complete, it begins anew.

    Raises:
        Cancelled: The user pressed Stop before the first epoch was complete.
        CollectionError: Too few photos, or too few left.
        WeightsError: The backbone's weights cannot be used.
        SettingError: The recipe does not lead anywhere on these photos, does not fit `start_from`, or is not the one
            that the killed training had.
        ModelFileError: `start_from` cannot be read, or the model could not be opened once it was written.
        StorageError: The model cannot be written there.
    """
    check_training(model_path, collection, recipe)
    devices.prepare()
    settings = recipe.split
    split = split_collection(collection, settings.validation, settings.test, settings.use_own, recipe.seed)
    check = functools.partial(check_training, model_path, collection, recipe)
    build = functools.partial(
        prepare, collection, split, recipe, check=check, run_folder=run_folder, start_from=start_from, resume=resume
    )
    try:
        plan = build(context)
    except Cancelled:
        if not resume:
            raise
        # What the killed training left can be kept without training on.
        plan = build(replace(context, checkpoint=lambda: None))
        reason = _stopped(plan)
    else:
        try:
            plan.run()
            reason = plan.state.reason
        except Cancelled:
            reason = _stopped(plan)
    # From here on there is something to keep, and little left to do: Stop is not asked for any more.
    context.report(Progress(Stage.EVALUATING))
    summary = _summary(collection, recipe, model_path, plan, reason)
    model = join(plan.networks.backbone, plan.head)
    return Trained(summary, model, plan.networks.make_frozen_base, plan.trainable, plan.writer)


def _stopped(plan: TrainingPlan) -> StopReason:
    """Keep what a training has that was stopped; raise `Cancelled` where it has nothing."""
    if not plan.keep_saved():
        raise Cancelled
    return StopReason.STOPPED


def _summary(
    collection: Collection, recipe: Recipe, path: Path, plan: TrainingPlan, reason: StopReason
) -> ModelSummary:
    kept = plan.state.kept
    assert kept is not None
    return ModelSummary(
        path=path,
        class_names=collection.class_names,
        backbone=recipe.backbone,
        input_size=recipe.input_size,
        recipe=recipe,
        created=datetime.now().astimezone().isoformat(timespec="seconds"),
        photo_count=plan.unreadable.training_count,
        evaluation=evaluate_probabilities(kept.probabilities, kept.labels, collection.class_names, Part.VALIDATION),
        history=tuple(plan.state.epochs),
        seconds=plan.writer.seconds,
        stop_reason=reason,
        versions=_versions(),
        device=devices.describe(),
    )


def _versions() -> tuple[tuple[str, str], ...]:
    libraries = tuple((name, importlib.metadata.version(name)) for name in _LIBRARIES)
    return (("tlgui", __version__), ("python", platform.python_version()), *libraries)
