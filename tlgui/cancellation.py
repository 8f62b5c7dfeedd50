"""Waiting for what cannot be interrupted, such as a network that is built or runs, without Stop waiting for it."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, wait
from queue import SimpleQueue
from typing import Generic, TypeVar

from tlgui.errors import Cancelled
from tlgui.progress import Event, JobContext

# How long Stop may go unheard meanwhile.
_PATIENCE_SECONDS = 0.05
# How long work that was stopped may take to put away what it has.
_PARTING_SECONDS = 1.0

ItemT = TypeVar("ItemT")
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


def until(poll: Callable[[float], ResultT | None], context: JobContext) -> ResultT:
    """Wait in short steps for something that is no thread's work, such as a lock or an answer of another process.

    Args:
        poll: Waits for at most the given seconds; returns None where there is nothing yet.
        context: Its checkpoint is called before each step.

    Returns:
        What `poll` returns.

    Raises:
        Cancelled: The user pressed Stop.
    """
    while True:
        context.checkpoint()
        if (found := poll(_PATIENCE_SECONDS)) is not None:
            return found


class Channel(Generic[ItemT]):
    """Items that one thread sends and another one receives, which Stop interrupts.

    Args:
        most_waiting: While so many items wait to be received, `send` blocks.
    """

    def __init__(self, most_waiting: int) -> None:
        self._most_waiting = most_waiting
        self._items: deque[Future[ItemT]] = deque()
        self._changed = threading.Condition()
        self._is_closed = False

    def send(self, item: ItemT) -> bool:
        """Send an item once there is room for it; returns False, without waiting, when the channel is closed."""
        sent: Future[ItemT] = Future()
        sent.set_result(item)
        return self._send(sent)

    def fail(self, error: BaseException) -> None:
        """Send an error, which `receive` raises."""
        sent: Future[ItemT] = Future()
        sent.set_exception(error)
        self._send(sent)

    def receive(self, context: JobContext) -> ItemT:
        """Wait for the next item.

        Args:
            context: Its checkpoint is called 20 times a second.

        Returns:
            The item.

        Raises:
            Cancelled: The user pressed Stop.
        """
        return until(self._next, context).result()

    def close(self) -> None:
        """End the channel: `send` no longer blocks, and what it sends is dropped."""
        with self._changed:
            self._is_closed = True
            self._items.clear()
            self._changed.notify_all()

    def _send(self, sent: Future[ItemT]) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or len(self._items) < self._most_waiting)
            if not self._is_closed:
                self._items.append(sent)
                self._changed.notify_all()
            return not self._is_closed

    def _next(self, seconds: float) -> Future[ItemT] | None:
        with self._changed:
            if not self._changed.wait_for(lambda: self._items, seconds):
                return None
            received = self._items.popleft()
            self._changed.notify_all()
            return received
