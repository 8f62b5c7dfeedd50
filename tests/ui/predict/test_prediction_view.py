"""A named photo, shown large: its classes, where the model looked, and the arrow keys to the next one."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.pictures import write_collection
from tlgui.ui.predict.predict_page import PredictPage
from tlgui.ui.predict.prediction_view import PredictionView
from tlgui.ui.session.session import Session


@pytest.fixture
def page(qtbot: QtBot, predict_page: PredictPage, trained: Session, tmp_path: Path) -> PredictPage:
    """The page with four photos that are named."""
    predict_page.predict_paths([write_collection(tmp_path / "New", ["owl", "wren"], photos=2)])
    qtbot.waitUntil(lambda: not trained.is_busy and len(predict_page.predictions) == 4, timeout=20_000)
    return predict_page


def opened(page: PredictPage) -> PredictionView:
    page.look_button.click()
    assert page.opener.view is not None
    return page.opener.view


def test_button_shows_the_first_photo_and_keys_step_through_the_list(page: PredictPage) -> None:
    view = opened(page)
    assert view.windowTitle() == "photo 000.jpg (1 of 4)"
    assert view.about.text().startswith("photo 000.jpg: owl 80.0 %")
    assert not view.previous_button.isEnabled()

    for _ in range(5):
        QTest.keyClick(view.canvas, Qt.Key.Key_Right)

    assert view.windowTitle() == "photo 001.jpg (4 of 4)"
    assert view.about.text().startswith("photo 001.jpg: wren 80.0 %")
    assert not view.next_button.isEnabled()
    assert page.list.currentIndex().row() == 3


def test_current_row_is_opened(page: PredictPage) -> None:
    page.list.setCurrentIndex(page.list.rows.index(2))
    page.list.activated.emit(page.list.rows.index(2))
    assert page.opener.view is not None
    assert page.opener.view.windowTitle() == "photo 000.jpg (3 of 4)"


def test_place_is_shown_in_the_photo_that_is_shown(qtbot: QtBot, page: PredictPage) -> None:
    view = opened(page)
    view.explanation.button.click()
    QTest.keyClick(view.canvas, Qt.Key.Key_End)

    qtbot.waitUntil(view.canvas._layer.isVisible)

    assert (
        view.explanation.words.text()
        == "The model in use says “wren”, 80.0 % sure. It looked at: mostly the lower left."
    )


def test_without_predictions_there_is_nothing_to_look_at(page: PredictPage) -> None:
    page.clear()
    assert not page.look_button.isEnabled()
