"""An item view of cells of equal size below headings: positions, scrolling, keyboard navigation and selection."""

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QMouseEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget
from typing_extensions import override

from tlgui.ui.grid.cell_lines import CellLines, Section
from tlgui.ui.grid.kept_place import selection_of

Index = QModelIndex | QPersistentModelIndex
_Hint = QAbstractItemView.ScrollHint
_Move = QAbstractItemView.CursorAction
_Flag = QItemSelectionModel.SelectionFlag


class CellView(QAbstractItemView):
    """The view; a subclass sets the sizes and paints.

    The heading of the first section that is seen stays at the top. A click on a heading selects its section.

    Args:
        model: A list; the view is made for it alone.
        parent: The owner.

    Attributes:
        cell_size: The least size of a cell; cells are wider where a line of them leaves room.
        margin: The space around each cell in which a rubber band can begin, in pixels.
        heading_height: The height of a heading, in pixels.
        foot: The height of what floats over the lower edge, in pixels.
        rubber_band: The rectangle of the mouse that selects, in pixels from the first cell on.
    """

    def __init__(self, model: QAbstractListModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cell_size = QSize(1, 1)
        self.margin = 0
        self.heading_height = 0
        self._sections: Sequence[Section] = ()
        self.foot = 0
        self.rubber_band = QRect()
        self._is_heading_pressed = False
        self._known_lines: tuple[tuple[int, ...], CellLines] = ((), CellLines(1, 1, 1, 0))
        self.setModel(model)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Showing and hiding the scroll bar would change the number of columns.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)

    # Geometry.

    @property
    def sections(self) -> Sequence[Section]:
        """The sections; empty for none."""
        return self._sections

    def set_sections(self, sections: Sequence[Section]) -> None:
        """Set the sections, which follow each other and contain every cell; empty for none."""
        self._sections = sections
        self._known_lines = (), self._known_lines[1]

    def cell_lines(self) -> CellLines:
        """Return the geometry of the cells."""
        sizes = (self.columns(), self.pitch(), self.cell_size.height(), self.model().rowCount(), self.heading_height)
        if sizes != self._known_lines[0]:
            columns, pitch, height, count, heading = sizes
            self._known_lines = sizes, CellLines(columns, pitch, height, count, self._sections, heading)
        return self._known_lines[1]

    def columns(self) -> int:
        """Return the number of columns."""
        return max(1, self.viewport().width() // self.cell_size.width())

    def pitch(self) -> int:
        """Return the width of a column, with its share of the rest of the width."""
        return max(self.cell_size.width(), self.viewport().width() // self.columns())

    def inner(self, area: QRect) -> QRect:
        """Return the part of a cell that is clickable and tinted."""
        return area.adjusted(self.margin, self.margin, -self.margin, -self.margin)

    def first_seen(self) -> int:
        """Return the first row that can be seen; -1 without cells."""
        lines = self.cell_lines()
        return lines.first_row_at(self.verticalOffset() + lines.heading)

    def is_seen(self, row: int) -> bool:
        """Return whether the whole cell of a row is seen, between what covers the edges."""
        area = self.visualRect(self.model().index(row, 0))
        return area.top() >= self.cell_lines().heading and area.bottom() < self._seen_height()

    def section_of(self, row: int) -> Section | None:
        """Return the section of a row; None without sections."""
        return self._sections[self.cell_lines().section_of(row)] if self._sections else None

    def heading_at(self, y: int) -> int | None:
        """Return the number of the section whose heading is at a height of the viewport, or None."""
        lines, offset = self.cell_lines(), self.verticalOffset()
        first = lines.section_at(offset)
        is_staying = 0 <= y < min(lines.heading, lines.heading_top(first + 1) - offset)
        return first if is_staying else lines.heading_at(y + offset)

    def _cell_at(self, point: QPoint) -> QModelIndex:
        """Return the cell at a point, below a heading that stays at the top, too."""
        row = self.cell_lines().row_at(point.x(), point.y() + self.verticalOffset())
        if row is None:
            return QModelIndex()
        index = self.model().index(row, 0)
        # Not between the cells, so that a rubber band can begin there.
        return index if self.inner(self.visualRect(index)).contains(point) else QModelIndex()

    def _seen_height(self) -> int:
        """Return the height down to what floats over the lower edge."""
        return self.viewport().height() - self.foot

    # The interface of QAbstractItemView.

    @override
    def visualRect(self, index: Index) -> QRect:
        if not index.isValid():
            return QRect()
        left, top = self.cell_lines().corner(index.row())
        return QRect(left, top - self.verticalOffset(), self.pitch(), self.cell_size.height())

    @override
    def indexAt(self, point: QPoint) -> QModelIndex:
        return QModelIndex() if self.heading_at(point.y()) is not None else self._cell_at(point)

    @override
    def scrollTo(self, index: Index, hint: QAbstractItemView.ScrollHint = _Hint.EnsureVisible) -> None:
        if not index.isValid():
            return
        area, bar, top = self.visualRect(index), self.verticalScrollBar(), self.cell_lines().heading
        height = max(area.height(), self._seen_height())
        if hint is _Hint.PositionAtCenter:
            bar.setValue(bar.value() + area.center().y() - (top + height) // 2)
        elif hint is _Hint.PositionAtTop or (area.top() < top and hint is _Hint.EnsureVisible):
            bar.setValue(bar.value() + area.top() - top)
        elif hint is _Hint.PositionAtBottom or area.bottom() >= height:
            bar.setValue(bar.value() + area.bottom() - height + 1)

    @override
    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        last, lines = self.model().rowCount() - 1, self.cell_lines()
        if last < 0:
            return QModelIndex()
        current = self.currentIndex().row()
        if current < 0:
            return self.model().index(last if action is _Move.MoveEnd else 0, 0)
        return self.model().index(lines.moved(current, action, self._seen_height() - lines.heading), 0)

    @override
    def horizontalOffset(self) -> int:
        return 0

    @override
    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    @override
    def isIndexHidden(self, index: Index) -> bool:
        return False

    @override
    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        parts: list[range] = []
        if self.state() is QAbstractItemView.State.DragSelectingState:
            self.rubber_band = rect.translated(0, self.verticalOffset())
            parts = [range(first, last + 1) for first, last in self.cell_lines().rows_touching(self.rubber_band)]
            self.viewport().update()
        else:
            # All rows between the ends, as text is selected.
            first, last = sorted(index.row() for index in map(self._cell_at, (rect.topLeft(), rect.bottomRight())))
            if first >= 0:
                parts = [range(first, last + 1)]
        self.selectionModel().select(selection_of(self, parts), command)

    @override
    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        return QRegion(self.viewport().rect()) if selection.count() else QRegion()

    @override
    def updateGeometries(self) -> None:
        super().updateGeometries()
        height, bar = self.viewport().height(), self.verticalScrollBar()
        bar.setPageStep(max(1, height - self.cell_lines().heading))
        bar.setSingleStep(max(1, self.cell_size.height() // 3))
        bar.setRange(0, max(0, self.cell_lines().bottom + self.foot - height))

    @override
    def scrollContentsBy(self, dx: int, dy: int) -> None:
        # Scrolls the pixels, and paints only the exposed part. With a fractional scale such as 150 %, the two parts of
        # a cell would be rounded to device pixels differently.
        if not self.devicePixelRatioF().is_integer():
            self.viewport().update()
            return
        self.viewport().scroll(dx, dy)
        if heading := self.cell_lines().heading:
            # The one that stays at the top was scrolled too.
            self.viewport().update(0, 0, self.viewport().width(), heading)
            self.viewport().update(0, dy, self.viewport().width(), heading)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        # The first visible line stays at the top when the number of columns changes.
        first = self._known_lines[1].first_row_at(self.verticalOffset() + self._known_lines[1].heading)
        super().resizeEvent(event)
        self.updateGeometries()
        if event.oldSize().width() > 0 and event.oldSize().width() != event.size().width():
            self.scrollTo(self.model().index(min(first, self.model().rowCount() - 1), 0), _Hint.PositionAtTop)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        section = self.heading_at(event.position().toPoint().y()) if self._sections else None
        self._is_heading_pressed = section is not None
        if section is None:
            super().mousePressEvent(event)
        elif event.button() == Qt.MouseButton.LeftButton:
            adds = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self.select_section(section, adds=adds)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        # Qt would begin a rubber band where a cell was pressed last.
        if not self._is_heading_pressed:
            super().mouseMoveEvent(event)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._is_heading_pressed:
            super().mouseReleaseEvent(event)
        self._is_heading_pressed = False
        self.rubber_band = QRect()
        self.viewport().update()

    def select_section(self, number: int, *, adds: bool) -> None:
        """Select the photos of a section; the first one becomes the current one.

        Args:
            number: The number of the section.
            adds: Whether what is selected stays so.
        """
        section = self._sections[number]
        chosen = selection_of(self, [range(section.start, section.start + section.count)])
        self.selectionModel().setCurrentIndex(self.model().index(section.start, 0), _Flag.NoUpdate)
        self.selectionModel().select(chosen, _Flag.Select if adds else _Flag.ClearAndSelect)
