"""Python's garbage collection, kept on the GUI thread.

By itself it runs on whatever thread happens to make many objects; where it comes across a forgotten widget there, Qt
ends the process. So it is switched off, and a timer of the GUI thread does its work at the same thresholds.
"""

import gc
import time

from PySide6.QtCore import QObject, QTimer, Slot

_INTERVAL_MS = 500
# So many new objects at a time are data, such as the photos of a large collection; going through them holds the window
# up, again and again, for half a second where there are a hundred thousand.
_MUCH_DATA = 50_000
_LONG_SECONDS = 0.02


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
        """Collect the oldest generation that is due, as Python does; it takes the younger ones along.

        What is much data, or takes long to go through, is left alone from then on; it still goes when nobody holds it.
        """
        counts = gc.get_count()
        if counts[0] > _MUCH_DATA:
            gc.freeze()
            return
        for generation in (2, 1, 0):
            if counts[generation] > gc.get_threshold()[generation]:
                # Its own time: on a busy machine anything takes long.
                start = time.thread_time()
                gc.collect(generation)
                if generation == 2 and time.thread_time() - start > _LONG_SECONDS:
                    gc.freeze()
                return
