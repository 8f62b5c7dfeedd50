"""The job under way, a prediction beside it, and the background jobs, which do not make the session busy."""

import logging
from collections.abc import Callable
from types import UnionType

from PySide6.QtCore import QObject, Signal, Slot

from tlgui.engine.protocol import BugError, PredictRequest
from tlgui.ui.session.worker import Job, Operation

_log = logging.getLogger(__name__)

OnSuccess = Callable[[object], None]


class Jobs(QObject):
    """Starts jobs one at a time, one prediction at a time beside them, and any number of background jobs.

    Args:
        parent: The owner.
    """

    started = Signal(Job)
    ended = Signal(Job)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._current: Job | None = None
        self._prediction: Job | None = None
        self._background: set[Job] = set()

    @property
    def current(self) -> Job | None:
        """The job under way that is no prediction; only one runs at a time."""
        return self._current

    @property
    def prediction(self) -> Job | None:
        """The prediction under way; only one runs at a time."""
        return self._prediction

    @property
    def background(self) -> frozenset[Job]:
        """The background jobs that run now."""
        return frozenset(self._background)

    def begin(self, request: object, operation: Operation, on_success: OnSuccess | None = None) -> Job:
        """Start a job; raises RuntimeError if another of its kind, a prediction or not, is under way.

        Args:
            request: The request; its type tells what the job does.
            operation: The function that runs on the thread of the job.
            on_success: Called on the GUI thread with the result.
        """
        is_prediction = isinstance(request, PredictRequest)
        if (self._prediction if is_prediction else self._current) is not None:
            raise RuntimeError("another job is under way")
        job = Job(request, operation, self)
        if on_success is not None:
            job.succeeded.connect(on_success)
        job.ended.connect(self._on_job_ended)
        if is_prediction:
            self._prediction = job
        else:
            self._current = job
        self.started.emit(job)
        job.start()
        return job

    def begin_in_background(self, request: object, operation: Operation, on_success: OnSuccess | None = None) -> Job:
        """Start a background job, with the args of `begin`; its failure is not shown, and a bug is logged."""
        job = Job(request, operation, self)
        self._background.add(job)
        if on_success is not None:
            job.succeeded.connect(on_success)
        job.failed.connect(_log_bug)
        job.ended.connect(self._on_background_job_ended)
        job.start()
        return job

    def stop_background(self, kind: type | UnionType) -> None:
        """Stop the background jobs with a request of the type `kind`."""
        for job in self._background:
            if isinstance(job.request, kind):
                job.stop()

    def stop_all(self) -> None:
        """Stop every job at its next checkpoint."""
        for job in self._all():
            job.stop()

    def wait(self, timeout_ms: int) -> bool:
        """Wait up to `timeout_ms` milliseconds for the thread of each job; return whether all have ended."""
        ended = [job.wait(timeout_ms) for job in self._all()]
        return all(ended)

    def _all(self) -> tuple[Job, ...]:
        return (*self._background, *(job for job in (self._current, self._prediction) if job is not None))

    @Slot()
    def _on_job_ended(self) -> None:
        job = self.sender()
        assert isinstance(job, Job)
        if job is self._prediction:
            self._prediction = None
        else:
            self._current = None
        self.ended.emit(job)
        job.deleteLater()

    @Slot()
    def _on_background_job_ended(self) -> None:
        job = self.sender()
        assert isinstance(job, Job)
        self._background.discard(job)
        job.deleteLater()


def _log_bug(error: object) -> None:
    if isinstance(error, BugError):
        _log.error("a background job failed: %s\n%s", error.message, error.details)
