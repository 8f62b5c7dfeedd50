"""A thread pool that processes files in chunks and can be abandoned while a disk does not answer.

`concurrent.futures` joins its threads at exit, so a read that hangs on a network drive would keep the process alive.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue
from typing import Generic, Self, TypeVar

from tlgui.cancellation import Channel
from tlgui.progress import Countdown, JobContext, Progress, Stage

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


def worked_through(
    items: Sequence[ItemT],
    work: Callable[[ItemT], ResultT],
    context: JobContext,
    *,
    stage: Stage,
    threads: int,
    chunk: int,
) -> Iterator[list[ResultT]]:
    """Call `work` for every item, and yield the results in chunks and in no order.

    Args:
        items: The items.
        work: Called in several threads at a time; what it raises is raised here.
        context: Receives the progress; its checkpoint is called many times a second.
        stage: The stage of that progress.
        threads: The number of threads.
        chunk: The number of items that a thread takes at a time.

    Raises:
        Cancelled: The user pressed Stop. A call that is under way is not waited for.
    """

    def work_on(some: Sequence[ItemT]) -> list[ResultT]:
        return [work(item) for item in some]

    return worked_through_together(items, work_on, context, stage=stage, threads=threads, chunk=chunk)


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
