"""Keeps what is shown of the board up to date: arranges photos as they come and change, and by other queries."""

from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QRunnable, QTimer, Signal, Slot
from typing_extensions import override

from tlgui import gui_priority
from tlgui.errors import Cancelled
from tlgui.ui.board.arranging import (
    Arranged,
    BoardGrouping,
    BoardOrder,
    BoardQuery,
    NameKeys,
    arrange,
    matching,
    snapshot,
)
from tlgui.ui.board.board import Board
from tlgui.ui.board.columns import Rows
from tlgui.ui.session.owned_pool import owned_pool

# Arranging this many photos does not delay the GUI thread noticeably.
_MOST_AT_ONCE = 20_000
_MOST_BY_NAME = 2000
_PAUSE_MS = 1000


class BoardArranger(QObject):
    """Arranges the photos of a board: few at once, many on another thread; a new request replaces the one before.

    While photos come, they are added after the others where the query shows them in that order. In every other order
    all are arranged again, at most once a second.

    Signals:
        arranged: All photos were arranged; an `Arranged`, and whether the query is another one than before.
        appended: Photos came after all others; their rows, an array.

    Args:
        board: The board.
        parent: The owner.

    Attributes:
        rows: The rows that are shown, in order.
    """

    arranged = Signal(object, bool)
    appended = Signal(object)

    def __init__(self, board: Board, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._board = board
        self._query = BoardQuery()
        self._is_new = True
        self._keys = NameKeys()
        self._number = 0
        self._is_running = False
        self.rows: Rows = np.empty(0, np.intp)
        self._seen = 0
        # Emitted from a thread; may outlive this object.
        self._relay = _Relay()
        self._relay.done.connect(self._on_relay_done)
        self._pool = owned_pool(self, 1)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._on_pause_timeout)
        self._is_late = False
        self.destroyed.connect(self._relay.deleteLater)
        board.grew.connect(self._on_board_grew)
        board.changed.connect(self._on_board_changed)
        board.emptied.connect(self._on_board_emptied)
        board.taken_off.connect(self._on_board_emptied)
        board.moved.connect(self._on_board_moved)

    @property
    def query(self) -> BoardQuery:
        """The query."""
        return self._query

    def show(self, query: BoardQuery) -> None:
        """Arrange the photos by another query; for few photos `arranged` is emitted before this returns."""
        self._is_new = self._is_new or query != self._query
        self._query = query
        self.arrange()

    def arrange(self) -> None:
        """Arrange the photos again."""
        self._number += 1
        self._is_late = False
        number, query, board = self._number, self._query, snapshot(self._board.photos, self._keys)
        total = len(board.paths)
        is_slow = query.order is BoardOrder.NAME or query.grouping is not BoardGrouping.NONE
        if total <= (_MOST_BY_NAME if is_slow else _MOST_AT_ONCE):
            self._take(arrange(board, query), total)
            return

        def check() -> None:
            gui_priority.give_way()
            if number != self._number:
                raise Cancelled

        self._is_running = True
        self._pool.start(_Task(number, total, lambda: arrange(board, query, check), self._relay))

    def stop(self) -> None:
        """Cancel the request under way."""
        self._number += 1
        self._is_running = False

    def _take(self, found: Arranged, total: int) -> None:
        is_new, self._is_new = self._is_new, False
        self.rows, self._seen = found.rows, total
        if total:
            self._pause.start()
        self.arranged.emit(found, is_new)

    def _append(self) -> None:
        """Show the photos that came since, where they belong after the others."""
        total = len(self._board.photos)
        came: Rows = np.arange(self._seen, total)
        self._seen = total
        chosen = self._matching(came)
        if len(chosen):
            self.rows = np.concatenate([self.rows, chosen])
            self.appended.emit(chosen)

    def _matching(self, rows: Rows) -> Rows:
        return matching(snapshot(self._board.photos, self._keys), self._query, rows)

    def _arrange_soon(self) -> None:
        if self._pause.isActive() or self._is_running:
            self._is_late = True
        else:
            self.arrange()

    @Slot(object)
    def _on_board_grew(self, rows: Rows) -> None:
        is_all_new = bool(len(rows)) and int(rows.min()) >= self._seen
        if self._query.appends and is_all_new and not self._is_running and not self._is_new:
            self._append()
        else:
            self._arrange_soon()

    @Slot(object)
    def _on_board_changed(self, rows: Rows | None) -> None:
        if rows is None or self._is_running or self._query.grouping is not BoardGrouping.NONE:
            self.arrange()
            return
        # Photos that have just come are told of in `grew`, too.
        known = rows[rows < self._seen]
        matched = self._matching(known)
        if not np.isin(matched, self.rows).all():
            self.arrange()
            return
        gone = np.setdiff1d(known, matched)
        keeps = ~np.isin(self.rows, gone)
        if not keeps.all():
            # The others keep their order.
            self.rows = self.rows[keeps]
            self.arranged.emit(Arranged(self.rows), False)  # noqa: FBT003 - the signal has no names

    @Slot()
    def _on_board_emptied(self) -> None:
        """Show what is on the board now, in which every photo may have another row."""
        self._keys = NameKeys()
        self.arrange()

    @Slot()
    def _on_board_moved(self) -> None:
        self._keys = NameKeys()

    @Slot()
    def _on_pause_timeout(self) -> None:
        if self._is_late and not self._is_running:
            self.arrange()

    @Slot(int, int, object)
    def _on_relay_done(self, number: int, total: int, found: Arranged) -> None:
        QTimer.singleShot(0, gui_priority.release)
        if number != self._number:
            return
        self._is_running = False
        self._take(found, total)
        if self._query.appends and len(self._board.photos) > total:
            self._append()


class _Relay(QObject):
    """Passes the result to the arranger's thread; may outlive the arranger."""

    done = Signal(int, int, object)


class _Task(QRunnable):
    def __init__(self, number: int, total: int, work: Callable[[], Arranged], relay: _Relay) -> None:
        super().__init__()
        self._number, self._total = number, total
        self._work = work
        self._relay = relay

    @override
    def run(self) -> None:
        try:
            found: Any = self._work()
        except Cancelled:
            return
        gui_priority.request()
        self._relay.done.emit(self._number, self._total, found)
