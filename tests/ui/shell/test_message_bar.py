"""The message bar above the page and the job bar below it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tlgui import files
from tlgui.engine.protocol import BugError
from tlgui.errors import PhotoError
from tlgui.progress import JobContext, Progress, Stage
from tlgui.ui.session.worker import Job
from tlgui.ui.shell.job_bar import JobBar
from tlgui.ui.shell.message_bar import MessageBar


@pytest.fixture
def messages(qtbot: QtBot) -> MessageBar:
    bar = MessageBar()
    qtbot.addWidget(bar)
    return bar


def test_error_shows_message_and_hint_as_plain_text(messages: MessageBar) -> None:
    messages.show_error(PhotoError("“<b>x</b>.jpg” cannot be read.", "Choose another."))
    assert messages.isVisible()
    assert messages.message.text() == "“<b>x</b>.jpg” cannot be read."
    assert messages.message.textFormat() == Qt.TextFormat.PlainText
    assert messages.hint.text() == "Choose another."
    assert messages.action_button.isHidden()
    assert messages.accessibleName().startswith("Problem: “<b>x</b>.jpg”")


def test_bug_offers_its_details_and_the_log(messages: MessageBar) -> None:
    messages.show_error(BugError("Something unexpected happened.", "Traceback: line 7"))
    assert str(files.log_folder()) in messages.hint.text()
    QTest.mouseClick(messages.action_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "Traceback: line 7"


def test_new_step_clears_a_message_but_not_a_bug(messages: MessageBar) -> None:
    messages.show_success("Saved.")
    messages.clear()
    assert messages.isHidden()
    messages.show_error(BugError("Something unexpected happened.", "Traceback"))
    messages.clear()
    assert messages.isVisible()
    QTest.mouseClick(messages.dismiss_button, Qt.MouseButton.LeftButton)
    assert messages.isHidden()


def test_success_with_a_path_offers_its_folder(messages: MessageBar, tmp_path: Path) -> None:
    messages.show_success("Saved.", "here", tmp_path / "a.onnx")
    assert messages.action_button.isVisible()
    messages.show_info("Something else.")
    assert messages.action_button.isHidden()


class Stepwise:
    """An operation that goes on when the test says so."""

    def __init__(self) -> None:
        self.go_on = threading.Event()

    def __call__(self, context: JobContext) -> None:
        context.report(Progress(Stage.SCANNING, 25, 100, seconds_left=130.0))
        while not self.go_on.wait(0.005):
            context.checkpoint()


@pytest.fixture
def job_bar(qtbot: QtBot) -> Iterator[JobBar]:
    window = QWidget()
    bar = JobBar(window)
    qtbot.addWidget(window)
    window.show()
    # The bar would go with its window if nobody kept that.
    yield bar
    window.close()


def test_job_bar_says_stage_count_and_time_left(qtbot: QtBot, job_bar: JobBar) -> None:
    steps = Stepwise()
    job = Job("scan", steps)
    job_bar.follow(job)
    job.start()
    assert job_bar.isHidden()
    qtbot.waitUntil(job_bar.isVisible)
    assert job_bar.stage.text() == "Reading the folder · 25 of 100"
    assert job_bar.time_left.text() == "About 2 minutes left"
    assert job_bar.bar.value() * 4 == job_bar.bar.maximum()
    with qtbot.waitSignal(job.ended):
        steps.go_on.set()
    assert job_bar.isVisible()
    qtbot.waitUntil(job_bar.isHidden)


def test_short_job_never_shows_the_bar(qtbot: QtBot, job_bar: JobBar) -> None:
    steps = Stepwise()
    steps.go_on.set()
    job = Job("scan", steps)
    job_bar.follow(job)
    with qtbot.waitSignal(job.ended):
        job.start()
    with qtbot.assertNotEmitted(job_bar.stop_button.clicked, wait=600):
        assert job_bar.isHidden()
    assert job_bar.isHidden()


def test_stop_stops_the_job_and_says_so(qtbot: QtBot, job_bar: JobBar) -> None:
    job = Job("scan", Stepwise())
    job_bar.follow(job)
    job.start()
    qtbot.waitUntil(job_bar.isVisible)
    with qtbot.waitSignals([job.cancelled, job.ended]):
        QTest.mouseClick(job_bar.stop_button, Qt.MouseButton.LeftButton)
        assert job_bar.stage.text() == "Stopping…"
        assert not job_bar.stop_button.isEnabled()


def test_job_that_begins_in_the_end_of_another_is_followed(qtbot: QtBot, job_bar: JobBar) -> None:
    first, second = Job("one", Stepwise()), Job("two", Stepwise())
    first.ended.connect(lambda: job_bar.follow(second))
    job_bar.follow(first)
    first.start()
    qtbot.waitUntil(job_bar.isVisible)
    with qtbot.waitSignal(first.ended):
        first.stop()
    second.start()
    qtbot.waitUntil(lambda: job_bar.stage.text().endswith("25 of 100"))
    with qtbot.waitSignals([second.cancelled, second.ended]):
        QTest.mouseClick(job_bar.stop_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(job_bar.isHidden)


def test_next_job_keeps_the_bar_without_a_gap(qtbot: QtBot, job_bar: JobBar) -> None:
    first, second = Job("one", Stepwise()), Job("two", Stepwise())
    job_bar.follow(first)
    first.start()
    qtbot.waitUntil(job_bar.isVisible)
    with qtbot.waitSignal(first.ended):
        first.stop()
    job_bar.follow(second)
    second.start()
    with qtbot.assertNotEmitted(second.ended, wait=700):
        assert job_bar.isVisible()
    assert job_bar.isVisible()
    assert job_bar.stop_button.isEnabled()
    with qtbot.waitSignal(second.ended):
        second.stop()
