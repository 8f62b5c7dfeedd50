"""Python's garbage collection, kept on the GUI thread.

By itself it runs on whatever thread happens to make many objects; where it comes across a forgotten widget there, Qt
ends the process. So it is switched off, and a timer of the GUI thread does its work at the same thresholds.
"""

import ctypes
import gc
import sys

from PySide6.QtCore import QObject, QThreadPool, QTimer, Slot

_INTERVAL_MS = 500
# So many objects at a time are data, such as the photos of a large collection. To go through them again and again would
# hold the window up, for a second where there are a hundred thousand photos.
_MUCH_DATA = 50_000
# What much data was made from is freed soon after it.
_SOON_MS = 2000


class GarbageCollector(QObject):
    """Collects reference cycles for as long as it is started.

    Args:
        parent: The owner.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=_INTERVAL_MS)
        self._timer.timeout.connect(self.collect_due)
        self._soon = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._soon.timeout.connect(self._on_soon_timeout)

    def start(self) -> None:
        """Take over from Python."""
        gc.disable()
        self._timer.start()

    def stop(self) -> None:
        """Give it back to Python."""
        self._timer.stop()
        self._soon.stop()
        gc.enable()

    @Slot()
    def collect_due(self) -> None:
        """Collect the oldest generation that is due, as Python does; it takes the younger ones along.

        Where there is much to go through, it is data: it is left alone from then on, and goes when nobody holds it.
        """
        counts, thresholds = gc.get_count(), gc.get_threshold()
        due = max((generation for generation in range(3) if counts[generation] > thresholds[generation]), default=None)
        if due is None:
            return
        bearable = _oldest_bearable(due)
        if bearable is not None:
            gc.collect(bearable)
        if bearable != due:
            gc.freeze()
            self._soon.start()

    @Slot()
    def _on_soon_timeout(self) -> None:
        QThreadPool.globalInstance().start(give_memory_back)


def give_memory_back() -> None:
    """Hand memory that is free back to the system where that takes asking; glibc would keep it."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def _oldest_bearable(due: int) -> int | None:
    """Return the oldest generation, up to `due`, that with the younger ones holds no more than can be gone through."""
    held, found = 0, None
    for generation in range(due + 1):
        held += len(gc.get_objects(generation))
        if held <= _MUCH_DATA:
            found = generation
    return found
