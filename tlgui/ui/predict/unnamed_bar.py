"""The notice about photos of the board that are not named yet, or not there, after a restart or a stop."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from tlgui.ui.board.board import Board
from tlgui.ui.board.board_keeper import BoardKeeper
from tlgui.ui.watching.folder_watch import FolderWatch
from tlgui.ui.widgets.notice_bar import NoticeBar
from tlgui.ui.widgets.plain_text import set_tip
from tlgui.ui.widgets.tinted_bar import BarButton


class UnnamedBar(NoticeBar):
    """The notice; hidden while there is nothing to tell.

    Args:
        keeper: Knows of them.
        board: Shows the others; while it shows none, the notice offers to forget all.
        watch: Tells of photos of its folder itself, and names them, while the naming of these is paused.
        parent: The owner.
    """

    def __init__(self, keeper: BoardKeeper, board: Board, watch: FolderWatch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keeper = keeper
        self._board = board
        self._watch = watch
        self.forget_button = BarButton("Forget them")
        set_tip(self.forget_button, "Do not bring them back after a restart; no file is touched")
        self.forget_button.clicked.connect(board.clear)
        self.row.addWidget(self.forget_button)
        keeper.changed.connect(self._on_keeper_changed)
        watch.changed.connect(self._on_keeper_changed)
        for signal in (board.grew, board.emptied):
            signal.connect(self._offer_to_forget)
        self.pressed.connect(keeper.go_on)
        self._on_keeper_changed()

    @Slot()
    def _on_keeper_changed(self) -> None:
        self._offer_to_forget()
        state = self._watch.state
        is_told = state is not None and state.is_paused and self._keeper.lacks_only(state.folder)
        words = "" if is_told else self._keeper.words
        # The watched folder is looked at again and again.
        if (words, self._keeper.button) != (self.text.text(), self.button.text()):
            self.say(words, self._keeper.button)

    @Slot()
    def _offer_to_forget(self) -> None:
        self.forget_button.setVisible(self._keeper.can_forget and not len(self._board.photos))
