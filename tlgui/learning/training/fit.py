"""One phase of a training: `Model.fit` with the callbacks that keep its state."""

from contextlib import closing
from dataclasses import dataclass

import keras

from tlgui.learning.data.batch import TrainingData, ValidationData
from tlgui.learning.recipes.recipe import AFTER_HEAD, Recipe, Steps
from tlgui.learning.results import StopReason
from tlgui.learning.training.callbacks.best_epoch import BestEpoch
from tlgui.learning.training.callbacks.cancellation import Cancellation
from tlgui.learning.training.callbacks.checkpointing import Checkpointing
from tlgui.learning.training.callbacks.data_epochs import DataEpochs
from tlgui.learning.training.callbacks.early_stopping import ResumableEarlyStopping
from tlgui.learning.training.callbacks.non_finite_loss import DivergedError, NonFiniteLoss
from tlgui.learning.training.callbacks.progress import EpochRecorder, ProgressReports
from tlgui.learning.training.callbacks.target_accuracy import TargetAccuracy
from tlgui.learning.training.callbacks.validation import Validation
from tlgui.learning.training.checkpoint import CheckpointWriter, SavedCheckpoint
from tlgui.learning.training.compiled_model import CompiledModel
from tlgui.learning.training.state import KeptEpoch, TrainingState
from tlgui.progress import JobContext


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of a training in which the same weights are trained by the same steps.

    Args:
        model: What `with_logits` returned; it is left with the weights that are kept.
        steps: The optimizer, its rate and the most epochs.
        training: What it is trained on.
        validation: What it is validated on.
        is_fine_tuning: Whether the backbone is trained after the head.
        is_streamed: Whether photos are read in each epoch.
    """

    model: keras.Model
    steps: Steps
    training: TrainingData
    validation: ValidationData
    is_fine_tuning: bool = False
    is_streamed: bool = False


def fit_phase(
    phase: Phase,
    recipe: Recipe,
    state: TrainingState,
    writer: CheckpointWriter,
    context: JobContext,
    saved: SavedCheckpoint | None = None,
) -> None:
    """Train a phase to its end, or on to its end where it was saved in its midst.

    Args:
        phase: What is trained on what.
        recipe: Its early stopping, losses and class weighting are used.
        state: Has the epochs of the phases before, and gets those of this one.
        writer: Writes a checkpoint after each epoch.
        context: Told every batch and epoch, and asked whether to go on.
        saved: What a killed training saved in this phase.

    Raises:
        Cancelled: The user pressed Stop; the model has the weights to keep, if an epoch is complete.
        SettingError: The loss was not finite before any epoch was complete.
        CollectionError: So many photos vanished that training cannot go on.
        StorageError: A checkpoint cannot be written.
    """
    model = CompiledModel(phase.model, recipe, phase.steps, phase.training, is_streamed=phase.is_streamed)
    if saved is not None:
        model.restore(saved.state(model.state(), model.rate_index))
        state.kept = saved.kept(model.weights())
    elif state.kept is not None:
        # The best epoch so far has other weights than those that are trained now, which begin with what it left.
        state.kept = KeptEpoch(model.weights(), state.kept.probabilities, state.kept.labels)
    try:
        with closing(phase.training):
            state.reason = _fit(phase, recipe, model, state, writer, context)
    except Exception:
        # Of what is raised while TensorFlow reads the data, it tells in words of its own.
        if phase.training.error is not None:
            raise phase.training.error from None
        raise
    finally:
        if state.kept is not None:
            model.give_weights(state.kept.weights)


def _fit(
    phase: Phase,
    recipe: Recipe,
    model: CompiledModel,
    state: TrainingState,
    writer: CheckpointWriter,
    context: JobContext,
) -> StopReason:
    before = state.epochs_before(is_fine_tuning=phase.is_fine_tuning)
    earlier, complete = state.epochs[:before], state.epochs[before:]
    is_followed = recipe.fine_tuning.when == AFTER_HEAD and not phase.is_fine_tuning
    most = before + phase.steps.epochs + (recipe.fine_tuning.epochs if is_followed else 0)
    stopping = recipe.early_stopping
    target = TargetAccuracy(stopping.target_accuracy, complete)
    ends: list[keras.callbacks.Callback] = [target]
    if stopping.enabled:
        ends.append(ResumableEarlyStopping(stopping, earlier, complete))
    validation = Validation(model, phase.validation, context)
    best_epoch = BestEpoch(model, stopping, validation, state)
    callbacks = [
        DataEpochs(phase.training, before),
        Cancellation(context),
        validation,
        NonFiniteLoss(state, phase.steps.learning_rate),
        best_epoch,
        EpochRecorder(model, state, best_epoch, epochs=most, epochs_before=before, is_fine_tuning=phase.is_fine_tuning),
        Checkpointing(model, state, writer),
        ProgressReports(
            context,
            state,
            batches=phase.training.batches,
            epochs=most,
            epochs_before=before,
            phase_epochs=None if is_followed else phase.steps.epochs,
        ),
        *ends,
    ]
    last = before + phase.steps.epochs
    if not _is_over(model.keras_model, ends):
        try:
            model.keras_model.fit(
                model.dataset(),
                initial_epoch=len(state.epochs),
                epochs=last,
                # With it, Keras makes one iterator an epoch, at the end of the one before, instead of two. On several
                # devices an iterator reads at once, so photos, which are read as the epoch says, do without.
                steps_per_epoch=None if phase.is_streamed else phase.training.batches,
                callbacks=callbacks,
                shuffle=False,
                verbose=0,
            )
        except DivergedError:
            return StopReason.NO_LONGER_IMPROVING
    if target.is_reached:
        return StopReason.TARGET_REACHED
    return StopReason.COMPLETED if len(state.epochs) >= last else StopReason.NO_LONGER_IMPROVING


def _is_over(model: keras.Model, ends: list[keras.callbacks.Callback]) -> bool:
    """Return whether the epochs that are complete already end the phase; `fit` asks only after another one."""
    model.stop_training = False
    for callback in ends:
        callback.set_model(model)
        callback.on_train_begin()
    return bool(model.stop_training)
