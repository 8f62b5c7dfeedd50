"""Measures how long an event loop is held up: a timer ticks every 10 ms, and the longest gap tells."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow

INTERVAL_MS = 10
_ROOT = Path(__file__).resolve().parents[2]


class Ticker(QObject):
    """Ticks until it is stopped, and keeps every gap between two ticks, and what its own thread worked in it."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps_ms: list[float] = []
        self.work_ms: list[float] = []
        self._last = self._last_work = 0.0
        self._timer = QTimer(self, interval=INTERVAL_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timer_timeout)

    def start(self) -> None:
        """Begin to tick."""
        self._last, self._last_work = time.perf_counter(), time.thread_time()
        self._timer.start()

    def stop(self) -> None:
        """End; what came after the last tick counts too."""
        self._timer.stop()
        self._on_timer_timeout()

    @property
    def longest_ms(self) -> float:
        """How long the loop was blocked at most: the longest gap, less what the timer itself waits."""
        return max(self.gaps_ms) - INTERVAL_MS

    @property
    def longest_work_ms(self) -> float:
        """How long the thread itself worked between two ticks at most: a busy machine hardly changes this one."""
        return max(self.work_ms)

    @Slot()
    def _on_timer_timeout(self) -> None:
        now, work = time.perf_counter(), time.thread_time()
        self.gaps_ms.append((now - self._last) * 1000)
        self.work_ms.append((work - self._last_work) * 1000)
        self._last, self._last_work = now, work


@dataclass
class Beside:
    """What a bare window met meanwhile.

    Args:
        longest_ms: How long its loop was blocked at most: what the machine alone causes; known once the block ends.
    """

    longest_ms: float = 0.0


@contextmanager
def bare_window() -> Iterator[Beside]:
    """Tick in a bare window, in a process of its own, for as long as the block takes."""
    beside = Beside()
    command = [sys.executable, "-m", "tests.benchmarks.ticking"]
    with subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        # Its own start is no part of what is compared.
        process.stdout.readline()
        try:
            yield beside
        finally:
            answer = process.communicate()[0]
    beside.longest_ms = float(answer)


def main() -> int:
    """Tick in a bare window from the line it prints until standard input ends, then print the longest gap."""
    application = QApplication([])
    window = QMainWindow()
    window.setCentralWidget(QLabel("A bare window"))
    window.show()
    application.processEvents()
    print("ticking", flush=True)
    ticker = Ticker()
    ticker.start()
    ended = threading.Event()

    def wait_for_the_end() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    poll = QTimer(interval=INTERVAL_MS)
    poll.timeout.connect(lambda: application.quit() if ended.is_set() else None)
    poll.start()
    application.exec()
    print(ticker.longest_ms)
    return 0


if __name__ == "__main__":
    sys.exit(main())
