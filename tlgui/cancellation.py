"""Waiting that Stop ends at once, although the work itself cannot be interrupted: building a network, reading a disk.

The work runs in a thread, and the caller waits in short steps with a checkpoint between them. On Stop the caller goes
on, and the thread ends by itself.
"""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, wait
from queue import SimpleQueue
from typing import Generic, TypeVar

from tlgui import gui_priority
from tlgui.errors import Cancelled
from tlgui.progress import Event, JobContext

# The longest time between two checkpoints while waiting.
_POLL_SECONDS = 0.05
# How long `run_in_daemon` waits after Stop for the work to save what it has.
_PARTING_SECONDS = 1.0

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


def run_in_thread(work: Callable[[], ResultT], context: JobContext, *, is_daemon: bool = False) -> ResultT:
    """Run work that cannot be interrupted, such as building a network, in a thread that Stop does not wait for.

    Args:
        work: On Stop it goes on to its end in its thread, and its result is dropped.
        context: Its checkpoint is called 20 times a second.
        is_daemon: Whether the program may end while the work still goes on.

    Returns:
        What `work` returns.

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

    threading.Thread(target=run, name="run_in_thread", daemon=is_daemon).start()
    return wait_for_result(future, context)


def wait_for_result(future: Future[ResultT], context: JobContext) -> ResultT:
    """Wait for work in another thread, and return its result.

    Args:
        future: The work; what it raised is raised here.
        context: Its checkpoint is called at once, and 20 times a second.

    Raises:
        Cancelled: The user pressed Stop.
    """
    # To wait for work that is done takes 30 us, which counts where there are thousands.
    if not future.done():
        until(lambda seconds: wait([future], seconds).done or None, context)
    context.checkpoint()
    return future.result()


def run_in_daemon(work: Callable[[JobContext], ResultT], context: JobContext) -> ResultT:
    """Run work that may never return, such as reading a network drive, in a daemon thread that Stop does not wait for.

    The work gets a context for its thread: its reports are passed on from the caller's thread, and its checkpoints
    raise `Cancelled` after Stop. It then has a second to save what it has; after that the caller returns without it.

    Args:
        work: Called with its context.
        context: Gets the reports of the work; its checkpoint is called 20 times a second.

    Returns:
        What `work` returns.

    Raises:
        Cancelled: The user pressed Stop.
    """
    stopped = threading.Event()
    events: SimpleQueue[Event] = SimpleQueue()
    future: Future[ResultT] = Future()

    def stop_here() -> None:
        gui_priority.give_way()
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
    threading.Thread(target=run, name="run_in_daemon", daemon=True).start()
    try:
        result = wait_for_result(future, JobContext(context.report, pass_on))
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
        if (found := poll(_POLL_SECONDS)) is not None:
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
