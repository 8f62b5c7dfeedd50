"""The runs of the open collection, and the jobs that make or read the model of one."""

from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from tlgui import files
from tlgui.engine.protocol import Engine, OpenModelRequest, TrainRequest
from tlgui.engine.run_job import FinalSurvey, RunHints, RunJob
from tlgui.errors import StorageError
from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.runs.run import ENDED_EARLY, Run
from tlgui.learning.runs.store import RunStore
from tlgui.photos.collection import Collection

_HINTS = RunHints(
    interrupted="What it learned so far is kept: go to Results to resume it, or to use its best epoch.",
    unsaved="What it learned is not lost.",
)


@dataclass(frozen=True, slots=True)
class RunListing:
    """The runs of a collection on disk.

    Args:
        store: The store that holds them.
        runs: The runs, newest first.
        deleted: Those in the trash, the last deleted first.
    """

    store: RunStore
    runs: tuple[Run, ...]
    deleted: tuple[Run, ...]


def read_runs(folder: Path, *, purge: bool = False) -> RunListing:
    """List the runs of the collection in `folder`; too slow for the GUI thread.

    Args:
        folder: The collection's folder.
        purge: Whether to empty the trash of runs that were deleted long ago.
    """
    store = RunStore(files.workspace_path(folder))
    if purge:
        store.purge()
    return RunListing(store, store.runs(), store.deleted())


