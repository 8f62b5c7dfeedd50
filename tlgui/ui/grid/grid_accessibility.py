"""What screen readers are told of a grid of photos: a list, each with the words that the page has, and its section.

Qt knows no interface for item views of one's own and calls them “filler”. An entry is made for a photo when it is asked
for, so that 100,000 photos cost nothing until then.
"""

import functools
from typing import Any

from PySide6.QtCore import QItemSelection, QModelIndex, QObject, QPoint, QRect, Qt, Slot
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface, QAccessibleSelectionInterface, QWindow
from PySide6.QtWidgets import QAccessibleWidget
from shiboken6 import VoidPtr, getCppPointer
from typing_extensions import override

from tlgui.photos.names import one_line
from tlgui.ui.grid.cell_view import CellView

_CLASS = "PhotoGrid"
# Qt would follow what Python's None becomes.
_NO_INTERFACE = VoidPtr(0)


class GridReporter(QObject):
    """Tells screen readers when another photo becomes the current one, or others are selected or shown.

    Args:
        grid: The grid, which has its model; owns the reporter.
    """

    def __init__(self, grid: CellView) -> None:
        super().__init__(grid)
        _install()
        self._grid = grid
        grid.selectionModel().currentChanged.connect(self._on_current_changed)
        grid.selectionModel().selectionChanged.connect(self._on_selection_changed)
        grid.model().modelAboutToBeReset.connect(self._on_photos_reset)
        grid.destroyed.connect(functools.partial(_forget, id(grid)))

    @Slot(QModelIndex)
    def _on_current_changed(self, current: QModelIndex) -> None:
        if QAccessible.isActive() and current.isValid() and self._grid.hasFocus():
            self._tell(QAccessible.Event.Focus, current.row())

    @Slot(QItemSelection, QItemSelection)
    def _on_selection_changed(self, selected: QItemSelection, _deselected: QItemSelection) -> None:
        if not QAccessible.isActive():
            return
        ranges = [selected.at(place) for place in range(selected.count())]
        if len(ranges) == 1 and ranges[0].top() == ranges[0].bottom():
            self._tell(QAccessible.Event.Selection, ranges[0].top())
        else:
            self._tell(QAccessible.Event.SelectionWithin, -1)

    @Slot()
    def _on_photos_reset(self) -> None:
        known = _known.get(id(self._grid))
        if known is not None:
            known.drop_entries()

    def _tell(self, event: QAccessible.Event, row: int) -> None:
        told = QAccessibleEvent(self._grid, event)
        if row >= 0:
            told.setChild(row)
        QAccessible.updateAccessibility(told)


class GridInterface(QAccessibleWidget):
    """The grid as a list.

    Args:
        grid: The grid.
    """

    def __init__(self, grid: CellView) -> None:
        super().__init__(grid, QAccessible.Role.List)
        self.grid = grid
        self._entries: dict[int, tuple[PhotoInterface, int]] = {}
        self._selection = _SelectionInterface(self)

    def entry(self, row: int) -> "PhotoInterface":
        """Return the entry of a photo by its row."""
        if row not in self._entries:
            entry = PhotoInterface(self, row)
            # Qt deletes it; this reference keeps the part of it that Python has.
            self._entries[row] = entry, QAccessible.registerAccessibleInterface(entry)
        return self._entries[row][0]

    def drop_entries(self) -> None:
        """Delete the entries, because other photos take their rows."""
        entries, self._entries = self._entries, {}
        for _, number in entries.values():
            QAccessible.deleteAccessibleInterface(number)

    @override
    def childCount(self) -> int:
        return self.grid.model().rowCount()

    @override
    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # Qt returns null too
        return self.entry(index) if 0 <= index < self.childCount() else None

    @override
    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]  # see `child`
        index = self.grid.indexAt(self.grid.viewport().mapFromGlobal(QPoint(x, y)))
        return self.entry(index.row()) if index.isValid() else None

    @override
    def indexOfChild(self, arg__1: QAccessibleInterface) -> int:
        return arg__1.row if isinstance(arg__1, PhotoInterface) else -1

    @override
    def focusChild(self) -> QAccessibleInterface | None:  # type: ignore[override]  # see `child`
        row = self.grid.currentIndex().row()
        return self.entry(row) if self.grid.hasFocus() and row >= 0 else None

    @override
    def state(self) -> QAccessible.State:
        state = super().state()
        state.multiSelectable = state.extSelectable = 1
        return state

    @override
    def interface_cast(self, t: QAccessible.InterfaceType) -> Any:
        if t is QAccessible.InterfaceType.SelectionInterface:
            return VoidPtr(getCppPointer(self._selection)[0])
        return super().interface_cast(t) or _NO_INTERFACE


