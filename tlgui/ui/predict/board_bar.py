"""The line above the grid: search, the order of the photos, what they are put together by, and their size."""

from enum import Enum

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QPushButton, QWidget

from tlgui.ui.board.arranging import BoardGrouping, BoardOrder, BoardQuery
from tlgui.ui.grid.size_slider import SizeSlider
from tlgui.ui.widgets.flow_layout import FlowLayout, growing
from tlgui.ui.widgets.plain_text import set_spoken, set_tip
from tlgui.ui.widgets.search_field import SearchField
from tlgui.ui.widgets.tokens import GRID


class _Sorting(Enum):
    """The entries of the list of orders: the order, and whether it is reversed."""

    ARRIVAL = (BoardOrder.ARRIVAL, False)
    LEAST_SURE = (BoardOrder.CERTAINTY, False)
    MOST_SURE = (BoardOrder.CERTAINTY, True)
    NEWEST = (BoardOrder.TIME, True)
    OLDEST = (BoardOrder.TIME, False)
    NAME = (BoardOrder.NAME, False)
    NAME_REVERSED = (BoardOrder.NAME, True)


_SORTINGS = {
    _Sorting.ARRIVAL: "As they came",
    _Sorting.LEAST_SURE: "Least sure first",
    _Sorting.MOST_SURE: "Most sure first",
    _Sorting.NEWEST: "Newest first",
    _Sorting.OLDEST: "Oldest first",
    _Sorting.NAME: "Name, A to Z",
    _Sorting.NAME_REVERSED: "Name, Z to A",
}
_GROUPINGS = {
    BoardGrouping.NONE: "Not grouped",
    BoardGrouping.CLASS: "By answer",
    BoardGrouping.FOLDER: "By folder",
    BoardGrouping.LOOK_ALIKES: "By look",
}
_TEXT_LETTERS = 14


class BoardBar(QWidget):
    """The controls.

    Signals:
        changed: Another query is set.
        lines_changed: The size of thumbnails, in lines of text.
        left: All photos are to be shown again, and not only some.

    Args:
        parent: The owner.
    """

    changed = Signal()
    lines_changed = Signal(int)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._only: tuple[int, ...] | None = None
        self.text = SearchField(
            "Find a name or folder", "Show only photos whose name or folder has this in it", _TEXT_LETTERS
        )
        # Photos that are dropped on it are for the page.
        self.text.setAcceptDrops(False)
        self.order = _choice("Sort the photos")
        for sorting, words in _SORTINGS.items():
            self.order.addItem(words, sorting)
        self.grouping = _choice("Put photos together")
        for grouping, words in _GROUPINGS.items():
            self.grouping.addItem(words, grouping)
        self.back_button = QPushButton("&Back to all photos")
        set_tip(self.back_button, "Show all photos again, and not only these")
        self.back_button.hide()
        self.size_slider = SizeSlider()
        row = FlowLayout(self)
        row.setSpacing(GRID)
        row.addWidget(self.back_button)
        row.addWidget(growing(self.text))
        for widget in (self.order, self.grouping, self.size_slider):
            row.addWidget(widget)
        self._connect()

    def query(self, group: int | None) -> BoardQuery:
        """Return the query that the controls describe, for the photos of a group."""
        order, is_descending = _Sorting(self.order.currentData()).value
        grouping = BoardGrouping(self.grouping.currentData()) if self._only is None else BoardGrouping.NONE
        return BoardQuery(group, self.text.text().strip(), order, is_descending, grouping, self._only)

    def show_only(self, rows: tuple[int, ...] | None, order: str = "") -> None:
        """Show only some photos, in their order, which has a name; None shows all again."""
        self._only = rows
        self.back_button.setVisible(rows is not None)
        self.grouping.setEnabled(rows is None)
        with QSignalBlocker(self.order):
            self.order.setItemText(0, _SORTINGS[_Sorting.ARRIVAL] if rows is None else order)
            if rows is not None:
                self.order.setCurrentIndex(0)
        self.changed.emit()

    def can_group_by_look(self, *, can: bool) -> None:
        """Offer to put photos together that look alike, where the model tells."""
        place = self.grouping.findData(BoardGrouping.LOOK_ALIKES)
        if can and place < 0:
            self.grouping.addItem(_GROUPINGS[BoardGrouping.LOOK_ALIKES], BoardGrouping.LOOK_ALIKES)
        elif not can and place >= 0:
            self.grouping.removeItem(place)

    def clear(self) -> None:
        """Show everything again; the order and the groups stay."""
        self.text.clear_quietly()
        self.show_only(None)

    def _connect(self) -> None:
        self.text.searched.connect(self.changed)
        self.order.currentIndexChanged.connect(self.changed)
        self.grouping.currentIndexChanged.connect(self.changed)
        self.size_slider.valueChanged.connect(self.lines_changed)
        self.back_button.clicked.connect(self.left)


def _choice(name: str) -> QComboBox:
    combo = QComboBox()
    set_spoken(combo, name)
    set_tip(combo, name)
    return combo
