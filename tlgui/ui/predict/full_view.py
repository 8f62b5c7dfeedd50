"""The full view of the board: one photo as large as the window, its answer beside it, and keys that name it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.photos.names import shown_name
from tlgui.ui.board.answer_words import file_in_words
from tlgui.ui.board.board import Board
from tlgui.ui.board.columns import Rows
from tlgui.ui.predict.answer_column import AnswerColumn, has_command_keys, show_accepting
from tlgui.ui.session.session import Session
from tlgui.ui.viewer.photo_canvas import ZOOM_KEYS
from tlgui.ui.viewer.photo_dialog import PhotoDialog, dialog_button
from tlgui.ui.widgets.plain_text import set_spoken
from tlgui.ui.widgets.scroll_area import ScrollArea
from tlgui.ui.widgets.tokens import GRID

_FIRST_SIZE_IN_LETTERS = (150, 44)
_COLUMN_LETTERS = 42
# However large the text is, the photo has more room than what is said of it.
_MOST_OF_WIDTH = 0.42
_MOST_UNDONE = 100
_TURNING_KEYS = {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class FullView(PhotoDialog):
    """Shows one photo of a list at a time. Naming or accepting it goes on to the next one.

    Its signal `accepted`, which every dialog has, means that the answer of the photo is right.

    Signals:
        class_chosen: The person says that the photo shows a class.
        undo_requested: The last decision is to be taken back.
        place_changed: Another photo of the list is shown; its place, from 0.

    Attributes:
        column: What is said of the photo.

    Args:
        session: The state of the window.
        board: The photos.
        parent: The window.
    """

    class_chosen = Signal(str)
    undo_requested = Signal()
    place_changed = Signal(int)

    def __init__(self, session: Session, board: Board, parent: QWidget | None = None) -> None:
        super().__init__(session.explanations, parent)
        self._board = board
        self._rows: Sequence[int] | Rows = ()
        self._place = 0
        self._shown_row: int | None = None
        self._path: Path | None = None
        # The photos that were decided about here, so that Undo shows them again.
        self._decided: list[int] = []
        self.column = AnswerColumn(board)
        self.accept_button = dialog_button("&Right", "The answer is right: it counts as yours (Enter)")
        self.undo_button = dialog_button("&Undo", "Take the last decision back (U)")
        self._fill()
        self.step_requested.connect(self._on_step_requested)
        self.canvas.number_pressed.connect(self._on_canvas_number_pressed)
        self.column.class_chosen.connect(self._on_column_class_chosen)
        self.accept_button.clicked.connect(self._on_accept_button_clicked)
        self.undo_button.clicked.connect(self._on_undo_button_clicked)
        self._loader.measured.connect(self._on_loader_measured)
        board.changed.connect(self._on_board_changed)
        board.state_changed.connect(self._on_board_state_changed)
        board.emptied.connect(self._on_board_emptied)
        board.taken_off.connect(self._on_board_emptied)
        self._on_board_state_changed()

    @property
    def place(self) -> int:
        """Which photo of the list is shown, from 0."""
        return self._place

    def open_at(self, rows: Sequence[int] | Rows, place: int) -> None:
        """Open the view, or bring it to the front, with a photo of a list; see `show_rows`."""
        self.show_rows(rows, place)
        if len(rows):
            self.show()
            self.activateWindow()

    def show_rows(self, rows: Sequence[int] | Rows, place: int) -> None:
        """Show a photo of a list, which may be another one than before; an empty list closes the view.

        Args:
            rows: The photos of the board, in the order of the list.
            place: Which one, from 0; the last one where there are fewer.
        """
        self._rows = rows
        if not len(rows):
            self.close()
            return
        self._place = min(place, len(rows) - 1)
        self._refresh()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        letters = self.fontMetrics().averageCharWidth() * _COLUMN_LETTERS
        room = round(event.size().width() * _MOST_OF_WIDTH)
        self._beside.setFixedWidth(max(min(letters, room), self._beside.minimumSizeHint().width()))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ZOOM_KEYS or event.key() in _TURNING_KEYS:
            # Of the list of classes, all keys but those that it uses itself.
            self.canvas.keyPressEvent(event)
        elif has_command_keys(event) or not self._decide_by(event):
            super().keyPressEvent(event)

    def _decide_by(self, event: QKeyEvent) -> bool:
        """Do what a key says about the photo, and return whether it says anything."""
        focus = self.focusWidget()
        if event.key() in _ENTER and isinstance(focus, QPushButton):
            focus.click()
        elif event.key() in _ENTER:
            self._on_accept_button_clicked()
        elif event.key() == Qt.Key.Key_U:
            self._on_undo_button_clicked()
        else:
            return self.column.press(event.text())
        return True

    def _fill(self) -> None:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, GRID, 0)
        column.addWidget(self.column)
        column.addStretch(1)
        beside = QHBoxLayout()
        beside.addWidget(self.canvas, 1)
        self._beside = ScrollArea(holder)
        beside.addWidget(self._beside)
        row = self._button_row(self.undo_button, self.accept_button)
        self._lay_out(beside, [self.about], row, _FIRST_SIZE_IN_LETTERS)

    def _refresh(self) -> None:
        row = int(self._rows[self._place])
        photo = self._board.photos.photo(row)
        self._show_place(photo.path, self._place, len(self._rows))
        self.column.show_rows(np.array([row], np.intp))
        show_accepting(self.accept_button, photo)
        set_spoken(self.canvas, f"The photo {shown_name(photo.path)}: {self.column.answer.text()}")
        self._shown_row = row
        # A sort moves photos that are shown.
        if photo.path != self._path:
            self._path = photo.path
            self.about.setText(file_in_words(photo))
            self._load_fitted(photo.path)

    def _show_row(self, row: int | None) -> None:
        """Show a photo of the board if the list has it."""
        places = np.flatnonzero(np.asarray(self._rows) == row)
        if row is not None and len(places):
            self._on_step_requested(int(places[0]) - self._place)

    def _go_on(self, decided_row: int) -> None:
        """Show the next photo, unless the list has changed so that it is shown already."""
        self._decided = [*self._decided[-_MOST_UNDONE + 1 :], decided_row]
        if self._place < len(self._rows) - 1 and int(self._rows[self._place]) == decided_row:
            self._on_step_requested(1)

    @Slot(int)
    def _on_step_requested(self, step: int) -> None:
        place = max(0, min(self._place + step, len(self._rows) - 1))
        if place != self._place and len(self._rows):
            self._place = place
            self._refresh()
            self.place_changed.emit(place)

    @Slot(int)
    def _on_canvas_number_pressed(self, number: int) -> None:
        self.column.press(str(number))

    @Slot(str)
    def _on_column_class_chosen(self, name: str) -> None:
        row = self._shown_row
        if row is not None:
            self.class_chosen.emit(name)
            self._go_on(row)

    @Slot()
    def _on_accept_button_clicked(self) -> None:
        row = self._shown_row
        if row is None:
            return
        if self.accept_button.isHidden():
            # Decided already, or there is nothing to accept.
            self._on_step_requested(1 if self._board.photos.photo(row).is_decided else 0)
            return
        self.accepted.emit()
        if self._shown_row is not None:
            self._go_on(row)

    @Slot()
    def _on_undo_button_clicked(self) -> None:
        if self.undo_button.isEnabled():
            self._show_row(self._decided.pop() if self._decided else None)
            self.undo_requested.emit()

    @Slot(object)
    def _on_loader_measured(self, size_bytes: int) -> None:
        if self._shown_row is not None and self._shown_row < len(self._board.photos):
            self.about.setText(file_in_words(self._board.photos.photo(self._shown_row), size_bytes))

    @Slot(object)
    def _on_board_changed(self, rows: Rows | None) -> None:
        if self.isHidden() or not len(self._rows):
            return
        if rows is None or int(self._rows[self._place]) in rows:
            self._refresh()

    @Slot()
    def _on_board_emptied(self) -> None:
        self._rows, self._shown_row, self._decided = (), None, []
        self.close()

    @Slot()
    def _on_board_state_changed(self) -> None:
        self.undo_button.setEnabled(bool(self._board.next_undo))
