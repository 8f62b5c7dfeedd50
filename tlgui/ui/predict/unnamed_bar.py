"""The notice about photos of the board that are not named yet, or not there, after a restart or a stop."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from tlgui.ui.board.board_keeper import BoardKeeper
from tlgui.ui.widgets.notice_bar import NoticeBar


class UnnamedBar(NoticeBar):
    """The notice; hidden while there is nothing to tell.

    Args:
        keeper: Knows of them.
        parent: The owner.
    """

    def __init__(self, keeper: BoardKeeper, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keeper = keeper
        keeper.changed.connect(self._on_keeper_changed)
        self.pressed.connect(keeper.go_on)
        self._on_keeper_changed()

    @Slot()
    def _on_keeper_changed(self) -> None:
        self.say(self._keeper.words, self._keeper.button)
