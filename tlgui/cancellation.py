"""Waiting for what cannot be interrupted, such as a network that is built or runs, without Stop waiting for it."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from queue import SimpleQueue
from typing import TypeVar

from tlgui.errors import Cancelled
from tlgui.progress import Event, JobContext

# How long Stop may go unheard meanwhile.
_PATIENCE_SECONDS = 0.05
# How long work that was stopped may take to put away what it has.
_PARTING_SECONDS = 1.0

ResultT = TypeVar("ResultT")


def patiently(work: Callable[[], ResultT], context: JobContext, *, is_daemon: bool = False) -> ResultT:
    """Do something that cannot be interrupted, such as building or running a network, without Stop waiting for it.

    On Stop the work goes on in its thread to its end, and nobody waits for it.

    Args:
        work: Must be safe to be left alone.
        context: Asked many times a second whether to go on.
        is_daemon: Whether the program may end while the work still goes on.

    Raises:
        Cancelled: The user pressed Stop.
    """
    context.checkpoint()
    future: Future[ResultT] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - it is raised again where it is waited for
            future.set_exception(error)

    threading.Thread(target=run, name="patiently", daemon=is_daemon).start()
    return awaited(future, context)


def awaited(future: Future[ResultT], context: JobContext) -> ResultT:
    """Return the result of work in another thread, once it is there.

    Args:
        future: The work; what it raised is raised here.
        context: Asked at once, and many times a second, whether to go on.

    Raises:
        Cancelled: The user pressed Stop.
    """
    context.checkpoint()
    while not future.done():
        wait([future], _PATIENCE_SECONDS)
        context.checkpoint()
    return future.result()


def relayed(work: Callable[[JobContext], ResultT], context: JobContext) -> ResultT:
    """Do something that may never come back, such as reading a network drive, without Stop waiting for it.

    The work runs in a thread of its own, with a context of its own: what it reports is passed on from here, and its
    checkpoints stop it. On Stop it gets a moment to put away what it has; after that nobody waits for it, and it is
    given up when the process ends.

    Args:
        work: Called with its context; must be safe to be left alone.
        context: Told what the work reports; asked many times a second whether to go on.

    Raises:
        Cancelled: The user pressed Stop.
    """
    stopped = threading.Event()
    events: SimpleQueue[Event] = SimpleQueue()
    future: Future[ResultT] = Future()

    def stop_here() -> None:
        if stopped.is_set():
            raise Cancelled

    def run() -> None:
        try:
            future.set_result(work(JobContext(events.put, stop_here)))
        except BaseException as error:  # noqa: BLE001 - it is raised again where it is waited for
            future.set_exception(error)

    def pass_on() -> None:
        while not events.empty():
            context.report(events.get())
        context.checkpoint()

    context.checkpoint()
    threading.Thread(target=run, name="relayed", daemon=True).start()
    try:
        result = awaited(future, JobContext(context.report, pass_on))
    except BaseException:
        stopped.set()
        wait([future], _PARTING_SECONDS)
        raise
    pass_on()
    return result
