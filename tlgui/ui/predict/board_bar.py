"""The line above the grid: search, the order of the photos, what they are put together by, and their size.

Where one line has no room for all of it, search stays, and the others are in a panel.
"""

import itertools
from enum import Enum

from PySide6.QtCore import QEvent, QSignalBlocker, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QPushButton, QWidget
from typing_extensions import override

from tlgui.ui.board.arranging import BoardGrouping, BoardOrder, BoardQuery
from tlgui.ui.grid.size_slider import SizeSlider
from tlgui.ui.widgets.flow_layout import FlowLayout, growing
from tlgui.ui.widgets.plain_text import PlainLabel, set_spoken, set_tip
from tlgui.ui.widgets.popup_panel import PopupPanel
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
        self.arrange_button = QPushButton("Arrange")
        set_tip(self.arrange_button, "Sort the photos, put them together, or make them larger")
        self.arrange_button.hide()
        self._is_folded = False
        self._row = FlowLayout(self)
        self._row.setSpacing(GRID)
        for widget in (self.back_button, growing(self.text), *self._foldable(), self.arrange_button):
            self._row.addWidget(widget)
        self.panel = _ArrangePanel(self.arrange_button, self.order)
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

    @property
    def is_folded(self) -> bool:
        """Whether order, groups and size are in the panel."""
        return self._is_folded

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange} and hasattr(self, "panel"):
            self._fit()

    def clear(self) -> None:
        """Show everything again; the order and the groups stay."""
        self.text.clear_quietly()
        self.show_only(None)

    def _foldable(self) -> tuple[QWidget, ...]:
        return self.order, self.grouping, self.size_slider

    def _fit(self) -> None:
        """Put order, groups and size into the line or into the panel."""
        widgets = (self.text, *self._foldable())
        is_folded = sum(widget.sizeHint().width() + GRID for widget in widgets) - GRID > self.width()
        if is_folded is self._is_folded:
            return
        self._is_folded = is_folded
        if is_folded:
            self.panel.take(*self._foldable())
        else:
            self.panel.close()
            for place, widget in enumerate(self._foldable(), start=2):
                self._row.insert_widget(place, widget)
                widget.show()
            # What comes from another window is the last that Tab goes to.
            for before, after in itertools.pairwise((self.text, *self._foldable())):
                QWidget.setTabOrder(before, after)
        self.arrange_button.setVisible(is_folded)
        self.updateGeometry()

    def _connect(self) -> None:
        self.text.searched.connect(self.changed)
        self.order.currentIndexChanged.connect(self.changed)
        self.grouping.currentIndexChanged.connect(self.changed)
        self.size_slider.valueChanged.connect(self.lines_changed)
        self.back_button.clicked.connect(self.left)


class _ArrangePanel(PopupPanel):
    """The panel for what has no room in the line."""

    def __init__(self, button: QPushButton, first: QWidget) -> None:
        super().__init__("Arrange", button)
        self._first = first
        self._labels = [PlainLabel(words) for words in ("&Order:", "&Groups:", "&Size:")]
        self._grid = QGridLayout()
        self.column.addLayout(self._grid)

    @override
    def first_control(self) -> QWidget:
        return self._first

    def take(self, *widgets: QWidget) -> None:
        """Show the controls, each with its label."""
        for line, (label, widget) in enumerate(zip(self._labels, widgets, strict=True)):
            label.setBuddy(widget)
            self._grid.addWidget(label, line, 0)
            self._grid.addWidget(widget, line, 1)
            widget.show()


def _choice(name: str) -> QComboBox:
    combo = QComboBox()
    set_spoken(combo, name)
    set_tip(combo, name)
    return combo
