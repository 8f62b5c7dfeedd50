"""The jobs that make the models of runs, and what becomes of a model when its job has succeeded."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from tlgui.engine.protocol import Engine, TrainRequest
from tlgui.engine.run_job import RunJob
from tlgui.learning.backbones.photo_sizes import for_photos
from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.results import ModelSummary
from tlgui.learning.runs.run import Run
from tlgui.photos.collection import Collection
from tlgui.ui.session.job_queue import Jobs, OnSuccess
from tlgui.ui.session.model_comparison import ComparedTraining
from tlgui.ui.session.model_in_use import ModelInUse
from tlgui.ui.session.review import Review
from tlgui.ui.session.run_list import RunList
from tlgui.ui.session.unsaved import UnsavedTraining
from tlgui.ui.session.worker import Job, Operation

Begin = Callable[[object, Operation, OnSuccess], Job]


class RunJobs(QObject):
    """Starts the jobs of runs, and records how they end.

    Args:
        engine: Trains the runs.
        jobs: The job under way.
        begin: Begins a job.
        review: The open collection.
        run_list: Its runs.
        in_use: The model in use; a trained run replaces it if it is better.
        unsaved: The training whose model could not be written.
        parent: The owner.
    """

    def __init__(
        self,
        engine: Engine,
        jobs: Jobs,
        begin: Begin,
        review: Review,
        run_list: RunList,
        in_use: ModelInUse,
        unsaved: UnsavedTraining,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._jobs = jobs
        self._begin = begin
        self._review = review
        self._run_list = run_list
        self._in_use = in_use
        self._unsaved = unsaved
        self._run_job: RunJob | None = None
        self._comparing: ComparedTraining | None = None

    def train(self, recipe: Recipe, start: Run | None = None) -> Job:
        """Train a new run on the collection.

        Args:
            recipe: The settings.
            start: The run whose model is trained further; None for a new model.

        Raises:
            StorageError: The data folder cannot be written to.
        """
        collection = self._free_collection()
        # The record of the run has the backbone that is trained.
        request = TrainRequest(
            collection,
            for_photos(recipe, collection),
            Path(),
            start_from=start.model_path if start is not None else None,
        )
        return self._begin_training(self._run_list.begin(request, self._engine, self._review.final_survey(), start))

    def resume(self, run: Run) -> Job:
        """Continue a run that ended early, with its own recipe.

        Raises:
            StorageError: Another window trains it, or the disk refused.
        """
        return self._begin_training(self._resumed(run, is_ending=False))

    def save_best_epoch(self, run: Run) -> Job:
        """Save the best epoch of a run that ended early as its model, and use it.

        Raises:
            StorageError: Another window trains it, or the disk refused.
        """
        return self._begin_run(self._resumed(run, is_ending=True))

    def read_model(self, run: Run) -> Job:
        """Read the summary of a run from its model, and use the model."""
        return self._begin_run(self._run_list.reading_model(run, self._engine))

    def save_trained(self, target: Path | None) -> Job:
        """Write the model of the unsaved training; see `UnsavedTraining.saving_to`."""
        return self._begin_training(self._unsaved.saving_to(target))

    def _free_collection(self) -> Collection:
        """Return the collection to train on; raises if none is open or a job is under way."""
        if self._review.collection is None:
            raise RuntimeError("Train needs a collection")
        if self._jobs.current is not None:
            raise RuntimeError("another job is under way")
        return self._review.collection

    def _resumed(self, run: Run, *, is_ending: bool) -> RunJob:
        collection, final_survey = self._free_collection(), self._review.final_survey()
        return self._run_list.resume(run, collection, self._engine, final_survey, is_ending=is_ending)

    def _begin_training(self, run_job: RunJob) -> Job:
        """Begin a training that the user has not asked to use: its model is compared with the one in use."""
        self._in_use.withdraw_proposal()
        used = self._in_use.model
        if used is None:
            return self._begin_run(run_job)
        comparing = ComparedTraining(run_job, used, self._in_use.run, self._engine.run)
        job = self._begin_run(run_job, comparing)
        self._comparing = comparing
        return job

    def _begin_run(self, run_job: RunJob, operation: Operation | None = None) -> Job:
        job = self._begin(run_job.request, operation or run_job, self._on_model_ready)
        self._run_job, self._comparing = run_job, None
        self._review.follow_training(job)
        job.failed.connect(self._record)
        job.cancelled.connect(self._record)
        return job

    @Slot()
    def _record(self) -> Run | None:
        """Record how the run under way has ended, and return it; None if it left nothing."""
        run_job, self._run_job = self._run_job, None
        if run_job is None:
            return None
        self._run_list.record(run_job)
        self._unsaved.record(run_job)
        return run_job.outcome

    @Slot(object)
    def _on_model_ready(self, model: object) -> None:
        assert isinstance(model, ModelSummary)
        comparing, run = self._comparing, self._record()
        if comparing is None or run is None or comparing.takes_over:
            self._in_use.use(model)
        else:
            self._in_use.propose(run, comparing.comparison)
