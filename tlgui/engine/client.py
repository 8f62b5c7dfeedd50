"""The client of an engine process: it starts the process, sends it one job at a time, stops it and replaces it.

TensorFlow runs in a child process for four reasons, measured on this project's versions. Inside the window's process it
stalls the window for 0.4 to 0.6 s at worst; a running operation cannot be stopped; memory is never returned to the
system; and when memory runs out, the system ends the window too. The child loads TensorFlow while the window is already
shown. The light engine, which has ONNX Runtime alone, is another process of the same kind, see `routing`.

A job that does not stop in time has its process replaced. When the process dies, the job fails with the likely
cause, another process is started, and the window goes on.

The thread of a job waits for the next answer and for the end of the process at once, so that it notices a death.
"""

import contextlib
import importlib
import logging
import multiprocessing
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from multiprocessing.synchronize import Event as StopEvent
from typing import TypeVar, cast

from typing_extensions import override

from tlgui.cancellation import until
from tlgui.engine.asides import Asides
from tlgui.engine.deaths import death_error
from tlgui.engine.protocol import (
    JOBS,
    Answer,
    Aside,
    AsideAnswered,
    Engine,
    Failed,
    JobCancelled,
    Outcome,
    Ready,
    Reported,
    Request,
    Succeeded,
)
from tlgui.errors import Cancelled, EngineError
from tlgui.progress import JobContext, Progress, Stage

ResultT = TypeVar("ResultT")

SERVER = "tlgui.engine.server"
_EXIT_SECONDS = 5.0
# The time between the request to end and a kill.
_END_SECONDS = 2.0
# After so many deaths within this time, the engine is restarted on the user's request only.
_MOST_DEATHS = 3
_DEATHS_WITHIN_SECONDS = 60.0

_log = logging.getLogger(__name__)


class _ChildDied(Exception):  # noqa: N818 - never shown: it is replaced by an `EngineError`
    """The process ended without an answer."""


@dataclass
class _Child:
    """One engine process, and its connections."""

    process: SpawnProcess
    connection: Connection
    cancel: StopEvent
    lifeline: Connection
    is_ready: bool = False

    def is_dead(self) -> bool:
        """Whether the process has ended."""
        return bool(wait([self.process.sentinel], 0))

    def send(self, request: Request[object] | Aside) -> None:
        """Send a request.

        Raises:
            _ChildDied: The process has ended.
        """
        try:
            self.connection.send(request)
        except OSError as error:
            raise self._died() from error

    def next_answer(self, seconds: float) -> Answer | None:
        """Return the next answer; None where none comes in time.

        Raises:
            _ChildDied: The process has ended, and all its answers were returned.
        """
        ready = wait([self.connection, self.process.sentinel], seconds)
        try:
            if self.connection in ready:
                return cast(Answer, self.connection.recv())
        except (EOFError, OSError) as error:
            raise self._died() from error
        if ready:
            raise self._died()
        return None

    def _died(self) -> _ChildDied:
        # The exit code, from which the cause is told, comes shortly after the end of the pipe.
        self.process.join(_EXIT_SECONDS)
        return _ChildDied()

    def end(self) -> None:
        """End the process and close its connections; may be called again."""
        self.ask_to_end()
        self.process.join()
        self.connection.close()

    def ask_to_end(self) -> None:
        """Have the process remove its temporary files and end; kill it where that takes long.

        Another thread may be waiting for the end of the process meanwhile.
        """
        self.lifeline.close()
        if not wait([self.process.sentinel], _END_SECONDS):
            _log.warning("the engine did not end when it was asked to; it is killed")
            self.process.kill()


