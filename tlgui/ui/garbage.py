"""Python's garbage collection, kept on the GUI thread.

By itself it runs on whatever thread happens to make many objects; where it comes across a forgotten widget there, Qt
ends the process. So it is switched off, and a timer of the GUI thread does its work at the same thresholds.
"""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

_INTERVAL_MS = 500


class GarbageCollector(QObject):
    """Collects reference cycles for as long as it is started.

    Args:
        parent: The owner.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=_INTERVAL_MS)
        self._timer.timeout.connect(self.collect_due)

    def start(self) -> None:
        """Take over from Python."""
        gc.disable()
        self._timer.start()

    def stop(self) -> None:
        """Give it back to Python."""
        self._timer.stop()
        gc.enable()

    @Slot()
    def collect_due(self) -> None:
        """Collect the oldest generation that is due, as Python does; it takes the younger ones along."""
        for generation in (2, 1, 0):
            if gc.get_count()[generation] > gc.get_threshold()[generation]:
                gc.collect(generation)
                return
