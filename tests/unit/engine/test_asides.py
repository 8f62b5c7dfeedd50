"""Requests during a job: answered between its steps, on its own process, and never lost."""

import signal
import threading
from collections.abc import Iterator

import pytest

from tests.engine_helpers import JOBS, InThread, Stop, when_reported
from tests.scripted_jobs import Do, DoAside
from tlgui.engine.client import EngineProcess
from tlgui.errors import Cancelled, EngineError, PhotoError
from tlgui.progress import JobContext, Stage


@pytest.fixture
def engine() -> Iterator[EngineProcess]:
    engine = EngineProcess(0.5, JOBS, is_light=True)
    engine.start()
    yield engine
    engine.close()


class Running:
    """A job on a thread of its own, which has begun."""

    def __init__(self, engine: EngineProcess, request: Do) -> None:
        begun = threading.Event()
        self.stop = Stop()
        context = when_reported(begun.set, Stage.TRAINING)
        self.job = InThread(engine, request, JobContext(context.report, self.stop.context.checkpoint))
        assert begun.wait(30)


def test_request_is_answered_during_a_job_that_would_else_never_end(engine: EngineProcess) -> None:
    running = Running(engine, Do("work until told", "the job"))

    assert engine.run(DoAside("tell", "something"), JobContext()) == "told something"
    assert running.job.wait() == ("the job", "something")


def test_request_has_its_turn_where_no_job_is_under_way(engine: EngineProcess) -> None:
    assert engine.run(DoAside("echo", 7), JobContext()) == 7
    assert engine.run(Do("echo", 8), JobContext()) == 8


def test_failure_of_a_request_leaves_the_job_alone(engine: EngineProcess) -> None:
    running = Running(engine, Do("work until told", "the job"))

    with pytest.raises(PhotoError, match="is empty"):
        engine.run(DoAside("fail"), JobContext())

    engine.run(DoAside("tell", 1), JobContext())
    assert running.job.wait() == ("the job", 1)


def test_requests_of_several_threads_are_each_answered(engine: EngineProcess) -> None:
    running = Running(engine, Do("work until stopped", "the job"))

    asked = [InThread(engine, DoAside("echo", number), JobContext()) for number in range(8)]

    assert [each.wait() for each in asked] == list(range(8))
    running.stop.press()
    assert running.job.wait() == "the job"


def test_request_that_waits_can_be_stopped_while_the_job_goes_on(engine: EngineProcess) -> None:
    running = Running(engine, Do("hang"))
    stop = Stop()
    asked = InThread(engine, DoAside("echo"), stop.context)

    stop.press()

    assert isinstance(asked.wait(), Cancelled)
    running.stop.press()
    assert isinstance(running.job.wait(), EngineError)


def test_request_that_a_dying_job_did_not_answer_is_answered_by_the_next_process(engine: EngineProcess) -> None:
    before = engine.process_id
    running = Running(engine, Do("work until stopped"))

    with pytest.raises(EngineError):
        engine.run(DoAside("die", signal.SIGKILL), JobContext())

    assert isinstance(running.job.wait(), EngineError)
    assert engine.run(DoAside("echo", "next"), JobContext()) == "next"
    assert engine.process_id != before


def test_engine_with_tensorflow_answers_in_turn() -> None:
    engine = EngineProcess(jobs=JOBS)
    try:
        running = Running(engine, Do("work until stopped", "the job"))
        asked = InThread(engine, DoAside("echo", "later"), JobContext())
        running.stop.press()
        assert running.job.wait() == "the job"
        assert asked.wait() == "later"
    finally:
        engine.close()


def test_closed_engine_answers_nobody(engine: EngineProcess) -> None:
    running = Running(engine, Do("hang"))
    asked = InThread(engine, DoAside("echo"), JobContext())

    engine.close()

    assert isinstance(asked.wait(), Cancelled)
    assert isinstance(running.job.wait(), Cancelled)
