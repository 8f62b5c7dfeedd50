"""The one job under way, and the quiet ones behind the scenes that do not keep the user from anything."""

import logging
from collections.abc import Callable
from types import UnionType

from PySide6.QtCore import QObject, Signal, Slot

from tlgui.engine.protocol import BugError
from tlgui.ui.session.worker import Job, Operation

_log = logging.getLogger(__name__)

OnSuccess = Callable[[object], None]


class Jobs(QObject):
    """Starts jobs, one at a time, and quiet ones beside them.

    Args:
        parent: The owner.
    """

    started = Signal(Job)
    ended = Signal(Job)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._current: Job | None = None
        self._quiet: set[Job] = set()

    @property
    def current(self) -> Job | None:
        """The job under way; only one runs at a time."""
        return self._current

    @property
    def quiet(self) -> frozenset[Job]:
        """What runs behind the scenes."""
        return frozenset(self._quiet)

    def begin(self, request: object, operation: Operation, on_success: OnSuccess | None = None) -> Job:
        """Start a job; raises where another is under way."""
        if self._current is not None:
            raise RuntimeError("another job is under way")
        job = Job(request, operation, self)
        if on_success is not None:
            job.succeeded.connect(on_success)
        job.ended.connect(self._on_job_ended)
        self._current = job
        self.started.emit(job)
        job.start()
        return job

    def begin_quietly(self, request: object, operation: Operation, on_success: OnSuccess | None = None) -> Job:
        """Start a job that nobody waits for; where it fails nobody is told, but a bug is written to the log."""
        job = Job(request, operation, self)
        self._quiet.add(job)
        if on_success is not None:
            job.succeeded.connect(on_success)
        job.failed.connect(_note_bug)
        job.ended.connect(self._on_quiet_job_ended)
        job.start()
        return job

    def stop_quiet(self, kind: type | UnionType) -> None:
        """Stop the quiet jobs whose request is of a kind."""
        for job in self._quiet:
            if isinstance(job.request, kind):
                job.stop()

    def stop_all(self) -> None:
        """Ask every job to stop."""
        for job in self._all():
            job.stop()

    def wait(self, timeout_ms: int) -> bool:
        """Wait for the threads of all jobs; return whether all have ended. Each may take `timeout_ms`."""
        ended = [job.wait(timeout_ms) for job in self._all()]
        return all(ended)

    def _all(self) -> tuple[Job, ...]:
        return (*self._quiet, *([self._current] if self._current is not None else []))

    @Slot()
    def _on_job_ended(self) -> None:
        job, self._current = self._current, None
        if job is not None:
            self.ended.emit(job)
            job.deleteLater()

    @Slot()
    def _on_quiet_job_ended(self) -> None:
        job = self.sender()
        assert isinstance(job, Job)
        self._quiet.discard(job)
        job.deleteLater()


def _note_bug(error: object) -> None:
    if isinstance(error, BugError):
        _log.error("a quiet job failed: %s\n%s", error.message, error.details)
