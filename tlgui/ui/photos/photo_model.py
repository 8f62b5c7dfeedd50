"""The photos that the grid shows, as a list model; filtering and sorting them happens before, off the GUI thread."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRunnable,
    Qt,
    QThreadPool,
    Signal,
    Slot,
)
from typing_extensions import override

from tlgui.errors import Cancelled
from tlgui.photos.names import shown_name
from tlgui.ui.photos.photo_items import Album, PhotoItem, Wish, arrange
from tlgui.ui.photos.photo_words import details, spoken
from tlgui.ui.widgets.plain_text import plain_tip

Index = QModelIndex | QPersistentModelIndex

ITEM_ROLE = Qt.ItemDataRole.UserRole
# So few are arranged before anybody notices; more of them behind the scenes.
_AT_ONCE = 3000
_FREED_AT_ONCE = 1000


class PhotoModel(QAbstractListModel):
    """The rows."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: list[PhotoItem] = []
        self._folder = Path()
        self._pool = QThreadPool(self)

    @property
    def items(self) -> Sequence[PhotoItem]:
        """Every photo shown, in order."""
        return self._items

    def set_items(self, items: Sequence[PhotoItem], folder: Path) -> None:
        """Show `items` instead of what was there.

        Args:
            items: The photos, in order.
            folder: The collection's; places are said from there.
        """
        before = self._items
        self.beginResetModel()
        # A list of its own, which nobody else lets go of.
        self._items = list(items)
        self._folder = folder
        self.endResetModel()
        if len(before) > _AT_ONCE:
            self._pool.start(_LettingGo(before))

    def row_starting_with(self, text: str, start: int) -> int | None:
        """Return the first row from `start` on, and round to the beginning, whose name begins with `text`."""
        wanted, items = text.casefold(), self._items
        for step in range(len(items)):
            row = (start + step) % len(items)
            if items[row].path.name.casefold().startswith(wanted):
                return row
        return None

    def place(self, row: int) -> QModelIndex:
        """Return the index of a row that is there, without asking whether it is."""
        return self.createIndex(row, 0)

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._items)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        item = self._items[index.row()]
        if role == ITEM_ROLE:
            return item
        if role == Qt.ItemDataRole.DisplayRole:
            return shown_name(item.path)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(details(item, self._folder))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(item)
        return None


class _LettingGo(QRunnable):
    """Frees many items bit by bit: all at once would hold the window up."""

    def __init__(self, items: list[PhotoItem]) -> None:
        super().__init__()
        self._items = items

    @override
    def run(self) -> None:
        while self._items:
            del self._items[-_FREED_AT_ONCE:]


class _Relay(QObject):
    """Carries what was arranged to the arranger's thread; outlives an arranger that was closed meanwhile."""

    done = Signal(int, object)


class _Task(QRunnable):
    def __init__(self, number: int, work: Callable[[], list[PhotoItem]], relay: _Relay) -> None:
        super().__init__()
        self._number = number
        self._work = work
        self._relay = relay

    @override
    def run(self) -> None:
        try:
            items = self._work()
        except Cancelled:
            return
        self._relay.done.emit(self._number, items)


class Arranger(QObject):
    """Filters and sorts: few photos at once, many on a thread of its own; a newer wish takes the place of an older.

    Args:
        parent: The owner.
    """

    arranged = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._number = 0
        self._relay = _Relay()
        self._relay.done.connect(self._on_relay_done)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self.destroyed.connect(self._relay.deleteLater)

    def arrange(self, album: Album, wish: Wish) -> None:
        """Work out what `wish` shows of `album`; `arranged` brings it, before this returns where there are few."""
        self._number += 1
        number = self._number
        if album.collection.photo_count + len(album.collection.left_out) <= _AT_ONCE:
            self.arranged.emit(arrange(album, wish))
            return

        def go_on() -> None:
            if number != self._number:
                raise Cancelled

        self._pool.start(_Task(number, lambda: arrange(album, wish, go_on), self._relay))

    def stop(self) -> None:
        """Want nothing any more."""
        self._number += 1

    @Slot(int, object)
    def _on_relay_done(self, number: int, items: object) -> None:
        if number == self._number:
            self.arranged.emit(items)
