"""One job on one thread: its events and its one outcome arrive on the GUI thread as signals.

`Job` is what pages meet. The QThread under it lives until it has finished, whoever forgets the job.
"""

import functools
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot
from typing_extensions import override

from tlgui.engine.outcome import outcome_of
from tlgui.engine.protocol import Failed, Succeeded
from tlgui.errors import Cancelled
from tlgui.progress import Event, JobContext

Operation = Callable[[JobContext], object]

_running: set["Worker"] = set()


class Worker(QThread):
    """Runs one operation; subclassed so that every receiver lives on the thread that made it."""

    reported = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)
    cancelled = Signal()

    def __init__(self, operation: Operation) -> None:
        super().__init__()
        self._operation = operation
        self._stop = threading.Event()
        self.finished.connect(self._on_finished)

    def begin(self) -> None:
        """Start the thread, and keep it alive until it has finished."""
        _running.add(self)
        self.start()

    def stop(self) -> None:
        """Ask the operation to stop at its next checkpoint."""
        self._stop.set()

    @override
    def run(self) -> None:
        context = JobContext(self._report, self._checkpoint)
        outcome = outcome_of(lambda: self._operation(context))
        if isinstance(outcome, Succeeded):
            self.succeeded.emit(outcome.result)
        elif isinstance(outcome, Failed):
            self.failed.emit(outcome.error)
        else:
            self.cancelled.emit()

    @Slot()
    def _on_finished(self) -> None:
        # `finished` arrives a moment before the thread is gone, and dropping a QThread that runs aborts the process.
        self.wait()
        # What the operation holds, the session above all, is let go here: were it first let go when the job is
        # destroyed, a session that nobody else holds would destroy the job a second time, as its parent.
        del self._operation
        # Not here: nobody else may know this object any more, and it must not vanish in the middle of its own slot.
        QTimer.singleShot(0, functools.partial(_running.discard, self))

    def _report(self, event: Event) -> None:
        self.reported.emit(event)

    def _checkpoint(self) -> None:
        if self._stop.is_set():
            raise Cancelled


class Job(QObject):
    """One operation under way: any number of `reported`, then one of `succeeded`, `failed`, `cancelled`, then `ended`.

    Args:
        request: What was asked for; pages tell jobs apart by its type.
        operation: What to run on the thread.
        parent: The owner.
    """

    reported = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    ended = Signal()

    def __init__(self, request: object, operation: Operation, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.request = request
        self.is_stopping = False
        self._worker = Worker(operation)
        self._worker.reported.connect(self.reported)
        self._worker.succeeded.connect(self.succeeded)
        self._worker.failed.connect(self.failed)
        self._worker.cancelled.connect(self.cancelled)
        # After the worker's own slot, which waits for the thread: what has ended does not run any more.
        self._worker.finished.connect(self.ended)

    def start(self) -> None:
        """Begin; returns at once."""
        self._worker.begin()

    def stop(self) -> None:
        """Ask the job to stop; its outcome still arrives by signal."""
        self.is_stopping = True
        self._worker.stop()

    def wait(self, timeout_ms: int) -> bool:
        """Wait for the thread to end, for closing the window; return whether it did."""
        return self._worker.wait(timeout_ms)
