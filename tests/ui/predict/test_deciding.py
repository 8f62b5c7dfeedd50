"""Keys that decide about photos: single keys work through them, one after the other, and each can be taken back."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from tests.ui.predict.showing import answers, chips, names_shown, selected
from tlgui.learning.results import ClassScore, Prediction
from tlgui.learning.trust import Caution
from tlgui.ui.board.columns import NOT_SURE
from tlgui.ui.predict.predict_page import PredictPage
from tlgui.ui.session.session import Session

Key = Qt.Key


def press(page: PredictPage, key: Qt.Key | str) -> None:
    if isinstance(key, str):
        QTest.keyClicks(page.view.grid, key)
    else:
        QTest.keyClick(page.view.grid, key)


def test_first_photo_is_selected_so_that_keys_work_at_once(named: PredictPage) -> None:
    assert selected(named) == ["a owl"]
    assert answers(named)["a owl"] == "owl 80 %"
    assert answers(named)["f broken"] == "unreadable"


@pytest.mark.parametrize("key", ["e", "E", "3"])
def test_key_of_a_class_names_the_photo_and_moves_on(named: PredictPage, key: str) -> None:
    press(named, key)
    assert answers(named)["a owl"] == "wren*"
    assert selected(named) == ["b robin"]
    assert "The photo is named “wren”. U takes it back." in named.summary.text()


def test_enter_accepts_the_answer_and_moves_on(named: PredictPage) -> None:
    press(named, Key.Key_Return)
    press(named, Key.Key_Enter)
    assert answers(named) | {"c wren": ""} == {
        "a owl": "owl*",
        "b robin": "robin*",
        "c wren": "",
        "d owl": "owl 80 %",
        "e robin": "robin 80 %",
        "f broken": "unreadable",
    }
    assert selected(named) == ["c wren"]


def test_many_photos_are_accepted_at_once_each_with_its_own_answer(qtbot: QtBot, named: PredictPage) -> None:
    QTest.keyClick(named.view.grid, Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(selected(named)) == 6
    press(named, Key.Key_Return)
    assert list(answers(named).values()) == ["owl*", "robin*", "wren*", "owl*", "robin*", "unreadable"]
    assert "5 answers are accepted. U takes them back." in named.summary.text()
    assert named.board.next_undo == "accept 5 answers"
    press(named, "u")
    qtbot.waitUntil(lambda: not any(answer.endswith("*") for answer in answers(named).values()))
    assert len(selected(named)) == 5
    assert named.board.next_undo == ""


def test_photos_without_an_answer_are_not_accepted_with_many(named: PredictPage, session: Session) -> None:
    photos = named.board.photos
    seen = Prediction(photos.photo(1).path, (ClassScore("robin", 0.95),), digest=bytes(range(32)), distance=0.1)
    photos.put([seen])
    session.set_caution(Caution(0.02))
    assert list(answers(named).values())[:3] == ["not sure: owl?", "robin 95 %", "not sure: wren?"]
    named.view.grid.selectAll()
    press(named, Key.Key_Return)
    assert list(answers(named).values())[:3] == ["not sure: owl?", "robin*", "not sure: wren?"]
    told = "The photo is named “robin”. 4 photos without an answer stay as they are. U takes it back."
    assert told in named.summary.text()
    named.view.choose(np.array([0, 2], np.intp))
    press(named, Key.Key_Return)
    assert list(answers(named).values())[:3] == ["not sure: owl?", "robin*", "not sure: wren?"]
    assert "2 photos without an answer stay as they are. The key of a class names them." in named.summary.text()
    assert selected(named) == ["a owl", "c wren"]


def test_many_photos_are_named_at_once_and_the_next_one_is_selected(named: PredictPage) -> None:
    named.view.choose(np.array([1, 2]))
    press(named, "o")
    assert list(answers(named).values())[:3] == ["owl 80 %", "owl*", "owl*"]
    assert selected(named) == ["d owl"]
    assert "2 photos are named “owl”" in named.summary.text()


def test_last_photo_leads_back_to_the_one_before_it(named: PredictPage) -> None:
    named.view.choose(np.array([4, 5]))
    press(named, "o")
    assert selected(named) == ["d owl"]


def test_u_takes_decisions_back_and_selects_the_photo_again(qtbot: QtBot, named: PredictPage) -> None:
    press(named, "e")
    press(named, "e")
    press(named, "u")
    qtbot.waitUntil(lambda: answers(named)["b robin"] == "robin 80 %")
    assert selected(named) == ["b robin"]
    press(named, "u")
    qtbot.waitUntil(lambda: answers(named)["a owl"] == "owl 80 %")
    assert selected(named) == ["a owl"]
    press(named, "u")
    assert chips(named)[-1] == "unreadable 1"


def test_single_keys_work_through_what_it_is_not_sure_of(qtbot: QtBot, named: PredictPage, session: Session) -> None:
    session.set_caution(Caution(0.02))
    named.view.chips.choose(NOT_SURE)
    assert names_shown(named) == ["a owl", "b robin", "c wren", "d owl", "e robin"]
    assert answers(named)["a owl"] == "not sure: owl?"
    assert selected(named) == ["a owl"]
    press(named, Key.Key_Return)
    assert names_shown(named) == ["b robin", "c wren", "d owl", "e robin"]
    assert selected(named) == ["b robin"]
    press(named, "o")
    assert selected(named) == ["c wren"]
    press(named, "u")
    qtbot.waitUntil(lambda: names_shown(named) == ["b robin", "c wren", "d owl", "e robin"])
    assert selected(named) == ["b robin"]
    for _ in range(4):
        press(named, Key.Key_Return)
    assert names_shown(named) == []
    assert named.view.nothing.isVisible()


def test_key_that_is_held_down_decides_once(named: PredictPage) -> None:
    QTest.simulateEvent(named.view.grid, True, Key.Key_E, Qt.KeyboardModifier.NoModifier, "e", False)  # noqa: FBT003
    QTest.simulateEvent(named.view.grid, True, Key.Key_E, Qt.KeyboardModifier.NoModifier, "e", True)  # noqa: FBT003
    assert answers(named)["b robin"] == "robin 80 %"


def test_commands_and_typing_in_the_search_decide_nothing(named: PredictPage) -> None:
    QTest.keyClick(named.view.grid, Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    named.view.bar.text.setFocus()
    QTest.keyClicks(named.view.bar.text, "e1u")
    QTest.keyClick(named.view.bar.text, Key.Key_Return)
    assert named.board.next_undo == ""


def test_key_on_a_chip_names_the_photo(named: PredictPage) -> None:
    QTest.keyClicks(named.view.chips.chips()[0], "e")
    assert answers(named)["a owl"] == "wren*"


def test_menu_names_photos_and_shows_the_keys(named: PredictPage) -> None:
    menu = QMenu()
    named.deciding.fill_menu(menu)
    assert [action.text() for action in menu.actions()] == ["owl\t1 O", "robin\t2 R", "wren\t3 E", "", "&New class…"]
    menu.actions()[2].trigger()
    assert answers(named)["a owl"] == "wren*"


def test_new_class_is_asked_for_and_is_known_from_then_on(named: PredictPage) -> None:
    named.view.choose(np.array([1, 2]))
    named.deciding.ask_class()
    (dialog,) = named.window().findChildren(QInputDialog)
    assert dialog.labelText() == "What do these 2 photos show?"
    field = dialog.findChild(QLineEdit)
    assert field is not None
    assert field.accessibleName() == "Name of the new class"
    assert dialog.width() > dialog.fontMetrics().averageCharWidth() * 40
    dialog.setTextValue("  blue   tit ")
    dialog.accept()
    assert list(answers(named).values())[1:3] == ["blue tit*", "blue tit*"]
    press(named, "4")
    assert answers(named)["d owl"] == "blue tit*"


def test_new_class_with_the_name_of_a_known_one_is_that_one(named: PredictPage) -> None:
    named.deciding.ask_class()
    (dialog,) = named.window().findChildren(QInputDialog)
    dialog.setTextValue("Wren")
    dialog.accept()
    assert answers(named)["a owl"] == "wren*"
    assert named.board.photos.names == ["owl", "robin", "wren"]


def test_pane_names_and_accepts(qtbot: QtBot, named: PredictPage) -> None:
    pane = named.view.pane
    assert pane.rows.tolist() == [0]
    pane.class_chosen.emit("wren")
    assert answers(named)["a owl"] == "wren*"
    qtbot.waitUntil(lambda: pane.rows.tolist() == [1])
    pane.accept_button.click()
    assert answers(named)["b robin"] == "robin*"
    qtbot.waitUntil(lambda: pane.rows.tolist() == [2])


def test_photo_that_cannot_be_read_is_not_said_to_be_named(named: PredictPage) -> None:
    named.view.choose(np.array([4, 5]))
    press(named, "o")
    assert "The photo is named “owl”. U takes it back." in named.summary.text()
    assert named.board.next_undo == "name a photo “owl”"
    named.deciding.told.emit("Something else.")
    named.view.choose(np.array([5]))
    assert not named.deciding.can_decide()
    press(named, "o")
    assert named.summary.text() == "Something else."
    assert named.board.next_undo == "name a photo “owl”"


def test_full_view_decides_about_the_photo_that_it_shows(qtbot: QtBot, named: PredictPage) -> None:
    QTest.keyClick(named.view.grid, Key.Key_Space)
    full = named.opener.full
    assert full is not None
    assert full.isVisible()
    QTest.keyClick(full, Key.Key_E)
    assert answers(named)["a owl"] == "wren*"
    assert full.place == 1
    assert selected(named) == ["b robin"]
    QTest.keyClick(full, Key.Key_U)
    qtbot.waitUntil(lambda: answers(named)["a owl"] == "owl 80 %")
    assert full.place == 0
    full.close()


def test_full_view_stays_in_step_with_what_is_shown(named: PredictPage, session: Session) -> None:
    session.set_caution(Caution(0.02))
    named.view.chips.choose(NOT_SURE)
    named.opener.open()
    full = named.opener.full
    assert full is not None
    QTest.keyClick(full, Key.Key_Return)
    assert full.windowTitle() == "b robin.jpg (1 of 4)"
    assert selected(named) == ["b robin"]
    full.close()


def test_w_shows_where_the_model_looked(qtbot: QtBot, named: PredictPage) -> None:
    press(named, "w")
    pane = named.view.pane
    qtbot.waitUntil(lambda: pane.explanation.words.isVisible())
    press(named, "w")
    assert not pane.explanation.words.isVisible()
    assert named.board.next_undo == ""