class EngineProcess(Engine):
    """Runs jobs in a child process; see the module.

    Args:
        cancel_seconds: Seconds between the request to stop and the replacement of the process.
        jobs: The name of the module whose `perform` runs in the child.
        is_light: Whether these jobs do without TensorFlow, for which the process then need not be prepared.
    """

    def __init__(self, cancel_seconds: float = 10.0, jobs: str = JOBS, *, is_light: bool = False) -> None:
        self._cancel_seconds = cancel_seconds
        self._jobs = jobs
        self._is_light = is_light
        self._run_lock = threading.Lock()
        self._child_lock = threading.Lock()
        self._asides = Asides()
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
        # A failure is repeated, and reported, with the first job.
        with contextlib.suppress(EngineError):
            self._living_child(is_requested=False)

    @override
    def wait_until_ready(self, context: JobContext) -> None:
        self._wait_for_turn(context)
        self._in_turn(lambda _child: None, JobContext(checkpoint=context.checkpoint), is_requested=False)

    @override
    def run(self, request: Request[ResultT], context: JobContext) -> ResultT:
        outcome = None
        if self._is_light and request.is_aside:
            outcome = self._asides.answer_or_turn(request, self._take_turn, context)
        else:
            self._wait_for_turn(context)
        if outcome is None:
            outcome = self._in_turn(
                lambda child: self._run_job(child, request, context), context, is_requested=not request.is_background
            )
        if isinstance(outcome, Failed):
            raise outcome.error
        if isinstance(outcome, JobCancelled):
            raise Cancelled
        return cast(ResultT, outcome.result)

    @override
    def close(self) -> None:
        with self._child_lock:
            self._is_closed = True
            child = self._child
        if child is None:
            return
        child.cancel.set()
        # A job that stops in time ends regularly; otherwise its thread notices the end of the process.
        is_idle = self._run_lock.acquire(timeout=_END_SECONDS)
        child.ask_to_end()
        if is_idle or self._run_lock.acquire(timeout=_EXIT_SECONDS):
            try:
                child.end()
            finally:
                self._run_lock.release()
        self._child = None

    def _in_turn(self, work: Callable[[_Child], ResultT], context: JobContext, *, is_requested: bool) -> ResultT:
        """Run `work` on the process when that is ready, and end the turn that was waited for; see `_living_child`."""
        try:
            child = self._living_child(is_requested=is_requested)
            try:
                self._wait_until_ready(child, context)
                return work(child)
            except _ChildDied:
                self._replace(child)
                if self._is_closed:
                    raise Cancelled from None
                raise death_error(child.process.exitcode, is_restarted=not self._dies_often) from None
        finally:
            self._run_lock.release()

    def _wait_for_turn(self, context: JobContext) -> None:
        """Wait until no other job runs.

        Raises:
            Cancelled: The user pressed Stop before that.
        """
        until(lambda seconds: self._take_turn(seconds) or None, context)

    def _take_turn(self, seconds: float) -> bool:
        return self._run_lock.acquire(timeout=seconds)

    def _living_child(self, *, is_requested: bool) -> _Child:
        """Return the engine's process; start one where there is none, or where it died between jobs.

        Args:
            is_requested: Whether the user, and not the program, caused the job: see `_dies_often`.
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
                self._allow_restart(is_requested=is_requested)
                self._child = self._start_child()
            return self._child

    def _allow_restart(self, *, is_requested: bool) -> None:
        """Allow a start on the user's request after repeated deaths.

        Raises:
            EngineError: The program, and not the user, caused the job.
        """
        if not self._dies_often:
            return
        if not is_requested:
            raise EngineError("The engine is not running.", "It is started again with the next thing you ask for.")
        self._deaths.clear()

    def _wait_until_ready(self, child: _Child, context: JobContext) -> None:
        """Wait until the libraries are loaded; a stop before that cancels the job without beginning it."""
        if child.is_ready:
            return
        context.report(Progress(Stage.STARTING))
        while not child.is_ready:
            answer = until(child.next_answer, context)
            if isinstance(answer, Failed):
                child.end()
                raise answer.error
            child.is_ready = isinstance(answer, Ready)

    def _run_job(self, child: _Child, request: Request[object], context: JobContext) -> Outcome:
        """Send one job and pass its reports on until it ends."""
        # A short job could be done before it learns of a stop from before its beginning.
        context.checkpoint()
        outcome: Outcome | None = None
        try:
            child.cancel.clear()
            child.send(request)
            self._asides.open()
            stopping = JobContext(context.report, _Stopping(child, context, self._cancel_seconds).check)
            while outcome is None or self._asides.stop_taking():
                answer = until(lambda seconds: self._next_answer(child, seconds), stopping)
                if isinstance(answer, Reported):
                    context.report(answer.event)
                elif isinstance(answer, AsideAnswered):
                    self._asides.resolve(answer)
                elif isinstance(answer, Succeeded | Failed | JobCancelled):
                    outcome = answer
            return outcome
        finally:
            self._asides.close()
            # The next job needs an idle process, and this one may still be at work.
            if outcome is None:
                self._replace(child)

    def _next_answer(self, child: _Child, seconds: float) -> Answer | None:
        """Send what other threads ask for during a job, and return the next answer; None where none comes in time."""
        self._asides.send_waiting(child.send)
        return child.next_answer(seconds)

    def _replace(self, child: _Child) -> None:
        """End `child` and start another process, unless that was done already or the client is closed."""
        has_died = child.is_dead()
        child.end()
        with self._child_lock:
            if self._child is child:
                if has_died:
                    self._deaths.append(time.monotonic())
                self._child = None if self._is_closed or self._dies_often else self._start_child()

    def _start_child(self) -> _Child:
        return _start_child(self._jobs, is_light=self._is_light)

    @property
    def _dies_often(self) -> bool:
        """Whether the engine died so often that it is restarted on the user's request only."""
        return len(self._deaths) == _MOST_DEATHS and self._deaths[-1] - self._deaths[0] <= _DEATHS_WITHIN_SECONDS


