"""The Results page: the runs of the collection; how good one is and what it mixes up, or how several compare."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QSize, Signal, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedLayout, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.errors import TlguiError
from tlgui.learning.runs.run import RunStatus
from tlgui.ui.results.paired_words import compared_pair, pair_in_words
from tlgui.ui.results.run_actions import RunActions
from tlgui.ui.results.run_comparison import RunComparison
from tlgui.ui.results.run_table import RunTable
from tlgui.ui.results.run_view import RunView
from tlgui.ui.results.runs_panel import RunsPanel
from tlgui.ui.session.judged_part import JudgedRun
from tlgui.ui.session.session import Session
from tlgui.ui.text.run_words import USE_THIS, RunRow, proposal_text, run_rows, trained_before
from tlgui.ui.widgets.current_stack import CurrentStack
from tlgui.ui.widgets.empty_page import EmptyPage
from tlgui.ui.widgets.notice_bar import NoticeBar
from tlgui.ui.widgets.primary import make_primary
from tlgui.ui.widgets.scroll_area import ScrollArea
from tlgui.ui.widgets.side_by_side import side_by_side
from tlgui.ui.widgets.tokens import GRID, MARGIN

_TRAIN_AGAIN = "Train a&gain"
_LETTERS_BESIDE = 85
# Qt's own for a height without one, QWIDGETSIZE_MAX.
_NO_LIMIT = 16_777_215


class ResultsPage(QWidget):
    """Shows the runs of the session's collection, and its model where that is no run's.

    Args:
        session: The state of the window.
        parent: The owner.
    """

    state_changed = Signal()
    problem_raised = Signal(TlguiError)
    train_requested = Signal()
    open_model_requested = Signal()
    predict_requested = Signal()
    photos_requested = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.table = RunTable()
        self.run_actions = RunActions(session, self.table, self)
        self.panel = RunsPanel(self.table, self.run_actions.all)
        self.view = RunView()
        self.comparison = RunComparison()
        self.notice = NoticeBar()
        self.notice.pressed.connect(self._on_notice_pressed)
        self.predict_button = _button("&Next: Predict", self.predict_requested)
        self.predict_button.setDefault(True)
        make_primary(self.predict_button)
        self.empty = EmptyPage(
            "No results yet",
            "Here you see how good a model is and what it mixes up, and compare one training with another. "
            "Train a model, or open one that was saved before.",
            [_button("&Go to Train", self.train_requested), _button("Open &model…", self.open_model_requested)],
        )
        self._lay_out()
        self.run_actions.training_started.connect(self.train_requested)
        self.run_actions.problem_raised.connect(self.problem_raised)
        self.table.selection_changed.connect(self._show_selected)
        self.table.activated.connect(self._on_table_activated)
        self.table.rows_model.renamed.connect(self._on_rows_renamed)
        self.view.photos_requested.connect(self.photos_requested)
        self.view.caution_chosen.connect(session.set_caution)
        session.caution_changed.connect(self._show_caution)
        session.model_changed.connect(self._on_session_model_changed)
        session.run_changes.changed.connect(self._show_notice)
        session.judged_photos.changed.connect(self._show_judged)
        for signal in (session.learning_curves.changed, session.review.changed, session.job_ended):
            signal.connect(self._show_learning_curve)
        session.in_use.proposal_changed.connect(self._on_proposal_changed)
        for signal in (session.runs_changed, session.collection_changed):
            signal.connect(self._refresh)
        for signal in (session.job_started, session.job_ended):
            signal.connect(self._refresh_actions)
        self._show_caution()
        self._refresh()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Another window may have trained or deleted runs meanwhile.
        self._session.reload_runs()
        self._show_learning_curve()

    def _lay_out(self) -> None:
        bottom = QHBoxLayout()
        bottom.addStretch(1)
        bottom.addWidget(self.predict_button)
        self._kinds = CurrentStack()
        self._kinds.addWidget(self.view)
        self._kinds.addWidget(self.comparison)
        scrolled = QWidget()
        self._scrolled = QVBoxLayout(scrolled)
        self._scrolled.setContentsMargins(GRID, 0, GRID, 0)
        self._scrolled.setSpacing(MARGIN)
        self._scrolled.addWidget(self._kinds, 1)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.notice)
        column.addWidget(ScrollArea(scrolled), 1)
        column.addLayout(bottom)
        self._splitter = side_by_side(self.panel, right)
        self._splitter.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._splitter)

    @override
    def minimumSizeHint(self) -> QSize:
        parts = (self.panel.minimumSizeHint().width() + 4 * MARGIN, self.view.minimumSizeHint().width() + 4 * MARGIN)
        return QSize(max(*parts, self.empty.minimumSizeHint().width()), super().minimumSizeHint().height())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the trainings below the results where there is no room for both beside each other."""
        super().resizeEvent(event)
        is_narrow = event.size().width() < self.fontMetrics().averageCharWidth() * _LETTERS_BESIDE
        if is_narrow and self._splitter.indexOf(self.panel) >= 0:
            self._scrolled.addWidget(self.panel)
            self.table.setMaximumHeight(self.table.minimumSizeHint().height())
        elif not is_narrow and self._splitter.indexOf(self.panel) < 0:
            self._splitter.insertWidget(0, self.panel)
            beside = self.panel.sizeHint().width()
            self._splitter.setSizes([beside, max(event.size().width() - beside, beside)])
            self.table.setMaximumHeight(_NO_LIMIT)
            self._splitter.setStretchFactor(0, 0)
            self._splitter.setStretchFactor(1, 1)

    @Slot()
    def _refresh(self) -> None:
        rows = run_rows(self._session.run_list.runs, self._session.model)
        self._stack.setCurrentWidget(self._splitter if rows else self.empty)
        self.table.show_rows(rows)
        self._refresh_actions()

    @Slot()
    def _show_caution(self) -> None:
        self.view.caution.show_caution(self._session.caution)

    @Slot()
    def _refresh_actions(self) -> None:
        self.run_actions.refresh()
        self.predict_button.setEnabled(self._session.model is not None)
        self._show_notice()
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
        self._show_judged()
        self._show_learning_curve()
        self._refresh_actions()

    @Slot()
    def _show_judged(self) -> None:
        """Show the photos behind the numbers; a model that no run of the collection made has none here."""
        rows = self.table.selected()
        if len(rows) > 1:
            self.comparison.show_difference(self._difference(rows))
        elif rows:
            self.view.show_judged(self._judged(rows[0]))

    @Slot()
    def _show_learning_curve(self) -> None:
        """Show whether more photos would help; that is measured only while the page is looked at."""
        rows = self.table.selected()
        run = rows[0].run if len(rows) == 1 and self.isVisible() else None
        self.view.show_learning_curve(self._session.learning_curves.of(run) if run is not None else None)

    def _judged(self, row: RunRow) -> JudgedRun | None:
        # A model from a file came without its photos.
        return self._session.judged_photos.of(row.run) if row.run is not None else JudgedRun()

    def _difference(self, rows: Sequence[RunRow]) -> str:
        """Return how two of the selected runs differ; empty while their photos are read."""
        pair = compared_pair(rows)
        if pair is None:
            return ""
        first, second = pair
        judged = self._judged(first), self._judged(second)
        if judged[0] is None or judged[1] is None:
            return ""
        return pair_in_words(first, second, judged[0], judged[1], is_of_more=len(rows) > 2)

    @Slot()
    def _show_notice(self) -> None:
        """Show why the selected run is not in use, or how the photos changed since its training."""
        run = self.run_actions.only_run()
        proposal, used = self._session.in_use.proposal, self._session.model
        if proposal is not None and used is not None and run is not None and run.id == proposal.run.id:
            self._say(proposal_text(run, proposal.comparison, used, self._session.active_run), USE_THIS)
            self.notice.button.setEnabled(self.run_actions.make_active.isEnabled())
            return
        changes = self._session.run_changes.of(run) if run is not None else None
        is_over = run is not None and run.status is not RunStatus.RUNNING
        sentence = trained_before(changes) if changes is not None and is_over else ""
        self._say(sentence, _TRAIN_AGAIN if sentence else "")
        self.notice.button.setEnabled(self.run_actions.can_train_again())

    def _say(self, sentence: str, button: str) -> None:
        # The same notice is not announced to screen readers again.
        if sentence != self.notice.text.text():
            self.notice.say(sentence, button)

    @Slot()
    def _on_session_model_changed(self) -> None:
        """Select the model that was trained, opened or made active just now."""
        self._refresh()
        self.table.select_ids([row.id for row in self.table.rows if row.is_active])

    @Slot()
    def _on_proposal_changed(self) -> None:
        """Select the run that was trained just now."""
        proposal = self._session.in_use.proposal
        if proposal is not None:
            self.table.select_ids([proposal.run.id])
        self._refresh_actions()

    @Slot()
    def _on_notice_pressed(self) -> None:
        proposal, run = self._session.in_use.proposal, self.run_actions.only_run()
        if proposal is not None and run is not None and run.id == proposal.run.id:
            self.run_actions.make_active.trigger()
        else:
            self.run_actions.train_again()

    @Slot(QModelIndex)
    def _on_table_activated(self, _index: QModelIndex) -> None:
        self.run_actions.make_active.trigger()

    @Slot(object, str)
    def _on_rows_renamed(self, row: RunRow, name: str) -> None:
        if row.run is None:
            return
        try:
            self._session.run_list.rename(row.run, name)
        except TlguiError as error:
            self.problem_raised.emit(error)


def _button(text: str, pressed: object) -> QPushButton:
    button = QPushButton(text)
    button.clicked.connect(pressed)
    return button
