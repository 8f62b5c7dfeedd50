"""The list of classes: shares, keys, and what chooses a class."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.ui.waiting import shown
from tlgui.ui.board.class_keys import keys_of_classes
from tlgui.ui.predict.class_list import ClassLine, ClassList, line_height, lines_of_photos

FORTY = [f"species {place:02}" for place in range(40)]


@pytest.fixture
def chosen() -> list[str]:
    return []


@pytest.fixture
def classes(qtbot: QtBot, chosen: list[str]) -> ClassList:
    classes = ClassList()
    classes.class_chosen.connect(chosen.append)
    classes.show_lines([ClassLine(name, (), 0.1, "10 %") for name in FORTY])
    qtbot.addWidget(classes)
    classes.resize(classes.sizeHint())
    classes.show()
    return classes


def middle_of(classes: ClassList, row: int) -> QPoint:
    return classes.visualRect(classes.model().index(row, 0)).center()


def test_ten_classes_are_seen_and_others_are_reached_by_scrolling(classes: ClassList) -> None:
    height = line_height(classes.fontMetrics())
    assert 10 * height <= classes.height() < 11 * height
    assert classes.indexAt(middle_of(classes, 9)).row() == 9
    assert not classes.viewport().rect().contains(middle_of(classes, 39))

    QTest.keyClick(classes, Qt.Key.Key_End)

    assert classes.viewport().rect().contains(middle_of(classes, 39))


def test_click_chooses_a_class_and_a_double_click_no_second_one(classes: ClassList, chosen: list[str]) -> None:
    viewport, place, button = classes.viewport(), middle_of(classes, 2), Qt.MouseButton.LeftButton
    QTest.mouseClick(viewport, button, pos=place)
    assert chosen == ["species 02"]

    QTest.mouseDClick(viewport, button, pos=place)
    QTest.mouseRelease(viewport, button, pos=place)

    assert chosen == ["species 02"]


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_key_chooses_the_current_class(classes: ClassList, chosen: list[str], key: Qt.Key) -> None:
    QTest.keyClick(classes, Qt.Key.Key_Down)
    QTest.keyClick(classes, key)

    assert chosen == ["species 01"]


def test_letters_do_not_search_the_list(classes: ClassList) -> None:
    QTest.keyClick(classes, Qt.Key.Key_Down)
    QTest.keyClick(classes, Qt.Key.Key_S)
    assert classes.currentIndex().row() == 1


def test_classes_of_other_photos_begin_at_the_top(classes: ClassList) -> None:
    QTest.keyClick(classes, Qt.Key.Key_End)
    scrolled = classes.verticalScrollBar().value()
    assert scrolled

    classes.show_lines([ClassLine(name) for name in FORTY], is_other=False)
    assert classes.verticalScrollBar().value() == scrolled
    classes.show_lines([ClassLine(name) for name in FORTY])
    assert classes.verticalScrollBar().value() == 0


def test_line_is_spoken_with_share_answer_and_keys() -> None:
    assert ClassLine("rose", ("1", "R"), 0.93, "93 %", is_answer=True).spoken() == "rose, 93 %, the answer, key 1 or R"
    assert ClassLine("rose", (), None, "", is_answer=True, is_decided=True).spoken() == "rose, your answer"


def test_tip_and_text_of_a_class_show_its_name_literally(qtbot: QtBot) -> None:
    classes = ClassList()
    classes.show_lines([ClassLine("<b>R&D</b>")])
    with shown(qtbot, classes, 200, 100):
        index = classes.model().index(0, 0)
        assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "<b>R&D</b>"
        assert "&lt;b&gt;R&amp;D&lt;/b&gt;" in index.data(Qt.ItemDataRole.ToolTipRole)


def test_classes_among_several_photos_come_first() -> None:
    names = ["rose", "tulip", "lily"]

    lines = lines_of_photos({"tulip": 3, "lily": 1}, 5, names, keys_of_classes(names))

    assert [(line.name, line.figure, line.share) for line in lines] == [
        ("tulip", "3", 0.6),
        ("lily", "1", 0.2),
        ("rose", "", None),
    ]
    assert lines[0].keys == ("2", "T")
