"""The list model of the photo grid, and the filtering and sorting of its photos on another thread."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import (
    QAbstractListModel,
    QElapsedTimer,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRunnable,
    Qt,
    QThreadPool,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QGuiApplication
from typing_extensions import override

from tlgui import gui_priority
from tlgui.errors import Cancelled
from tlgui.photos.names import shown_name
from tlgui.ui.photos.photo_items import Album, PhotoItem, PhotoQuery, arrange
from tlgui.ui.photos.photo_words import details, spoken
from tlgui.ui.widgets.plain_text import plain_tip

Index = QModelIndex | QPersistentModelIndex

ITEM_ROLE = Qt.ItemDataRole.UserRole
# Filtering and sorting this many photos does not delay the GUI thread noticeably.
_MOST_AT_ONCE = 3000


class PhotoModel(QAbstractListModel):
    """The model."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: list[PhotoItem] = []
        self._folder = Path()
        self._pool = QThreadPool(self)

    @property
    def items(self) -> Sequence[PhotoItem]:
        """All photos shown, in order."""
        return self._items

    def set_items(self, items: Sequence[PhotoItem], folder: Path) -> None:
        """Replace the photos.

        Args:
            items: The photos, in order.
            folder: The folder of the collection; tooltips show paths relative to it.
        """
        before = self._items
        self.beginResetModel()
        # A copy, which this model alone references and can free in the background.
        self._items = list(items)
        self._folder = folder
        self.endResetModel()
        if len(before) > _MOST_AT_ONCE:
            self._pool.start(_FreeTask(before))

    def row_starting_with(self, text: str, start: int) -> int | None:
        """Return the first row from `start` on, wrapping around, with a name that begins with `text`, or None."""
        wanted, items = text.casefold(), self._items
        for step in range(len(items)):
            row = (start + step) % len(items)
            if items[row].path.name.casefold().startswith(wanted):
                return row
        return None

    def place(self, row: int) -> QModelIndex:
        """Return the index of an existing row, without the checks of `index`."""
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


class NameSearch:
    """Finds photos by the first letters of their names, as they are typed one after the other.

    Args:
        photos: Where to search.
    """

    def __init__(self, photos: PhotoModel) -> None:
        self._photos = photos
        self._typed = ""
        self._since_typed = QElapsedTimer()

    def row(self, letter: str, current: int) -> int | None:
        """Return the row that is meant once `letter` was typed too, from the row `current` on, or None."""
        is_late = not self._since_typed.isValid() or self._since_typed.hasExpired(
            QGuiApplication.styleHints().keyboardInputInterval()
        )
        self._since_typed.start()
        self._typed = letter if is_late else self._typed + letter
        # Repeating one letter moves to the next match.
        is_one = len(set(self._typed)) == 1
        start = max(current, 0) + (1 if is_one else 0)
        return self._photos.row_starting_with(self._typed[0] if is_one else self._typed, start)


class _FreeTask(QRunnable):
    """Frees many items in the background."""

    def __init__(self, items: list[PhotoItem]) -> None:
        super().__init__()
        self._items = items

    @override
    def run(self) -> None:
        gui_priority.free_in_portions(self._items)


class _Relay(QObject):
    """Passes the result to the arranger's thread; may outlive the arranger."""

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
        gui_priority.request()
        self._relay.done.emit(self._number, items)


class Arranger(QObject):
    """Filters and sorts photos: few at once, many on another thread; a new request replaces the one before.

    Signals:
        arranged: The photos of the latest request, a list of `PhotoItem`.

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

    def arrange(self, album: Album, query: PhotoQuery) -> None:
        """Filter and sort `album` by `query`; emits `arranged`, for few photos before this returns."""
        self._number += 1
        number = self._number
        if album.collection.photo_count + len(album.collection.left_out) <= _MOST_AT_ONCE:
            self.arranged.emit(arrange(album, query))
            return

        def check() -> None:
            gui_priority.give_way()
            if number != self._number:
                raise Cancelled

        self._pool.start(_Task(number, lambda: arrange(album, query, check), self._relay))

    def stop(self) -> None:
        """Cancel the request under way."""
        self._number += 1

    @Slot(int, object)
    def _on_relay_done(self, number: int, items: object) -> None:
        QTimer.singleShot(0, gui_priority.release)
        if number == self._number:
            self.arranged.emit(items)
