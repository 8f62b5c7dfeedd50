"""Closing the window: at once, or after asking when something is under way."""

import threading
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.ui.shell.driving import action, answer, open_folder
from tlgui.engine.protocol import TrainRequest
from tlgui.photos.collection import Collection
from tlgui.photos.health.findings import Report
from tlgui.photos.layouts import LayoutChoice
from tlgui.photos.scanning.scan import Survey
from tlgui.progress import EpochEnded, JobContext, Progress
from tlgui.ui.session.folder_reading import FolderState
from tlgui.ui.shell.main_window import MainWindow


def test_closing_without_a_job_asks_nothing(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.closed):
        assert window.close()
    assert not window.isVisible()
    assert window.findChild(QMessageBox) is None


def begin_training(qtbot: QtBot, window: MainWindow, fake_engine: FakeEngine, birds: Path) -> None:
    open_folder(qtbot, window, birds)
    gate = fake_engine.pause_before(EpochEnded, lambda event: event.epoch == 3)
    action(window, "start").trigger()
    qtbot.waitUntil(lambda: gate.is_reached)


def test_closing_during_a_training_asks_and_can_be_refused(
    qtbot: QtBot, window: MainWindow, fake_engine: FakeEngine, birds: Path
) -> None:
    begin_training(qtbot, window, fake_engine, birds)
    assert not window.close()
    answer(window, "Keep running")
    assert window.isVisible()
    assert window.session.is_busy
    assert window.session.job is not None
    assert not window.session.job.is_stopping


def test_closing_during_a_training_stops_it_and_keeps_the_best(
    qtbot: QtBot, window: MainWindow, fake_engine: FakeEngine, birds: Path
) -> None:
    begin_training(qtbot, window, fake_engine, birds)
    assert not window.close()
    assert not window.close()
    assert len(window.findChildren(QMessageBox)) == 1
    with qtbot.waitSignal(window.closed):
        answer(window, "Stop and close")
    assert not window.isVisible()
    assert not window.session.is_busy
    (request,) = [request for request in fake_engine.requests if isinstance(request, TrainRequest)]
    assert request.model_path.is_file()


def test_job_that_hangs_does_not_keep_the_window_open(
    qtbot: QtBot, window: MainWindow, birds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go = threading.Event()

    def hang(folder: Path, _context: JobContext, _choice: LayoutChoice | None = None) -> FolderState:
        let_go.wait(30)
        return FolderState(Survey(Collection(folder, ()), {}), Report())

    monkeypatch.setattr("tlgui.ui.session.session.read_collection", hang)
    window._close_timer.setInterval(200)
    window.commands.open_folder(birds)
    assert not window.close()
    with qtbot.waitSignal(window.closed):
        answer(window, "Stop and close")
    assert not window.isVisible()
    assert window.session.is_busy
    with qtbot.waitSignal(window.session.job_ended):
        let_go.set()


def test_question_goes_when_the_job_ends_by_itself(
    qtbot: QtBot, window: MainWindow, fake_engine: FakeEngine, birds: Path
) -> None:
    open_folder(qtbot, window, birds)
    gate = fake_engine.pause_before(Progress)
    action(window, "start").trigger()
    qtbot.waitUntil(lambda: gate.is_reached)
    assert not window.close()
    with qtbot.waitSignal(window.session.job_ended, timeout=10_000):
        gate.open()
    qtbot.waitUntil(lambda: window.findChild(QMessageBox) is None)
    assert window.isVisible()