class PhotoInterface(QAccessibleInterface):
    """A photo of the list.

    Args:
        owner: The list.
        row: Its row.
    """

    def __init__(self, owner: GridInterface, row: int) -> None:
        super().__init__()
        self._owner = owner
        self.row = row

    @override
    def isValid(self) -> bool:
        return self.row < self._owner.childCount()

    @override
    def object(self) -> QObject | None:  # type: ignore[override]  # it has none
        return None

    @override
    def window(self) -> QWindow | None:  # type: ignore[override]  # none before it is shown
        return self._owner.window()

    @override
    def parent(self) -> QAccessibleInterface:
        return self._owner

    @override
    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # it has none
        return None

    @override
    def childCount(self) -> int:
        return 0

    @override
    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]  # it has none
        return None

    @override
    def indexOfChild(self, arg__1: QAccessibleInterface) -> int:
        return -1

    @override
    def text(self, t: QAccessible.Text) -> str:
        if not self.isValid():
            return ""
        if t is QAccessible.Text.Name:
            return str(self._index().data(Qt.ItemDataRole.AccessibleTextRole))
        section = self._owner.grid.section_of(self.row) if t is QAccessible.Text.Description else None
        return one_line(section.title) if section is not None else ""

    @override
    def setText(self, t: QAccessible.Text, text: str) -> None:
        """Do nothing: photos are not renamed."""

    @override
    def rect(self) -> QRect:
        grid = self._owner.grid
        area = grid.visualRect(self._index())
        return QRect(grid.viewport().mapToGlobal(area.topLeft()), area.size())

    @override
    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    @override
    def state(self) -> QAccessible.State:
        grid = self._owner.grid
        state = QAccessible.State()
        if not self.isValid():
            state.invalid = 1
            return state
        index = self._index()
        state.selectable = state.focusable = state.multiSelectable = 1
        state.selected = int(grid.selectionModel().isSelected(index))
        state.focused = int(grid.hasFocus() and grid.currentIndex().row() == self.row)
        state.offscreen = int(not grid.viewport().rect().intersects(grid.visualRect(index)))
        return state

    @override
    def interface_cast(self, arg__1: QAccessible.InterfaceType) -> Any:
        return _NO_INTERFACE

    def _index(self) -> QModelIndex:
        return self._owner.grid.model().index(self.row, 0)


class _SelectionInterface(QAccessibleSelectionInterface):
    def __init__(self, owner: GridInterface) -> None:
        super().__init__()
        self._owner = owner

    @override
    def selectedItemCount(self) -> int:
        selection = self._owner.grid.selectionModel().selection()
        return sum(selection.at(place).height() for place in range(selection.count()))

    @override
    def selectedItems(self) -> list[QAccessibleInterface]:
        return [self._owner.entry(index.row()) for index in self._owner.grid.selectionModel().selectedIndexes()]

    @override
    def isSelected(self, childItem: QAccessibleInterface) -> bool:
        return bool(childItem.state().selected)

    @override
    def select(self, childItem: QAccessibleInterface) -> bool:
        return self._select(childItem, is_selected=True)

    @override
    def unselect(self, childItem: QAccessibleInterface) -> bool:
        return self._select(childItem, is_selected=False)

    @override
    def selectAll(self) -> bool:
        self._owner.grid.selectAll()
        return True

    @override
    def clear(self) -> bool:
        self._owner.grid.clearSelection()
        return True

    def _select(self, entry: QAccessibleInterface, *, is_selected: bool) -> bool:
        row = self._owner.indexOfChild(entry)
        if row < 0:
            return False
        model = self._owner.grid.selectionModel()
        command = model.SelectionFlag.Select if is_selected else model.SelectionFlag.Deselect
        model.select(self._owner.grid.model().index(row, 0), command)
        return True


# Qt owns the interfaces; what Python has of them is kept as long as their grids live.
_known: dict[int, GridInterface] = {}


def _forget(grid_id: int) -> None:
    _known.pop(grid_id, None)


@functools.cache
def _install() -> None:
    """Let Qt ask for the interfaces of grids; once for the process."""
    QAccessible.installFactory(_interface_of)


def _interface_of(class_name: str, shown: QObject) -> QAccessibleInterface | None:
    if class_name != _CLASS:
        return None
    made = GridInterface(shown)  # type: ignore[arg-type]  # the class has been checked
    _known[id(shown)] = made
    return made
