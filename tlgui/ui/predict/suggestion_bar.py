"""The line below the grid that suggests the look-alikes of what was just decided: to see them, or to name them too."""

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from tlgui.ui.board.board import Board
from tlgui.ui.predict.board_view import BoardView
from tlgui.ui.predict.deciding import Deciding
from tlgui.ui.widgets.flow_layout import FlowLayout, growing
from tlgui.ui.widgets.plain_text import PlainLabel, set_spoken, set_tip
from tlgui.ui.widgets.tokens import GRID

# Who works through photos with keys is not to see it come and go with each of them.
_PAUSE_MS = 700


class SuggestionBar(QWidget):
    """The line; hidden while nothing is suggested.

    Args:
        board: Suggests photos.
        view: Shows them.
        deciding: Names them.
        parent: The owner.
    """

    def __init__(self, board: Board, view: BoardView, deciding: Deciding, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._board = board
        self._view = view
        self._deciding = deciding
        self.text = PlainLabel()
        self.text.setWordWrap(True)
        self.show_button = QPushButton("Show them")
        set_tip(self.show_button, "Show these photos alone, all of them selected")
        self.name_button = QPushButton("&Yes")
        set_tip(self.name_button, "Name these photos too")
        self.no_button = QPushButton("No, th&anks")
        set_tip(self.no_button, "Do not suggest these photos for this class again")
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._appear)
        row = FlowLayout()
        row.setSpacing(GRID)
        for widget in (growing(self.text), self.show_button, self.name_button, self.no_button):
            row.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        board.suggestion_changed.connect(self._on_board_suggestion_changed)
        self.show_button.clicked.connect(self._on_show_button_clicked)
        self.name_button.clicked.connect(self._on_name_button_clicked)
        self.no_button.clicked.connect(board.dismiss_suggestion)
        self.hide()

    @Slot()
    def _on_board_suggestion_changed(self) -> None:
        self.hide()
        if self._board.suggestion() is None:
            self._pause.stop()
        else:
            self._pause.start()

    @Slot()
    def _appear(self) -> None:
        suggestion = self._board.suggestion()
        if suggestion is not None:
            self.text.setText(f"{suggestion.sentence()} {suggestion.question()}")
            set_spoken(self, self.text.text())
            self.show()

    @Slot()
    def _on_show_button_clicked(self) -> None:
        suggestion = self._board.suggestion()
        if suggestion is not None:
            self._view.show_only(suggestion.rows, "Most alike first")
            self._view.grid.selectAll()

    @Slot()
    def _on_name_button_clicked(self) -> None:
        suggestion = self._board.suggestion()
        if suggestion is not None:
            self._deciding.name_photos(suggestion.rows, suggestion.class_name)
