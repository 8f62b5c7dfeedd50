"""Weights that cannot be had: the message has the buttons that it names."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.ui.shell.driving import open_folder
from tlgui.errors import WeightsError
from tlgui.learning.recipes.built_in import QUICK, VGG16_FROZEN
from tlgui.ui.session.session import Session
from tlgui.ui.shell.main_window import MainWindow
from tlgui.ui.train.train_page import TrainPage

LEFT = Qt.MouseButton.LeftButton
OFFLINE = WeightsError(
    "No internet connection: the weights of VGG16 could not be downloaded.",
    "Connect this computer and try again. Or choose a weights file, or the embedded backbone.",
)


def fail(qtbot: QtBot, page: TrainPage, session: Session, engine: FakeEngine) -> None:
    session.set_recipe(VGG16_FROZEN)
    engine.fail_next(OFFLINE)
    with qtbot.waitSignal(session.job_ended, timeout=10_000):
        page.start()


def buttons(page: TrainPage) -> list[str]:
    found = page.weights_bar.findChildren(QPushButton)
    return [button.text().replace("&", "") for button in found if button.isVisible()]


def test_download_that_failed_is_said_with_a_button_for_each_way_out(
    qtbot: QtBot, train_page: TrainPage, opened: Session, fake_engine: FakeEngine
) -> None:
    assert train_page.weights_bar.isHidden()
    fail(qtbot, train_page, opened, fake_engine)
    assert train_page.weights_bar.message.text() == OFFLINE.message
    assert train_page.weights_bar.hint.text() == "Connect this computer and try again."
    assert train_page.weights_bar.hint.toolTip() == OFFLINE.hint
    assert buttons(train_page) == ["Try again", "Choose a file…", "Use the embedded backbone"]


def test_trying_again_starts_the_training(
    qtbot: QtBot, train_page: TrainPage, opened: Session, fake_engine: FakeEngine
) -> None:
    fail(qtbot, train_page, opened, fake_engine)
    with qtbot.waitSignal(opened.job_ended, timeout=10_000):
        qtbot.mouseClick(train_page.weights_bar.again_button, LEFT)
        assert train_page.weights_bar.isHidden()
    assert opened.run_list.runs[0].recipe == VGG16_FROZEN
    assert opened.model is not None


def test_chosen_file_becomes_the_weights(
    qtbot: QtBot, train_page: TrainPage, opened: Session, fake_engine: FakeEngine, tmp_path: Path
) -> None:
    weights = tmp_path / "vgg16_notop.h5"
    weights.write_bytes(b"weights")
    fail(qtbot, train_page, opened, fake_engine)
    qtbot.mouseClick(train_page.weights_bar.file_button, LEFT)
    (dialog,) = train_page.weights_bar.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(weights))
    dialog.close()
    assert opened.recipe == replace(VGG16_FROZEN, weights=str(weights))
    assert train_page.weights_bar.isHidden()
    assert train_page.can_start


def test_embedded_backbone_takes_the_place_of_the_other(
    qtbot: QtBot, train_page: TrainPage, opened: Session, fake_engine: FakeEngine
) -> None:
    fail(qtbot, train_page, opened, fake_engine)
    qtbot.mouseClick(train_page.weights_bar.embedded_button, LEFT)
    assert (opened.recipe.backbone, opened.recipe.weights) == ("efficientnet-lite0", "shipped")
    assert train_page.weights_bar.isHidden()
    assert train_page.can_start


def test_file_that_vanished_is_said_before_the_start(train_page: TrainPage, opened: Session, tmp_path: Path) -> None:
    opened.set_recipe(replace(VGG16_FROZEN, weights=str(tmp_path / "gone.h5")))
    assert "gone.h5" in train_page.weights_bar.message.text()
    assert buttons(train_page) == ["Choose a file…", "Use the embedded backbone"]
    assert not train_page.can_start
    opened.set_recipe(QUICK)
    assert train_page.weights_bar.isHidden()


def test_window_says_it_once_on_the_train_page(
    qtbot: QtBot, window: MainWindow, fake_engine: FakeEngine, birds: Path
) -> None:
    open_folder(qtbot, window, birds)
    window.commands.show_train()
    fail(qtbot, window.pages.train, window.session, fake_engine)
    assert window.messages.isHidden()
    assert window.pages.train.weights_bar.isVisible()
    QTest.mouseClick(window.pages.train.weights_bar.embedded_button, LEFT)
    assert window.pages.train.weights_bar.isHidden()
