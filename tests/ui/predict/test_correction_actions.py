"""Corrected photos are offered to the collection, and what another model says of the photos is told."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.ui.predict.showing import names_shown
from tlgui.ui.predict.predict_page import PredictPage
from tlgui.ui.session.session import Session


def test_corrections_are_offered_and_copied_into_the_collection(
    qtbot: QtBot, named: PredictPage, session: Session
) -> None:
    corrections = named.corrections
    assert not corrections.add_button.isVisible()
    assert not corrections.add.isEnabled()
    named.view.choose(np.array([0, 1]))
    QTest.keyClicks(named.view.grid, "e")
    assert corrections.add.text() == "Add 2 corrected photos to the collectio&n"
    assert corrections.add_button.isVisible()
    assert session.collection is not None
    before = session.collection.photo_count
    qtbot.mouseClick(corrections.add_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not session.is_busy and not corrections.add_button.isVisible(), timeout=20_000)
    assert session.collection.photo_count == before + 2
    assert (session.collection.folder / "wren" / "a owl.jpg").exists()


def test_what_another_model_says_otherwise_is_told_and_shown(
    qtbot: QtBot, named: PredictPage, session: Session
) -> None:
    qtbot.waitUntil(lambda: not session.is_busy)
    named.board.name_again()
    qtbot.waitUntil(lambda: not session.is_busy and named.corrections.notice.isVisible(), timeout=20_000)
    assert named.corrections.notice.text.text() == "By this model no photo has another answer."
    assert not named.corrections.notice.button.isVisible()
    named.view.show_only(np.array([3, 1]))
    assert names_shown(named) == ["d owl", "b robin"]
    assert named.view.bar.order.currentText() == "As they came"
    named.clear()
    assert not named.corrections.notice.isVisible()
