"""The list model of a grid of photos."""

from collections.abc import Callable
from typing import Generic

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRunnable, Qt
from typing_extensions import override

from tlgui.photos.names import shown_name
from tlgui.ui.grid.cell_content import Describer
from tlgui.ui.grid.photo_list import Item, ListedPhotos, PhotoList
from tlgui.ui.session.owned_pool import owned_pool
from tlgui.ui.widgets.plain_text import plain_tip

Index = QModelIndex | QPersistentModelIndex

ITEM_ROLE = Qt.ItemDataRole.UserRole
# Freeing this many items does not delay the GUI thread noticeably.
_MOST_FREED_AT_ONCE = 3000


class PhotoModel(QAbstractListModel, Generic[Item]):
    """The model."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: PhotoList[Item] = ListedPhotos()
        self._describer: Describer[Item] | None = None
        self._pool = owned_pool(self, 1)

    @property
    def items(self) -> PhotoList[Item]:
        """All photos shown, in order."""
        return self._items

    def set_items(self, items: PhotoList[Item], describer: Describer[Item] | None) -> None:
        """Replace the photos.

        Args:
            items: The photos, in order.
            describer: What is told of them; None only without photos.
        """
        before = self._items
        self.beginResetModel()
        self._items = items
        self._describer = describer
        self.endResetModel()
        if isinstance(before, ListedPhotos) and before is not items and len(before) > _MOST_FREED_AT_ONCE:
            self._pool.start(_FreeTask(before.free))

    def grow(self, items: PhotoList[Item]) -> None:
        """Show a longer list that begins with the photos that are shown.

        Args:
            items: The list.
        """
        if len(items) > len(self._items):
            self.beginInsertRows(QModelIndex(), len(self._items), len(items) - 1)
            self._items = items
            self.endInsertRows()
        else:
            self._items = items

    def place(self, row: int) -> QModelIndex:
        """Return the index of an existing row, without the checks of `index`."""
        return self.createIndex(row, 0)

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._items)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role not in _ROLES or self._describer is None:
            return None
        item = self._items[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return shown_name(item.path)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self._describer.tooltip(item))
        return item if role == ITEM_ROLE else self._describer.spoken(item)


_ROLES = frozenset(
    {ITEM_ROLE, Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole}
)


class _FreeTask(QRunnable):
    """Frees many items in the background."""

    def __init__(self, free: Callable[[], None]) -> None:
        super().__init__()
        self._free = free

    @override
    def run(self) -> None:
        self._free()
