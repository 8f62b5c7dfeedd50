"""A prediction beside a training: each is shown, stopped and ended for itself, and closing the window ends both."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.pictures import write_jpeg
from tests.ui.shell.driving import action, answer, drop, enabled, train
from tlgui.app import create_window
from tlgui.engine.protocol import PredictRequest
from tlgui.engine.routing import RoutingEngine
from tlgui.learning.results import PhotosPredicted
from tlgui.progress import EpochEnded
from tlgui.ui.session.settings import RECENT_MODELS
from tlgui.ui.shell.main_window import MainWindow
from tlgui.ui.shell.step_list import Step
from tlgui.ui.shell.step_states import step_states


class Busy:
    """A window with a model, in which a training and a prediction wait at their gates."""

    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        light, full = FakeEngine(), FakeEngine()
        self.window = create_window(RoutingEngine(light, full))
        self.window.show()
        qtbot.waitExposed(self.window)
        self.model = train(qtbot, self.window, folder)
        self.training_gate = full.pause_before(EpochEnded)
        action(self.window, "start").trigger()
        qtbot.waitUntil(lambda: self.training_gate.is_reached, timeout=10_000)
        self.prediction_gate = light.pause_before(PhotosPredicted)
        assert drop(self.window.pages.predict, write_jpeg(folder.parent / "owl.jpg"))
        qtbot.waitUntil(lambda: self.prediction_gate.is_reached, timeout=10_000)


@pytest.fixture
def busy(qtbot: QtBot, birds: Path) -> Iterator[Busy]:
    busy = Busy(qtbot, birds)
    yield busy
    busy.window.session.close(5000)
    qtbot.waitUntil(lambda: not busy.window.session.is_busy)
    busy.window.hide()
    busy.window.deleteLater()


def _is_naming(window: MainWindow) -> bool:
    return window.session.prediction is not None


def test_steps_and_menus_say_that_both_are_under_way(busy: Busy) -> None:
    states = step_states(busy.window.session, busy.window.pages)

    assert states[Step.TRAIN].words == "Training…"
    assert states[Step.PREDICT].words == "Naming photos…"
    assert {"open-photos", "open-photo-folder", "paste", "stop"} <= enabled(busy.window)
    assert not {"open-folder", "open-model", "export-model", "start"} & enabled(busy.window)


def test_bar_stops_the_prediction_alone(qtbot: QtBot, busy: Busy) -> None:
    bar = busy.window.job_bar
    qtbot.waitUntil(bar.isVisible)
    assert "Naming photos" in bar.stage.text()

    qtbot.mouseClick(bar.stop_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not _is_naming(busy.window))

    assert busy.window.session.is_training
    assert busy.window.session.job is not None
    assert not busy.window.session.job.is_stopping


def test_menu_stops_the_training_first(qtbot: QtBot, busy: Busy) -> None:
    action(busy.window, "stop").trigger()
    qtbot.waitUntil(lambda: busy.window.session.job is None, timeout=10_000)

    assert _is_naming(busy.window)
    action(busy.window, "stop").trigger()
    qtbot.waitUntil(lambda: not busy.window.session.is_busy)


def test_training_that_ends_leaves_the_bar_of_the_prediction(qtbot: QtBot, busy: Busy) -> None:
    qtbot.waitUntil(busy.window.job_bar.isVisible)

    with qtbot.waitSignal(busy.window.session.job_ended, timeout=10_000):
        busy.training_gate.open()

    assert busy.window.job_bar.isVisible()
    assert busy.window.pages.train.can_start
    busy.prediction_gate.open()
    qtbot.waitUntil(lambda: not busy.window.session.is_busy, timeout=10_000)
    assert len(busy.window.pages.predict.board.photos) == 1


def test_prediction_that_ends_leaves_the_training_and_opens_no_model(qtbot: QtBot, busy: Busy) -> None:
    with qtbot.waitSignal(busy.window.session.job_ended, timeout=10_000) as ended:
        busy.prediction_gate.open()

    assert isinstance(ended.args[0].request, PredictRequest)
    assert busy.window.session.is_training
    assert not busy.window.pages.train.can_start
    assert busy.window.settings.value(RECENT_MODELS) == (str(busy.model),)


def test_closing_asks_once_and_ends_both(qtbot: QtBot, busy: Busy) -> None:
    assert not busy.window.close()
    with qtbot.waitSignal(busy.window.session.job_ended, timeout=10_000):
        busy.prediction_gate.open()
    # The training is still under way, so that the question stays.
    with qtbot.waitSignal(busy.window.closed, timeout=10_000):
        answer(busy.window, "Stop and close")

    assert not busy.window.session.is_busy
    assert not busy.window.isVisible()
