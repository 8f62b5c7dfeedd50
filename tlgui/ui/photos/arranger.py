"""Filters and sorts the photos of the grid, many of them on another thread."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QRunnable, QTimer, Signal, Slot
from typing_extensions import override

from tlgui import gui_priority
from tlgui.errors import Cancelled
from tlgui.ui.photos.photo_items import Album, PhotoItem, PhotoQuery, arrange
from tlgui.ui.session.owned_pool import owned_pool

# Filtering and sorting this many photos does not delay the GUI thread noticeably.
_MOST_AT_ONCE = 3000


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
        self._pool = owned_pool(self, 1)
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
