"""The window's end of the engine process: starts it, gives it one job at a time, stops it, replaces it.

A job's thread waits for the next answer and for the end of the process at once, so that a death does not go unnoticed.
"""

import contextlib
import importlib
import logging
import multiprocessing
import signal
import threading
import time
from collections import deque
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from multiprocessing.synchronize import Event as StopEvent
from typing import TypeVar, cast

from typing_extensions import override

from tlgui.engine.protocol import Answer, Engine, Failed, JobCancelled, Outcome, Ready, Reported, Request, Succeeded
from tlgui.errors import Cancelled, EngineError
from tlgui.progress import JobContext, Progress, Stage

ResultT = TypeVar("ResultT")

SERVER = "tlgui.engine.server"
SERVER_LOG = "engine.log"
JOBS = "tlgui.engine.jobs"
"""The module that does the work in the engine process; tests of the process itself put another in its place."""

_POLL_SECONDS = 0.05
_EXIT_SECONDS = 5.0
# How long an engine may take to end once it was asked to, before it is killed.
_PARTING_SECONDS = 2.0
# An engine that dies so often within this time would die again.
_MOST_DEATHS = 3
_DEATHS_WITHIN_SECONDS = 60.0

_log = logging.getLogger(__name__)


class _ChildDied(Exception):  # noqa: N818 - it is a fact about the process; the user is told in other words
    """The process ended without answering."""


@dataclass
class _Child:
    """One engine process and the means to talk to it."""

    process: SpawnProcess
    connection: Connection
    cancel: StopEvent
    lifeline: Connection
    is_ready: bool = False

    def is_dead(self) -> bool:
        """Whether the process has ended."""
        return bool(wait([self.process.sentinel], 0))

    def send(self, request: Request[object]) -> None:
        """Send a request; raises `_ChildDied` when nobody is there to take it."""
        try:
            self.connection.send(request)
        except OSError as error:
            raise self._died() from error

    def next_answer(self) -> Answer | None:
        """Return the next answer, or None when none came for a moment; raises `_ChildDied` when none will come."""
        ready = wait([self.connection, self.process.sentinel], _POLL_SECONDS)
        try:
            # What it sent before it ended still counts.
            if self.connection in ready:
                return cast(Answer, self.connection.recv())
        except (EOFError, OSError) as error:
            raise self._died() from error
        if ready:
            raise self._died()
        return None

    def _died(self) -> _ChildDied:
        # The pipe closes a moment before the process has its exit code, which tells what happened.
        self.process.join(_EXIT_SECONDS)
        return _ChildDied()

    def end(self) -> None:
        """Make sure that the process is gone, and let go of what it held; may be called again."""
        self.part()
        self.process.join()
        self.connection.close()

    def part(self) -> None:
        """Let the process end in its own way, which takes its temporary files along; kill it where that takes long.

        Another thread may be waiting for the end of the process meanwhile.
        """
        self.lifeline.close()
        if not wait([self.process.sentinel], _PARTING_SECONDS):
            _log.warning("the engine did not end when it was asked to; it is killed")
            self.process.kill()


