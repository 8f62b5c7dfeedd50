"""Watch a folder: asks for it, and shows on the Predict page what is watched, and what of the board is not named."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QBoxLayout, QWidget

from tlgui.errors import TlguiError
from tlgui.photos.sorting.options import SortOptions
from tlgui.ui.board.board import Board
from tlgui.ui.board.board_keeper import BoardKeeper
from tlgui.ui.board.dismissal_keeper import DismissalKeeper
from tlgui.ui.board.sorting import Sorting
from tlgui.ui.predict.predict_page import PredictPage
from tlgui.ui.predict.sort_form import SortChoices
from tlgui.ui.predict.unnamed_bar import UnnamedBar
from tlgui.ui.predict.watch_bar import WatchBar
from tlgui.ui.predict.watch_dialog import WatchDialog
from tlgui.ui.session.session import Session
from tlgui.ui.session.settings import SORT_FOLDER, SORT_PATTERN, WATCH_FOLDER, Settings
from tlgui.ui.shell.message_bar import MessageBar
from tlgui.ui.watching.choice import WatchChoice
from tlgui.ui.watching.folder_watch import FolderWatch


class WatchCommands(QObject):
    """Handles the actions about the watched folder, and keeps the board.

    Signals:
        begun: The person had a folder watched.

    Args:
        window: The parent of the dialog.
        session: The state of the window.
        settings: Keeps what was chosen last.
        board: Names the photos.
        sorting: Is told of copies, which it can take back.
        page: Gets the bars.
        messages: Says what cannot be done.

    Attributes:
        keeper: Keeps the board with the collection.
        watch: What is watched.
        watch_bar: The line about it.
        unnamed_bar: The notice about photos that are not named.
    """

    begun = Signal()

    def __init__(
        self,
        window: QWidget,
        session: Session,
        settings: Settings,
        board: Board,
        sorting: Sorting,
        page: PredictPage,
        messages: MessageBar,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._settings = settings
        self._sorting = sorting
        self._page = page
        self._messages = messages
        self.keeper = BoardKeeper(board, session, self)
        DismissalKeeper(board, session, self)
        self.watch = FolderWatch(board, session, self.keeper, self)
        self.unnamed_bar = UnnamedBar(self.keeper, board, self.watch)
        self.watch_bar = WatchBar(self.watch)
        self.watch_bar.again_requested.connect(self._on_again_requested)
        self.watch.copied.connect(self._on_watch_copied)
        layout = page.layout()
        assert isinstance(layout, QBoxLayout)
        place = layout.indexOf(page.notice)
        layout.insertWidget(place + 1, self.unnamed_bar)
        layout.insertWidget(place + 2, self.watch_bar)

    def can_ask(self) -> bool:
        """Return whether a folder can be watched: there is a model."""
        return self._session.model is not None

    def ask(self, choices: SortChoices) -> None:
        """Ask which folder is to be watched.

        Args:
            choices: Where photos were sorted to last.
        """
        if self.can_ask():
            folder = self._settings.value(WATCH_FOLDER)
            sorting = SortOptions(choices.into, pattern=choices.pattern)
            WatchDialog(Path(folder) if folder else None, sorting, self._begin, self._window).open()

    def _begin(self, choice: WatchChoice) -> None:
        self.watch.start(choice)
        self._settings.set_value(WATCH_FOLDER, str(choice.folder))
        if choice.sorting is not None:
            self._settings.set_value(SORT_FOLDER, str(choice.sorting.into))
            self._settings.set_value(SORT_PATTERN, choice.sorting.pattern)
        self.begun.emit()

    @Slot()
    def _on_watch_copied(self) -> None:
        self._sorting.look(is_ours=True)

    @Slot()
    def _on_again_requested(self) -> None:
        try:
            self.watch.watch_again()
        except TlguiError as error:
            self._messages.show_error(error)
