"""The grid of thumbnails: all cells have the same size, and only visible ones are painted, however many there are."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import (
    QElapsedTimer,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QRegion, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget
from typing_extensions import override

from tlgui.ui.photos.arrivals import Arrivals
from tlgui.ui.photos.cell_lines import CellLines
from tlgui.ui.photos.grid_accessibility import GridReporter
from tlgui.ui.photos.photo_cell import PLAIN, Cell, CellPainter, CellTexts
from tlgui.ui.photos.photo_drag import PhotoDrag
from tlgui.ui.photos.photo_items import PhotoItem
from tlgui.ui.photos.photo_model import NameSearch, PhotoModel
from tlgui.ui.widgets.thumbnails import ThumbnailLoader

Index = QModelIndex | QPersistentModelIndex
_Hint = QAbstractItemView.ScrollHint
_Move = QAbstractItemView.CursorAction

LEAST_LINES, MOST_LINES, FIRST_LINES = 3, 24, 8
"""The smallest, largest and first size of a thumbnail, in lines of text."""


class PhotoGrid(QAbstractItemView):
    """The grid.

    Signals:
        selection_changed: Other photos are selected.
        open_requested: The current photo is to be opened.
        size_changed: The size of thumbnails, in lines of text.

    Args:
        parent: The owner.
    """

    selection_changed = Signal()
    open_requested = Signal()
    size_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.photos = PhotoModel(self)
        self._lines = FIRST_LINES
        self._foot = 0
        self._since_pressed = QElapsedTimer()
        self._loader = ThumbnailLoader(1, self)
        self._arrivals = Arrivals(self._loader, self)
        self._arrivals.arrived.connect(self._on_thumbnails_arrived)
        self._cells = CellPainter(self._loader)
        self.drag = PhotoDrag(self, self.selected, self._loader.image)
        self._search = NameSearch(self.photos)
        self._rubber_band = QRect()
        self._chosen: list[PhotoItem] | None = None
        # A rubber band changes the selection with every move of the mouse; the signal is emitted once for several.
        self._changed_timer = QTimer(self, singleShot=True, interval=0)
        self._changed_timer.timeout.connect(self.selection_changed)
        self.setModel(self.photos)
        GridReporter(self, self.photos)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Showing and hiding the scroll bar would change the number of columns.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.setAccessibleName("Photos")
        # It paints its own background: scrolling by pixels needs that, and a style sheet takes it from the viewport.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        # Inside the rounded corners of the frame.
        self.setViewportMargins(2, 2, 2, 2)
        self._measure()

    # What is shown and selected.

    def show_items(self, items: Sequence[PhotoItem], folder: Path, texts: CellTexts = PLAIN) -> None:
        """Replace the photos; the selection, the current photo and the scroll position are kept where they still exist.

        Args:
            items: The photos, in order.
            folder: The folder of the collection.
            texts: What is shown beside each photo.
        """
        chosen = {item.path for item in self.selected()}
        current, top = self.currentIndex().row(), self.verticalScrollBar().value()
        current_path = self.photos.items[current].path if current >= 0 else None
        if texts != self._cells.texts:
            self._cells.texts = texts
            self._measure()
        self.photos.set_items(items, folder)
        self._chosen = None
        # Qt would update the scroll range later, and the scroll position could not be restored here.
        self.updateGeometries()
        self._choose_again(chosen, current_path, current)
        self.verticalScrollBar().setValue(top)
        self._changed_timer.start()

    def show_from_start(self) -> None:
        """Clear the selection and scroll to the top, before other photos are shown."""
        self.clearSelection()
        self.setCurrentIndex(QModelIndex())
        self.verticalScrollBar().setValue(0)

    def forget_thumbnails(self) -> None:
        """Drop the thumbnails, because the files may have changed."""
        self._loader.forget()
        self.viewport().update()

    def selected(self) -> list[PhotoItem]:
        """Return the selected photos, in order."""
        items = self.photos.items
        if self._chosen is not None:
            return self._chosen
        selection = self.selectionModel().selection()
        parts = (selection.at(place) for place in range(selection.count()))
        found = [(part.top(), part.bottom() + 1) for part in parts]
        self._chosen = [item for top, end in sorted(found) for item in items[top:end]]
        return self._chosen

    def current(self) -> PhotoItem | None:
        """Return the current photo."""
        row = self.currentIndex().row()
        return self.photos.items[row] if 0 <= row < len(self.photos.items) else None

    @property
    def lines(self) -> int:
        """The size of a thumbnail, in lines of text."""
        return self._lines

    @Slot(int)
    def set_lines(self, lines: int) -> None:
        """Set the size of thumbnails, in lines of text; the photo in the middle stays there."""
        lines = max(LEAST_LINES, min(lines, MOST_LINES))
        if lines == self._lines:
            return
        middle = self._row_at(self.verticalOffset() + self.viewport().height() // 2) * self._columns()
        self._lines = lines
        self._measure()
        self.scrollTo(self.photos.index(min(middle, len(self.photos.items) - 1)), _Hint.PositionAtCenter)
        self.size_changed.emit(lines)

    def set_foot(self, height: int) -> None:
        """Set the height in pixels of what floats over the lower edge; photos can be scrolled out from under it."""
        if height != self._foot:
            self._foot = height
            self.updateGeometries()

    def was_just_pressed(self) -> bool:
        """Return whether a mouse button is held down on the grid, or a second click may follow."""
        is_recent = self._since_pressed.isValid() and not self._since_pressed.hasExpired(
            QApplication.doubleClickInterval()
        )
        return is_recent or self.state() is QAbstractItemView.State.DragSelectingState

    # The interface of QAbstractItemView.

    @override
    def visualRect(self, index: Index) -> QRect:
        if not index.isValid():
            return QRect()
        lines = self._cell_lines()
        left, top = lines.corner(index.row())
        return QRect(left, top - self.verticalOffset(), lines.pitch, lines.height)

    @override
    def indexAt(self, point: QPoint) -> QModelIndex:
        column = point.x() // self._pitch()
        if point.x() < 0 or column >= self._columns():
            return QModelIndex()
        place = self._row_at(point.y() + self.verticalOffset()) * self._columns() + column
        if not 0 <= place < len(self.photos.items):
            return QModelIndex()
        index = self.photos.index(place)
        # Not between the cells, so that a rubber band can begin there.
        return index if self._cells.inner(self.visualRect(index)).contains(point) else QModelIndex()

    @override
    def scrollTo(self, index: Index, hint: QAbstractItemView.ScrollHint = _Hint.EnsureVisible) -> None:
        if not index.isValid():
            return
        area, bar = self.visualRect(index), self.verticalScrollBar()
        height = max(area.height(), self.viewport().height() - self._foot)
        if hint is _Hint.PositionAtCenter:
            bar.setValue(bar.value() + area.center().y() - height // 2)
        elif hint is _Hint.PositionAtTop or (area.top() < 0 and hint is _Hint.EnsureVisible):
            bar.setValue(bar.value() + area.top())
        elif hint is _Hint.PositionAtBottom or area.bottom() >= height:
            bar.setValue(bar.value() + area.bottom() - height + 1)

    @override
    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        last = len(self.photos.items) - 1
        if last < 0:
            return QModelIndex()
        current = self.currentIndex().row()
        if current < 0:
            return self.photos.index(last if action is _Move.MoveEnd else 0)
        return self.photos.index(self._cell_lines().moved(current, action, self.viewport().height() - self._foot))

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
        selection = QItemSelection()
        if self.state() is QAbstractItemView.State.DragSelectingState:
            self._rubber_band = rect.translated(0, self.verticalOffset())
            for first, last in self._cell_lines().rows_touching(self._rubber_band):
                selection.select(self.photos.index(first), self.photos.index(last))
            self.viewport().update()
        else:
            # All rows between the ends, as text is selected.
            ends = sorted(index.row() for index in map(self.indexAt, (rect.topLeft(), rect.bottomRight())))
            if ends[0] >= 0:
                selection.select(self.photos.index(ends[0]), self.photos.index(ends[1]))
        self.selectionModel().select(selection, command)

    @override
    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        return QRegion(self.viewport().rect()) if selection.count() else QRegion()

    @override
    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self._chosen = None
        self._changed_timer.start()

    @override
    def updateGeometries(self) -> None:
        super().updateGeometries()
        rows = -(-len(self.photos.items) // self._columns())
        height, bar = self.viewport().height(), self.verticalScrollBar()
        bar.setPageStep(height)
        bar.setSingleStep(max(1, self._cells.size.height() // 3))
        bar.setRange(0, max(0, rows * self._cells.size.height() + self._foot - height))

    @override
    def keyboardSearch(self, search: str) -> None:
        # Qt's own search queries the model for every name.
        row = self._search.row(search, self.currentIndex().row())
        if row is not None:
            self.setCurrentIndex(self.photos.index(row))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self._cells.size.width(), 12 * self.fontMetrics().height())

    # Events.

    @override
    def scrollContentsBy(self, dx: int, dy: int) -> None:
        # Scrolls the pixels, and paints only the exposed part. With a fractional scale such as 150 %, the two parts of
        # a cell would be rounded to device pixels differently.
        if self.devicePixelRatioF().is_integer():
            self.viewport().scroll(dx, dy)
        else:
            self.viewport().update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self.palette().base())
        self._cells.paint(painter, self, self._cells_in(event.region()), self._pitch())
        if self.state() is QAbstractItemView.State.DragSelectingState:
            self._cells.paint_rubber_band(painter, self._rubber_band.translated(0, -self.verticalOffset()))
        painter.end()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        # The first visible line stays at the top when the number of columns changes.
        top = self._row_at(self.verticalOffset()) * max(1, event.oldSize().width() // self._cells.size.width())
        super().resizeEvent(event)
        self.updateGeometries()
        if event.oldSize().width() > 0 and event.oldSize().width() != event.size().width():
            self.scrollTo(self.photos.index(min(top, len(self.photos.items) - 1)), _Hint.PositionAtTop)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange} and hasattr(self, "_cells"):
            self._measure()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.currentIndex().isValid():
            self.open_requested.emit()
            event.accept()
            return
        super().keyPressEvent(event)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._since_pressed.start()
        super().mousePressEvent(event)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and self.indexAt(event.position().toPoint()).isValid():
            self.open_requested.emit()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self._rubber_band = QRect()
        self.viewport().update()

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.set_lines(self._lines + (1 if event.angleDelta().y() > 0 else -1))
            event.accept()
            return
        super().wheelEvent(event)

    # Geometry.

    def _measure(self) -> None:
        self._cells.measure(self, self._lines)
        self._loader.set_size(round(self._cells.side * self.devicePixelRatioF()))
        self.updateGeometries()
        self.viewport().update()

    def _columns(self) -> int:
        return max(1, self.viewport().width() // self._cells.size.width())

    def _cell_lines(self) -> CellLines:
        return CellLines(self._columns(), self._pitch(), self._cells.size.height(), len(self.photos.items))

    def _pitch(self) -> int:
        """Return the width of a column, with its share of the rest of the width."""
        return max(self._cells.size.width(), self.viewport().width() // self._columns())

    def _row_at(self, y: int) -> int:
        return y // self._cells.size.height()

    def _choose_again(self, chosen: set[Path], current_path: Path | None, current: int) -> None:
        items, selection = self.photos.items, QItemSelection()
        if chosen:
            for row, item in enumerate(items):
                if item.path in chosen:
                    index = self.photos.index(row)
                    selection.select(index, index)
                    current = row if item.path == current_path else current
        if items and current >= 0:
            where = self.photos.index(min(current, len(items) - 1))
            self.selectionModel().setCurrentIndex(where, QItemSelectionModel.SelectionFlag.NoUpdate)
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _cells_in(self, region: QRegion) -> list[Cell]:
        """Return the cells that a region of the viewport touches."""
        items, chosen, lines, offset = (
            self.photos.items,
            self.selectionModel(),
            self._cell_lines(),
            self.verticalOffset(),
        )
        focus, has_chosen = self.currentIndex().row() if self.hasFocus() else -1, chosen.hasSelection()
        cells = []
        for row in lines.rows_in(region.translated(0, offset)):
            left, top = lines.corner(row)
            is_selected = has_chosen and chosen.isSelected(self.photos.place(row))
            cells.append(Cell(items[row], left, top - offset, is_selected, row == focus))
        return cells

    @Slot(object)
    def _on_thumbnails_arrived(self, paths: set[Path]) -> None:
        for cell in self._cells_in(QRegion(self.viewport().rect())):
            if cell.item.path in paths:
                self.viewport().update(cell.left, cell.top, self._pitch(), self._cells.size.height())
