"""The state of the window: a collection, a recipe, a model, and the jobs under way.

Pages show the session and start jobs through it; only the session calls the engine.
"""

import functools
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from tlgui import files
from tlgui.engine.protocol import (
    Engine,
    EstimateRequest,
    ExportRequest,
    LearningCurveRequest,
    OpenModelRequest,
    PredictRequest,
    PreviewRequest,
    Request,
    TrainRequest,
    WarmModelRequest,
)
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.recipes.recipe import Augmentation, Recipe
from tlgui.learning.results import ModelSummary
from tlgui.learning.runs.run import Run
from tlgui.learning.trust import Caution
from tlgui.photos.collection import Collection, Split
from tlgui.photos.layouts import LayoutChoice
from tlgui.photos.samples import draw_sample_photos
from tlgui.photos.split import training_advice
from tlgui.progress import JobContext
from tlgui.ui.session.estimates import Estimates
from tlgui.ui.session.explanations import Explanations
from tlgui.ui.session.folder_reading import FolderState, read_collection
from tlgui.ui.session.job_queue import Jobs, OnSuccess
from tlgui.ui.session.judged_photos import JudgedPhotos
from tlgui.ui.session.known_split import KnownSplit
from tlgui.ui.session.learning_curves import LearningCurves
from tlgui.ui.session.model_in_use import ModelInUse
from tlgui.ui.session.requests import RunsRequest, SamplePhotosRequest, SaveModelRequest, ScanRequest
from tlgui.ui.session.review import Review
from tlgui.ui.session.run_changes import ChangesSinceRuns
from tlgui.ui.session.run_jobs import RunJobs
from tlgui.ui.session.run_list import RunList, RunListing, further_recipe, read_runs
from tlgui.ui.session.unsaved import UnsavedTraining
from tlgui.ui.session.worker import Job, Operation

_PHOTOS_COMPARED = 32
# The most classes that a person sees of one photo.
_TOP = 10


