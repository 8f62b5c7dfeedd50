"""Python's garbage collection, on the GUI thread alone.

Left to itself, it runs on the thread that happens to allocate many objects. If it destroys an unreachable widget on
another thread than the GUI's, Qt aborts the process. So automatic collection is disabled, and a timer of the GUI thread
collects at the same thresholds, every 100 ms.
"""

import ctypes
import gc
import sys

from PySide6.QtCore import QObject, QThreadPool, QTimer, Slot

_INTERVAL_MS = 100
# More objects than this in the generations to collect are the data of a large collection, without cycles. Traversing
# them blocks the window: for about a second where there are 100,000 photos.
_MOST_OBJECTS = 50_000
# The intermediate objects that such data was made from are freed within this time.
_TRIM_DELAY_MS = 2000


class GarbageCollector(QObject):
    """Collects reference cycles for as long as it is started.

    Args:
        parent: The owner.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=_INTERVAL_MS)
        self._timer.timeout.connect(self.collect_due)
        self._trim_timer = QTimer(self, singleShot=True, interval=_TRIM_DELAY_MS)
        self._trim_timer.timeout.connect(self._on_trim_timer_timeout)

    def start(self) -> None:
        """Disable automatic collection and start the timer."""
        gc.disable()
        self._timer.start()

    def stop(self) -> None:
        """Stop the timer and enable automatic collection."""
        self._timer.stop()
        self._trim_timer.stop()
        gc.enable()

    @Slot()
    def collect_due(self) -> None:
        """Collect the oldest generation whose threshold is exceeded, and the younger ones with it, as Python does.

        Where they hold too many objects, these are frozen: the collector ignores them from then on, and they are freed
        when their reference counts drop to 0.
        """
        counts, thresholds = gc.get_count(), gc.get_threshold()
        due = max((generation for generation in range(3) if counts[generation] > thresholds[generation]), default=None)
        if due is None:
            return
        collectable = _oldest_collectable(due)
        if collectable is not None:
            gc.collect(collectable)
        if collectable != due:
            gc.freeze()
            self._trim_timer.start()

    @Slot()
    def _on_trim_timer_timeout(self) -> None:
        QThreadPool.globalInstance().start(release_free_memory)


def release_free_memory() -> None:
    """Return free heap memory to the system; glibc keeps it until `malloc_trim` is called."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def _oldest_collectable(due: int) -> int | None:
    """Return the oldest generation, up to `due`, that holds at most `_MOST_OBJECTS` together with the younger ones."""
    held, found = 0, None
    for generation in range(due + 1):
        held += len(gc.get_objects(generation))
        if held <= _MOST_OBJECTS:
            found = generation
    return found