class EngineProcess(Engine):
    """Runs jobs in a child process that holds TensorFlow.

    Args:
        cancel_seconds: Seconds a job may take to stop before its process is replaced.
        jobs: The module whose `perform` does the work in the child.
    """

    def __init__(self, cancel_seconds: float = 10.0, jobs: str = JOBS) -> None:
        self._cancel_seconds = cancel_seconds
        self._jobs = jobs
        self._run_lock = threading.Lock()
        self._child_lock = threading.Lock()
        self._child: _Child | None = None
        self._is_closed = False
        self._deaths: deque[float] = deque(maxlen=_MOST_DEATHS)

    @property
    def process_id(self) -> int | None:
        """The id of the engine's process, or None while there is none."""
        child = self._child
        return child.process.pid if child is not None else None

    @override
    def start(self) -> None:
        # What hinders it now is tried again, and told, when there is a job.
        with contextlib.suppress(EngineError):
            self._living_child(is_asked_for=False)

    @override
    def run(self, request: Request[ResultT], context: JobContext) -> ResultT:
        self._wait_for_turn(context)
        try:
            child = self._living_child(is_asked_for=not request.is_background)
            return cast(ResultT, self._run_on(child, request, context))
        finally:
            self._run_lock.release()

    @override
    def close(self) -> None:
        with self._child_lock:
            self._is_closed = True
            child = self._child
        if child is None:
            return
        child.cancel.set()
        # A job that stops in time ends as it should. Otherwise its thread sees the end of the process.
        is_idle = self._run_lock.acquire(timeout=_PARTING_SECONDS)
        child.part()
        if is_idle or self._run_lock.acquire(timeout=_EXIT_SECONDS):
            try:
                child.end()
            finally:
                self._run_lock.release()
        self._child = None

    def _wait_for_turn(self, context: JobContext) -> None:
        """Wait until no other job runs; raises `Cancelled` when asked to stop before that."""
        while not self._run_lock.acquire(timeout=_POLL_SECONDS):
            context.checkpoint()

    def _living_child(self, *, is_asked_for: bool) -> _Child:
        """Return the engine's process; start one where there is none, or where it died while nothing was under way.

        Args:
            is_asked_for: Whether the user wants it, and not the program itself, which starts no engine that is resting.
        """
        with self._child_lock:
            if self._is_closed:
                raise Cancelled
            if self._child is not None and self._child.is_dead():
                _log.info("the engine ended while idle, with exit code %s", self._child.process.exitcode)
                self._child.end()
                self._child = None
                self._deaths.append(time.monotonic())
            if self._child is None:
                self._end_rest(is_asked_for=is_asked_for)
                self._child = _start_child(self._jobs)
            return self._child

    def _end_rest(self, *, is_asked_for: bool) -> None:
        """Make sure that an engine may be started; raises `EngineError` where it is resting and nobody asked for it."""
        if not self._is_resting:
            return
        if not is_asked_for:
            raise EngineError("The engine is not running.", "It is started again with the next thing you ask for.")
        self._deaths.clear()

    def _run_on(self, child: _Child, request: Request[object], context: JobContext) -> object:
        """Give one job to `child` and return its result."""
        try:
            self._wait_until_ready(child, context)
            outcome = self._converse(child, request, context)
        except _ChildDied:
            self._replace(child)
            if self._is_closed:
                raise Cancelled from None
            raise death_error(child.process.exitcode, is_restarted=not self._is_resting) from None
        if isinstance(outcome, Failed):
            raise outcome.error
        if isinstance(outcome, JobCancelled):
            raise Cancelled
        return outcome.result

    def _wait_until_ready(self, child: _Child, context: JobContext) -> None:
        """Wait until TensorFlow is loaded; asked to stop before that, the job is never begun."""
        if child.is_ready:
            return
        context.report(Progress(Stage.STARTING))
        while not child.is_ready:
            context.checkpoint()
            answer = child.next_answer()
            if isinstance(answer, Failed):
                child.end()
                raise answer.error
            child.is_ready = isinstance(answer, Ready)

    def _converse(self, child: _Child, request: Request[object], context: JobContext) -> Outcome:
        """Send one job and pass its reports on until it ends."""
        # A short job could be done before it hears that it was stopped before it began.
        context.checkpoint()
        outcome: Outcome | None = None
        try:
            child.cancel.clear()
            child.send(request)
            stopping = _Stopping(child, context, self._cancel_seconds)
            while outcome is None:
                stopping.check()
                answer = child.next_answer()
                if isinstance(answer, Reported):
                    context.report(answer.event)
                elif isinstance(answer, Succeeded | Failed | JobCancelled):
                    outcome = answer
            return outcome
        finally:
            # A job that nobody listens to any more takes its process with it; the next job needs one that is idle.
            if outcome is None:
                self._replace(child)

    def _replace(self, child: _Child) -> None:
        """End `child`, however it is, and start another one, unless that was done already or the window closes."""
        has_died = child.is_dead()
        child.end()
        with self._child_lock:
            if self._child is child:
                if has_died:
                    self._deaths.append(time.monotonic())
                self._child = None if self._is_closed or self._is_resting else _start_child(self._jobs)

    @property
    def _is_resting(self) -> bool:
        """Whether the engine died so often of late that it is started again only for what the user asks for."""
        return len(self._deaths) == _MOST_DEATHS and self._deaths[-1] - self._deaths[0] <= _DEATHS_WITHIN_SECONDS