class Session(QObject):
    """The state of one window.

    Args:
        engine: Runs the jobs that need TensorFlow or ONNX Runtime.
        parent: The owner.
    """

    collection_changed = Signal()
    recipe_changed = Signal()
    runs_changed = Signal()
    model_changed = Signal()
    caution_changed = Signal()
    job_started = Signal(Job)
    job_ended = Signal(Job)

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._jobs = Jobs(self)
        self._jobs.started.connect(self.job_started)
        self._jobs.ended.connect(self._on_job_ended)
        self.known_split = KnownSplit(self._jobs, self)
        self.review = Review(self._jobs, self._divide, self)
        self.review.collection_changed.connect(self._on_review_collection_changed)
        self._advice: tuple[str, ...] = ()
        self._recipe = QUICK
        self._caution = Caution()
        self.estimates = Estimates(self._jobs, engine, self.review, self)
        self.run_list = RunList(self)
        self.run_list.changed.connect(self.runs_changed)
        self.run_changes = ChangesSinceRuns(self._jobs, self.review, self.run_list, self)
        self._listing: RunListing | None = None
        self.unsaved = UnsavedTraining(self)
        self.in_use = ModelInUse(self.run_list, self)
        self.in_use.changed.connect(self.model_changed)
        self.in_use.changed.connect(self._on_model_in_use_changed)
        self.learning_curves = LearningCurves(self._jobs, engine, self.review, self.run_changes, self)
        self.judged_photos = JudgedPhotos(self._jobs, self.review, self.run_list, self.in_use, self)
        self.explanations = Explanations(self._jobs, engine, self.in_use, self)
        self._run_jobs = RunJobs(
            engine, self._jobs, self.begin, self.review, self.run_list, self.in_use, self.unsaved, self
        )

    @property
    def collection(self) -> Collection | None:
        """The open collection."""
        return self.review.collection

    @property
    def recipe(self) -> Recipe:
        """The recipe of the next training."""
        return self._recipe

    @property
    def caution(self) -> Caution:
        """How careful the answers are to be."""
        return self._caution

    @property
    def model(self) -> ModelSummary | None:
        """The model for predictions and exports; see `ModelInUse`."""
        return self.in_use.model

    @property
    def active_run(self) -> Run | None:
        """The run of the open collection that made the model in use; None if no run of it did, or there is no model."""
        return self.in_use.run

    @property
    def is_model_foreign(self) -> bool:
        """Whether a folder is open and none of its runs made the model in use."""
        return self.collection is not None and self.model is not None and self.active_run is None

    @property
    def job(self) -> Job | None:
        """The job under way that is no prediction; only one runs at a time."""
        return self._jobs.current

    @property
    def prediction(self) -> Job | None:
        """The prediction under way; only one runs at a time."""
        return self._jobs.prediction

    @property
    def is_busy(self) -> bool:
        """Whether a job is under way; no other can start then, but a training beside a prediction, and the reverse."""
        return self.job is not None or self.prediction is not None

    @property
    def is_training(self) -> bool:
        """Whether a training is under way."""
        return self.job is not None and isinstance(self.job.request, TrainRequest)

    @property
    def can_predict(self) -> bool:
        """Whether a prediction can start now."""
        return self.model is not None and self.prediction is None and (self.job is None or self.is_training)

    def start_engine(self) -> None:
        """Load the engines in the background before a job needs them."""
        self._engine.start()

    def advice(self) -> tuple[str, ...]:
        """Return the reasons why the collection cannot be trained on, a sentence each; empty if it can."""
        return self._advice

    def split(self) -> Split | None:
        """Return the split by the present recipe; None without a collection to train on, or not yet: see `known_split`.

        Raises:
            CollectionError: The shares of this recipe cannot be applied to the collection.
        """
        collection = self.collection
        if collection is None or self._advice:
            return None
        return self.known_split.get(collection, self._recipe)

    def set_recipe(self, recipe: Recipe) -> None:
        """Make `recipe` the present one."""
        if recipe != self._recipe:
            self._recipe = recipe
            self.recipe_changed.emit()

    def set_caution(self, caution: Caution) -> None:
        """Choose how careful the answers are to be."""
        if caution != self._caution:
            self._caution = caution
            self.caution_changed.emit()

    def scan_folder(self, folder: Path) -> Job:
        """Read `folder` and make it the open collection; the present one stays open until then."""
        return self._begin_reading(ScanRequest(folder), lambda context: self._read(folder, context))

    def read_as(self, choice: LayoutChoice) -> Job:
        """Read the folder of the open collection in another way, now and from now on."""
        if self.collection is None:
            raise RuntimeError("this needs a collection")
        folder = self.collection.folder
        return self._begin_reading(ScanRequest(folder), lambda context: self._read(folder, context, choice))

    def draw_samples(self, folder: Path) -> Job:
        """Draw the sample photos into `folder` and open it; a folder that is not empty is opened as it is."""

        def draw_and_read(context: JobContext) -> FolderState:
            if not folder.is_dir() or not any(folder.iterdir()):
                draw_sample_photos(folder, context=context)
            return self._read(folder, context)

        return self._begin_reading(SamplePhotosRequest(folder), draw_and_read)

    def train(self) -> Job:
        """Train the recipe on the collection as a new run; its model is used if it is better than the one in use.

        Raises:
            StorageError: The data folder cannot be written to.
        """
        return self._run_jobs.train(self._recipe)

    def train_again(self, run: Run) -> Job:
        """Train the recipe of `run` anew on the collection as it is now, as a new run.

        Raises:
            StorageError: The data folder cannot be written to.
        """
        return self._run_jobs.train(run.recipe)

    def train_further(self, run: Run) -> Job:
        """Train the model of `run` further on the collection as it is now, as a new run; see `further_recipe`.

        Raises:
            StorageError: The data folder cannot be written to.
        """
        return self._run_jobs.train(further_recipe(self._recipe, run.recipe), run)

    def resume(self, run: Run) -> Job:
        """Continue a run that ended early, with its own recipe.

        Raises:
            StorageError: Another window trains it, or the disk refused.
        """
        return self._run_jobs.resume(run)

    def use_best_epoch(self, run: Run) -> Job | None:
        """Save the best epoch of a run that ended early as its model, and open it; see `use_run`.

        Raises:
            StorageError: Another window trains it, or the disk refused.
        """
        if run.has_model:
            return self.use_run(run)
        return self._run_jobs.save_best_epoch(run)

    def use_run(self, run: Run) -> Job | None:
        """Make the model of `run` the open one; returns the job that reads its summary, None if that is known."""
        if run.model is None:
            return self._run_jobs.read_model(run)
        self.in_use.use(run.model)
        return None

    def delete_run(self, run: Run) -> None:
        """Move a run to the trash; if its model is open, no model is open afterwards.

        Raises:
            StorageError: It is being trained, or the disk refused.
        """
        self.run_list.delete(run)
        self.in_use.leave(run)

    def restore_run(self) -> Run:
        """Restore the run that was deleted last; its model is opened if it was in use before and none is now.

        Raises:
            StorageError: The disk refused, or it is no longer there.
        """
        restored = self.run_list.restore_last()
        if self.model is None and restored == self.run_list.last_used:
            self.use_run(restored)
        return restored

    def open_model(self, path: Path) -> Job:
        """Check and load a `.tlmodel` file and make it the open model."""
        return self._begin_engine(OpenModelRequest(path), self._on_model_opened)

    def predict(self, paths: tuple[Path, ...], *, is_kept_only: bool = False) -> Job:
        """Predict the classes of photos, and of the photos in folders, with the open model; see `PredictRequest`."""
        path = self._needed_model().path
        return self._begin_engine(PredictRequest(path, paths, _TOP, uses_kept=True, is_kept_only=is_kept_only))

    def export(self, format_id: str, target: Path, *, with_distance: bool = False) -> Job:
        """Write the open model in another format and compare it on photos of the collection; see `ExportRequest`."""
        photos = self.collection.spread(_PHOTOS_COMPARED) if self.collection is not None else ()
        some, model = tuple(photo.path for photo in photos), self._needed_model().path
        return self._begin_engine(ExportRequest(model, format_id, target, some, with_distance=with_distance))

    def save_model(self, target: Path) -> Job:
        """Copy the open model's file to `target`, whole or not at all."""
        source = self._needed_model().path
        return self.begin(SaveModelRequest(source, target), lambda _context: files.copy(source, target))

    def save_trained(self, target: Path | None = None) -> Job:
        """Write the model of the unsaved training; it is used if it is better than the one in use."""
        return self._run_jobs.save_trained(target)

    def preview(self, paths: tuple[Path, ...], augmentation: Augmentation, size: int) -> Job:
        """Augment photos for a preview, in the background; only while no job is under way."""
        # The user waits for the preview of a setting; an estimate can be repeated.
        self._jobs.stop_background(EstimateRequest)
        request = PreviewRequest(paths, augmentation, size)
        return self.begin_in_background(request, functools.partial(self._engine.run, request))

    def reload_runs(self) -> None:
        """List the runs of the collection again in the background: another window may have changed them."""
        if self.collection is not None:
            request = RunsRequest(self.collection.folder)
            show = functools.partial(self.run_list.show_again, self.run_list.changes)
            self._jobs.begin_in_background(request, lambda _context: read_runs(request.folder), show)

    def stop(self) -> None:
        """Stop the job under way at its next checkpoint; the prediction where there is no other."""
        job = self.job or self.prediction
        if job is not None:
            job.stop()

    def stop_all(self) -> None:
        """Stop every job under way at its next checkpoint."""
        self._jobs.stop_all()

    def close(self, timeout_ms: int) -> bool:
        """Stop all jobs, wait for them, and end the engine; return whether every thread has ended.

        Args:
            timeout_ms: How long to wait for each job, in milliseconds.
        """
        self._jobs.stop_all()
        self._jobs.wait(timeout_ms)
        # A job that still waits for the engine ends when the engine does.
        self._engine.close()
        return self._jobs.wait(timeout_ms)

    def _read(self, folder: Path, context: JobContext, choice: LayoutChoice | None = None) -> FolderState:
        """Read a folder, list its runs and divide its photos, on the thread of a job."""
        state = read_collection(folder, context, choice)
        self._listing = read_runs(state.collection.folder, purge=True)
        self._divide(state.collection)
        return state

    def _divide(self, collection: Collection) -> None:
        self.known_split.prepare(collection, self._recipe)

    def _needed_model(self) -> ModelSummary:
        if self.model is None:
            raise RuntimeError("this needs a model")
        return self.model

    def _begin_engine(self, request: Request[object], on_success: OnSuccess | None = None) -> Job:
        return self.begin(request, functools.partial(self._engine.run, request), on_success)

    def _begin_reading(self, request: object, operation: Operation) -> Job:
        job = self.begin(request, operation, self._on_read)
        self.review.follow(job)
        return job

    def begin(self, request: object, operation: Operation, on_success: OnSuccess | None = None) -> Job:
        """Start a job of the user; see `Jobs.begin`."""
        # The engine runs one request at a time, and the user's job goes first.
        self._jobs.stop_background(PreviewRequest | EstimateRequest | LearningCurveRequest)
        return self._jobs.begin(request, operation, on_success)

    def begin_in_background(self, request: object, operation: Operation, on_success: OnSuccess | None = None) -> Job:
        """Start a background job; see `Jobs.begin_in_background`."""
        return self._jobs.begin_in_background(request, operation, on_success)

    @Slot(object)
    def _on_read(self, state: object) -> None:
        assert isinstance(state, FolderState)
        is_other = self.collection is None or self.collection.folder != state.collection.folder
        if self._listing is not None:
            self.run_list.show(self._listing)
        self.review.open(state)
        if is_other:
            self.in_use.enter_collection()

    @Slot()
    def _on_review_collection_changed(self) -> None:
        collection = self.collection
        self._advice = training_advice(collection) if collection is not None else ()
        self.collection_changed.emit()

    @Slot()
    def _on_model_in_use_changed(self) -> None:
        """Have the model loaded before the first photo is dropped; one that is loaded already takes no time."""
        if self.model is not None:
            request = WarmModelRequest(self.model.path)
            self.begin_in_background(request, functools.partial(self._engine.run, request))

    @Slot(object)
    def _on_model_opened(self, model: object) -> None:
        assert isinstance(model, ModelSummary)
        self.in_use.use(model)

    @Slot(Job)
    def _on_job_ended(self, job: Job) -> None:
        if isinstance(job.request, TrainRequest):
            self.estimates.drop_sharing_features(job.request.recipe)
        self.job_ended.emit(job)
