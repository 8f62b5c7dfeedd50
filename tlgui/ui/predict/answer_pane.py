"""The pane beside the grid: the chosen photo large, what the model says of it, and what that is worth."""

import itertools
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QPushButton, QStackedLayout, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.ui.board.answer_words import answer_in_words, file_in_words
from tlgui.ui.board.board import Board
from tlgui.ui.board.columns import UNDECIDED, BoardPhoto, Rows
from tlgui.ui.predict.answer_column import AnswerColumn, has_command_keys, show_accepting
from tlgui.ui.predict.pane_photo import PanePhoto
from tlgui.ui.predict.photo_tiles import PhotoTiles, Tile
from tlgui.ui.predict.similar_photos import SimilarPhotos
from tlgui.ui.session.session import Session
from tlgui.ui.viewer.explanation_switch import ExplanationSwitch
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.folding_row import FoldingRow
from tlgui.ui.widgets.plain_text import set_spoken, set_tip
from tlgui.ui.widgets.scroll_area import ScrollArea
from tlgui.ui.widgets.tokens import GRID

_HINT = (
    "Choose a photo to see it large, with what the model says of it and where it looked.\n\n"
    "Arrow keys go from photo to photo. Keys 1 to 9, or a letter of its name, say which class it is; "
    "Enter accepts the answer, U takes the last one back, and Space shows the photo in full.\n\n"
    "Choose several to name all of them at once."
)
_HEIGHT_OF_WIDTH = 3 / 4
# However high the text is, this share of the pane is left for the answer.
_MOST_OF_HEIGHT = 0.45
# In a lower pane, the answer has all the room: the grid beside it shows the photo as large.
_LINES_WITH_PHOTO = 18
# In a lower pane, the buttons are one line.
_LINES_TO_WRAP = 28
# Beside a photo that has most of the page, the answer needs a page of some width.
_LETTERS_FOR_LARGE_PHOTO = 72
_TILE_COLUMNS, _TILE_ROWS = 3, 2
_LARGEST = 16_777_215


