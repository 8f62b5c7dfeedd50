import threading

import pytest

from tests.contexts import stopping_at
from tlgui import cancellation
from tlgui.cancellation import patiently, relayed
from tlgui.errors import Cancelled, CollectionError, StorageError
from tlgui.progress import Event, JobContext, Progress, Stage


def test_reports_arrive_in_order_on_the_thread_that_asked_for_the_work() -> None:
    seen: list[tuple[Event, threading.Thread]] = []
    events = [Progress(Stage.SCANNING, number) for number in range(50)]

    def work(context: JobContext) -> int:
        for event in events:
            context.report(event)
        return 7

    result = relayed(work, JobContext(report=lambda event: seen.append((event, threading.current_thread()))))

    assert result == 7
    assert [event for event, _ in seen] == events
    assert {thread for _, thread in seen} == {threading.current_thread()}


def test_report_arrives_while_the_work_goes_on() -> None:
    told = threading.Event()

    def work(context: JobContext) -> bool:
        context.report(Event())
        return told.wait(10)

    assert relayed(work, JobContext(report=lambda _: told.set()))


def test_what_goes_wrong_is_raised_where_the_work_was_asked_for() -> None:
    def work(context: JobContext) -> None:
        context.report(Event())
        raise CollectionError("no")

    seen: list[Event] = []
    with pytest.raises(CollectionError, match="no"):
        relayed(work, JobContext(report=seen.append))


def test_stop_reaches_the_work_and_waits_while_it_puts_things_away() -> None:
    started, steps = threading.Event(), []

    def checkpoint() -> None:
        if started.is_set():
            raise Cancelled

    def work(context: JobContext) -> None:
        started.set()
        try:
            while True:
                context.checkpoint()
        finally:
            steps.append("put away")

    with pytest.raises(Cancelled):
        relayed(work, JobContext(checkpoint=checkpoint))
    assert steps == ["put away"]


def test_stop_does_not_wait_for_work_that_never_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cancellation, "_PARTING_SECONDS", 0.0)
    started, let_go = threading.Event(), threading.Event()

    def checkpoint() -> None:
        if started.is_set():
            raise Cancelled

    def work(_: JobContext) -> None:
        started.set()
        let_go.wait(10)

    try:
        with pytest.raises(Cancelled):
            relayed(work, JobContext(checkpoint=checkpoint))
        (thread,) = [thread for thread in threading.enumerate() if thread.name == "relayed"]
        # The process can end without it.
        assert thread.daemon
    finally:
        let_go.set()


def test_patience_raises_what_the_work_raised() -> None:
    def fail() -> None:
        raise StorageError("The disk is full.")

    with pytest.raises(StorageError):
        patiently(fail, JobContext())


def test_patience_ends_with_stop_and_not_with_the_work() -> None:
    release = threading.Event()

    with pytest.raises(Cancelled):
        patiently(lambda: release.wait(10), stopping_at(3))

    release.set()
