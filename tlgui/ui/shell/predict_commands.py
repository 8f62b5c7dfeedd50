"""What the window does with the photos of the board: sorts them, writes tables of them, and takes that back."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from tlgui.ui.board.sorting import Sorting
from tlgui.ui.predict.predict_page import PredictPage
from tlgui.ui.session.session import Session
from tlgui.ui.session.settings import Settings
from tlgui.ui.shell.message_bar import MessageBar
from tlgui.ui.shell.predict_undo import PredictUndo
from tlgui.ui.shell.prediction_saving import PredictionSaving
from tlgui.ui.shell.sort_commands import ShownPhotos, SortCommands
from tlgui.ui.shell.watch_commands import WatchCommands


class PredictCommands(QObject):
    """Handles the actions about photos of the board.

    Signals:
        changed: What can be done changed.

    Args:
        window: The parent of the dialogs.
        session: The state of the window.
        settings: Keeps what was chosen last.
        page: The Predict page.
        messages: Says how jobs ended.

    Attributes:
        board: The photos.
        sorting: Sorts them.
        sorts: Asks about sorts.
        tables: Asks about tables.
        undo: Undo on the Predict page.
        watching: Watches a folder, and keeps the board.
    """

    changed = Signal()

    def __init__(
        self, window: QWidget, session: Session, settings: Settings, page: PredictPage, messages: MessageBar
    ) -> None:
        super().__init__(window)
        self.board = page.board
        self.sorting = Sorting(session, self.board, self)
        shown = ShownPhotos(lambda: page.view.shown, page.view.selected_together, page.isVisible)
        self.sorts = SortCommands(window, session, settings, self.board, self.sorting, shown, messages)
        self.tables = PredictionSaving(window, session, settings, self.board, shown, messages)
        self.undo = PredictUndo(session, self.board, self.sorting, self.sorts, page.deciding.undo, self)
        self.watching = WatchCommands(window, session, settings, self.board, self.sorting, page, messages)
        for signal in (self.board.state_changed, self.board.grew, self.sorting.changed):
            signal.connect(self.changed)
        self.board.problem_raised.connect(messages.show_error)
        page.save_requested.connect(self.tables.ask)
        page.installEventFilter(self)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        # Another window or a command may have sorted photos meanwhile.
        application.applicationStateChanged.connect(self._on_application_state_changed)
        self.sorting.look()

    def ask_watch(self) -> None:
        """Ask which folder is to be watched."""
        self.watching.ask(self.sorts.choices())

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            self.sorts.tell_on_page()
        return super().eventFilter(watched, event)

    @Slot(Qt.ApplicationState)
    def _on_application_state_changed(self, state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationActive:
            self.sorting.look()
