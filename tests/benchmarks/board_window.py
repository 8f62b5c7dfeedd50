"""The board in the real window: photos stream in, and are scrolled through, filtered, sorted, grouped and compared.

`board` runs this as its child, so that the memory is that of the window alone.
"""

import functools
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import numpy as np
import psutil
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox

from tests.benchmarks.board_answers import AnsweringEngine, write_made_up_model, write_photos
from tests.benchmarks.driving import wait_until
from tests.benchmarks.figures import Figure, ratio
from tests.benchmarks.ticking import Ticker, bare_window
from tlgui.app import create_window, favour_gui_thread
from tlgui.learning.looks import nearest
from tlgui.ui.grid.photo_grid import FIRST_LINES, LEAST_LINES
from tlgui.ui.predict.board_view import BoardView
from tlgui.ui.shell.garbage import GarbageCollector
from tlgui.ui.shell.main_window import MainWindow
from tlgui.ui.shell.step_list import Step

MEMORY_MB = 600.0
BLOCK_MS = 50.0
FILTER_SECONDS = 0.3
LOOK_ALIKE_SECONDS = 0.2
_SCROLLS = 120
_TURNS = 5
_PAUSE_SECONDS = 0.03
# Longer than the least time between two arrangements.
_SETTLE_SECONDS = 1.2
_MOST_ALIKE = 200
_MB = 1 << 20
_KEYS = (*[Qt.Key.Key_PageDown] * 5, Qt.Key.Key_Down, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_Home)


def measure(folder: Path, count: int) -> list[Figure]:
    """Name photos on the board, and do with them what a person does.

    Args:
        folder: An empty folder for the photos and the model.
        count: How many photos there are.
    """
    paths = write_photos(folder, count)
    model = write_made_up_model(folder / "birds.tlmodel")
    with _window(AnsweringEngine(paths)) as window:
        window.session.in_use.use(model)
        window.show_step(Step.PREDICT)
        view = window.pages.predict.view
        figures = _streamed(window, folder / "photos", count)
        for doing, scroll in _SCROLLING.items():
            figures += _scrolled(doing, view, scroll)
        view.grid.set_lines(LEAST_LINES)
        figures += _scrolled("dragging the bar with the smallest photos", view, _drag_bar)
        view.grid.set_lines(FIRST_LINES)
        figures += [
            *_filtered(view),
            *_chosen(view.bar.order, "sort", view),
            *_chosen(view.bar.grouping, "group", view),
        ]
        figures += _look_alikes(window)
        memory = psutil.Process().memory_info().rss / _MB
        figures.append(Figure("board", "memory of the window, MiB", memory, MEMORY_MB, f"at most {_peak_mb():.0f}"))
    what = f", with {count:,} photos"
    return [Figure(each.benchmark, each.what + what, each.value, each.target, each.beside) for each in figures]


def _streamed(window: MainWindow, photos: Path, count: int) -> list[Figure]:
    page, ticker, start = window.pages.predict, Ticker(), time.perf_counter()
    ticker.start()
    page.predict_paths([photos])
    wait_until(lambda: len(page.board.photos) == count and not window.session.is_busy)
    wait_until(lambda: len(page.view.grid.photos.items) == count)
    ticker.stop()
    pace = f"{count / (time.perf_counter() - start):,.0f} photos a second"
    return [
        Figure("board", "own work in one go while photos stream in, at most, ms", ticker.longest_work_ms, beside=pace)
    ]


def _scrolled(doing: str, view: BoardView, scroll: Callable[[BoardView, int], None]) -> list[Figure]:
    """Scroll, and tick here and in a bare window meanwhile."""
    with bare_window() as bare:
        ticker = Ticker()
        ticker.start()
        for number in range(_SCROLLS):
            scroll(view, number)
            _rest(_PAUSE_SECONDS)
        ticker.stop()
    # On a busy machine every window waits for its turn: its own work says what an idle one would see.
    block = f"block of {ticker.longest_ms:.0f} ms, {ratio(ticker.longest_ms, bare.longest_ms, 'a bare window')}"
    return [Figure("board", f"own work in one go while {doing}, at most, ms", ticker.longest_work_ms, BLOCK_MS, block)]


def _press_keys(view: BoardView, number: int) -> None:
    QTest.keyClick(view.grid, _KEYS[number % len(_KEYS)])


