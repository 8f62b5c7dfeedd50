"""A thread pool that processes files in chunks and can be abandoned while a disk does not answer.

`concurrent.futures` joins its threads at exit, so a read that hangs on a network drive would keep the process alive.
"""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue
from typing import Generic, Self, TypeVar

from tlgui.cancellation import Channel
from tlgui.progress import Countdown, JobContext, Progress, Stage

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


def core_count() -> int:
    """Return the number of processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Slots:
    """How many threads of a pool work at a time; the number may change while they do.

    Args:
        count: How many at first; by default one for each processor core.
        most: How many at most, which is how many threads there are; by default one for each processor core.

    Example:
        >>> slots = Slots(1, most=4)
        >>> slots.count = 3
        >>> slots.count
        3
    """

    def __init__(self, count: int | None = None, most: int | None = None) -> None:
        self.most = max(1, core_count() if most is None else most)
        self._count = self._within(self.most if count is None else count)
        self._taken = 0
        self._changed = threading.Condition()

    @property
    def count(self) -> int:
        """How many threads may work now, at least one; of those that are working, none is interrupted."""
        return self._count

    @count.setter
    def count(self, count: int) -> None:
        with self._changed:
            self._count = self._within(count)
            self._changed.notify_all()

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        """Work for the block, after waiting until fewer threads do than may."""
        with self._changed:
            self._changed.wait_for(lambda: self._taken < self._count)
            self._taken += 1
        try:
            yield
        finally:
            with self._changed:
                self._taken -= 1
                self._changed.notify()

    def _within(self, count: int) -> int:
        return max(1, min(count, self.most))


def worked_through(
    items: Sequence[ItemT],
    work: Callable[[ItemT], ResultT],
    context: JobContext,
    *,
    stage: Stage,
    slots: Slots,
    chunk: int,
) -> Iterator[list[ResultT]]:
    """Call `work` for every item, and yield the results in chunks and in no order.

    Args:
        items: The items.
        work: Called in several threads at a time; what it raises is raised here.
        context: Receives the progress; its checkpoint is called many times a second.
        stage: The stage of that progress.
        slots: How many threads work at a time; a change holds from the next item on.
        chunk: The number of items that a thread takes at a time.

    Raises:
        Cancelled: The user pressed Stop. A call that is under way is not waited for.
    """

    def work_on(some: Sequence[ItemT]) -> list[ResultT]:
        return [work_in_slot(item) for item in some]

    def work_in_slot(item: ItemT) -> ResultT:
        with slots.taken():
            return work(item)

    return worked_through_together(items, work_on, context, stage=stage, threads=slots.most, chunk=chunk)


def worked_through_together(
    items: Sequence[ItemT],
    work: Callable[[Sequence[ItemT]], list[ResultT]],
    context: JobContext,
    *,
    stage: Stage,
    threads: int,
    chunk: int,
) -> Iterator[list[ResultT]]:
    """Call `work` for chunks of items; otherwise as `worked_through`."""
    countdown = Countdown(len(items))
    context.report(Progress(stage, 0, len(items)))
    done = 0
    with _ThreadPool(items, work, threads, chunk) as pool:
        while done < len(items):
            results = pool.next(context)
            done += len(results)
            yield results
            context.report(Progress(stage, done, len(items), countdown.seconds_left(done)))


class _ThreadPool(Generic[ItemT, ResultT]):
    """Daemon threads, which end with the process even while one of them waits for a network drive."""

    def __init__(
        self, items: Sequence[ItemT], work: Callable[[Sequence[ItemT]], list[ResultT]], threads: int, chunk: int
    ) -> None:
        chunks = [items[start : start + chunk] for start in range(0, len(items), chunk)]
        self._chunks: SimpleQueue[Sequence[ItemT]] = SimpleQueue()
        for some in chunks:
            self._chunks.put(some)
        self._results: Channel[list[ResultT]] = Channel(len(chunks))
        self._work = work
        self._count = min(threads, len(chunks))

    def __enter__(self) -> Self:
        for _ in range(self._count):
            threading.Thread(target=self._run, name="pool", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._results.close()

    def next(self, context: JobContext) -> list[ResultT]:
        """Wait for the results of one chunk."""
        return self._results.receive(context)

    def _run(self) -> None:
        try:
            goes_on = True
            while goes_on:
                goes_on = self._results.send(self._work(self._chunks.get_nowait()))
        except Empty:
            return
        except BaseException as error:  # noqa: BLE001 - raised again by `next`
            self._results.fail(error)
