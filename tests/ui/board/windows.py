"""A window as far as the board goes: its session, and what keeps, names and watches photos."""

import zlib
from pathlib import Path

from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.pictures import write_jpeg
from tests.ui.waiting import WAIT_MS
from tlgui.photos.sorting.sorter import Sorter
from tlgui.ui.board.board import Board
from tlgui.ui.board.board_keeper import BoardKeeper
from tlgui.ui.board.dismissal_keeper import DismissalKeeper
from tlgui.ui.session.requests import WatchRequest
from tlgui.ui.session.session import Session
from tlgui.ui.watching.folder_watch import FolderWatch
from tlgui.ui.watching.words import watch_in_words


class Clock:
    """A clock that goes on only when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.reads = 0

    def __call__(self) -> float:
        self.reads += 1
        return self.now


class Window:
    """A window."""

    def __init__(self, qtbot: QtBot, engine: FakeEngine, journal: Path) -> None:
        self._qtbot = qtbot
        self._engine = engine
        self.clock = Clock()
        session = self.session = Session(engine)
        self.board = Board(session, session)
        self.keeper = BoardKeeper(self.board, session, session)
        self.dismissals = DismissalKeeper(self.board, session, session)
        self.sorter = Sorter(journal)
        self.watch = FolderWatch(
            self.board, session, self.keeper, session, sorter=self.sorter, look_ms=1, copy_ms=1, clock=self.clock
        )

    def names(self) -> list[str]:
        return [Path(path).name for path in self.board.photos.paths]

    def name(self, *paths: Path) -> None:
        self.board.name_photos(paths)
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is named, read or written any more; looks at a watched folder go on."""
        self._qtbot.waitUntil(self._is_settled, timeout=WAIT_MS)

    def look(self) -> None:
        """Let new files rest, and wait until what has come is named, and copied where that is chosen."""
        self._look_once()
        self.clock.now += 5
        self._look_once()
        self.settle()

    def close(self) -> None:
        self.watch.close()
        assert self.session.close(5000)
        self.settle()
        # The tests have one engine for all windows, which keeps its predictions.
        self._engine.is_closed = False

    def _look_once(self) -> None:
        # One look may be under way already.
        wanted = self.clock.reads + 2
        self._qtbot.waitUntil(lambda: self.clock.reads >= wanted, timeout=WAIT_MS)

    def _is_settled(self) -> bool:
        others = [job for job in self.session._jobs.background if not isinstance(job.request, WatchRequest)]
        return not self.session.is_busy and not others and not self.watch._copy_timer.isActive()


def words(window: Window) -> str:
    """Return what a window says of its watched folder; empty where it watches none."""
    state = window.watch.state
    return watch_in_words(state) if state is not None else ""


def photo(path: Path) -> Path:
    """Write a photo whose content depends on its name."""
    return write_jpeg(path, seed=zlib.crc32(path.name.encode()))
