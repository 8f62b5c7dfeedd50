"""A few threads that work through files a handful at a time, and never keep the program waiting for a stuck disk."""

import threading
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue
from typing import Generic, Self, TypeVar

from tlgui.progress import Countdown, JobContext, Progress, Stage

_PATIENCE_SECONDS = 0.05

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
    """Do `work` for every item and yield what it returns, a handful at a time and in no order.

    Args:
        items: What to work on.
        work: Called in other threads, several at a time; what it raises is raised here.
        context: Told how many items are done; asked many times a second whether to go on.
        stage: What the progress is of.
        threads: How many threads work.
        chunk: How many items a thread takes at a time.

    Raises:
        Cancelled: The user pressed Stop. An item that is being worked on cannot be stopped; nobody waits for it.
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
    """Do as `worked_through` does, with `work` called for as many items at once as a thread takes at a time."""
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
    """Threads that end with the process, even while a network drive keeps one of them waiting."""

    def __init__(
        self, items: Sequence[ItemT], work: Callable[[Sequence[ItemT]], list[ResultT]], threads: int, chunk: int
    ) -> None:
        chunks = [items[start : start + chunk] for start in range(0, len(items), chunk)]
        self._chunks: SimpleQueue[Sequence[ItemT]] = SimpleQueue()
        for some in chunks:
            self._chunks.put(some)
        self._outcomes: SimpleQueue[list[ResultT] | BaseException] = SimpleQueue()
        self._stopped = threading.Event()
        self._work = work
        self._count = min(threads, len(chunks))

    def __enter__(self) -> Self:
        for _ in range(self._count):
            threading.Thread(target=self._run, name="pool", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()

    def next(self, context: JobContext) -> list[ResultT]:
        while True:
            context.checkpoint()
            try:
                outcome = self._outcomes.get(timeout=_PATIENCE_SECONDS)
            except Empty:
                continue
            if isinstance(outcome, BaseException):
                raise outcome
            return outcome

    def _run(self) -> None:
        try:
            while not self._stopped.is_set():
                self._outcomes.put(self._work(self._chunks.get_nowait()))
        except Empty:
            return
        except BaseException as error:  # noqa: BLE001 - it is raised again where it is waited for
            self._outcomes.put(error)
