"""One job on one thread: its events and its outcome arrive on the GUI thread as signals.

`Job` is what the pages use. Its QThread is kept alive until it has finished, even if the job is deleted before.
"""

import functools
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot
from typing_extensions import override

from tlgui import gui_priority
from tlgui.engine.outcome import outcome_of
from tlgui.engine.protocol import Failed, Succeeded
from tlgui.errors import Cancelled
from tlgui.progress import Event, JobContext

Operation = Callable[[JobContext], object]

_running: set["Worker"] = set()


class Worker(QThread):
    """Runs one operation; a subclass of QThread, so that slots run on the thread that created the worker."""

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
        """Start the thread, and hold a reference to it until it has finished."""
        _running.add(self)
        self.start()

    def stop(self) -> None:
        """Stop the operation at its next checkpoint."""
        self._stop.set()

    @override
    def run(self) -> None:
        context = JobContext(self._report, self._checkpoint)
        outcome = outcome_of(lambda: self._operation(context))
        gui_priority.request()
        if isinstance(outcome, Succeeded):
            self.succeeded.emit(outcome.result)
        elif isinstance(outcome, Failed):
            self.failed.emit(outcome.error)
        else:
            self.cancelled.emit()

    @Slot()
    def _on_finished(self) -> None:
        # `finished` arrives before the thread has ended, and deleting a running QThread aborts the process.
        self.wait()
        # The operation references the session. Released only with the job, this could be the last reference, and the
        # session, as the parent of the job, would delete the job a second time.
        del self._operation
        # Deferred, because this may be the last reference, and the object must outlive its own slot.
        QTimer.singleShot(0, functools.partial(_running.discard, self))

    def _report(self, event: Event) -> None:
        gui_priority.request()
        self.reported.emit(event)

    def _checkpoint(self) -> None:
        gui_priority.give_way()
        if self._stop.is_set():
            raise Cancelled


class Job(QObject):
    """One operation under way: any number of `reported`, then one of `succeeded`, `failed`, `cancelled`, then `ended`.

    Args:
        request: The request; its type tells pages what the job does.
        operation: The function that runs on the thread.
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
        for signal in (self._worker.reported, self._worker.succeeded, self._worker.failed, self._worker.cancelled):
            signal.connect(self._on_worker_signal)
        # Connected after the worker's own slot, which waits until the thread has ended.
        self._worker.finished.connect(self.ended)

    def start(self) -> None:
        """Start the thread; returns at once."""
        self._worker.begin()

    def stop(self) -> None:
        """Stop the operation at its next checkpoint; the outcome still arrives by signal."""
        self.is_stopping = True
        self._worker.stop()

    def wait(self, timeout_ms: int) -> bool:
        """Wait for the thread to end, and return whether it did.

        Args:
            timeout_ms: The longest wait, in milliseconds.
        """
        with gui_priority.suspended():
            return self._worker.wait(timeout_ms)

    @Slot()
    def _on_worker_signal(self) -> None:
        # After what the slots have changed is laid out and painted.
        QTimer.singleShot(0, gui_priority.release)