class _Stopping:
    """Asks the job to stop when the user does, and raises once it has had its time."""

    def __init__(self, child: _Child, context: JobContext, cancel_seconds: float) -> None:
        self._child = child
        self._context = context
        self._cancel_seconds = cancel_seconds
        self._deadline: float | None = None

    def check(self) -> None:
        """Look whether to stop; raises `EngineError` when the job was asked to and did not."""
        if self._deadline is None:
            try:
                self._context.checkpoint()
            except Cancelled:
                self._child.cancel.set()
                self._deadline = time.monotonic() + self._cancel_seconds
        elif time.monotonic() > self._deadline:
            raise EngineError(
                "The engine did not stop when it was asked to, so it was ended and a new one started.",
                "What was saved before is intact.",
            )


def death_error(exit_code: int | None, *, is_restarted: bool = True) -> EngineError:
    """Return what the user is told of an engine that ended in the middle of a job.

    Args:
        exit_code: As the process left it; negative for the number of the signal that ended it, None where it got lost.
        is_restarted: Whether another engine is started by itself.
    """
    if exit_code is not None and exit_code < 0:
        name = signal.Signals(-exit_code).name if -exit_code in set(signal.Signals) else f"signal {-exit_code}"
        what, hint = _DEATHS.get(name, (f"The engine crashed ({name}).", _REPORT))
    else:
        code = "" if exit_code is None else f" (exit code {exit_code})"
        what, hint = f"The engine ended unexpectedly{code}.", _REPORT
    then = "A new engine is starting" if is_restarted else _RESTING
    return EngineError(what, f"{hint} {then}; what was saved before is intact.")


_RESTING = "It ended three times within a minute, so it is started again only when you ask for something"
_REPORT = f"If it happens again, please report it with the file {SERVER_LOG} from the log folder."
_DEATHS = {
    "SIGKILL": (
        "The engine was ended by the system, probably because memory ran out.",
        "Close other programs, or use a smaller batch size or input size.",
    ),
    "SIGTERM": ("The engine was ended from outside.", "Start the job again."),
    "SIGILL": (
        "The engine crashed because this computer's processor lacks an instruction that TensorFlow needs.",
        "TensorFlow needs a processor with AVX, as most since 2011 have.",
    ),
}


def _start_child(jobs: str) -> _Child:
    spawning = multiprocessing.get_context("spawn")
    with contextlib.ExitStack() as where_it_fails:
        try:
            # While the engine's ends are open here too, the end of the process would not close the pipes.
            with contextlib.ExitStack() as always:
                ours, theirs = spawning.Pipe()
                where_it_fails.enter_context(ours)
                always.enter_context(theirs)
                # Nothing is ever sent there: the engine ends when this end is closed, by us or by our own end.
                their_lifeline, lifeline = spawning.Pipe(duplex=False)
                where_it_fails.enter_context(lifeline)
                always.enter_context(their_lifeline)
                cancel = spawning.Event()
                arguments = (theirs, cancel, their_lifeline, jobs)
                # As a daemon it ends with this process even where nobody called `close`.
                process = spawning.Process(target=_serve, args=arguments, name="tlgui-engine", daemon=True)
                process.start()
        except OSError as error:
            raise EngineError(
                f"The engine could not be started: {error.strerror or error}.", "Close other programs and try again."
            ) from error
        where_it_fails.pop_all()
    return _Child(process, ours, cancel, lifeline)


def _serve(connection: Connection, cancel: StopEvent, lifeline: Connection, jobs: str) -> None:
    """Run the server in the child.

    It is imported by name, at run time: an import statement, here too, would make the window depend on what it loads.
    """
    importlib.import_module(SERVER).serve(connection, cancel, lifeline, jobs)
