"""The chips above the grid: live counts that do not jump, one choice at a time, and a menu for what has no room."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.trusts import trust_of
from tests.ui.board.predictions import prediction
from tlgui.learning.trust import Caution
from tlgui.ui.board.arranging import YOURS
from tlgui.ui.board.class_keys import keys_of_classes
from tlgui.ui.board.columns import NOT_SURE, BoardColumns
from tlgui.ui.predict.group_chips import GroupChips

FEW = ("rose", "daisy & co", "tulip")
MANY = tuple(f"Great Crested Grebe {number}" for number in range(40))


class Shown:
    """Chips for a board.

    Args:
        qtbot: Shows them.
        names: The classes.
    """

    def __init__(self, qtbot: QtBot, names: tuple[str, ...]) -> None:
        self.columns = BoardColumns(names, trust_of((0.3, 0.5, 0.9, None), class_count=len(names)))
        self.columns.judge(Caution(0.02))
        self.chips = GroupChips()
        self.chosen: list[int | None] = []
        self.chips.group_chosen.connect(self.chosen.append)
        qtbot.addWidget(self.chips)
        self.chips.resize(800, 100)
        self.chips.show()

    def come(self, name: str, number: int, probability: float = 0.95) -> None:
        """Let photos come that are named as a class."""
        start = len(self.columns)
        self.columns.put([prediction(f"{start + place}.jpg", (name, probability)) for place in range(number)])
        self.refresh()

    def refresh(self) -> None:
        self.chips.show_board(self.columns, keys_of_classes(self.columns.names))

    def texts(self) -> list[str]:
        return [chip.text() for chip in self.chips.chips()]


@pytest.fixture
def few(qtbot: QtBot) -> Shown:
    return Shown(qtbot, FEW)


def test_chips_count_classes_and_what_is_not_named(few: Shown) -> None:
    few.come("rose", 3)
    few.come("tulip", 2, probability=0.5)
    few.columns.put(
        [prediction("broken.jpg", error="It is no photo."), prediction("far.jpg", ("rose", 0.9), distance=0.9)]
    )
    few.columns.decide(np.array([0, 1]), "daisy & co")
    few.refresh()
    assert few.texts() == [
        "All 7",
        "rose 1",
        "daisy && co 2",
        "not sure 2",
        "unlike anything 1",
        "unreadable 1",
        "yours 2",
    ]
    assert few.chips.chips()[2].accessibleName() == "daisy & co, 2 photos"
    assert "the key 1 or R names a photo so" in few.chips.chips()[1].toolTip()


def test_counts_grow_without_moving_a_chip_until_all_is_settled(few: Shown) -> None:
    few.come("tulip", 1)
    few.come("rose", 1)
    places = {chip.name: chip.pos() for chip in few.chips.chips()}
    few.come("rose", 8)
    assert few.texts() == ["All 10", "tulip 1", "rose 9"]
    assert {chip.name: chip.pos() for chip in few.chips.chips()} == places
    few.chips.settle()
    assert few.texts() == ["All 10", "rose 9", "tulip 1"]


def test_one_chip_is_chosen_at_a_time_with_mouse_and_arrow_keys(qtbot: QtBot, few: Shown) -> None:
    few.come("rose", 3)
    few.come("tulip", 2)
    everything, rose, tulip = few.chips.chips()
    assert everything.isChecked()
    QTest.mouseClick(rose, Qt.MouseButton.LeftButton)
    assert (few.chips.chosen, few.chosen) == (0, [0])
    few.chips.activateWindow()
    rose.setFocus()
    qtbot.waitUntil(rose.hasFocus)
    QTest.keyClick(rose, Qt.Key.Key_Right)
    assert tulip.isChecked()
    assert not rose.isChecked()
    assert few.chosen == [0, 2]


def test_chosen_chip_stays_when_its_photos_are_gone(few: Shown) -> None:
    few.come("rose", 1, probability=0.5)
    few.chips.choose(NOT_SURE)
    few.columns.decide(np.array([0]), "rose")
    few.refresh()
    assert few.texts() == ["All 1", "rose 1", "not sure 0", "yours 1"]
    few.chips.choose(YOURS)
    assert few.texts() == ["All 1", "rose 1", "yours 1"]


def test_other_board_begins_with_all_photos(few: Shown) -> None:
    few.come("rose", 2)
    few.chips.choose(0)
    few.columns = BoardColumns(("owl",))
    few.refresh()
    assert few.texts() == ["All 0"]
    assert few.chips.chosen is None
    few.come("owl", 1)
    assert few.texts() == ["All 1", "owl 1"]


def test_classes_without_room_are_in_a_menu_those_without_photos_last(qtbot: QtBot) -> None:
    many = Shown(qtbot, MANY)
    for number, name in enumerate(MANY[:30]):
        many.come(name, 30 - number)
    qtbot.waitUntil(lambda: len({chip.y() for chip in many.chips.chips()} | {many.chips.more.y()}) == 2)
    shown = [chip.name for chip in many.chips.chips()[1:]]
    assert shown == list(MANY[: len(shown)])
    menu = many.chips.more.menu()
    menu.aboutToShow.emit()
    texts = [action.text() for action in menu.actions()]
    assert texts[0] == f"{MANY[len(shown)]} {30 - len(shown)}"
    assert texts[-1] == f"{MANY[39]} 0"
    assert len(texts) + len(shown) == 40
    menu.actions()[20].trigger()
    assert many.chosen == [MANY.index(texts[20].rpartition(" ")[0])]
    assert many.chips.chips()[len(shown)].isChecked()


def test_menu_is_hidden_while_all_classes_are_shown(few: Shown) -> None:
    few.come("rose", 1)
    assert few.chips.more.isVisible(), "two classes without photos are in it"
    few.come("tulip", 1)
    few.come("daisy & co", 1)
    assert not few.chips.more.isVisible()


def test_wider_place_shows_more_classes(qtbot: QtBot) -> None:
    many = Shown(qtbot, MANY)
    for name in MANY:
        many.come(name, 1)
    narrow = len(many.texts())
    many.chips.resize(1600, 100)
    qtbot.waitUntil(lambda: len(many.texts()) > narrow)
