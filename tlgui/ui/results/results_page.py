"""The Results page: the runs of the collection; how good one is and what it mixes up, or how several compare."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSplitter, QStackedLayout, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.errors import TlguiError
from tlgui.learning.runs.run import Run, RunStatus
from tlgui.ui.results.run_comparison import RunComparison
from tlgui.ui.results.run_view import RunView
from tlgui.ui.results.runs_panel import RunsPanel
from tlgui.ui.session.run_list import is_waiting
from tlgui.ui.session.session import Session
from tlgui.ui.text.run_words import RunRow, run_rows, trained_before
from tlgui.ui.widgets.empty_page import EmptyPage
from tlgui.ui.widgets.notice_bar import NoticeBar

_TRAIN_AGAIN = "Train a&gain"


class ResultsPage(QWidget):
    """Shows the runs of the session's collection, and its model where that is from elsewhere.

    Args:
        session: What is open.
        parent: The owner.
    """

    state_changed = Signal()
    problem_raised = Signal(TlguiError)
    runs_deleted = Signal(object, bool)
    train_requested = Signal()
    open_model_requested = Signal()
    predict_requested = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.panel = RunsPanel()
        self.table = self.panel.table
        self.view = RunView()
        self.comparison = RunComparison()
        self.notice = NoticeBar()
        self.notice.pressed.connect(self.train_again)
        self.predict_button = _button("&Next: Predict", self.predict_requested)
        self.predict_button.setDefault(True)
        self.empty = EmptyPage(
            "No results yet",
            "Here you see how good a model is and what it mixes up, and compare one training with another. "
            "Train a model, or open one that was saved before.",
            [_button("&Go to Train", self.train_requested), _button("Open &model…", self.open_model_requested)],
        )
        self._restored: list[Run] = []
        self._can: dict[str, Callable[[], bool]] = {
            "make_active": self.can_make_active,
            "train_further": self.can_train_further,
            "resume": self.can_resume,
            "use_best": self.can_use_best,
            "rename": self.can_rename,
            "delete": self.can_delete,
        }
        self._do: dict[str, Callable[[], None]] = {
            "make_active": self.make_active,
            "train_further": self.train_further,
            "resume": self.resume,
            "use_best": self.use_best,
            "rename": self.rename,
            "delete": self.delete,
        }
        self._lay_out()
        self.panel.pressed.connect(self._on_panel_pressed)
        self.table.selection_changed.connect(self._show_selected)
        self.table.activated.connect(self._on_table_activated)
        self.table.rows_model.renamed.connect(self._on_rows_renamed)
        session.model_changed.connect(self._on_session_model_changed)
        session.run_changes.changed.connect(self._show_notice)
        for signal in (session.runs_changed, session.collection_changed):
            signal.connect(self._refresh)
        for signal in (session.job_started, session.job_ended):
            signal.connect(self._refresh_buttons)
        self._refresh()

    # What can be done with what is selected.

    def can_make_active(self) -> bool:
        """Whether there is one run selected whose model can be opened, and is not."""
        row = self._only_row()
        run = row.run if row is not None else None
        is_free = run is not None and (run.model is not None or not self._session.is_busy)
        return is_free and run is not None and run.has_model and row is not None and not row.is_active

    def can_train_further(self) -> bool:
        """Whether there is one run selected that has a model to start from."""
        run = self._only_run()
        return run is not None and run.has_model and self._can_train()

    def can_resume(self) -> bool:
        """Whether there is one run selected that can go on."""
        run = self._only_run()
        return run is not None and run.can_resume and self._can_train()

    def can_use_best(self) -> bool:
        """Whether there is one run selected that ended early and left something to use."""
        run = self._only_run()
        return run is not None and is_waiting(run) and self._can_train()

    def can_rename(self) -> bool:
        """Whether there is one run selected."""
        return self._only_run() is not None

    def can_delete(self) -> bool:
        """Whether there are runs selected, and none that is being trained."""
        runs = self._selected_runs()
        return bool(runs) and all(run.status is not RunStatus.RUNNING for run in runs)

    def can_undo_delete(self) -> bool:
        """Whether there is a run to bring back."""
        return self._session.run_list.last_deleted is not None

    @Slot()
    def make_active(self) -> None:
        """Open the model of the selected run."""
        if self.can_make_active():
            self._attempt(lambda: self._session.use_run(self._needed_run()))

    @Slot()
    def train_further(self) -> None:
        """Train the model of the selected run further, as a new run."""
        if self.can_train_further() and self._attempt(lambda: self._session.train_further(self._needed_run())):
            self.train_requested.emit()

    def can_train_again(self) -> bool:
        """Whether there is one run selected, and its photos changed since."""
        run = self._only_run()
        return run is not None and self._session.run_changes.of(run) is not None and self._can_train()

    @Slot()
    def train_again(self) -> None:
        """Train the selected run's recipe anew on the photos as they are now."""
        if self.can_train_again() and self._attempt(lambda: self._session.train_again(self._needed_run())):
            self.train_requested.emit()

    @Slot()
    def resume(self) -> None:
        """Go on with the selected run."""
        if self.can_resume() and self._attempt(lambda: self._session.resume(self._needed_run())):
            self.train_requested.emit()

    @Slot()
    def use_best(self) -> None:
        """Make a model of the best epoch of the selected run."""
        if self.can_use_best():
            self._attempt(lambda: self._session.use_best_epoch(self._needed_run()))

    @Slot()
    def rename(self) -> None:
        """Let the user type another name for the selected run, in its place."""
        if self.can_rename():
            self.table.edit_name()

    @Slot()
    def delete(self) -> None:
        """Delete the selected runs; they can be brought back."""
        if not self.can_delete():
            return
        had_model = self._session.model is not None
        deleted = [run for run in self._selected_runs() if self._attempt(partial(self._session.delete_run, run))]
        if deleted:
            self.runs_deleted.emit(tuple(run.name for run in deleted), had_model and self._session.model is None)

    @Slot()
    def undo_delete(self) -> None:
        """Bring back the run that was deleted last."""
        if self.can_undo_delete() and self._attempt(lambda: self._restored.append(self._session.restore_run())):
            self.table.select_ids([self._restored.pop().id])

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Another window may have trained, or deleted, meanwhile.
        self._session.look_at_runs()

    def _lay_out(self) -> None:
        bottom = QHBoxLayout()
        bottom.addStretch(1)
        bottom.addWidget(self.predict_button)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(self.fontMetrics().averageCharWidth(), 0, 0, 0)
        self._kinds = QStackedWidget()
        self._kinds.addWidget(self.view)
        self._kinds.addWidget(self.comparison)
        column.addWidget(self.notice)
        column.addWidget(self._kinds, 1)
        column.addLayout(bottom)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.addWidget(self.panel)
        self._splitter.addWidget(right)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setStretchFactor(0, 0)
        self._splitter.setStretchFactor(1, 1)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._splitter)

    def _can_train(self) -> bool:
        session = self._session
        return session.collection is not None and not session.is_busy and not session.advice()

    def _only_row(self) -> RunRow | None:
        rows = self.table.selected()
        return rows[0] if len(rows) == 1 else None

    def _only_run(self) -> Run | None:
        row = self._only_row()
        return row.run if row is not None else None

    def _needed_run(self) -> Run:
        run = self._only_run()
        assert run is not None
        return run

    def _selected_runs(self) -> Sequence[Run]:
        rows = self.table.selected()
        runs = [row.run for row in rows if row.run is not None]
        return runs if len(runs) == len(rows) else []

    def _attempt(self, action: Callable[[], object]) -> bool:
        """Do it, and say what went wrong; return whether it went well."""
        try:
            action()
        except TlguiError as error:
            self.problem_raised.emit(error)
            return False
        return True

    @Slot()
    def _refresh(self) -> None:
        """Show what there is."""
        rows = run_rows(self._session.run_list.runs, self._session.model)
        self._stack.setCurrentWidget(self._splitter if rows else self.empty)
        self.table.show_rows(rows)
        self._refresh_buttons()

    @Slot()
    def _refresh_buttons(self) -> None:
        for name, can in self._can.items():
            self.panel.buttons[name].setEnabled(can())
        self.predict_button.setEnabled(self._session.model is not None)
        self.notice.button.setEnabled(self.can_train_again())
        self.state_changed.emit()

    @Slot()
    def _show_selected(self) -> None:
        rows = self.table.selected()
        if len(rows) > 1:
            self.comparison.show_runs(rows)
            self._kinds.setCurrentWidget(self.comparison)
        elif rows:
            self.view.show_run(rows[0])
            self._kinds.setCurrentWidget(self.view)
        self._show_notice()
        self._refresh_buttons()

    @Slot()
    def _show_notice(self) -> None:
        """Say what changed since the selected run was trained."""
        run = self._only_run()
        changes = self._session.run_changes.of(run) if run is not None else None
        is_over = run is not None and run.status is not RunStatus.RUNNING
        sentence = trained_before(changes) if changes is not None and is_over else ""
        if sentence != self.notice.text.text():
            self.notice.say(sentence, _TRAIN_AGAIN if sentence else "")
        self.notice.button.setEnabled(self.can_train_again())

    @Slot()
    def _on_session_model_changed(self) -> None:
        """Show the model that was just trained, opened or made active."""
        self._refresh()
        self.table.select_ids([row.id for row in self.table.rows if row.is_active])

    @Slot(str)
    def _on_panel_pressed(self, name: str) -> None:
        self._do[name]()

    @Slot(QModelIndex)
    def _on_table_activated(self, _index: QModelIndex) -> None:
        self.make_active()

    @Slot(object, str)
    def _on_rows_renamed(self, row: RunRow, name: str) -> None:
        run = row.run
        if run is not None:
            self._attempt(lambda: self._session.run_list.rename(run, name))


def _button(text: str, pressed: object) -> QPushButton:
    button = QPushButton(text)
    button.clicked.connect(pressed)
    return button
