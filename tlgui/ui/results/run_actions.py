"""The actions on the selected runs: the buttons of the Results page, its context menu and the Train menu show them."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from tlgui.errors import TlguiError
from tlgui.learning.runs.run import Run, RunStatus
from tlgui.ui.results.run_table import RunTable
from tlgui.ui.session.run_list import is_waiting
from tlgui.ui.session.session import Session
from tlgui.ui.text.run_words import RunRow
from tlgui.ui.widgets.action import Action, offer_in_list


class RunActions(QObject):
    """Acts on the runs that are selected in a table.

    Signals:
        training_started: A run is being trained, because of one of these actions.
        runs_deleted: The names of the runs, and whether the open model was one of theirs.
        problem_raised: An action failed.

    Args:
        session: The state of the window.
        table: The runs; it offers the actions in its context menu.
        parent: The owner.
    """

    training_started = Signal()
    runs_deleted = Signal(object, bool)
    problem_raised = Signal(TlguiError)

    def __init__(self, session: Session, table: RunTable, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._table = table
        self.make_active = Action(
            self,
            name="make-run-active",
            text="&Use this training",
            button_text="&Use this one",
            tip="Predict with the model of this training, and export it (Enter).",
            handler=self._make_active,
            enabled=self._can_make_active,
        )
        self.train_further = Action(
            self,
            name="train-run-further",
            text="Train &further",
            button_text="Train f&urther",
            tip="Train the model of this training on, on the photos and classes as they are now, as a new one. It goes "
            "by the settings of the Train page as far as they fit the model; its backbone, its head and which photos "
            "are kept apart stay. Where that page has another backbone, all of the training's own settings are used.",
            shortcut="Ctrl+Shift+R",
            handler=self._train_further,
            enabled=self._can_train_further,
        )
        self.resume = Action(
            self,
            name="resume-run",
            text="R&esume training",
            button_text="&Resume",
            tip="Go on where this training was interrupted, with the settings it began with.",
            handler=self._resume,
            enabled=self._can_resume,
        )
        self.use_best = Action(
            self,
            name="use-best-epoch",
            text="Use &best epoch",
            button_text="Use &best epoch",
            tip="Make a model of the best epoch of this training, without training on.",
            handler=self._use_best,
            enabled=self._can_use_best,
        )
        self.rename = Action(
            self,
            name="rename-run",
            text="Rena&me training",
            button_text="Rename",
            tip="Call this training something else (F2).",
            shortcut="F2",
            handler=table.edit_name,
            enabled=lambda: self.only_run() is not None,
        )
        self.delete = Action(
            self,
            name="delete-runs",
            text="&Delete training",
            button_text="Delete",
            tip="Delete the selected trainings with their models (Del). They can be brought back for a week.",
            shortcut="Del",
            handler=self._delete,
            enabled=self._can_delete,
        )
        self.all = (self.make_active, self.train_further, self.resume, self.use_best, self.rename, self.delete)
        offer_in_list(table, self.all)

    def refresh(self) -> None:
        """Read anew which of the actions can be triggered."""
        for action in self.all:
            action.refresh()

    def only_run(self) -> Run | None:
        """Return the selected run; None where there is none, or more than one."""
        row = self._only_row()
        return row.run if row is not None else None

    def can_train_again(self) -> bool:
        """Return whether one run is selected whose photos changed since its training."""
        run = self.only_run()
        return run is not None and self._session.run_changes.of(run) is not None and self._can_train()

    @Slot()
    def train_again(self) -> None:
        """Train the recipe of the selected run anew on the photos as they are now."""
        if self.can_train_again():
            self._train(self._session.train_again)

    def can_undo_delete(self) -> bool:
        """Return whether a deleted run can be restored."""
        return self._session.run_list.last_deleted is not None

    def undo_delete(self) -> None:
        """Restore the run that was deleted last, and select it."""
        restored: list[Run] = []
        if self.can_undo_delete() and self._attempt(lambda: restored.append(self._session.restore_run())):
            self._table.select_ids([run.id for run in restored])

    def _can_make_active(self) -> bool:
        row = self._only_row()
        if row is None or row.run is None or row.is_active or not row.run.has_model:
            return False
        # Without a summary of its model, the run is opened by a job.
        return row.run.model is not None or not self._session.is_busy

    def _make_active(self) -> None:
        self._act(self._session.use_run)

    def _can_train_further(self) -> bool:
        run = self.only_run()
        return run is not None and run.has_model and self._can_train()

    def _train_further(self) -> None:
        self._train(self._session.train_further)

    def _can_resume(self) -> bool:
        run = self.only_run()
        return run is not None and run.can_resume and self._can_train()

    def _resume(self) -> None:
        self._train(self._session.resume)

    def _can_use_best(self) -> bool:
        run = self.only_run()
        return run is not None and is_waiting(run) and self._can_train()

    def _use_best(self) -> None:
        self._act(self._session.use_best_epoch)

    def _can_delete(self) -> bool:
        runs = self._selected_runs()
        return bool(runs) and all(run.status is not RunStatus.RUNNING for run in runs)

    def _delete(self) -> None:
        had_model = self._session.model is not None
        deleted = [run for run in self._selected_runs() if self._attempt(partial(self._session.delete_run, run))]
        if deleted:
            self.runs_deleted.emit(tuple(run.name for run in deleted), had_model and self._session.model is None)

    def _can_train(self) -> bool:
        session = self._session
        return session.collection is not None and session.job is None and not session.advice()

    def _only_row(self) -> RunRow | None:
        rows = self._table.selected()
        return rows[0] if len(rows) == 1 else None

    def _selected_runs(self) -> Sequence[Run]:
        """Return the selected runs; none where a model without a run is selected too."""
        rows = self._table.selected()
        runs = [row.run for row in rows if row.run is not None]
        return runs if len(runs) == len(rows) else []

    def _train(self, train: Callable[[Run], object]) -> None:
        if self._act(train):
            self.training_started.emit()

    def _act(self, act: Callable[[Run], object]) -> bool:
        run = self.only_run()
        return run is not None and self._attempt(partial(act, run))

    def _attempt(self, act: Callable[[], object]) -> bool:
        """Call `act`, and report a failure; return whether it succeeded."""
        try:
            act()
        except TlguiError as error:
            self.problem_raised.emit(error)
            return False
        return True
