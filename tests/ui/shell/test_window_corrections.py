"""Corrections in the window: they are added from the board, and training again is offered and followed."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.pictures import write_jpeg
from tests.ui.shell.driving import action, train
from tlgui.engine.protocol import TrainRequest
from tlgui.learning.recipes.built_in import QUICK
from tlgui.photos.mending.adding_decided import PhotoToAdd
from tlgui.ui.shell.main_window import MainWindow
from tlgui.ui.shell.step_list import Step

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def heron(tmp_path: Path) -> tuple[PhotoToAdd, ...]:
    folder = tmp_path / "card"
    folder.mkdir()
    return tuple(PhotoToAdd(write_jpeg(folder / f"{n}.jpg", seed=70 + n), "heron") for n in range(3))


def add(qtbot: QtBot, window: MainWindow, photos: tuple[PhotoToAdd, ...]) -> None:
    session = window.session
    qtbot.waitUntil(lambda: not session.is_busy and not session.review.is_looking, timeout=20_000)
    session.review.add_decided(photos)
    qtbot.waitUntil(lambda: not session.is_busy and not session.review.is_looking, timeout=20_000)


def test_training_again_is_offered_after_corrections_were_added(
    qtbot: QtBot, window: MainWindow, birds: Path, heron: tuple[PhotoToAdd, ...], fake_engine: FakeEngine
) -> None:
    train(qtbot, window, birds)
    window.show_step(Step.PREDICT)
    gone = PhotoToAdd(Path("gone.jpg"), "heron")
    add(qtbot, window, (*heron, gone))
    messages = window.messages
    assert messages.message.text() == "Added 3 photos to “heron”. 1 could not be added."
    assert messages.hint.text() == ("Train again so that the model learns from them.\n“gone.jpg”: It cannot be found.")
    assert messages.offer_button.text() == "Train again"
    assert messages.action_button.text() == "Undo"
    with qtbot.waitSignal(window.session.job_ended, timeout=10_000):
        QTest.mouseClick(messages.offer_button, LEFT)
    request = fake_engine.last(TrainRequest)
    assert request.recipe.name == QUICK.name
    assert "heron" in request.collection.class_names
    assert window.steps.current() is Step.TRAIN


def test_added_corrections_are_undone_from_the_message(
    qtbot: QtBot, window: MainWindow, birds: Path, heron: tuple[PhotoToAdd, ...]
) -> None:
    train(qtbot, window, birds)
    window.show_step(Step.PREDICT)
    add(qtbot, window, heron)
    assert (birds / "heron").is_dir()
    QTest.mouseClick(window.messages.action_button, LEFT)
    session = window.session
    qtbot.waitUntil(lambda: not session.is_busy and not session.review.is_looking, timeout=20_000)
    assert not (birds / "heron").exists()
    assert window.steps.current() is Step.PREDICT


def test_undo_on_the_page_takes_the_addition_back_before_an_older_decision_and_stays_there(
    qtbot: QtBot, window: MainWindow, birds: Path, tmp_path: Path
) -> None:
    train(qtbot, window, birds)
    window.show_step(Step.PREDICT)
    board, session = window.predict.board, window.session
    board.name_photos([write_jpeg(tmp_path / "robin.jpg", seed=71)])
    qtbot.waitUntil(lambda: not session.is_busy and len(board.photos) == 1, timeout=20_000)
    board.decide(np.array([0]), "wren", "name a photo “wren”")
    qtbot.waitUntil(lambda: len(board.corrections_to_add()) == 1)
    board.add_corrections()
    qtbot.waitUntil(lambda: not session.is_busy and not session.review.is_looking, timeout=20_000)
    undo = action(window, "undo")
    assert undo.text() == "&Undo: add 1 photo to “wren”"
    undo.trigger()
    qtbot.waitUntil(lambda: not session.is_busy and not session.review.is_looking, timeout=20_000)
    assert not (birds / "wren" / "robin.jpg").exists()
    assert window.steps.current() is Step.PREDICT
    assert undo.text() == "&Undo: name a photo “wren”"


def test_new_class_with_one_photo_is_told_to_need_another_one(
    qtbot: QtBot, window: MainWindow, birds: Path, heron: tuple[PhotoToAdd, ...]
) -> None:
    train(qtbot, window, birds)
    window.show_step(Step.PREDICT)
    add(qtbot, window, heron[:1])
    assert window.messages.message.text() == "Added 1 photo to “heron”."
    assert window.messages.hint.text().startswith("Add photos of “heron”. Each class needs at least 2 photos")
    assert window.messages.offer_button.isHidden()
    assert window.messages.action_button.text() == "Undo"


def test_without_a_run_in_use_no_training_is_offered(
    qtbot: QtBot, window: MainWindow, birds: Path, heron: tuple[PhotoToAdd, ...]
) -> None:
    with qtbot.waitSignal(window.session.job_ended):
        window.commands.open_folder(birds)
    add(qtbot, window, heron)
    assert window.messages.message.text() == "Added 3 photos to “heron”."
    assert window.messages.offer_button.isHidden()
    window.commands.train_again()
    assert not window.session.is_busy
