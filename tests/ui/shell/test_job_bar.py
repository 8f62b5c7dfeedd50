"""The bar below the page that shows how far a job is."""

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tlgui.progress import JobContext, Progress, Stage
from tlgui.ui.session.worker import Job
from tlgui.ui.shell.job_bar import JobBar


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


def is_waiting(bar: JobBar) -> bool:
    """Return whether the bar is going to appear or to vanish by itself."""
    return any(timer.isActive() for timer in bar.findChildren(QTimer))


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
    assert job_bar.isHidden()
    assert not is_waiting(job_bar)


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
    assert is_waiting(job_bar)
    job_bar.follow(second)
    second.start()
    assert job_bar.isVisible()
    assert not is_waiting(job_bar)
    assert job_bar.stop_button.isEnabled()
    with qtbot.waitSignal(second.ended):
        second.stop()


def test_what_is_being_done_has_the_room_before_the_time_left(qtbot: QtBot, job_bar: JobBar) -> None:
    steps = Stepwise()
    job = Job("scan", steps)
    job_bar.follow(job)
    job.start()
    qtbot.waitUntil(job_bar.isVisible)
    letter = job_bar.fontMetrics().averageCharWidth()
    for letters, has_time in ((120, True), (58, False), (120, True)):
        job_bar.resize(letters * letter, job_bar.sizeHint().height())
        assert job_bar.time_left.isVisible() is has_time
        qtbot.waitUntil(lambda: job_bar.stage.width() >= job_bar.stage.sizeHint().width())
        assert job_bar.bar.toolTip() == "About 2 minutes left"
    with qtbot.waitSignal(job.ended):
        steps.go_on.set()
