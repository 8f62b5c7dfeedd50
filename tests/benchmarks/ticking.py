"""Measures how long an event loop is held up: a timer ticks every 10 ms, and the longest gap tells."""

import sys
import threading
import time

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow

INTERVAL_MS = 10


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


def main() -> int:
    """Tick in a bare window until standard input ends, then print the longest gap: what the machine alone causes."""
    application = QApplication([])
    window = QMainWindow()
    window.setCentralWidget(QLabel("A bare window"))
    window.show()
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
