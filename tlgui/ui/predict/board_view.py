"""The photos of the board: chips with counts, a line for search and order, the grid, and the pane beside it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QSplitter, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.learning.looks import nearest
from tlgui.ui.board.arranger import BoardArranger
from tlgui.ui.board.arranging import Arranged, Section
from tlgui.ui.board.board import Board
from tlgui.ui.board.class_keys import keys_of_classes
from tlgui.ui.board.columns import BoardPhoto, Rows
from tlgui.ui.grid.photo_grid import PhotoGrid
from tlgui.ui.predict.answer_pane import AnswerPane
from tlgui.ui.predict.board_bar import BoardBar
from tlgui.ui.predict.board_cells import BoardDescriber, BoardPhotos
from tlgui.ui.predict.group_chips import GroupChips
from tlgui.ui.session.session import Session
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.plain_text import set_spoken_details
from tlgui.ui.widgets.tokens import GRID
from tlgui.ui.widgets.wrapping_column import WrappingColumn

_MOST_ALIKE = 200
_COUNT_MS = 100
# Of the grid and the pane beside it.
_SHARES = (640, 360)
# In a narrow view the grid has one column.
_NARROW_SHARE = 0.44
_NARROW_LETTERS, _LETTERS_WITH_PANE = 72, 44
_LINES_OF_A_HIGH_WINDOW = 26
_LEAST_LINES = 7
_NO_ROWS = np.empty(0, np.intp)


class BoardView(WrappingColumn):
    """Shows the board.

    Signals:
        selection_changed: Other photos are selected, or what is said of them changed.
        arranged: Other photos are shown, or in another order; the rows of those that were shown before, an array.

    Args:
        session: The state of the window.
        board: The board.
        parent: The owner.
    """

    selection_changed = Signal()
    arranged = Signal(object)

    def __init__(self, session: Session, board: Board, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._board = board
        self._was_naming = False
        self._is_single = False
        self._is_narrow = False
        self._has_own_shares = False
        self._shown_before: Rows = _NO_ROWS
        self._to_choose: Rows = _NO_ROWS
        self._describer = BoardDescriber()
        self._arranger = BoardArranger(board, self)
        self.chips = GroupChips()
        self.bar = BoardBar()
        self.grid: PhotoGrid[BoardPhoto] = PhotoGrid()
        self.grid.setAccessibleName("Photos and what they are named")
        self.grid.drag.carries_files = True
        self.grid.drag.can_begin = lambda: True
        self.pane = AnswerPane(session, board)
        self.nothing = QuietLabel(parent=self.grid)
        # Counting 100,000 photos takes a millisecond or two; once for several changes is enough.
        self._counting = QTimer(self, singleShot=True, interval=_COUNT_MS)
        self._counting.timeout.connect(self._count)
        self._lay_out()
        self._connect()
        self._query()

    @property
    def shown(self) -> Rows:
        """The rows of the photos that are shown, in order."""
        return self._arranger.rows

    @property
    def has_selection(self) -> bool:
        """Whether a photo is selected."""
        return self.grid.selectionModel().hasSelection()

    def selected(self) -> Rows:
        """Return the rows of the selected photos, in the order in which they are shown."""
        parts = [self.shown[part.start : part.stop] for part in self.grid.selected_rows()]
        return np.concatenate(parts) if parts else _NO_ROWS

    def selected_together(self) -> Rows:
        """Return the rows of the selected photos, where more than one is: one is always selected, to be looked at."""
        rows = self.selected()
        return rows if len(rows) > 1 else _NO_ROWS

    def current(self) -> int | None:
        """Return the row of the current photo."""
        photo = self.grid.current()
        return photo.row if photo is not None else None

    def row_after(self, rows: Rows) -> int | None:
        """Return the row of the first photo after the last of some, or else of the last one before them."""
        is_left = ~np.isin(self.shown, rows)
        places = np.flatnonzero(~is_left)
        after = np.flatnonzero(is_left[places[-1] :]) + places[-1] if len(places) else np.flatnonzero(is_left)
        if len(after):
            return int(self.shown[after[0]])
        before = np.flatnonzero(is_left)
        return int(self.shown[before[-1]]) if len(before) else None

    def choose(self, rows: Rows) -> None:
        """Select photos as far as they are shown; the first of them becomes the current one.

        Where none is shown, those are selected that are when photos are arranged the next time.
        """
        photos = self.grid.photos.items
        places = photos.rows_of(frozenset(rows.tolist()))
        self._to_choose = _NO_ROWS if places else rows
        if not places:
            return
        first = self.grid.photos.index(places[0])
        self.grid.selectionModel().setCurrentIndex(first, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if len(places) > 1:
            self.grid.choose(frozenset(rows.tolist()))
        self.grid.scrollTo(first)

    def take_off(self, rows: Rows) -> None:
        """Take photos off the board, and move on to the next one."""
        if not len(rows):
            return
        after = self.row_after(rows)
        path = Path(self._board.photos.paths[after]) if after is not None else None
        # The keys of photos are their rows, which change.
        self.grid.clearSelection()
        self.grid.setCurrentIndex(QModelIndex())
        self.bar.show_only(None)
        self._board.take_off(rows)
        row = self._board.photos.row_of(path) if path is not None else None
        if row is not None:
            self.choose(np.array([row], np.intp))

    def show_look_alikes(self, row: int) -> None:
        """Show the photos that look most like one, that one first."""
        looks = self._board.photos.looks
        rows, _ = nearest(looks, looks[row], _MOST_ALIKE, np.array([row], np.intp))
        self.show_only(np.array([row, *rows.tolist()], np.intp), "Most alike first")

    def show_only(self, rows: Rows, order: str = "As they came") -> None:
        """Show some photos alone, in their order, which has a name."""
        self.chips.choose(None)
        self.bar.show_only(tuple(rows.tolist()), order)
        self.grid.setFocus()

    def has_look(self, row: int) -> bool:
        """Return whether it is known what a photo looks like."""
        return bool(self._board.photos.looks[row].any())

    @property
    def can_show_look_alikes(self) -> bool:
        """Whether it is known what photos look like."""
        return bool(self._board.photos.looks.shape[1])

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.chips)
        column.addWidget(self.bar)
        self._splitter = _Splitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(2 * GRID)
        self._splitter.addWidget(self.grid)
        self._splitter.addWidget(self.pane)
        # The share of each where both are seen.
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setSizes(list(_SHARES))
        self._splitter.splitterMoved.connect(self._on_splitter_moved)
        column.addWidget(self._splitter, 1)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        QVBoxLayout(self.grid).addWidget(self.nothing)
        self.nothing.hide()

    def _connect(self) -> None:
        self._arranger.arranged.connect(self._on_arranged)
        self._arranger.appended.connect(self._on_appended)
        self._board.grew.connect(self._counting.start)
        self._board.changed.connect(self._on_board_changed)
        self._board.emptied.connect(self._on_board_emptied)
        self._board.taken_off.connect(self._count)
        self._board.state_changed.connect(self._on_board_state_changed)
        self.chips.group_chosen.connect(self._on_group_chosen)
        self.bar.changed.connect(self._query)
        self.bar.left.connect(self._on_bar_left)
        self.bar.lines_changed.connect(self.grid.set_lines)
        self.grid.size_changed.connect(self.bar.size_slider.setValue)
        self.grid.selection_changed.connect(self._on_grid_selection_changed)
        self.grid.selectionModel().currentChanged.connect(self.selection_changed)

    def _fit(self) -> None:
        """Show one photo alone, and several as a grid, with the pane beside it where there is room."""
        # The first photo of many is not shown alone.
        is_single = len(self._board.photos) == 1 and not self._board.is_naming
        for widget in (self.chips, self.bar, self.grid):
            widget.setVisible(not is_single)
        # With large text, the buttons below stay in sight; both scroll.
        least = self.fontMetrics().height() * _LEAST_LINES
        self.grid.setMinimumHeight(least)
        self.pane.setMinimumHeight(least)
        self.chips.set_most_lines(1 if is_in_low_window(self) else 2)
        letters = self.width() / self.fontMetrics().averageCharWidth()
        self.pane.setVisible(is_single or letters >= _LETTERS_WITH_PANE)
        is_narrow = letters < _NARROW_LETTERS
        if is_narrow is not self._is_narrow:
            self._is_narrow, self._has_own_shares = is_narrow, False
            self._splitter.setSizes(list(_SHARES))
        if is_narrow and not self._has_own_shares:
            room = self._splitter.width() - self._splitter.handleWidth()
            self._splitter.setSizes([round(room * _NARROW_SHARE), room - round(room * _NARROW_SHARE)])
        if is_single is not self._is_single:
            self._is_single = is_single
            self.pane.set_wide(is_wide=is_single)
            if is_single:
                button = self.pane.full_button if self.pane.accept_button.isHidden() else self.pane.accept_button
                button.setFocus()
            elif self.pane.isAncestorOf(QApplication.focusWidget() or self):
                self.grid.setFocus()

    def _show(self, rows: Rows, sections: Sequence[Section] = (), *, appends: bool = False) -> None:
        before, photos = self._shown_before, BoardPhotos(self._board.photos, rows)
        self._shown_before = rows
        if appends and len(before):
            self.grid.append_items(photos)
        else:
            self.grid.show_items(photos, self._describer, sections)
        if len(self._to_choose):
            self.choose(self._to_choose)
            self._to_choose = _NO_ROWS
        self._choose_first()
        self._say_empty(is_empty=not len(rows))
        self.arranged.emit(before)

    def _say_empty(self, *, is_empty: bool) -> None:
        words = "No photo is like that. Choose “All” or clear the search to see others." if is_empty else ""
        self.nothing.setText(words)
        self.nothing.setVisible(is_empty and len(self._board.photos) > 0)
        set_spoken_details(self.grid, words)

    def _choose_first(self) -> None:
        if len(self.shown) and self.grid.current() is None:
            self.choose(self.shown[:1])

    @Slot()
    def _on_grid_selection_changed(self) -> None:
        self.pane.show_rows(self.selected())
        self.selection_changed.emit()

    @Slot()
    def _on_splitter_moved(self) -> None:
        self._has_own_shares = True

    @Slot()
    def _query(self) -> None:
        self._arranger.show(self.bar.query(self.chips.chosen))

    @Slot()
    def _count(self) -> None:
        photos = self._board.photos
        self.chips.show_board(photos, keys_of_classes(photos.names))
        self.bar.can_group_by_look(can=self.can_show_look_alikes)
        self._fit()

    @Slot(object, bool)
    def _on_arranged(self, found: Arranged, is_new: object) -> None:
        if is_new:
            self.grid.show_from_start()
        self._show(found.rows, found.sections)

    @Slot(object)
    def _on_appended(self, _rows: Rows) -> None:
        self._show(self.shown, appends=True)

    @Slot(object)
    def _on_board_changed(self, _rows: Rows | None) -> None:
        self._counting.start()
        self.grid.refresh()
        self.selection_changed.emit()

    @Slot()
    def _on_board_emptied(self) -> None:
        self.bar.clear()
        self._count()
        self.grid.forget_thumbnails()

    @Slot()
    def _on_board_state_changed(self) -> None:
        was_naming, self._was_naming = self._was_naming, self._board.is_naming
        if was_naming and not self._was_naming:
            self._count()
            focus = QApplication.focusWidget()
            # Nothing moves under the pointer or the focus.
            if not self.chips.underMouse() and not (focus is not None and self.chips.isAncestorOf(focus)):
                self.chips.settle()

    @Slot(object)
    def _on_group_chosen(self, _group: int | None) -> None:
        self._query()
        if not self.chips.isAncestorOf(QApplication.focusWidget() or self):
            self.grid.setFocus()

    @Slot()
    def _on_bar_left(self) -> None:
        self.bar.show_only(None)
        self.grid.setFocus()


def is_in_low_window(widget: QWidget) -> bool:
    """Return whether there are few lines for the photos, as with large text in a small window."""
    return widget.window().height() < widget.fontMetrics().height() * _LINES_OF_A_HIGH_WINDOW


class _Splitter(QSplitter):
    """Asks for no more height than it needs: what is in it scrolls, and the page need not."""

    @override
    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.minimumSizeHint().height())
