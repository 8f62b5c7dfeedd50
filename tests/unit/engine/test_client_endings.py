"""The ends of an engine's process: replaced, killed, closed, orphaned; nothing is left of it."""

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests import scripted_jobs
from tests.engine_helpers import JOBS, InThread, Stop, process_of, when_reported
from tests.scripted_jobs import Do, DoBehindTheScenes, Hang
from tlgui.engine.client import EngineProcess
from tlgui.engine.deaths import death_error
from tlgui.errors import Cancelled, EngineError
from tlgui.progress import JobContext, Progress, Stage


@pytest.fixture
def engine() -> Iterator[EngineProcess]:
    engine = EngineProcess(jobs=JOBS)
    engine.start()
    yield engine
    engine.close()


def test_job_that_does_not_stop_is_ended_with_its_process_and_the_next_one_works() -> None:
    engine = EngineProcess(cancel_seconds=0.05, jobs=JOBS)
    try:
        engine.start()
        before = process_of(engine)

        with pytest.raises(EngineError, match="did not stop") as raised:
            engine.run(Do("hang"), Stop(after=Progress).context)

        assert "saved before is intact" in raised.value.hint
        assert not before.is_running()
        assert engine.run(Do("echo", "next"), JobContext()) == "next"
    finally:
        engine.close()


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (signal.SIGKILL, "probably because memory ran out"),
        (signal.SIGSEGV, "crashed (SIGSEGV)"),
        (signal.SIGTERM, "ended from outside"),
        (None, "exit code 3"),
    ],
)
def test_death_in_a_job_is_told_and_a_new_engine_starts_by_itself(
    engine: EngineProcess, how: signal.Signals | None, words: str
) -> None:
    with pytest.raises(EngineError) as raised:
        engine.run(Do("die", how), JobContext())

    assert words in raised.value.message
    assert "A new engine is starting" in raised.value.hint
    assert process_of(engine).is_running()
    assert engine.run(Do("echo", "next"), JobContext()) == "next"


def test_only_a_kill_is_blamed_on_memory() -> None:
    blamed = [code for code in (-9, -11, -6, -4, -15, 0, 1, 137, None) if "memory" in death_error(code).message]

    assert blamed == [-9]


def test_death_during_start_is_told_and_the_next_job_works(engine: EngineProcess) -> None:
    kill = when_reported(lambda: process_of(engine).kill(), Stage.STARTING)

    with pytest.raises(EngineError, match="ended by the system"):
        engine.run(Do("echo"), kill)

    assert engine.run(Do("echo", "next"), JobContext()) == "next"


def test_death_while_idle_costs_no_job(engine: EngineProcess) -> None:
    engine.run(Do("echo"), JobContext())
    killed = process_of(engine)
    killed.kill()
    psutil.wait_procs([killed], timeout=10)

    assert engine.run(Do("echo", "next"), JobContext()) == "next"


def test_close_ends_the_process_while_it_starts() -> None:
    engine = EngineProcess(jobs=JOBS)
    engine.start()
    process = process_of(engine)

    engine.close()

    assert not process.is_running()
    assert engine.process_id is None


def test_close_ends_the_process_in_mid_job_and_the_job_is_cancelled(engine: EngineProcess) -> None:
    closing: list[threading.Thread] = []

    def close() -> None:
        closing.append(threading.Thread(target=engine.close))
        closing[0].start()

    job = InThread(engine, Do("hang"), when_reported(close, Stage.TRAINING))

    assert isinstance(job.wait(), Cancelled)
    closing[0].join()
    assert engine.process_id is None


def test_closed_engine_starts_no_job_and_closes_again(engine: EngineProcess) -> None:
    engine.close()
    engine.close()

    with pytest.raises(Cancelled):
        engine.run(Do("echo"), JobContext())
    assert engine.process_id is None


PARENT = f"""
import sys
from tests.scripted_jobs import Do
from tlgui.engine.client import EngineProcess
from tlgui.progress import JobContext

if __name__ == "__main__":
    engine = EngineProcess(jobs="{JOBS}")
    engine.start()
    if sys.argv[1] == "idle":
        engine.run(Do("echo"), JobContext())
        print(engine.process_id, flush=True)
        sys.stdin.read()
    elif sys.argv[1] == "end":
        print(engine.process_id, flush=True)
    else:
        engine.run(Do(sys.argv[1]), JobContext(lambda event: print(engine.process_id, event.stage, flush=True)))
"""


def start_parent(tmp_path: Path, state: str) -> "subprocess.Popen[str]":
    script = tmp_path / "parent.py"
    script.write_text(PARENT, encoding="utf-8")
    root = Path(scripted_jobs.__file__).parent.parent
    return subprocess.Popen(
        [sys.executable, script, state],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )


