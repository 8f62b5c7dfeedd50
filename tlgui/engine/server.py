"""The engine process's main loop: it loads TensorFlow, says so, and then does one job at a time until nobody asks."""

import contextlib
import importlib
import logging
import os
import pickle
import signal
import threading
from multiprocessing.connection import Connection, wait
from multiprocessing.synchronize import Event as StopEvent
from typing import Protocol, cast

from tlgui import files
from tlgui.engine import quiet, telemetry
from tlgui.engine.outcome import outcome_of
from tlgui.engine.protocol import BugError, Failed, Outcome, Ready, Reported, Request, Succeeded
from tlgui.errors import Cancelled
from tlgui.exporting import placing
from tlgui.progress import Event, JobContext, Throttle

LOG_NAME = "engine.log"

_NICENESS = 5
_IDLE_SECONDS = 0.3

_log = logging.getLogger(__name__)


class Jobs(Protocol):
    """The module that does the work."""

    def perform(self, request: Request[object], context: JobContext) -> object:
        """Do one job and return its result."""

    def get_ready_after(self, result: object) -> None:
        """Do what the next job will likely need, in the time when nobody waits."""


def serve(connection: Connection, cancel: StopEvent, lifeline: Connection, jobs: str) -> None:
    """Answer requests until the other end is closed.

    Args:
        connection: Requests come from here, answers go there.
        cancel: Set while the running job is asked to stop.
        lifeline: This process ends at once, in the middle of a job too, when the other end of it is closed.
        jobs: The name of the module that does the work; it is imported here, because that takes long.
    """
    # Ctrl+C in a terminal reaches every process of it; the window decides what to do, and tells us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    quiet.send_output_to(files.open_log(LOG_NAME))
    _leave_at_the_end_of(lifeline)
    _be_nice()
    files.sweep(placing.finish)
    telemetry.remove_leftovers()
    quiet.prepare_tensorflow()
    _log.info("engine starts")
    loaded = _load(jobs)
    with contextlib.suppress(EOFError, OSError):
        if isinstance(loaded, Failed):
            connection.send(loaded)
            return
        connection.send(Ready())
        while True:
            _do_one_job(connection, cancel, loaded)


def _load(jobs: str) -> Jobs | Failed:
    """Return the module that does the work, or why it cannot be loaded."""
    outcome = outcome_of(lambda: importlib.import_module(jobs))
    if isinstance(outcome, Succeeded):
        return cast(Jobs, outcome.result)
    details = outcome.details if isinstance(outcome, Failed) else ""
    return Failed(BugError("The engine could not be loaded.", details), details)


def _do_one_job(connection: Connection, cancel: StopEvent, jobs: Jobs) -> None:
    """Wait for a request and answer it; raises `EOFError` when the other end is closed."""
    packed = connection.recv_bytes()

    def send(event: Event) -> None:
        connection.send(Reported(event))

    def checkpoint() -> None:
        if cancel.is_set():
            raise Cancelled

    def work() -> object:
        request = pickle.loads(packed)
        _log.info("job: %s", type(request).__name__)
        return jobs.perform(request, JobContext(Throttle(send), checkpoint))

    outcome = outcome_of(work)
    connection.send_bytes(_packed(outcome))
    # Whoever asks again at once, for another training say, is not kept waiting.
    if isinstance(outcome, Succeeded) and not connection.poll(_IDLE_SECONDS):
        # What goes wrong here goes wrong again, and is told, in the job that needs it.
        outcome_of(lambda: jobs.get_ready_after(outcome.result))


def _packed(answer: Outcome) -> bytes:
    """Return `answer` as it is sent; one that could not be unpacked at the other end becomes a failure that can."""

    def pack() -> bytes:
        packed = pickle.dumps(answer)
        pickle.loads(packed)
        return packed

    packing = outcome_of(pack)
    return cast(bytes, packing.result) if isinstance(packing, Succeeded) else pickle.dumps(packing)


def _leave_at_the_end_of(lifeline: Connection) -> None:
    """End this process when the window closes the lifeline, or is gone itself; its temporary files go first.

    Python's own end would wait for what TensorFlow is at, such as a model that is being warmed.
    """

    def watch() -> None:
        wait([lifeline])
        files.remove_process_folder()
        os._exit(0)

    threading.Thread(target=watch, name="lifeline-watch", daemon=True).start()


def _be_nice() -> None:
    """Give way to the window, so that it stays lively on a machine with few cores."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