class _Stopping:
    """Passes a stop on to the job, and raises when the job does not stop in time."""

    def __init__(self, child: _Child, context: JobContext, cancel_seconds: float) -> None:
        self._child = child
        self._context = context
        self._cancel_seconds = cancel_seconds
        self._deadline: float | None = None

    def check(self) -> None:
        """Pass a stop on.

        Raises:
            EngineError: The job did not stop in time.
        """
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


def _start_child(jobs: str, *, is_light: bool) -> _Child:
    spawning = multiprocessing.get_context("spawn")
    with contextlib.ExitStack() as on_failure:
        try:
            # The engine's ends are closed here: else the end of the process would not close the pipes.
            with contextlib.ExitStack() as always:
                ours, theirs = spawning.Pipe()
                on_failure.enter_context(ours)
                always.enter_context(theirs)
                # Nothing is sent there: the engine ends when this end is closed, here or by the end of this process.
                their_lifeline, lifeline = spawning.Pipe(duplex=False)
                on_failure.enter_context(lifeline)
                always.enter_context(their_lifeline)
                cancel = spawning.Event()
                arguments = (theirs, cancel, their_lifeline, jobs, is_light)
                # As a daemon it ends with this process even where `close` was not called.
                process = spawning.Process(target=_serve, args=arguments, name="tlgui-engine", daemon=True)
                process.start()
        except OSError as error:
            raise EngineError(
                f"The engine could not be started: {error.strerror or error}.", "Close other programs and try again."
            ) from error
        on_failure.pop_all()
    return _Child(process, ours, cancel, lifeline)


def _serve(
    connection: Connection,
    cancel: StopEvent,
    lifeline: Connection,
    jobs: str,
    is_light: bool,  # noqa: FBT001 - see `_start_child`
) -> None:
    """Run the server in the child.

    It is imported by name: an import statement would make the window depend on TensorFlow.
    """
    importlib.import_module(SERVER).serve(connection, cancel, lifeline, jobs, is_light=is_light)
