"""How long photos are gathered before they are copied together: longer and longer while they go on coming."""

from PySide6.QtCore import QElapsedTimer, QObject, QTimer

# The journal keeps a few hundred sorts, so that a day of single photos must not fill it.
_MOST_TIMES = 30


class GatheringTimer(QTimer):
    """A timer for one batch after another.

    Args:
        first_ms: How long to gather at first; each batch soon after another waits twice as long, up to 30 times that.
        parent: The owner.
    """

    def __init__(self, first_ms: int, parent: QObject | None = None) -> None:
        super().__init__(parent, singleShot=True)
        self.first_ms = first_ms
        self._present_ms = first_ms
        self._since_last = QElapsedTimer()

    def gather(self) -> None:
        """Begin to wait, unless it waits already."""
        if self.isActive():
            return
        is_soon = self._since_last.isValid() and self._since_last.elapsed() < self._present_ms
        self._present_ms = min(2 * self._present_ms, _MOST_TIMES * self.first_ms) if is_soon else self.first_ms
        self.start(self._present_ms)

    def end_batch(self) -> None:
        """Take note that a batch has ended."""
        self._since_last.start()
