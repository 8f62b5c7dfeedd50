"""Reads and writes small files of the board on another thread, one task after the other.

None is lost or overtakes another. A stop is not heeded: closing the window waits until all is written.
"""

import functools
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import QObject, Slot

from tlgui.errors import StorageError
from tlgui.progress import Event, JobContext
from tlgui.ui.session.session import Session

ResultT = TypeVar("ResultT")
_Then = Callable[[], object]


@dataclass(frozen=True, slots=True)
class _TaskEnded(Event):
    then: _Then


class SerialTasks(QObject):
    """The tasks of one kind.

    Args:
        session: Runs the jobs.
        request: Tells what the jobs do.
        parent: The owner.
    """

    def __init__(self, session: Session, request: object, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._request = request
        self._tasks: deque[Callable[[], _Then]] = deque()
        self._lock = threading.Lock()
        self._is_at_work = False

    def do(
        self,
        work: Callable[[], ResultT],
        then: Callable[[ResultT], object] = lambda _result: None,
        otherwise: Callable[[StorageError], object] | None = None,
    ) -> None:
        """Have the thread do something after what it has to do already.

        Args:
            work: Runs on the thread.
            then: Gets its result on the GUI thread.
            otherwise: Gets the error instead where the disk refused; None where `work` raises none.
        """

        def task() -> _Then:
            try:
                result = work()
            except StorageError as error:
                if otherwise is None:
                    raise
                return functools.partial(otherwise, error)
            return lambda: then(result)

        with self._lock:
            self._tasks.append(task)
            is_at_work, self._is_at_work = self._is_at_work, True
        if not is_at_work:
            self._begin()

    def _begin(self) -> None:
        job = self._session.begin_in_background(self._request, self._work)
        job.reported.connect(self._on_job_reported)
        job.failed.connect(self._on_job_failed)

    def _work(self, context: JobContext) -> None:
        while (task := self._next()) is not None:
            context.report(_TaskEnded(task()))

    def _next(self) -> Callable[[], _Then] | None:
        with self._lock:
            if self._tasks:
                return self._tasks.popleft()
            # From here on, a new task starts a job.
            self._is_at_work = False
            return None

    @Slot(object)
    def _on_job_reported(self, event: object) -> None:
        assert isinstance(event, _TaskEnded)
        event.then()

    @Slot(object)
    def _on_job_failed(self, _error: object) -> None:
        """Go on with the other tasks after a bug in one."""
        with self._lock:
            is_any_left = self._is_at_work = bool(self._tasks)
        if is_any_left:
            self._begin()