def _turn_wheel(view: BoardView, number: int) -> None:
    viewport = view.grid.viewport()
    place = QPointF(viewport.rect().center())
    turn = QWheelEvent(
        place, viewport.mapToGlobal(place), QPoint(), QPoint(0, -120 if number % 8 else 360),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase,
        False,  # noqa: FBT003 - Qt's own signature
    )  # fmt: skip
    QApplication.sendEvent(viewport, turn)


def _drag_bar(view: BoardView, number: int) -> None:
    bar = view.grid.verticalScrollBar()
    bar.setValue(bar.maximum() * (number * 37 % _SCROLLS) // _SCROLLS)


_SCROLLING: dict[str, Callable[[BoardView, int], None]] = {
    "going by keys and pages": _press_keys,
    "turning the wheel": _turn_wheel,
    "dragging the bar": _drag_bar,
}


def _filtered(view: BoardView) -> list[Figure]:
    """Return how long it takes to show the photos of a chip, and those with a name."""
    by_chip = [_shown_after(view, functools.partial(view.chips.choose, group)) for group in (1, None)]
    by_name = [_shown_after(view, functools.partial(_search, view, text)) for text in ("77", "")]
    return [
        _arranged("filter by a chip", by_chip, FILTER_SECONDS),
        _arranged("filter by a name", by_name, FILTER_SECONDS),
    ]


def _chosen(choice: QComboBox, doing: str, view: BoardView) -> list[Figure]:
    """Return how long each entry of a list takes until it is shown, and how the board scrolls in groups."""
    figures = []
    for place in [*range(1, choice.count()), 0]:
        words = f"{doing}: {choice.itemText(place)}"
        figures.append(_arranged(words, [_shown_after(view, functools.partial(choice.setCurrentIndex, place))]))
        if view.grid.sections:
            figures += _scrolled(f"dragging the bar, {len(view.grid.sections):,} headings", view, _drag_bar)
    return figures


def _search(view: BoardView, text: str) -> None:
    view.bar.text.setText(text)
    # Enter does not wait for a pause in typing.
    QTest.keyClick(view.bar.text, Qt.Key.Key_Return)


def _shown_after(view: BoardView, act: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds from an act to the painted photos, and the longest own work in one go, in ms."""
    shown: list[bool] = []

    def note() -> None:
        shown.append(True)

    view.grid.photos.modelReset.connect(note)
    ticker, start = Ticker(), time.perf_counter()
    ticker.start()
    act()
    wait_until(lambda: bool(shown))
    view.grid.viewport().repaint()
    seconds = time.perf_counter() - start
    ticker.stop()
    view.grid.photos.modelReset.disconnect(note)
    _rest(_SETTLE_SECONDS)
    return seconds, ticker.longest_work_ms


def _arranged(doing: str, turns: list[tuple[float, float]], target: float | None = None) -> Figure:
    own = f"own work in one go at most {max(work for _, work in turns):.0f} ms"
    return Figure("board", f"{doing}, seconds", max(seconds for seconds, _ in turns), target, own)


def _look_alikes(window: MainWindow) -> list[Figure]:
    board, view = window.pages.predict.board, window.pages.predict.view
    found, shown = [], []
    for turn in range(_TURNS):
        row = len(board.photos) * (turn + 1) // (_TURNS + 1) + 1
        looks, start = board.photos.looks, time.perf_counter()
        nearest(looks, looks[row], _MOST_ALIKE, np.array([row], np.intp))
        found.append(time.perf_counter() - start)
        shown.append(_shown_after(view, functools.partial(view.show_look_alikes, row)))
    return [
        Figure("board", "find the look-alikes of a photo, seconds", max(found), LOOK_ALIKE_SECONDS),
        _arranged("find and show the look-alikes of a photo", shown),
    ]


@contextmanager
def _window(engine: AnsweringEngine) -> Iterator[MainWindow]:
    """Give a shown window as the program has it."""
    application = QApplication.instance() or QApplication([])
    garbage = GarbageCollector()
    favour_gui_thread()
    garbage.start()
    window = create_window(engine)
    window.resize(1600, 1000)
    window.show()
    try:
        yield window
    finally:
        window.session.close(15_000)
        window.close()
        window.deleteLater()
        application.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        garbage.stop()


def _rest(seconds: float) -> None:
    end = time.perf_counter() + seconds
    wait_until(lambda: time.perf_counter() > end)


def _peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return (peak if sys.platform == "darwin" else peak * 1024) / _MB


def main() -> int:
    """Measure with the folder and the number of photos that are named."""
    print(json.dumps([asdict(figure) for figure in measure(Path(sys.argv[1]), int(sys.argv[2]))]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