@pytest.mark.parametrize("state", ["idle", "work", "hang"])
def test_engine_ends_when_the_window_is_killed(tmp_path: Path, state: str) -> None:
    with start_parent(tmp_path, state) as parent:
        assert parent.stdout is not None
        line = parent.stdout.readline()
        if state != "idle":
            assert "starting" in line
            line = parent.stdout.readline()
            assert "training" in line
        engine = psutil.Process(int(line.split()[0]))
        parent.kill()

        assert psutil.wait_procs([engine], timeout=10)[1] == []


def test_program_that_forgets_to_close_leaves_no_engine(tmp_path: Path) -> None:
    with start_parent(tmp_path, "end") as parent:
        assert parent.stdout is not None
        process_id = int(parent.stdout.readline())
        assert parent.wait(30) == 0

    assert not psutil.pid_exists(process_id)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def test_idle_engine_ends_by_itself_and_leaves_no_temporary_file(temporary: Path) -> None:
    engine = EngineProcess(jobs=JOBS)
    try:
        # As TensorFlow does.
        path = Path(str(engine.run(Do("leave a file"), JobContext())))
        assert path.exists()
        assert temporary in path.parents
    finally:
        engine.close()

    assert list(temporary.iterdir()) == []


def test_engine_at_work_that_nobody_waits_for_is_asked_to_end_and_leaves_no_temporary_file(temporary: Path) -> None:
    engine = EngineProcess(jobs=JOBS)
    try:
        # It answers, and then hangs, as an engine that warms a large model.
        engine.run(Do("echo", Hang()), JobContext())
        child = engine._child
        assert child is not None
    finally:
        engine.close()

    assert child.process.exitcode == 0
    assert list(temporary.iterdir()) == []


def test_job_that_does_not_stop_leaves_no_temporary_file(temporary: Path) -> None:
    engine = EngineProcess(cancel_seconds=0.05, jobs=JOBS)
    try:
        engine.run(Do("leave a file"), JobContext())
        with pytest.raises(EngineError, match="did not stop"):
            engine.run(Do("hang"), Stop(after=Progress).context)
    finally:
        engine.close()

    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="This system has no SIGSTOP")
def test_engine_that_does_not_end_when_asked_to_is_killed(
    engine: EngineProcess, expect_log: Callable[[str], None]
) -> None:
    expect_log("did not end when it was asked to")
    engine.run(Do("echo"), JobContext())
    stuck = process_of(engine)
    stuck.suspend()

    engine.close()

    assert not stuck.is_running()


def test_system_that_lets_no_engine_be_started_is_told_of() -> None:
    closed = EngineProcess(jobs=JOBS)
    most, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(list(Path("/dev/fd").iterdir())) + 1, hard))
    try:
        with pytest.raises(EngineError, match="could not be started: Too many open files"):
            closed.run(Do("echo"), JobContext())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))

    assert closed.run(Do("echo", "next"), JobContext()) == "next"
    closed.close()


def test_engine_that_dies_again_and_again_rests_until_the_user_asks(engine: EngineProcess) -> None:
    hints = []
    for _ in range(3):
        with pytest.raises(EngineError) as raised:
            engine.run(Do("die", signal.SIGSEGV), JobContext())
        hints.append(raised.value.hint)

    assert ["A new engine is starting" in hint for hint in hints] == [True, True, False]
    assert "started again only when you ask" in hints[2]
    assert engine.process_id is None
    with pytest.raises(EngineError, match="is not running"):
        engine.run(DoBehindTheScenes("echo"), JobContext())
    assert engine.process_id is None

    assert engine.run(Do("echo", "asked"), JobContext()) == "asked"
    assert engine.run(DoBehindTheScenes("echo", "again"), JobContext()) == "again"


def test_engine_that_dies_while_nothing_is_under_way_is_not_started_again_and_again(engine: EngineProcess) -> None:
    for _ in range(3):
        engine.run(DoBehindTheScenes("echo"), JobContext())
        killed = process_of(engine)
        killed.kill()
        psutil.wait_procs([killed], timeout=10)

    with pytest.raises(EngineError, match="is not running"):
        engine.run(DoBehindTheScenes("echo"), JobContext())
    assert engine.process_id is None
    assert engine.run(Do("echo", "asked"), JobContext()) == "asked"


def test_deaths_that_lie_apart_do_not_count_together(engine: EngineProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.monotonic
    for minutes in range(4):
        monkeypatch.setattr(time, "monotonic", lambda minutes=minutes: now() + 60 * minutes)
        with pytest.raises(EngineError) as raised:
            engine.run(Do("die", signal.SIGSEGV), JobContext())
        assert "A new engine is starting" in raised.value.hint
