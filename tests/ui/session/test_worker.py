"""The events and the outcome of a job arrive in order, on the GUI thread."""

import errno
import os
import threading
from collections.abc import Callable
from typing import NoReturn

import pytest
from PySide6.QtCore import QObject, QThread, Slot
from pytestqt.qtbot import QtBot

from tlgui import gui_priority
from tlgui.engine.protocol import BugError
from tlgui.errors import Cancelled, PhotoError, TlguiError
from tlgui.progress import Event, JobContext, Progress, Stage
from tlgui.ui.session import worker
from tlgui.ui.session.worker import Job, Operation

EVENTS = [Progress(Stage.SCANNING, done, 3) for done in range(4)]


class Witness(QObject):
    """Records signals with their order and thread, in bound slots as in the program."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self.seen: list[tuple[str, object]] = []
        self.threads: set[QThread] = set()
        job.reported.connect(self._on_reported)
        job.succeeded.connect(self._on_succeeded)
        job.failed.connect(self._on_failed)
        job.cancelled.connect(self._on_cancelled)
        job.ended.connect(self._on_ended)

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.seen]

    @Slot(object)
    def _on_reported(self, event: Event) -> None:
        self._note("reported", event)

    @Slot(object)
    def _on_succeeded(self, result: object) -> None:
        self._note("succeeded", result)

    @Slot(object)
    def _on_failed(self, error: TlguiError) -> None:
        self._note("failed", error)

    @Slot()
    def _on_cancelled(self) -> None:
        self._note("cancelled")

    @Slot()
    def _on_ended(self) -> None:
        self._note("ended")

    def _note(self, name: str, value: object = None) -> None:
        self.seen.append((name, value))
        self.threads.add(QThread.currentThread())


def run(qtbot: QtBot, operation: Operation) -> Witness:
    job = Job("request", operation)
    witness = Witness(job)
    with qtbot.waitSignal(job.ended, timeout=10_000):
        job.start()
    return witness


def wait_to_be_stopped(context: JobContext) -> NoReturn:
    context.report(EVENTS[0])
    while True:
        context.checkpoint()
        threading.Event().wait(0.001)


def test_reports_come_in_order_before_success_and_end(qtbot: QtBot) -> None:
    def operation(context: JobContext) -> str:
        for event in EVENTS:
            context.report(event)
        return "result"

    witness = run(qtbot, operation)

    assert witness.seen == [*(("reported", event) for event in EVENTS), ("succeeded", "result"), ("ended", None)]


def test_slots_run_on_the_windows_thread_and_the_work_does_not(qtbot: QtBot) -> None:
    workers: list[QThread] = []

    def operation(context: JobContext) -> None:
        workers.append(QThread.currentThread())
        context.report(EVENTS[0])

    witness = run(qtbot, operation)

    assert witness.threads == {QThread.currentThread()}
    assert workers[0] != QThread.currentThread()


def test_threads_give_way_from_a_report_until_its_slots_have_run(qtbot: QtBot) -> None:
    requested: list[bool] = []

    def note(_event: object = None) -> None:
        requested.append(gui_priority.is_requested())

    job = Job("request", lambda context: context.report(EVENTS[0]))
    job.reported.connect(note)
    job.succeeded.connect(note)
    with qtbot.waitSignal(job.ended, timeout=10_000):
        job.start()

    assert requested == [True, True]
    qtbot.waitUntil(lambda: not gui_priority.is_requested())


def test_known_error_fails_with_itself(qtbot: QtBot) -> None:
    error = PhotoError("“a.jpg” is empty.")

    def operation(_context: JobContext) -> NoReturn:
        raise error

    assert run(qtbot, operation).seen == [("failed", error), ("ended", None)]


def test_unknown_error_fails_as_a_bug_with_its_traceback(qtbot: QtBot, expect_log: Callable[[str], None]) -> None:
    expect_log("a job failed with an unexpected error")

    def operation(_context: JobContext) -> NoReturn:
        raise ZeroDivisionError("by nought")

    witness = run(qtbot, operation)

    assert witness.names == ["failed", "ended"]
    error = witness.seen[0][1]
    assert isinstance(error, BugError)
    assert "by nought" in error.message
    assert "test_worker.py" in error.details


def test_stop_cancels_at_the_next_checkpoint(qtbot: QtBot) -> None:
    job = Job("request", wait_to_be_stopped)
    witness = Witness(job)
    with qtbot.waitSignal(job.reported, timeout=10_000):
        job.start()

    assert not job.is_stopping
    with qtbot.waitSignal(job.ended, timeout=10_000):
        job.stop()

    assert job.is_stopping
    assert witness.names == ["reported", "cancelled", "ended"]


def test_stop_before_the_start_cancels_too(qtbot: QtBot) -> None:
    job = Job("request", wait_to_be_stopped)
    witness = Witness(job)

    job.stop()
    with qtbot.waitSignal(job.ended, timeout=10_000):
        job.start()

    assert witness.names[-2:] == ["cancelled", "ended"]


def test_operation_that_saves_what_it_has_succeeds_in_spite_of_stop(qtbot: QtBot) -> None:
    def operation(context: JobContext) -> str:
        try:
            wait_to_be_stopped(context)
        except Cancelled:
            return "the best epoch"

    job = Job("request", operation)
    witness = Witness(job)
    with qtbot.waitSignal(job.reported, timeout=10_000):
        job.start()
    with qtbot.waitSignal(job.ended, timeout=10_000):
        job.stop()

    assert witness.seen[-2:] == [("succeeded", "the best epoch"), ("ended", None)]


def test_job_without_a_reference_ends_by_itself(qtbot: QtBot) -> None:
    release = threading.Event()
    done = threading.Event()

    def operation(_context: JobContext) -> None:
        release.wait(10)
        done.set()

    # Without a reference to the job; deleting a running QThread would abort the process.
    Job("request", operation).start()
    release.set()

    qtbot.waitUntil(done.is_set, timeout=10_000)
    qtbot.waitUntil(lambda: not worker._running, timeout=10_000)


@pytest.mark.parametrize("stopped", [True, False])
def test_wait_tells_whether_the_thread_ended(qtbot: QtBot, *, stopped: bool) -> None:
    job = Job("request", wait_to_be_stopped)
    job.start()
    if stopped:
        job.stop()

    assert job.wait(10_000 if stopped else 1) is stopped

    with qtbot.waitSignal(job.ended, timeout=10_000):
        job.stop()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "notes.txt"), "the disk is full"),
        (MemoryError(), "not enough memory"),
    ],
)
def test_full_disk_and_lack_of_memory_are_told_as_on_the_command_line(
    error: Exception, words: str, qtbot: QtBot
) -> None:
    def operation(_context: JobContext) -> NoReturn:
        raise error

    ((name, told), _) = run(qtbot, operation).seen

    assert name == "failed"
    assert isinstance(told, TlguiError)
    assert not isinstance(told, BugError)
    assert words in told.message
