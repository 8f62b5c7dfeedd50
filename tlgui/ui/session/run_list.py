"""The runs of the open collection as the window knows them, and the jobs that make, or open, the model of one."""

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
class RunsRequest:
    """Read the runs of the collection in a folder again."""

    folder: Path


@dataclass(frozen=True, slots=True)
class RunListing:
    """What a look at the disk found.

    Args:
        store: Where the runs are.
        runs: Newest first.
        deleted: What can be brought back, the last deleted one first.
    """

    store: RunStore
    runs: tuple[Run, ...]
    deleted: tuple[Run, ...]


def read_runs(folder: Path, *, purge: bool = False) -> RunListing:
    """Read the runs of the collection in `folder`; takes its time, so not on the GUI thread.

    Args:
        folder: The collection's.
        purge: Whether to take away what was deleted long ago.
    """
    store = RunStore(files.workspace_path(folder))
    if purge:
        store.purge()
    return RunListing(store, store.runs(), store.deleted())


class RunList(QObject):
    """The runs of the open collection, kept in step with the disk.

    Attributes:
        changes: How often they changed since the window opened.
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
        """What `restore_last` brings back."""
        return self._deleted[0] if self._deleted else None

    @property
    def last_used(self) -> Run | None:
        """The finished run whose model was used last, if it is still there."""
        wanted = self._store.active_id if self._store is not None else ""
        return next((run for run in self._runs if run.id == wanted and run.has_model), None)

    def with_model(self, path: Path) -> Run | None:
        """Return the run whose model lies at `path`, or None where it belongs to no run of this collection."""
        return next((run for run in self._runs if run.model_path == path), None)

    def show(self, listing: RunListing) -> None:
        """Take over what a look at the disk found."""
        self._store = listing.store
        if (listing.runs, listing.deleted) != (self._runs, self._deleted):
            self._runs, self._deleted = listing.runs, listing.deleted
            self._say_changed()

    def show_again(self, changes: int, listing: RunListing) -> None:
        """Take over what another look found, unless something was done since: `changes` is how it stood before."""
        if changes == self.changes:
            self.show(listing)

    def begin(
        self, request: TrainRequest, engine: Engine, final_survey: FinalSurvey, parent: Run | None = None
    ) -> RunJob:
        """Make a new run for `request`, whose paths are filled in here.

        Args:
            request: What to train.
            engine: Trains it.
            final_survey: Waits for the closer look, see `RunJob`.
            parent: The run to train further; None to begin anew.

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
        """Go on with a run that ended early, or with `is_ending` make a model of its best epoch; see `RunJob`.

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

    def look_into(self, run: Run, engine: Engine) -> RunJob:
        """Open the model of a run that does not know yet what its model says of itself."""
        return RunJob(self._opened(), run, OpenModelRequest(run.model_path), engine.run, _HINTS)

    def settle(self, run_job: RunJob) -> None:
        """Show what is left of a run whose job has ended; of one of another collection there is nothing to show."""
        if self._store is None or run_job.store.workspace != self._store.workspace:
            return
        if run_job.outcome is not None:
            self._put(run_job.outcome)
        else:
            self._runs = tuple(run for run in self._runs if run.id != run_job.run.id)
            self._say_changed()

    def remember(self, run: Run) -> None:
        """Remember that the model of `run` is the one in use."""
        self._opened().set_active(run)

    def rename(self, run: Run, name: str) -> None:
        """Call a run something else; a taken name gets a number.

        Raises:
            StorageError: The disk refused.
        """
        self._put(self._opened().rename(run, name))

    def delete(self, run: Run) -> None:
        """Put a run in the trash.

        Raises:
            StorageError: It is being trained, or the disk refused.
        """
        deleted = self._opened().delete(run)
        self._runs = tuple(other for other in self._runs if other.id != run.id)
        self._deleted = (deleted, *self._deleted)
        self._say_changed()

    def restore_last(self) -> Run:
        """Bring back what was deleted last, and return it.

        Raises:
            StorageError: The disk refused, or it is no longer there.
        """
        last, *rest = self._deleted
        # What cannot be brought back now is not offered again.
        self._deleted = tuple(rest)
        try:
            restored = self._opened().restore(last)
        except StorageError:
            self._say_changed()
            raise
        self._put(restored)
        return restored

    def _say_changed(self) -> None:
        self.changes += 1
        self.changed.emit()

    def _opened(self) -> RunStore:
        if self._store is None:
            raise RuntimeError("there is no collection whose runs these could be")
        return self._store

    def _put(self, run: Run) -> None:
        """Show `run` as it is now, in its place by its time."""
        others = [other for other in self._runs if other.id != run.id]
        self._runs = tuple(sorted((*others, run), key=lambda known: known.created_at, reverse=True))
        self._say_changed()


def further_recipe(present: Recipe, start: Recipe) -> Recipe:
    """Return the recipe to train a model further by: the present settings, as far as they fit the model.

    What the model is made of, and which photos are kept apart to judge it by, stays as it was: otherwise its weights
    would not fit, or it would be judged by photos it has learned from. Where the present recipe is for another
    backbone, or another cut of it, the model's own settings are used.
    """
    made_of = ("backbone", "weights", "input_size", "preprocessing", "cut_layer", "pooling")
    if (present.backbone, present.cut_layer) != (start.backbone, start.cut_layer):
        return start
    head = replace(start.head, dropout=present.head.dropout, feature_dropout=present.head.feature_dropout)
    kept = {name: getattr(start, name) for name in (*made_of, "split", "seed")}
    return replace(present, head=head, **kept)


def is_waiting(run: Run) -> bool:
    """Return whether a run ended early and can go on, or be used as it is."""
    return run.status in ENDED_EARLY and (run.can_resume or run.has_model)
