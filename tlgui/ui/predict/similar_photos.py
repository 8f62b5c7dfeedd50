"""The photos of the collection that look most like the chosen one to the model, with their classes."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tlgui.photos.names import one_line
from tlgui.text.numbers import count
from tlgui.ui.board.board import Board
from tlgui.ui.board.training_looks import TrainingLooks
from tlgui.ui.predict.photo_tiles import PhotoTiles, Tile
from tlgui.ui.session.session import Session
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.plain_text import PlainLabel
from tlgui.ui.widgets.tokens import GRID

_MOST = 5
_FOREIGN = "To see the most similar photos that the model learned from, open the folder that it was trained on."


class SimilarPhotos(QWidget):
    """Shows them, as far as the collection was looked through; hidden where the model does not tell.

    Attributes:
        tiles: The photos.
        words: Why there are none, or how far the collection was looked through.

    Args:
        session: The state of the window.
        board: The photos.
        parent: The owner.
    """

    def __init__(self, session: Session, board: Board, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._board = board
        self._row: int | None = None
        self.looks = TrainingLooks(session, self)
        self.title = PlainLabel("The most similar photos in your collection")
        self.title.setWordWrap(True)
        self.tiles = PhotoTiles(_MOST)
        self.words = QuietLabel()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        for widget in (self.title, self.tiles, self.words):
            column.addWidget(widget)
        self.looks.changed.connect(self._refresh)
        session.model_changed.connect(self._refresh)

    def show_row(self, row: int | None) -> None:
        """Show the photos most similar to one of the board; None hides all."""
        self._row = row
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        if self._row is None or self._row >= len(self._board.photos) or self._board.is_of_other_model:
            self.hide()
            return
        look = self._board.photos.looks[self._row]
        if not look.any():
            self.hide()
        elif not self.looks.is_known:
            self._show([], _FOREIGN)
        else:
            self.looks.gather()
            photo = self._board.photos.photo(self._row)
            found = self.looks.most_similar(look, _MOST, left_out=photo.path)
            self._show([Tile(each.path, one_line(each.class_name)) for each in found], self._progress())

    def _progress(self) -> str:
        known, total = self.looks.known_count, self.looks.total
        if known >= total:
            return ""
        waits = " It goes on when nothing else is under way." if self._session.is_busy else ""
        return f"Looked through {known:,} of {count('photo', total)} so far.{waits}"

    def _show(self, tiles: list[Tile], words: str) -> None:
        self.tiles.show_tiles(tiles)
        self.tiles.setVisible(bool(tiles))
        self.title.setVisible(bool(tiles))
        self.words.setText(words)
        self.words.setVisible(bool(words))
        self.setVisible(bool(tiles or words))
