"""The look-alikes of what was just decided are suggested, and can be seen, named too, or left."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.ui.board.test_look_suggestions import cloud, put
from tests.ui.predict.showing import answers, names_shown, selected
from tlgui.ui.predict.predict_page import PredictPage

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def suggesting(qtbot: QtBot, named: PredictPage) -> PredictPage:
    """The page with five photos that look alike, and forty others, after the first was named a heron."""
    named.clear()
    photos = named.board.photos
    put(photos, cloud(2, 5, spread=0.03, seed=2), 0.8)
    put(photos, cloud(0, 20), 0.9, first=5)
    put(photos, cloud(1, 20, seed=1), 0.1, first=25)
    named.board.grew.emit(np.arange(len(photos)))
    named.deciding.name_photos(np.array([0]), "heron")
    qtbot.waitUntil(named.suggestion.isVisible)
    return named


def heron_count(page: PredictPage) -> int:
    return list(answers(page).values()).count("heron*")


def test_look_alikes_are_suggested_and_named_too(qtbot: QtBot, suggesting: PredictPage) -> None:
    assert suggesting.suggestion.text.text() == "4 more look like this. Name 4 photos “heron” too?"
    QTest.mouseClick(suggesting.suggestion.name_button, LEFT)
    assert heron_count(suggesting) == 5
    qtbot.waitUntil(lambda: not suggesting.suggestion.isVisible())


def test_suggested_photos_are_shown_alone_and_selected(suggesting: PredictPage) -> None:
    QTest.mouseClick(suggesting.suggestion.show_button, LEFT)
    assert len(names_shown(suggesting)) == 4
    assert selected(suggesting) == names_shown(suggesting)
    assert suggesting.view.bar.back_button.isVisible()


def test_suggestion_that_is_not_wanted_goes(suggesting: PredictPage) -> None:
    QTest.mouseClick(suggesting.suggestion.no_button, LEFT)
    assert not suggesting.suggestion.isVisible()
    assert heron_count(suggesting) == 1


def test_next_decision_takes_the_place_of_the_suggestion(suggesting: PredictPage) -> None:
    suggesting.deciding.undo()
    assert not suggesting.suggestion.isVisible()
