import threading

import pytest

from tests.contexts import stopping_at
from tlgui import cancellation
from tlgui.cancellation import Channel, run_in_daemon, run_in_thread, until
from tlgui.errors import Cancelled, CollectionError, StorageError
from tlgui.progress import Event, JobContext, Progress, Stage


def test_reports_arrive_in_order_on_the_thread_that_asked_for_the_work() -> None:
    seen: list[tuple[Event, threading.Thread]] = []
    events = [Progress(Stage.SCANNING, number) for number in range(50)]

    def work(context: JobContext) -> int:
        for event in events:
            context.report(event)
        return 7

    result = run_in_daemon(work, JobContext(report=lambda event: seen.append((event, threading.current_thread()))))

    assert result == 7
    assert [event for event, _ in seen] == events
    assert {thread for _, thread in seen} == {threading.current_thread()}


def test_report_arrives_while_the_work_goes_on() -> None:
    told = threading.Event()

    def work(context: JobContext) -> bool:
        context.report(Event())
        return told.wait(10)

    assert run_in_daemon(work, JobContext(report=lambda _: told.set()))


def test_what_goes_wrong_is_raised_where_the_work_was_asked_for() -> None:
    def work(context: JobContext) -> None:
        context.report(Event())
        raise CollectionError("no")

    seen: list[Event] = []
    with pytest.raises(CollectionError, match="no"):
        run_in_daemon(work, JobContext(report=seen.append))


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
        run_in_daemon(work, JobContext(checkpoint=checkpoint))
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
            run_in_daemon(work, JobContext(checkpoint=checkpoint))
        (thread,) = [thread for thread in threading.enumerate() if thread.name == "run_in_daemon"]
        # The process can end without it.
        assert thread.daemon
    finally:
        let_go.set()


def test_patience_raises_what_the_work_raised() -> None:
    def fail() -> None:
        raise StorageError("The disk is full.")

    with pytest.raises(StorageError):
        run_in_thread(fail, JobContext())


def test_patience_ends_with_stop_and_not_with_the_work() -> None:
    release = threading.Event()

    with pytest.raises(Cancelled):
        run_in_thread(lambda: release.wait(10), stopping_at(3))

    release.set()


def test_what_is_polled_for_is_returned_after_a_checkpoint_at_each_step() -> None:
    answers: list[str | None] = [None, None, "there"]
    checkpoints: list[int] = []

    assert until(lambda _seconds: answers.pop(0), JobContext(checkpoint=lambda: checkpoints.append(1))) == "there"

    assert len(checkpoints) == 3


def test_polling_ends_with_stop() -> None:
    with pytest.raises(Cancelled):
        until(lambda _seconds: None, stopping_at(3))


def test_channel_hands_over_items_and_errors_in_order() -> None:
    channel: Channel[int] = Channel(3)
    channel.send(1)
    channel.send(2)
    channel.fail(OSError("broken off"))

    assert [channel.receive(JobContext()) for _ in range(2)] == [1, 2]
    with pytest.raises(OSError, match="broken off"):
        channel.receive(JobContext())


def test_receiver_of_a_silent_channel_is_stopped() -> None:
    with pytest.raises(Cancelled):
        Channel[int](1).receive(stopping_at(2))


def test_sender_waits_for_room_until_the_channel_is_closed() -> None:
    channel: Channel[int] = Channel(1)
    sent: list[bool] = []

    def send_three() -> None:
        sent.extend(channel.send(number) for number in range(3))

    sender = threading.Thread(target=send_three)
    sender.start()
    assert channel.receive(JobContext()) == 0
    assert channel.receive(JobContext()) == 1
    channel.close()
    sender.join(10)

    assert not sender.is_alive()
    assert sent[:2] == [True, True]
    assert not channel.send(4)
