"""The engine's process: a real one, with scripted jobs in place of TensorFlow, because these go wrong on demand."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests import scripted_jobs
from tests.scripted_jobs import Do, UnexpectedRequest
from tlgui import files
from tlgui.engine.client import EngineProcess, death_error
from tlgui.engine.protocol import BugError
from tlgui.errors import Cancelled, EngineError, PhotoError, StorageError, TlguiError
from tlgui.progress import BatchEnded, EpochEnded, Event, JobContext, Progress, Stage

JOBS = "tests.scripted_jobs"


@pytest.fixture
def engine() -> Iterator[EngineProcess]:
    engine = EngineProcess(jobs=JOBS)
    engine.start()
    yield engine
    engine.close()


class Stop:
    """A user who presses Stop when an event is reported, or later."""

    def __init__(self, after: type[Event] | None = None) -> None:
        self.events: list[Event] = []
        self._after = after
        self._pressed = threading.Event()

    def press(self) -> None:
        self._pressed.set()

    @property
    def context(self) -> JobContext:
        return JobContext(self._report, self._checkpoint)

    def _report(self, event: Event) -> None:
        self.events.append(event)
        # The start-up reports progress too, and is not what the test wants to stop.
        if self._after is not None and isinstance(event, self._after) and event != Progress(Stage.STARTING):
            self.press()

    def _checkpoint(self) -> None:
        if self._pressed.is_set():
            raise Cancelled


class InThread:
    """Runs a job on a thread of its own, as the window does."""

    def __init__(self, engine: EngineProcess, request: Do, context: JobContext) -> None:
        self.outcome: object = None
        self._thread = threading.Thread(target=self._run, args=(engine, request, context))
        self._thread.start()

    def _run(self, engine: EngineProcess, request: Do, context: JobContext) -> None:
        try:
            self.outcome = engine.run(request, context)
        except (Cancelled, TlguiError) as error:
            self.outcome = error

    def wait(self) -> object:
        self._thread.join(30)
        assert not self._thread.is_alive()
        return self.outcome


def when_reported(action: Callable[[], None], stage: Stage) -> JobContext:
    """Return a context that does `action` when the job reports `stage`."""

    def report(event: Event) -> None:
        if isinstance(event, Progress) and event.stage is stage:
            action()

    return JobContext(report)


def process_of(engine: EngineProcess) -> psutil.Process:
    assert engine.process_id is not None
    return psutil.Process(engine.process_id)


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


def test_engine_gets_ready_after_what_succeeded_and_survives_trouble_there(engine: EngineProcess) -> None:
    engine.run(Do("echo", "trouble"), JobContext())
    with pytest.raises(PhotoError):
        engine.run(Do("fail"), JobContext())

    assert engine.run(Do("say what it got ready after"), JobContext()) == ["trouble"]


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


def test_job_that_does_not_stop_is_ended_with_its_process_and_the_next_one_works() -> None:
    engine = EngineProcess(patience=0.05, jobs=JOBS)
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
