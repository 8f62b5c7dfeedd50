"""Trains a recipe on a collection: divides the photos, trains, measures, and writes the model.

Reasons for which the model could not be written in the end (number and names of the classes, size of the network, the
place, the free space) are checked before the first photo is read. If the disk refuses the model all the same, the
trained network stays in the engine until it is written elsewhere.
"""

import functools
import importlib.metadata
import logging
import platform
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import keras
import tensorflow as tf

from tlgui import __version__
from tlgui.errors import Cancelled, StorageError
from tlgui.learning.arrays import FloatArray
from tlgui.learning.assessment.novelty import Vectors
from tlgui.learning.backbones.photo_sizes import for_photos
from tlgui.learning.data.streamed_dataset import FrozenBase
from tlgui.learning.model_file.tlmodel import LoadedModel, check_training, warmed, write_model
from tlgui.learning.networks import devices
from tlgui.learning.networks.builder import join
from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.results import ModelSummary, StopReason
from tlgui.learning.runs.judgements import JUDGEMENTS, write_judgements
from tlgui.learning.training.assess import Assessment, assess
from tlgui.learning.training.checkpoint import CheckpointWriter
from tlgui.learning.training.judging import Judging
from tlgui.learning.training.phases import TrainingPlan, prepare
from tlgui.learning.trust import PhotoJudgement
from tlgui.photos.collection import Collection
from tlgui.photos.split import split_collection
from tlgui.progress import JobContext, Progress, Stage

_log = logging.getLogger(__name__)

_LIBRARIES = ("keras", "tensorflow", "onnxruntime", "numpy", "pillow")