class AnswerPane(QWidget):
    """Shows the chosen photos of the board: one with all that is known, several as a whole.

    Signals:
        class_chosen: The person says that the photos show a class.
        accept_requested: The person says that the answer is right.
        look_alikes_requested: Photos like the one of a row are asked for.
        full_view_requested: The photo is to be shown in full.

    Args:
        session: The state of the window.
        board: The photos.
        parent: The owner.
    """

    class_chosen = Signal(str)
    accept_requested = Signal()
    look_alikes_requested = Signal(int)
    full_view_requested = Signal()

    def __init__(self, session: Session, board: Board, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._board = board
        self._rows: Rows = np.empty(0, np.intp)
        self._is_wide = False
        self._path: Path | None = None
        self._size_bytes: int | None = None
        self.setAccessibleName("The chosen photo and its answer")
        self.hint = QuietLabel(_HINT)
        self.hint.setMargin(GRID)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.photo = PanePhoto()
        self.tiles = PhotoTiles(_TILE_COLUMNS, _TILE_ROWS)
        self.column = AnswerColumn(board)
        self.accept_button = _button("&Right", "The answer is right: it counts as yours (Enter)")
        self.full_button = _button("Fu&ll view", "Show the photo as large as the window (Space)")
        self.alike_button = _button("More li&ke this", "Show the photos that look most like this one")
        self.buttons = FoldingRow("More about this photo")
        self.explanation = ExplanationSwitch(session.explanations, self.photo, self.photo.loader, self)
        self.similar = SimilarPhotos(session, board)
        self.file_line = QuietLabel()
        self._lay_out()
        self._connect()
        self.show_rows(self._rows)

    @property
    def rows(self) -> Rows:
        """The photos that are shown."""
        return self._rows

    def show_rows(self, rows: Rows) -> None:
        """Show photos of the board; none shows what can be done."""
        self._rows = rows.copy()
        self._stack.setCurrentIndex(1 if len(rows) else 0)
        if not len(rows):
            self._leave_photo()
            return
        self.column.show_rows(rows)
        self.tiles.setVisible(len(rows) > 1)
        self.photo.setVisible(len(rows) == 1)
        if len(rows) == 1:
            self._show_one(self._board.photos.photo(int(rows[0])))
        else:
            self._show_several()

    def set_wide(self, *, is_wide: bool) -> None:
        """Choose between the photo above the answer and, for a page with one photo, beside it."""
        self._is_wide = is_wide
        direction = QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom
        self._box.setDirection(direction)
        if not is_wide:
            self._box.setStretch(0, 0)
            self._box.setStretch(1, 1)
        self._fit_photo()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_photo()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not len(self._rows) or has_command_keys(event) or not self.column.press(event.text()):
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        pictures = QWidget()
        above = QVBoxLayout(pictures)
        above.setContentsMargins(0, 0, 0, 0)
        above.addWidget(self.photo, 1)
        above.addWidget(self.tiles, 1)
        self._pictures = pictures
        buttons = self.buttons
        order: list[QWidget] = [self.photo]
        for button in (self.accept_button, self.full_button, self.alike_button, self.explanation.button):
            buttons.add(button)
            order.append(button)
        order.append(buttons.more_button)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, GRID, 0)
        column.setSpacing(GRID)
        self.column.add_below_answer(buttons, self.explanation.words)
        for widget in (self.column, self.similar, self.file_line):
            column.addWidget(widget)
        column.addStretch(1)
        told = QWidget()
        self._box = QBoxLayout(QBoxLayout.Direction.TopToBottom, told)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(GRID)
        self._box.addWidget(pictures)
        self._box.addWidget(ScrollArea(content), 1)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.hint)
        self._stack.addWidget(told)
        for before, after in itertools.pairwise([*order, self.column.classes]):
            QWidget.setTabOrder(before, after)

    def _connect(self) -> None:
        self.column.class_chosen.connect(self.class_chosen)
        self.photo.full_view_requested.connect(self.full_view_requested)
        self.photo.loader.measured.connect(self._on_loader_measured)
        self.accept_button.clicked.connect(self.accept_requested)
        self.full_button.clicked.connect(self.full_view_requested)
        self.explanation.button.toggled.connect(self._fit_photo)
        self.alike_button.clicked.connect(self._on_alike_button_clicked)
        self._board.changed.connect(self._on_board_changed)
        self._board.grew.connect(self._on_board_grew)
        self._board.emptied.connect(self._on_board_emptied)
        self._board.taken_off.connect(self._on_board_emptied)

    @Slot()
    def _fit_photo(self) -> None:
        """Give the photo its room, which is the same for every photo."""
        lines = self.height() / self.fontMetrics().height()
        is_low = lines < _LINES_WITH_PHOTO
        self.buttons.set_folding(folds=lines < _LINES_TO_WRAP)
        self.column.set_low(is_low=is_low)
        # Where the model looked is shown on the photo.
        self._pictures.setVisible(self._is_wide or not is_low or self.explanation.button.isChecked())
        if self._is_wide:
            is_narrow = self.width() < self.fontMetrics().averageCharWidth() * _LETTERS_FOR_LARGE_PHOTO
            for place, share in enumerate((1, 1) if is_narrow else (3, 2)):
                self._box.setStretch(place, share)
            self._pictures.setMinimumHeight(0)
            self._pictures.setMaximumHeight(_LARGEST)
            return
        height = min(self.width() * _HEIGHT_OF_WIDTH, self.height() * _MOST_OF_HEIGHT)
        self._pictures.setFixedHeight(round(height))

    def _show_one(self, photo: BoardPhoto) -> None:
        show_accepting(self.accept_button, photo)
        self._offer_look_alikes(photo.row)
        self.full_button.show()
        # A sort moves photos that are shown.
        if photo.path != self._path:
            self._path, self._size_bytes = photo.path, None
            self.explanation.show_photo(None if photo.error else photo.path)
        spoken = f"The photo: {answer_in_words(photo)}"
        self.photo.show_photo(photo.path, spoken, is_unreadable=bool(photo.error))
        self.similar.show_row(photo.row)
        self._show_file(photo)

    def _offer_look_alikes(self, row: int) -> None:
        photos = self._board.photos
        self.alike_button.setVisible(len(photos) > 1 and bool(photos.looks[row].any()))

    def _leave_photo(self) -> None:
        self._path = None
        self.photo.show_nothing()
        self.explanation.show_photo(None)
        self.similar.show_row(None)

    def _show_several(self) -> None:
        photos = self._board.photos
        self._leave_photo()
        first = self._rows[: _TILE_COLUMNS * _TILE_ROWS].tolist()
        self.tiles.show_tiles([Tile(photos.photo(row).path) for row in first])
        self.accept_button.setText("&Right")
        set_spoken(self.accept_button, "Right: accept the answers")
        has_answer = (photos.answers[self._rows] >= 0) & (photos.decided[self._rows] == UNDECIDED)
        self.accept_button.setVisible(bool(has_answer.any()))
        self.alike_button.hide()
        self.full_button.show()
        self.file_line.hide()

    def _show_file(self, photo: BoardPhoto) -> None:
        self.file_line.setText(file_in_words(photo, self._size_bytes))
        set_tip(self.file_line, str(photo.path))
        self.file_line.show()

    @Slot(object)
    def _on_loader_measured(self, size_bytes: int) -> None:
        self._size_bytes = size_bytes
        if len(self._rows) == 1:
            self._show_file(self._board.photos.photo(int(self._rows[0])))

    @Slot(object)
    def _on_board_changed(self, rows: Rows | None) -> None:
        if len(self._rows) and (rows is None or np.isin(rows, self._rows).any()):
            self.show_rows(self._rows)

    @Slot(object)
    def _on_board_grew(self, rows: Rows) -> None:
        self._on_board_changed(rows)
        if len(self._rows) == 1:
            # The second photo of the board is the first that could be alike.
            self._offer_look_alikes(int(self._rows[0]))

    @Slot()
    def _on_board_emptied(self) -> None:
        self.show_rows(np.empty(0, np.intp))

    @Slot()
    def _on_alike_button_clicked(self) -> None:
        self.look_alikes_requested.emit(int(self._rows[0]))


def _button(text: str, tooltip: str) -> QPushButton:
    button = QPushButton(text)
    button.setAutoDefault(False)
    set_tip(button, tooltip)
    return button
