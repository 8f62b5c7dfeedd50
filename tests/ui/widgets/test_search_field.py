"""The search field: it tells after a pause or with Return, and Escape clears it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from tlgui.ui.widgets.search_field import SearchField


@pytest.fixture
def field(qtbot: QtBot) -> SearchField:
    field = SearchField("Find by name", "Show only photos whose name has this in it", 14)
    qtbot.addWidget(field)
    field.show()
    field.setFocus()
    return field


def test_several_letters_are_told_once_after_a_pause(qtbot: QtBot, field: SearchField) -> None:
    told: list[str] = []
    field.searched.connect(lambda: told.append(field.text()))
    with qtbot.waitSignal(field.searched):
        QTest.keyClicks(field, "wren")
        assert told == []
    assert told == ["wren"]


def test_return_tells_at_once_and_no_second_time(qtbot: QtBot, field: SearchField) -> None:
    QTest.keyClicks(field, "owl")
    with qtbot.waitSignal(field.searched, timeout=0):
        QTest.keyClick(field, Qt.Key.Key_Return)
    with qtbot.assertNotEmitted(field.searched, wait=300):
        pass


def test_escape_clears_it_and_tells(qtbot: QtBot, field: SearchField) -> None:
    field.setText("owl")
    with qtbot.waitSignal(field.searched):
        QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == ""


def test_clearing_quietly_tells_nothing(qtbot: QtBot, field: SearchField) -> None:
    with qtbot.waitSignal(field.searched):
        field.setText("owl")
    with qtbot.assertNotEmitted(field.searched, wait=300):
        field.clear_quietly()
    assert field.text() == ""
    (button,) = field.findChildren(QToolButton)
    qtbot.waitUntil(lambda: not button.isVisible())


def test_preferred_width_does_not_depend_on_the_text(field: SearchField) -> None:
    empty = field.sizeHint()
    field.setText("a longer text than fits")
    assert field.sizeHint() == empty