@dataclass(frozen=True, slots=True)
class Trained:
    """A trained model that can be written, and used without reading its file.

    Args:
        summary: The content of its manifest; the path is the one that was given to `train_network`.
        model: From RGB 0..255, shape (photos, size, size, 3), to probabilities, shape (photos, classes).
        make_frozen_base: Returns the layers that were not trained as a fast function from RGB 0..255 to maps. It may
            take seconds, during which the context's checkpoint is called repeatedly.
        trainable: The trained layers, from maps to probabilities.
        writer: Its checkpoint is deleted after the model is written.
        vectors: What it sees in training photos, see `assessment.novelty`; None where it cannot tell foreign photos.
        judgements: What it says of each photo that it was not trained on.
        judgements_path: Where these are written with the model; None writes none.
    """

    summary: ModelSummary
    model: keras.Model
    make_frozen_base: Callable[[JobContext], FrozenBase]
    trainable: keras.Model
    writer: CheckpointWriter
    vectors: Vectors | None = None
    judgements: tuple[PhotoJudgement, ...] = ()
    judgements_path: Path | None = None

    def save(self, path: Path, context: JobContext) -> "Trained":
        """Write the model, and delete the checkpoint unless the training was stopped and can be resumed.

        Args:
            path: The `.tlmodel` to write.
            context: Receives the stage.

        Returns:
            This model with the path in its summary.

        Raises:
            StorageError: The disk refused; `save` can be called again with this path or another one.
            ModelFileError: The file could not be opened again, see `check_model`.
        """
        context.report(Progress(Stage.SAVING))
        summary = replace(self.summary, path=path)
        summary = write_model(path, self.model, summary, self.vectors)
        self._write_judgements()
        if summary.stop_reason is not StopReason.STOPPED:
            self.writer.close()
        return replace(self, summary=summary)

    def _write_judgements(self) -> None:
        # Where the disk refused the epochs, that was reported, and the training went on without.
        if self.judgements_path is None or self.writer.was_refused:
            return
        try:
            write_judgements(self.judgements_path, self.judgements)
        except StorageError:
            # The model is there; the photos behind its numbers are found again by an evaluation.
            _log.warning("the judgements of %s could not be written", self.judgements_path, exc_info=True)

    def loaded(self) -> LoadedModel:
        """Return the model as `load_model` would; its networks must not be trained any further."""
        frozen_base = self.make_frozen_base(JobContext())
        signature = tf.TensorSpec([None, *self.trainable.input_shape[1:]], tf.float32)
        trainable = tf.function(
            lambda maps: self.trainable(maps, training=False), input_signature=[signature], autograph=False
        )

        def run(pixels: FloatArray) -> FloatArray:
            probabilities: FloatArray = trainable(tf.constant(frozen_base(pixels))).numpy()
            return probabilities

        return warmed(self.summary, self.model, run)


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
    """Train a recipe on a collection.

    Args:
        collection: The photos; missing or damaged ones are left out.
        recipe: Every setting; the backbone may be another one by the size of the photos, see `for_photos`.
        model_path: The `.tlmodel` that will be written; it is checked before the first photo is read.
        context: Receives the progress, every batch and every epoch; its checkpoint is called in every batch. After Stop
            the kept epoch is returned if an epoch is complete.
        run_folder: The folder for a checkpoint and the history, which are written after each epoch; None writes none.
            If the disk refuses them, the training continues without, and reports that once.
        start_from: A `.tlmodel` whose weights are the initial ones; the outputs of its classes are taken over by name.
        resume: Whether to resume from the checkpoint in `run_folder`, which gives the same epochs as a training that
            was not killed. Stop before another epoch is complete returns the kept epoch of the checkpoint. Without a
            checkpoint the training begins.

    Returns:
        The trained model, which is not written yet.

    Raises:
        Cancelled: The user pressed Stop before the first epoch was complete.
        CollectionError: There are too few photos, or a class has no readable photo left.
        WeightsError: The backbone's weights cannot be used.
        SettingError: The loss was not finite in the first epoch, or the recipe does not fit the backbone, `start_from`
            or the checkpoint.
        ModelFileError: `start_from` cannot be read, or the model could not be opened once it was written.
        StorageError: The model cannot be written to `model_path`.
    """
    recipe = for_photos(recipe, collection)
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
        # The kept epoch of the checkpoint needs no further training.
        plan = build(replace(context, checkpoint=lambda: None))
        reason = _stopped(plan)
    else:
        try:
            plan.run()
            reason = plan.state.reason
        except Cancelled:
            reason = _stopped(plan)
    # From here on Stop loses nothing but what is measured yet: there is a model to keep.
    context.report(Progress(Stage.EVALUATING))
    model = join(plan.networks.backbone, plan.head)
    assessment = assess(
        plan,
        Judging(plan, collection, split, recipe, context),
        collection,
        weight_count=model.count_params(),
        is_stopped=reason is StopReason.STOPPED,
    )
    summary = _summary(collection, recipe, model_path, plan, reason, assessment)
    return Trained(
        summary,
        model,
        plan.networks.make_frozen_base,
        plan.trainable,
        plan.writer,
        assessment.vectors,
        assessment.judgements,
        None if run_folder is None else run_folder / JUDGEMENTS,
    )


def _stopped(plan: TrainingPlan) -> StopReason:
    """Keep the best epoch of a stopped training; raise `Cancelled` if no epoch is complete."""
    if not plan.restore_kept():
        raise Cancelled
    return StopReason.STOPPED


def _summary(
    collection: Collection,
    recipe: Recipe,
    path: Path,
    plan: TrainingPlan,
    reason: StopReason,
    assessment: Assessment,
) -> ModelSummary:
    return ModelSummary(
        path=path,
        class_names=collection.class_names,
        backbone=recipe.backbone,
        input_size=recipe.input_size,
        recipe=recipe,
        created=datetime.now().astimezone().isoformat(timespec="seconds"),
        photo_count=plan.unreadable.training_count,
        evaluation=assessment.evaluation,
        history=tuple(plan.state.epochs),
        seconds=plan.writer.seconds,
        stop_reason=reason,
        versions=_versions(),
        device=devices.describe(),
        more_evaluations=assessment.more_evaluations,
        trust=assessment.trust,
    )


def _versions() -> tuple[tuple[str, str], ...]:
    libraries = tuple((name, importlib.metadata.version(name)) for name in _LIBRARIES)
    return (("tlgui", __version__), ("python", platform.python_version()), *libraries)