class RunList(QObject):
    """The runs of the open collection, in memory and on disk.

    Attributes:
        changes: The number of changes since the window opened.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store: RunStore | None = None
        self._runs: tuple[Run, ...] = ()
        self._deleted: tuple[Run, ...] = ()
        self.changes = 0

    @property
    def runs(self) -> tuple[Run, ...]:
        """The runs, newest first."""
        return self._runs

    @property
    def last_deleted(self) -> Run | None:
        """The run that `restore_last` restores."""
        return self._deleted[0] if self._deleted else None

    @property
    def last_used(self) -> Run | None:
        """The finished run whose model was in use last, if it still exists."""
        wanted = self._store.active_id if self._store is not None else ""
        return next((run for run in self._runs if run.id == wanted and run.has_model), None)

    @property
    def preferred(self) -> Run | None:
        """The run to use when the collection is opened: the one in use last, or else the most accurate one.

        The run in use last is the better one of those that were compared, or the user's choice.
        """
        measured = [run for run in self._runs if run.has_model and run.model is not None and run.model.evaluation]
        return self.last_used or max(measured, key=_accuracy, default=None)

    def with_model(self, path: Path) -> Run | None:
        """Return the run with its model at `path`, or None if no run of this collection has it."""
        return next((run for run in self._runs if run.model_path == path), None)

    def show(self, listing: RunListing) -> None:
        """Replace the runs by `listing`."""
        self._store = listing.store
        if (listing.runs, listing.deleted) != (self._runs, self._deleted):
            self._runs, self._deleted = listing.runs, listing.deleted
            self._emit_changed()

    def show_again(self, changes: int, listing: RunListing) -> None:
        """Replace the runs by a later listing, unless they changed since `changes` was read, when it began."""
        if changes == self.changes:
            self.show(listing)

    def begin(
        self, request: TrainRequest, engine: Engine, final_survey: FinalSurvey, parent: Run | None = None
    ) -> RunJob:
        """Make a new run and the job that trains it.

        Args:
            request: What to train; its paths are filled in here.
            engine: Trains the run.
            final_survey: Waits for the closer look, see `RunJob`.
            parent: The run to train further; None for a new model.

        Raises:
            StorageError: The data folder cannot be written to.
        """
        store = self._opened()
        recipe, collection = request.recipe, request.collection
        if parent is None:
            run = store.begin(recipe, collection)
        else:
            run = store.begin(recipe, collection, name=f"{parent.name}, further", parent=parent)
        self._put(run)
        request = replace(request, model_path=run.model_path, run_folder=run.folder)
        return RunJob(store, run, request, engine.run, _HINTS, final_survey=final_survey)

    def resume(
        self, run: Run, collection: Collection, engine: Engine, final_survey: FinalSurvey, *, is_ending: bool = False
    ) -> RunJob:
        """Return the job that continues a run that ended early, or with `is_ending` saves its best epoch; see `RunJob`.

        Raises:
            StorageError: Another window trains it, or the disk refused.
        """
        store = self._opened()
        resumed = store.resume(run)
        self._put(resumed)
        request = TrainRequest(
            collection,
            run.recipe,
            run.own_model_path,
            run_folder=run.folder,
            start_from=run.start_model,
            resume=True,
        )
        return RunJob(store, resumed, request, engine.run, _HINTS, is_ending=is_ending, final_survey=final_survey)

    def reading_model(self, run: Run, engine: Engine) -> RunJob:
        """Return the job that reads the summary from the model of a run whose record lacks it."""
        return RunJob(self._opened(), run, OpenModelRequest(run.model_path), engine.run, _HINTS)

    def record(self, run_job: RunJob) -> None:
        """Update the run of a job that has ended; a run of another collection is ignored."""
        if self._store is None or run_job.store.workspace != self._store.workspace:
            return
        if run_job.outcome is not None:
            self._put(run_job.outcome)
        else:
            self._runs = tuple(run for run in self._runs if run.id != run_job.run.id)
            self._emit_changed()

    def set_active(self, run: Run) -> None:
        """Record on disk that the model of `run` is in use."""
        self._opened().set_active(run)

    def rename(self, run: Run, name: str) -> None:
        """Rename a run; a number is added to a name that is taken.

        Raises:
            StorageError: The disk refused.
        """
        self._put(self._opened().rename(run, name))

    def delete(self, run: Run) -> None:
        """Move a run to the trash.

        Raises:
            StorageError: It is being trained, or the disk refused.
        """
        deleted = self._opened().delete(run)
        self._runs = tuple(other for other in self._runs if other.id != run.id)
        self._deleted = (deleted, *self._deleted)
        self._emit_changed()

    def restore_last(self) -> Run:
        """Restore the run that was deleted last, and return it.

        Raises:
            StorageError: The disk refused, or the run is no longer in the trash.
        """
        last, *rest = self._deleted
        # A run that cannot be restored is not offered again.
        self._deleted = tuple(rest)
        try:
            restored = self._opened().restore(last)
        except StorageError:
            self._emit_changed()
            raise
        self._put(restored)
        return restored

    def _emit_changed(self) -> None:
        self.changes += 1
        self.changed.emit()

    def _opened(self) -> RunStore:
        if self._store is None:
            raise RuntimeError("no collection is open")
        return self._store

    def _put(self, run: Run) -> None:
        """Add or replace `run`, and keep the order by time."""
        others = [other for other in self._runs if other.id != run.id]
        self._runs = tuple(sorted((*others, run), key=lambda known: known.created_at, reverse=True))
        self._emit_changed()


def further_recipe(present: Recipe, start: Recipe) -> Recipe:
    """Return the recipe for training a model further: the present settings, except those that its weights depend on.

    The architecture, the split and the seed stay those of the model: other weights would not load, and photos that the
    model was trained on would enter the validation part. If the present recipe has another backbone or another cut, the
    model's own recipe is used unchanged.

    Args:
        present: The recipe that the user has set.
        start: The recipe of the model to train further.
    """
    architecture = ("backbone", "weights", "input_size", "preprocessing", "cut_layer", "pooling")
    if (present.backbone, present.cut_layer) != (start.backbone, start.cut_layer):
        return start
    head = replace(start.head, dropout=present.head.dropout, feature_dropout=present.head.feature_dropout)
    kept = {name: getattr(start, name) for name in (*architecture, "split", "seed")}
    return replace(present, head=head, **kept)


def _accuracy(run: Run) -> float:
    evaluation = run.model.evaluation if run.model is not None else None
    return evaluation.accuracy if evaluation is not None else 0.0


def is_waiting(run: Run) -> bool:
    """Return whether a run ended early and can be continued, or used as it is."""
    return run.status in ENDED_EARLY and (run.can_resume or run.has_model)
