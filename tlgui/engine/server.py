"""The main loop of an engine process: it loads its libraries, and then runs one job at a time until the client ends."""

import contextlib
import importlib
import logging
import os
import pickle
import signal
import threading
import time
from multiprocessing.connection import Connection, wait
from multiprocessing.synchronize import Event as StopEvent
from typing import cast

from tlgui import files, garbage_collection
from tlgui.engine import quiet, telemetry
from tlgui.engine.outcome import outcome_of
from tlgui.engine.protocol import (
    Aside,
    AsideAnswered,
    BugError,
    Failed,
    Jobs,
    Outcome,
    Ready,
    Reported,
    Succeeded,
)
from tlgui.errors import Cancelled
from tlgui.exporting import placing
from tlgui.progress import Event, JobContext, Throttle

LOG_NAME = "engine.log"

_NICENESS = 5
# Somebody waits for an answer, also while another engine trains.
_LIGHT_NICENESS = 1
_IDLE_SECONDS = 0.3
# A job checks more often whether it is to stop than somebody could ask for something.
_ASIDE_SECONDS = 0.01

_log = logging.getLogger(__name__)


def serve(connection: Connection, cancel: StopEvent, lifeline: Connection, jobs: str, *, is_light: bool) -> None:
    """Answer requests until the other end is closed.

    Args:
        connection: Requests are received from it, answers sent to it.
        cancel: Set while the running job is to stop.
        lifeline: When its other end is closed, this process ends immediately, during a job too.
        jobs: The name of the module with the jobs; it is imported here, because that takes seconds.
        is_light: Whether the jobs do without TensorFlow, so that this process need not be prepared for it. It leaves
            what ended processes left to the engine that has TensorFlow.
    """
    # Ctrl+C in a terminal reaches every process of it; the client decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    quiet.send_output_to(files.open_log(LOG_NAME))
    _exit_at_the_end_of(lifeline)
    _lower_priority(_LIGHT_NICENESS if is_light else _NICENESS)
    if not is_light:
        files.sweep(placing.finish)
        telemetry.remove_leftovers()
        quiet.prepare_tensorflow()
    _log.info("%s starts", "light engine" if is_light else "engine")
    loaded = _load(jobs)
    with contextlib.suppress(EOFError, OSError):
        if isinstance(loaded, Failed):
            connection.send(loaded)
            return
        connection.send(Ready())
        while True:
            _do_one_job(connection, cancel, loaded)


def _load(jobs: str) -> Jobs | Failed:
    """Return the module with the jobs, or why it cannot be loaded."""
    with garbage_collection.paused(freezes=True):
        outcome = outcome_of(lambda: importlib.import_module(jobs))
    if isinstance(outcome, Succeeded):
        return cast(Jobs, outcome.result)
    details = outcome.details if isinstance(outcome, Failed) else ""
    return Failed(BugError("The engine could not be loaded.", details), details)


def _do_one_job(connection: Connection, cancel: StopEvent, jobs: Jobs) -> None:
    """Wait for a request and answer it.

    Raises:
        EOFError: The other end is closed.
    """
    packed = connection.recv_bytes()

    def send(event: Event) -> None:
        connection.send(Reported(event))

    asides = _Asides(connection, jobs)

    def checkpoint() -> None:
        asides.answer()
        if cancel.is_set():
            raise Cancelled

    def work() -> object:
        message = pickle.loads(packed)
        if isinstance(message, Aside):
            return message
        _log.info("job: %s", type(message).__name__)
        return jobs.perform(message, JobContext(Throttle(send), checkpoint))

    outcome = outcome_of(work)
    if isinstance(outcome, Succeeded) and isinstance(outcome.result, Aside):
        # The job that it was asked for during has ended.
        asides.answer_one(outcome.result)
        return
    connection.send_bytes(_packed(outcome))
    # A request that follows immediately, such as another training, does not wait for the preparation.
    if isinstance(outcome, Succeeded) and not connection.poll(_IDLE_SECONDS):
        # A failure is repeated, and reported, in the job that needs the result.
        outcome_of(lambda: jobs.get_ready_after(outcome.result))


class _Asides:
    """Answers what is asked for during a job, at the job's own checkpoints: on its thread, and never within another.

    Args:
        connection: While a job is under way, only an `Aside` is received from it.
        jobs: The jobs.
    """

    def __init__(self, connection: Connection, jobs: Jobs) -> None:
        self._connection = connection
        self._jobs = jobs
        self._thread = threading.get_ident()
        self._is_answering = False
        self._next = 0.0

    def answer(self) -> None:
        """Answer what was asked for since the last time."""
        if self._is_answering or threading.get_ident() != self._thread or time.monotonic() < self._next:
            return
        self._is_answering = True
        # Where the client has ended, this process ends by its lifeline.
        with contextlib.suppress(EOFError, OSError):
            while self._connection.poll():
                self.answer_one(cast(Aside, self._connection.recv()))
        self._is_answering = False
        self._next = time.monotonic() + _ASIDE_SECONDS

    def answer_one(self, aside: Aside) -> None:
        """Answer one request, which reports nothing and is too short to be stopped."""
        _log.info("aside: %s", type(aside.request).__name__)
        outcome = outcome_of(lambda: self._jobs.perform(aside.request, JobContext()))
        self._connection.send(AsideAnswered(aside.number, pickle.loads(_packed(outcome))))


def _packed(answer: Outcome) -> bytes:
    """Return an outcome as it is sent; one that cannot be pickled and unpickled becomes a failure that can."""

    def pack() -> bytes:
        packed = pickle.dumps(answer)
        pickle.loads(packed)
        return packed

    packing = outcome_of(pack)
    return cast(bytes, packing.result) if isinstance(packing, Succeeded) else pickle.dumps(packing)


def _exit_at_the_end_of(lifeline: Connection) -> None:
    """Remove temporary files and end this process when the client closes the lifeline or has ended.

    `os._exit` does not wait for running operations of TensorFlow, as `sys.exit` would.
    """

    def watch() -> None:
        wait([lifeline])
        files.remove_process_folder()
        os._exit(0)

    threading.Thread(target=watch, name="lifeline-watch", daemon=True).start()


def _lower_priority(niceness: int) -> None:
    """Lower the priority of this process, so that the window stays responsive on a machine with few cores."""
    if hasattr(os, "nice"):
        os.nice(niceness)
