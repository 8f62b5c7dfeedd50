"""Waiting for what cannot be interrupted, such as a network that is built or runs, without Stop waiting for it."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

from tlgui.progress import JobContext

# How long Stop may go unheard meanwhile.
_PATIENCE_SECONDS = 0.05

ResultT = TypeVar("ResultT")


def patiently(work: Callable[[], ResultT], context: JobContext) -> ResultT:
    """Do something that cannot be interrupted, such as building or running a network, without Stop waiting for it.

    On Stop the work goes on in its thread to its end, and nobody waits for it.

    Args:
        work: Must be safe to be left alone.
        context: Asked many times a second whether to go on.

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

    threading.Thread(target=run, name="patiently").start()
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
