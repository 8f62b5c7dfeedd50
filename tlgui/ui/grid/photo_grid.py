"""The grid of thumbnails: all cells have the same size, and only visible ones are painted, however many there are."""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Generic

from PySide6.QtCore import (
    QElapsedTimer,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
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

from tlgui.ui.grid.arrivals import Arrivals
from tlgui.ui.grid.cell_content import Describer
from tlgui.ui.grid.cell_lines import Section
from tlgui.ui.grid.cell_view import CellView
from tlgui.ui.grid.grid_accessibility import GridReporter
from tlgui.ui.grid.heading_painter import Heading, HeadingPainter, tops_of_headings
from tlgui.ui.grid.kept_place import kept_place, return_to, runs, selected_ranges, selection_of
from tlgui.ui.grid.name_search import NameSearch
from tlgui.ui.grid.photo_cell import Cell, CellPainter
from tlgui.ui.grid.photo_drag import PhotoDrag
from tlgui.ui.grid.photo_list import Item, PhotoList
from tlgui.ui.grid.photo_model import PhotoModel
from tlgui.ui.widgets.thumbnails import ThumbnailLoader

_Hint = QAbstractItemView.ScrollHint

LEAST_LINES, MOST_LINES, FIRST_LINES = 3, 24, 8
"""The smallest, largest and first size of a thumbnail, in lines of text."""
_LEAST_HEIGHT_IN_LINES = 8


class PhotoGrid(CellView, Generic[Item]):
    """The grid.

    Attributes:
        photos: The model of what is shown.
        drag: Drags photos out of the grid.
        key_filter: Is called first with each key that is pressed; returns whether the page has used it. Keys that it
            leaves move the current photo, or find a name that is typed.

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
        self.photos: PhotoModel[Item] = PhotoModel()
        super().__init__(self.photos, parent)
        self.photos.setParent(self)
        self.key_filter: Callable[[QKeyEvent], bool] = lambda _event: False
        self._lines = self._measured_lines = FIRST_LINES
        self._describer: Describer[Item] | None = None
        self._since_pressed = QElapsedTimer()
        self._loader = ThumbnailLoader(1, self)
        self._arrivals = Arrivals(self._loader, self)
        self._arrivals.arrived.connect(self._on_thumbnails_arrived)
        self._cells = CellPainter(self._loader)
        self._headings = HeadingPainter()
        self.drag: PhotoDrag[Item] = PhotoDrag(self, self.selected, self.selected_paths, self._loader.image)
        self._search = NameSearch()
        self._chosen: list[Item] | None = None
        self._chosen_rows: list[range] | None = None
        # A rubber band changes the selection with every move of the mouse; the signal is emitted once for several.
        self._changed_timer = QTimer(self, singleShot=True, interval=0)
        self._changed_timer.timeout.connect(self.selection_changed)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)
        GridReporter(self)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.setAccessibleName("Photos")
        # It paints its own background: scrolling by pixels needs that, and a style sheet takes it from the viewport.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        # Inside the rounded corners of the frame.
        self.setViewportMargins(2, 2, 2, 2)
        self._measure()

    # What is shown and selected.

    def show_items(self, photos: PhotoList[Item], describer: Describer[Item], sections: Sequence[Section] = ()) -> None:
        """Replace the photos; the selection, the current photo and what is seen are kept where they still exist.

        Args:
            photos: The photos, in order.
            describer: What stands in their cells.
            sections: The headings; they follow each other and contain every photo. Empty for none.
        """
        kept = kept_place(self, self.photos.items, self.first_seen())
        self.photos.set_items(photos, describer)
        self.set_sections(sections)
        self._describer = describer
        self._chosen = self._chosen_rows = None
        has_other_lines = describer.line_count != self._cells.line_count
        self._cells.line_count = describer.line_count
        if has_other_lines or self._fitting_lines() != self._measured_lines:
            self._measure()
        # Qt would update the scroll range later, and the scroll position could not be restored here.
        self.updateGeometries()
        return_to(self, photos, kept)
        self._changed_timer.start()

    def append_items(self, photos: PhotoList[Item], sections: Sequence[Section] = ()) -> None:
        """Show photos that have come after those that are shown; this takes no longer the more there are.

        Args:
            photos: A list that begins with the photos that are shown.
            sections: The headings, as in `show_items`.
        """
        self.set_sections(sections)
        self.photos.grow(photos)
        self.updateGeometries()
        self.viewport().update()

    def refresh(self) -> None:
        """Show what has changed about the photos that are shown, which are the same in the same rows."""
        self._chosen = None
        self.viewport().update()

    def show_from_start(self) -> None:
        """Clear the selection and scroll to the top, before other photos are shown."""
        self.clearSelection()
        self.setCurrentIndex(QModelIndex())
        self.verticalScrollBar().setValue(0)

    def forget_thumbnails(self) -> None:
        """Drop the thumbnails, because the files may have changed."""
        self._loader.forget()
        self.viewport().update()

    def selected(self) -> list[Item]:
        """Return the selected photos, in order; where items are made when asked for, `selected_rows` is faster."""
        if self._chosen is None:
            photos = self.photos.items
            self._chosen = [item for part in self.selected_rows() for item in photos.items(part)]
        return self._chosen

    def selected_rows(self) -> list[range]:
        """Return the rows of the selected photos, as ranges in ascending order that do not touch."""
        if self._chosen_rows is None:
            self._chosen_rows = selected_ranges(self)
        return self._chosen_rows

    def selected_paths(self) -> list[str]:
        """Return the paths of the selected photos, in order."""
        path = self.photos.items.path
        return [path(row) for part in self.selected_rows() for row in part]

    def current(self) -> Item | None:
        """Return the current photo."""
        row = self.currentIndex().row()
        return self.photos.items[row] if 0 <= row < len(self.photos.items) else None

    def choose(self, keys: AbstractSet[Hashable]) -> None:
        """Select the photos with these keys alone; the first becomes the current one, and is scrolled to if need be."""
        rows = self.photos.items.rows_of(keys)
        if rows:
            first = self.photos.index(rows[0])
            self.selectionModel().setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)
            if not self.is_seen(rows[0]):
                self.scrollTo(first, _Hint.PositionAtCenter)
        self.selectionModel().select(selection_of(self, runs(rows)), QItemSelectionModel.SelectionFlag.ClearAndSelect)

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
        middle = self.cell_lines().first_row_at(self.verticalOffset() + self.viewport().height() // 2)
        self._lines = lines
        self._measure()
        self.scrollTo(self.photos.index(middle), _Hint.PositionAtCenter)
        self.size_changed.emit(lines)

    def set_foot(self, height: int) -> None:
        """Set the height in pixels of what floats over the lower edge; photos can be scrolled out from under it."""
        if height != self.foot:
            self.foot = height
            self.updateGeometries()

    def was_just_pressed(self) -> bool:
        """Return whether a mouse button is held down on the grid, or a second click may follow."""
        is_recent = self._since_pressed.isValid() and not self._since_pressed.hasExpired(
            QApplication.doubleClickInterval()
        )
        return is_recent or self.state() is QAbstractItemView.State.DragSelectingState

    # The interface of QAbstractItemView.

    @override
    def keyboardSearch(self, search: str) -> None:
        # Qt's own search queries the model for every name.
        row = self._search.row(self.photos.items, search, self.currentIndex().row())
        if row is not None:
            self.setCurrentIndex(self.photos.index(row))

    @override
    def minimumSizeHint(self) -> QSize:
        margins = self.viewportMargins()
        around = 2 * self.frameWidth() + margins.left() + margins.right() + self.verticalScrollBar().sizeHint().width()
        return QSize(self.cell_size.width() + around, _LEAST_HEIGHT_IN_LINES * self.fontMetrics().height())

    # Events.

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self.palette().base())
        self._cells.paint(painter, self, self._cells_in(event.region()), self.pitch())
        self._headings.paint(painter, self, self._headings_in(event.rect()), self.viewport().width())
        if self.state() is QAbstractItemView.State.DragSelectingState:
            self._cells.paint_rubber_band(painter, self.rubber_band.translated(0, -self.verticalOffset()))
        painter.end()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange} and hasattr(self, "_cells"):
            self._measure()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitting_lines() != self._measured_lines:
            self._measure()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.key_filter(event):
            event.accept()
            return
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
    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.set_lines(self._lines + (1 if event.angleDelta().y() > 0 else -1))
            event.accept()
            return
        super().wheelEvent(event)

    # Inner workings.

    def _fitting_lines(self) -> int:
        """Return the size of a thumbnail: as chosen, or as large as a whole cell can be seen."""
        line = self.fontMetrics().height()
        heading = self.heading_height if self.sections else 0
        room = self.viewport().height() - heading - self._cells.height_around(self)
        return max(LEAST_LINES, min(self._lines, room // line)) if room > 0 else self._lines

    def _measure(self) -> None:
        self._measured_lines = self._fitting_lines()
        # The names keep their room, and the columns their number.
        self._cells.measure(self, self._measured_lines, min(self._lines, max(FIRST_LINES, self._measured_lines)))
        self._headings.measure(self)
        self.cell_size, self.margin, self.heading_height = self._cells.size, self._cells.margin, self._headings.height
        self._loader.set_size(round(self._cells.side * self.devicePixelRatioF()))
        self.updateGeometries()
        self.viewport().update()

    def _cells_in(self, region: QRegion) -> list[Cell]:
        """Return the cells that a region of the viewport touches."""
        items, chosen, lines, offset = (
            self.photos.items,
            self.selectionModel(),
            self.cell_lines(),
            self.verticalOffset(),
        )
        focus, has_chosen = self.currentIndex().row() if self.hasFocus() else -1, chosen.hasSelection()
        cells: list[Cell] = []
        if self._describer is None:
            return cells
        for row in lines.rows_in(region.translated(0, offset)):
            left, top = lines.corner(row)
            item, is_selected = items[row], has_chosen and chosen.isSelected(self.photos.place(row))
            content = self._describer.content(item)
            cells.append(Cell(item.path, content, left, top - offset, is_selected, row == focus))
        return cells

    def _headings_in(self, area: QRect) -> list[Heading]:
        """Return the headings that an area of the viewport touches."""
        lines, found = self.cell_lines(), list[Heading]()
        for number, top in tops_of_headings(lines, self.verticalOffset(), self.viewport().height()):
            if area.top() < top + lines.heading and top <= area.bottom():
                section = self.sections[number]
                found.append(Heading(section, top, self._is_all_selected(section)))
        return found

    def _is_all_selected(self, section: Section) -> bool:
        parts = self.selected_rows()
        place = bisect_right(parts, section.start, key=lambda part: part.start) - 1
        return place >= 0 and section.start + section.count <= parts[place].stop

    @Slot()
    def _on_selection_changed(self) -> None:
        self._chosen = self._chosen_rows = None
        self._changed_timer.start()

    @Slot(object)
    def _on_thumbnails_arrived(self, paths: set[Path]) -> None:
        items, offset, arrived = self.photos.items, self.verticalOffset(), set(map(str, paths))
        lines = self.cell_lines()
        for row in lines.rows_in(QRegion(self.viewport().rect().translated(0, offset))):
            if items.path(row) in arrived:
                left, top = lines.corner(row)
                self.viewport().update(left, top - offset, self.pitch(), self.cell_size.height())
