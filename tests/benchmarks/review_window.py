"""How the window bears a large collection: first sight of it, memory, and whether scrolling ever holds it up.

`review` runs this as its child, so that the memory is that of the window alone.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import psutil
from PySide6.QtWidgets import QApplication

from tests.benchmarks.driving import wait_until
from tests.benchmarks.figures import Figure, ratio
from tests.benchmarks.ticking import Beside, Ticker, bare_window
from tlgui.app import create_window, favour_gui_thread
from tlgui.engine.client import EngineProcess
from tlgui.ui.shell.garbage import GarbageCollector
from tlgui.ui.shell.main_window import MainWindow

FIRST_SECONDS = 1.0
MEMORY_MB = 500.0
BLOCK_MS = 50.0
READING_BLOCK_MS = 100.0
_SCROLLS = 150
_SETTLE_SECONDS = 1.0
_MB = 1 << 20
_ROOT = Path(__file__).resolve().parents[2]


def measured_by_child(photos: Path) -> list[Figure]:
    """Return what `measure` finds in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.review_window", str(photos)]
    result = subprocess.run(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return [Figure(**figure) for figure in json.loads(result.stdout.splitlines()[-1])]


def measure(photos: Path) -> list[Figure]:
    """Open a folder of many photos in the real window, look closer, and scroll through all of them.

    Args:
        photos: One subfolder for each class.
    """
    with _window() as window:
        with bare_window() as bare:
            reading = Ticker()
            reading.start()
            first = _seconds_to_classes(window, photos)
            wait_until(lambda: not window.session.is_busy)
            wait_until(lambda: bool(window.pages.photos.browser.grid.photos.items))
            reading.stop()
        collection = window.session.collection
        assert collection is not None
        count = collection.photo_count
        start = time.perf_counter()
        during_look = _scrolled(window)
        wait_until(lambda: not window.session.review.is_looking)
        looking = time.perf_counter() - start
        _rest(_SETTLE_SECONDS)
        after_look = _scrolled(window)
        memory = psutil.Process().memory_info().rss / _MB
    what = f"with {count:,} photos"
    return [
        Figure("review", f"seconds to the first classes {what}", first, FIRST_SECONDS),
        Figure(
            "review",
            f"longest block of the window while {count:,} photos are read, ms",
            reading.longest_ms,
            READING_BLOCK_MS,
            ratio(reading.longest_ms, bare.longest_ms, "a bare window"),
        ),
        Figure("review", f"the window's own work in one go meanwhile, at most, ms, {what}", reading.longest_work_ms),
        Figure("review", f"closer look beside the window, s, {what}", looking),
        *_blocks("scrolling and looking closer", during_look, what),
        *_blocks("scrolling", after_look, what),
        Figure("review", f"memory of the window, MiB, {what}", memory, MEMORY_MB, f"at most {_peak_mb():.0f}"),
    ]


def _peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return (peak if sys.platform == "darwin" else peak * 1024) / _MB


def _blocks(doing: str, scrolled: tuple[Ticker, Beside], what: str) -> list[Figure]:
    # On a busy machine every window waits for its turn: its own work says what an idle one would see.
    ticker, bare = scrolled
    beside = ratio(ticker.longest_ms, bare.longest_ms, "a bare window")
    own = f"the window's own work in one go while {doing}, at most, ms, {what}"
    return [
        Figure("review", f"longest block while {doing}, ms, {what}", ticker.longest_ms, beside=beside),
        Figure("review", own, ticker.longest_work_ms, BLOCK_MS),
    ]


@contextmanager
def _window() -> Iterator[MainWindow]:
    """Give a shown window as the program has it, without the engine: nothing is trained."""
    application = QApplication.instance() or QApplication([])
    garbage = GarbageCollector()
    favour_gui_thread()
    garbage.start()
    window = create_window(EngineProcess())
    window.show()
    try:
        yield window
    finally:
        window.session.close(15_000)
        window.close()
        window.deleteLater()
        garbage.stop()
        application.processEvents()


def _seconds_to_classes(window: MainWindow, photos: Path) -> float:
    start = time.perf_counter()
    window.commands.open_folder(photos)
    rows = window.pages.photos.view.table.rows_model
    wait_until(lambda: len(rows.rows) > 1)
    return time.perf_counter() - start


def _scrolled(window: MainWindow) -> tuple[Ticker, Beside]:
    """Scroll as people do, by steps, by pages and by leaps, and tick here and in a bare window meanwhile."""
    bar = window.pages.photos.browser.grid.verticalScrollBar()
    with bare_window() as bare:
        ticker = Ticker()
        ticker.start()
        for number in range(_SCROLLS):
            if number % 3 == 0:
                bar.setValue(bar.maximum() * (number * 37 % _SCROLLS) // _SCROLLS)
            else:
                bar.setValue(bar.value() + (bar.singleStep() if number % 3 == 1 else bar.pageStep()))
            _rest(0.03)
        ticker.stop()
    return ticker, bare


def _rest(seconds: float) -> None:
    end = time.perf_counter() + seconds
    wait_until(lambda: time.perf_counter() > end)


def main() -> int:
    """Measure with the folder that is named."""
    print(json.dumps([asdict(figure) for figure in measure(Path(sys.argv[1]))]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
