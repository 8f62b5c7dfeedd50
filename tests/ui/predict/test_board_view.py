"""The grid of the board: search, order, groups, look-alikes, one photo alone, and what is kept while it changes."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.pictures import write_jpeg
from tests.ui.predict.showing import chips, names_shown, selected
from tlgui.learning.trust import Caution
from tlgui.ui.board.arranging import BoardGrouping, BoardOrder
from tlgui.ui.board.columns import NOT_SURE
from tlgui.ui.predict.predict_page import PredictPage
from tlgui.ui.session.session import Session


def test_chips_count_and_filter(named: PredictPage, session: Session) -> None:
    assert chips(named) == ["All 6", "owl 2", "robin 2", "wren 1", "unreadable 1"]
    QTest.mouseClick(named.view.chips.chips()[2], Qt.MouseButton.LeftButton)
    assert names_shown(named) == ["b robin", "e robin"]
    assert selected(named) == ["b robin"]
    session.set_caution(Caution(0.02))
    assert names_shown(named) == []
    assert "Choose “All”" in named.view.nothing.text()
    assert named.summary.text() == "0 photos named, 5 not sure, 1 file could not be read"


def test_chips_follow_what_is_decided(qtbot: QtBot, named: PredictPage) -> None:
    named.view.choose(np.array([0]))
    QTest.keyClicks(named.view.grid, "e")
    qtbot.waitUntil(lambda: chips(named) == ["All 6", "owl 1", "robin 2", "wren 2", "unreadable 1", "yours 1"])


def test_search_waits_for_a_pause_and_escape_clears_it(qtbot: QtBot, named: PredictPage) -> None:
    field = named.view.bar.text
    named.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    QTest.keyClicks(field, "ROB")
    qtbot.waitUntil(lambda: names_shown(named) == ["b robin", "e robin"])
    QTest.keyClick(field, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: len(names_shown(named)) == 6)


def test_order_and_groups_are_chosen_from_lists(named: PredictPage) -> None:
    bar = named.view.bar
    bar.order.setCurrentText("Name, Z to A")
    assert names_shown(named)[0] == "f broken"
    assert bar.query(None).order is BoardOrder.NAME
    bar.grouping.setCurrentText("By answer")
    assert names_shown(named) == ["d owl", "a owl", "e robin", "b robin", "c wren", "f broken"]
    assert [section.title for section in named.view.grid.sections] == ["owl", "robin", "wren", "unreadable"]


def test_selection_stays_when_the_order_changes(named: PredictPage) -> None:
    named.view.choose(np.array([1, 3]))
    named.view.bar.order.setCurrentText("Name, Z to A")
    assert selected(named) == ["f broken"], "another order is another list"
    named.view.choose(np.array([1, 3]))
    named.board.changed.emit(None)
    assert selected(named) == ["d owl", "b robin"]


def test_photos_that_come_stay_after_the_others_and_move_nothing(
    qtbot: QtBot, named: PredictPage, session: Session, tmp_path: Path
) -> None:
    named.view.choose(np.array([2]))
    top = named.view.grid.visualRect(named.view.grid.currentIndex()).top()
    named.predict_paths([write_jpeg(tmp_path / "a new owl.jpg")])
    qtbot.waitUntil(lambda: not session.is_busy and len(names_shown(named)) == 7)
    assert names_shown(named)[-1] == "a new owl"
    assert selected(named) == ["c wren"]
    assert named.view.grid.visualRect(named.view.grid.currentIndex()).top() == top


def test_photos_that_look_alike_stand_together(named: PredictPage) -> None:
    named.view.bar.grouping.setCurrentText("By look")
    assert [section.title for section in named.view.grid.sections][-1] == "What they look like is not known"
    assert names_shown(named)[-1] == "f broken"


def test_groups_by_look_are_offered_only_where_it_is_known(named: PredictPage) -> None:
    grouping = named.view.bar.grouping
    assert grouping.findData(BoardGrouping.LOOK_ALIKES) > 0
    named.clear()
    assert grouping.findData(BoardGrouping.LOOK_ALIKES) < 0
    assert not named.view.can_show_look_alikes


def test_look_alikes_come_most_alike_first_and_lead_back(named: PredictPage) -> None:
    named.view.chips.choose(0)
    named.view.show_look_alikes(3)
    assert names_shown(named)[:2] == ["d owl", "a owl"]
    assert len(names_shown(named)) == 5, "what could not be read looks like nothing"
    assert named.view.chips.chosen is None
    assert selected(named) == ["d owl"]
    back = named.view.bar.back_button
    assert back.isVisible()
    assert named.view.bar.order.currentText() == "Most alike first"
    QTest.mouseClick(back, Qt.MouseButton.LeftButton)
    assert len(names_shown(named)) == 6
    assert not back.isVisible()


def test_single_photo_fills_the_page(qtbot: QtBot, predict_page: PredictPage, trained: Session, tmp_path: Path) -> None:
    predict_page.activateWindow()
    predict_page.predict_paths([write_jpeg(tmp_path / "an owl.jpg")])
    view = predict_page.view
    qtbot.waitUntil(lambda: not trained.is_busy and view.pane.rows.tolist() == [0])
    assert not view.grid.isVisible()
    assert not view.chips.isVisible()
    assert view.pane.isVisible()
    assert view.pane.column.answer.text() == "owl, 80 % sure"
    qtbot.waitUntil(lambda: QApplication.focusWidget() is view.pane.accept_button)
    QTest.keyClick(view.pane.accept_button, Qt.Key.Key_Return)
    assert predict_page.board.photos.photo(0).is_decided
    QTest.keyClicks(view.pane.accept_button, "e")
    assert predict_page.board.photos.photo(0).answer == "wren"
    predict_page.predict_paths([write_jpeg(tmp_path / "a robin.jpg")])
    qtbot.waitUntil(lambda: not trained.is_busy and view.grid.isVisible())
    assert view.chips.isVisible()


def test_pane_has_most_of_a_narrow_window_until_its_handle_is_moved(qtbot: QtBot, named: PredictPage) -> None:
    view = named.view
    named.resize(430, 600)
    qtbot.waitUntil(lambda: view.grid.columns() == 1 and view.pane.width() > view.grid.width())
    assert view.pane.isVisible()
    view._splitter.splitterMoved.emit(160, 1)
    view._splitter.setSizes([160, 238])
    sizes = view._splitter.sizes()
    named.resize(431, 600)
    assert abs(view._splitter.sizes()[1] - sizes[1]) <= 1
    named.resize(1200, 600)
    qtbot.waitUntil(lambda: view.grid.width() > view.pane.width())


def test_low_pane_has_the_answer_and_not_the_photo_until_it_is_asked_where_the_model_looked(
    qtbot: QtBot, named: PredictPage
) -> None:
    pane = named.view.pane
    assert pane.photo.isVisible()
    named.resize(900, 400)
    qtbot.waitUntil(lambda: not pane.photo.isVisible())
    assert not pane.column.question.isVisible()
    assert pane.column.classes.isVisible()
    pane.explanation.button.click()
    assert pane.photo.isVisible()
    pane.explanation.button.click()
    assert not pane.photo.isVisible()
    named.resize(900, 900)
    qtbot.waitUntil(lambda: pane.photo.isVisible() and pane.column.question.isVisible())


def test_order_groups_and_size_are_in_a_panel_where_the_line_has_no_room(qtbot: QtBot, named: PredictPage) -> None:
    bar = named.view.bar
    assert not bar.arrange_button.isVisible()
    assert bar.order.isVisible()
    named.resize(300, 600)
    qtbot.waitUntil(bar.arrange_button.isVisible)
    assert bar.height() == bar.text.height()
    QTest.keyClick(bar.arrange_button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: bar.panel.isVisible() and bar.order.hasFocus())
    assert bar.size_slider.isVisible()
    bar.order.setCurrentText("Name, Z to A")
    assert names_shown(named)[0] == "f broken"
    QTest.keyClick(bar.order, Qt.Key.Key_Escape)
    assert not bar.panel.isVisible()
    named.resize(1200, 600)
    qtbot.waitUntil(bar.order.isVisible)
    assert not bar.arrange_button.isVisible()
    named.activateWindow()
    bar.text.setFocus()
    qtbot.waitUntil(bar.text.hasFocus)
    for control in (bar.order, bar.grouping, bar.size_slider, named.view.grid):
        QTest.keyClick(QApplication.focusWidget() or named, Qt.Key.Key_Tab)
        assert QApplication.focusWidget() is control


@pytest.mark.parametrize("count", [1, 2])
def test_photos_selected_together_are_more_than_one(named: PredictPage, count: int) -> None:
    named.view.choose(np.arange(count))
    assert len(named.view.selected()) == count
    assert len(named.view.selected_together()) == (count if count > 1 else 0)


def test_group_not_sure_is_emptied_and_says_so(named: PredictPage, session: Session) -> None:
    session.set_caution(Caution(0.02))
    named.view.chips.choose(NOT_SURE)
    named.view.grid.selectAll()
    QTest.keyClick(named.view.grid, Qt.Key.Key_O)
    assert names_shown(named) == []
    assert named.view.grid.accessibleDescription() == named.view.nothing.text() != ""
