"""Opens the full view with the photos that the grid shows, and keeps both at the same photo."""

import numpy as np
from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from tlgui.ui.board.board import Board
from tlgui.ui.board.columns import Rows
from tlgui.ui.predict.board_view import BoardView
from tlgui.ui.predict.deciding import Deciding
from tlgui.ui.predict.full_view import FullView
from tlgui.ui.session.session import Session


class FullViewOpener(QObject):
    """Owns the full view, which is made when it is first needed.

    Attributes:
        full: The full view; None until it is needed.

    Args:
        session: The state of the window.
        board: The photos.
        view: Shows them as a grid.
        deciding: Does what the person decides.
        parent: The owner, whose window is the parent of the full view.
    """

    def __init__(self, session: Session, board: Board, view: BoardView, deciding: Deciding, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._board = board
        self._view = view
        self._deciding = deciding
        self._widget = parent
        self.full: FullView | None = None
        view.arranged.connect(self._on_view_arranged)

    @Slot()
    def open(self) -> None:
        """Open the current photo."""
        if self._view.current() is None:
            return
        if self.full is None:
            self.full = FullView(self._session, self._board, self._widget.window())
            self.full.class_chosen.connect(self._on_full_class_chosen)
            self.full.accepted.connect(self._on_full_accepted)
            self.full.undo_requested.connect(self._deciding.undo)
            self.full.place_changed.connect(self._on_full_place_changed)
        self.full.open_at(self._view.shown, self._view.grid.currentIndex().row())

    def _shown(self) -> Rows:
        """Return the row of the photo that the full view shows."""
        assert self.full is not None
        return self._view.shown[self.full.place : self.full.place + 1].copy()

    @Slot(str)
    def _on_full_class_chosen(self, name: str) -> None:
        self._deciding.name_photos(self._shown(), name)

    @Slot()
    def _on_full_accepted(self) -> None:
        self._deciding.accept_photos(self._shown())

    @Slot(int)
    def _on_full_place_changed(self, place: int) -> None:
        self._view.choose(self._view.shown[place : place + 1])

    @Slot(object)
    def _on_view_arranged(self, before: Rows) -> None:
        """Show the same photo in the list as it is now, or the one that took its place."""
        if self.full is None or self.full.isHidden():
            return
        place, rows = self.full.place, self._view.shown
        found = np.flatnonzero(rows == before[place]).tolist() if place < len(before) else []
        self.full.show_rows(rows, found[0] if found else place)
        self._view.choose(self._shown())
