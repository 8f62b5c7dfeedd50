"""The training in words: how many validation photos are right while it runs, and one large sentence after it."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tlgui.progress import EpochEnded
from tlgui.ui.session.session import Session
from tlgui.ui.train.train_page import TrainPage
from tlgui.ui.train.training_view import right_in_words

LEFT = Qt.MouseButton.LeftButton


@pytest.mark.parametrize(
    ("accuracy", "photo_count", "words"),
    [
        (82 / 98, 98, "82 of 98 validation photos right"),
        (1.0, 4317, "4,317 of 4,317 validation photos right"),
        (0.0, 1, "0 of 1 validation photo right"),
        # One photo became unreadable: another number of photos would be made up.
        (82 / 98, 99, "83.7 % of the validation photos right"),
        (0.5, 0, "50.0 % of the validation photos right"),
    ],
)
def test_accuracy_is_told_in_photos(accuracy: float, photo_count: int, words: str) -> None:
    assert right_in_words(accuracy, photo_count) == words


def test_while_it_runs_what_is_right_is_told_in_words(
    qtbot: QtBot, train_page: TrainPage, opened: Session, fake_engine: FakeEngine
) -> None:
    gate = fake_engine.pause_before(EpochEnded, lambda event: event.epoch == 3)
    qtbot.mouseClick(train_page.status.start_button, LEFT)
    assert train_page.training.isVisible()
    assert not train_page.choices.isVisible()
    qtbot.waitUntil(lambda: gate.is_reached and len(train_page.plots.history) == 2)
    assert "right" in train_page.training.heading.text()
    assert "validation photos" in train_page.training.heading.text()
    assert train_page.training.explanation.plain_text.startswith("At its best so far: ")
    assert not train_page.training.results_button.isVisible()
    assert not train_page.training.choose_button.isVisible()
    assert train_page.status.stop_button.isVisible()
    assert not train_page.status.start_button.isVisible()
    with qtbot.waitSignal(opened.job_ended, timeout=10_000):
        gate.open()


def test_last_training_and_the_choice_lead_to_each_other(qtbot: QtBot, train_page: TrainPage, opened: Session) -> None:
    assert not train_page.choices.last_button.isVisible()
    with qtbot.waitSignal(opened.job_ended, timeout=10_000):
        train_page.start()
    qtbot.mouseClick(train_page.training.choose_button, LEFT)
    assert train_page.choices.isVisible()
    qtbot.mouseClick(train_page.choices.last_button, LEFT)
    assert train_page.training.isVisible()
    assert len(train_page.plots.history) == 30


def test_keys_stay_at_the_foot_when_a_training_starts_and_ends(
    qtbot: QtBot, train_page: TrainPage, opened: Session, fake_engine: FakeEngine
) -> None:
    gate = fake_engine.pause_before(EpochEnded)
    train_page.status.start_button.setFocus()
    qtbot.keyClick(train_page.status.start_button, Qt.Key.Key_Return)
    assert train_page.status.stop_button.hasFocus()
    qtbot.waitUntil(lambda: gate.is_reached)
    with qtbot.waitSignal(opened.job_ended, timeout=10_000):
        gate.open()
    assert train_page.status.start_button.hasFocus()
