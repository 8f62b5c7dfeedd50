"""The engine's process: a real one, with scripted jobs in place of TensorFlow, which fail on demand."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from pytestqt.qtbot import QtBot

from tests.engine_helpers import JOBS, InThread, Stop
from tests.scripted_jobs import Do, UnexpectedRequest
from tlgui import files
from tlgui.engine.client import EngineProcess
from tlgui.engine.protocol import BugError
from tlgui.errors import Cancelled, PhotoError, StorageError, TlguiError
from tlgui.progress import BatchEnded, EpochEnded, Event, JobContext, Progress, Stage


@pytest.fixture
def engine() -> Iterator[EngineProcess]:
    engine = EngineProcess(jobs=JOBS)
    engine.start()
    yield engine
    engine.close()


def test_result_comes_back_and_starting_is_reported_once(engine: EngineProcess) -> None:
    stop = Stop()

    assert engine.run(Do("echo", 7), stop.context) == 7
    assert engine.run(Do("echo", 8), stop.context) == 8
    assert stop.events == [Progress(Stage.STARTING)]


def test_jobs_run_in_one_other_process_that_gives_way_and_has_no_window(engine: EngineProcess) -> None:
    first = engine.run(Do("describe process"), JobContext())
    second = engine.run(Do("describe process"), JobContext())

    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert first["id"] == second["id"] == engine.process_id != os.getpid()
    assert first["niceness"] > psutil.Process().nice()
    assert not [name for name in first["modules"] if name.startswith(("PySide6", "matplotlib", "tlgui.ui"))]


def test_prints_of_the_engine_go_to_its_log(engine: EngineProcess, capfd: pytest.CaptureFixture[str]) -> None:
    engine.run(Do("echo"), JobContext())

    assert capfd.readouterr() == ("", "")
    log = (files.log_folder() / "engine.log").read_text(encoding="utf-8")
    assert "noise on standard output" in log
    assert "noise from C++" in log


def test_batches_are_throttled_and_epochs_never(engine: EngineProcess) -> None:
    stop = Stop()

    engine.run(Do("hurry"), stop.context)

    assert [event.epoch for event in stop.events if isinstance(event, EpochEnded)] == [1, 2, 3]
    assert len([event for event in stop.events if isinstance(event, BatchEnded)]) < 2000
    assert stop.events[-4] == Progress(Stage.TRAINING, 2000, 2000)


def test_engine_gets_ready_in_idle_time_and_survives_trouble_there(
    engine: EngineProcess, tmp_path: Path, qtbot: QtBot
) -> None:
    ready = tmp_path / "ready"

    engine.run(Do("echo", ready), JobContext())

    qtbot.waitUntil(ready.exists, timeout=30_000)
    assert engine.run(Do("echo", "next"), JobContext()) == "next"


def test_window_side_of_the_engine_never_loads_tensorflow() -> None:
    code = "import sys, tlgui.engine.client; print([name for name in sys.modules if name in ('tensorflow', 'keras')])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_stop_cancels_and_the_same_process_goes_on(engine: EngineProcess) -> None:
    before = engine.process_id

    with pytest.raises(Cancelled):
        engine.run(Do("work"), Stop(after=Progress).context)

    assert engine.run(Do("echo", "next"), JobContext()) == "next"
    assert engine.process_id == before


def test_stop_returns_what_the_job_could_save(engine: EngineProcess) -> None:
    stop = Stop(after=Progress)

    assert engine.run(Do("work until stopped", "the best epoch"), stop.context) == "the best epoch"


def test_stop_while_the_engine_starts_cancels_and_the_engine_goes_on_starting(engine: EngineProcess) -> None:
    before = engine.process_id
    stop = Stop()
    stop.press()

    with pytest.raises(Cancelled):
        engine.run(Do("work"), stop.context)

    assert engine.run(Do("echo", "next"), JobContext()) == "next"
    assert engine.process_id == before


def test_jobs_of_two_threads_run_one_after_the_other(engine: EngineProcess) -> None:
    stop = Stop(after=Progress)
    results: list[object] = []

    def begin_second() -> None:
        second = InThread(engine, Do("echo", "second"), JobContext())
        results.append(second)
        stop.press()

    def report(event: Event) -> None:
        if event == Progress(Stage.TRAINING):
            begin_second()

    first = engine.run(Do("work until stopped", "first"), JobContext(report, stop.context.checkpoint))

    second = results[0]
    assert isinstance(second, InThread)
    assert (first, second.wait()) == ("first", "second")


def test_stop_while_waiting_for_another_job_cancels(engine: EngineProcess) -> None:
    first, second = Stop(), Stop()
    waiting: list[InThread] = []
    second.press()

    def report(event: Event) -> None:
        if event == Progress(Stage.TRAINING):
            waiting.append(InThread(engine, Do("echo"), second.context))
            assert isinstance(waiting[0].wait(), Cancelled)
            first.press()

    assert engine.run(Do("work until stopped", 1), JobContext(report, first.context.checkpoint)) == 1


def test_known_error_arrives_with_kind_message_and_hint(engine: EngineProcess) -> None:
    with pytest.raises(PhotoError, match="is empty") as raised:
        engine.run(Do("fail"), JobContext())

    assert raised.value.hint == "Remove it."


def test_unknown_error_arrives_as_a_bug_with_its_traceback(engine: EngineProcess) -> None:
    with pytest.raises(BugError, match="by nought") as raised:
        engine.run(Do("break"), JobContext())

    assert "scripted_jobs.py" in raised.value.details
    assert engine.run(Do("echo", "next"), JobContext()) == "next"


@pytest.mark.parametrize("kind", ["python", "tensorflow"])
def test_lack_of_memory_is_told_in_plain_words(engine: EngineProcess, kind: str) -> None:
    with pytest.raises(TlguiError, match="not enough memory") as raised:
        engine.run(Do("exhaust", kind), JobContext())

    assert "batch size" in raised.value.hint
    assert not isinstance(raised.value, BugError)


def test_full_disk_is_told_in_plain_words(engine: EngineProcess, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"“model.tlmodel” could not be written to .*: the disk is full"):
        engine.run(Do("fill disk", tmp_path / "model.tlmodel"), JobContext())


@pytest.mark.parametrize("job", ["return what cannot be sent", "fail unreadably"])
def test_what_cannot_cross_is_a_bug_and_no_hang(engine: EngineProcess, job: str) -> None:
    with pytest.raises(BugError):
        engine.run(Do(job), JobContext())

    assert engine.run(Do("echo", "next"), JobContext()) == "next"


def test_request_that_cannot_be_read_is_a_bug_and_no_hang(engine: EngineProcess) -> None:
    with pytest.raises(BugError, match="no such request"):
        engine.run(UnexpectedRequest("echo"), JobContext())


def test_request_that_cannot_be_sent_raises_and_the_next_job_works(engine: EngineProcess) -> None:
    with pytest.raises(TypeError):
        engine.run(Do("echo", threading.Lock()), JobContext())

    assert engine.run(Do("echo", "next"), JobContext()) == "next"


def test_listener_that_fails_does_not_leave_its_job_running(engine: EngineProcess) -> None:
    def report(event: Event) -> None:
        if event == Progress(Stage.TRAINING):
            raise RuntimeError("nobody listens")

    with pytest.raises(RuntimeError, match="nobody listens"):
        engine.run(Do("work"), JobContext(report))

    assert engine.run(Do("echo", "next"), JobContext()) == "next"


def test_jobs_that_cannot_be_loaded_are_told_with_the_reason() -> None:
    engine = EngineProcess(jobs="tests.there_is_no_such_module")
    try:
        with pytest.raises(BugError, match="could not be loaded") as raised:
            engine.run(Do("echo"), JobContext())
        assert "there_is_no_such_module" in raised.value.details
    finally:
        engine.close()
