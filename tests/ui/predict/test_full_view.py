"""The full view of the board: steps, keys that decide and go on, and undo."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.trusts import trust_of
from tests.ui.predict.named_boards import fill_board, named, scores_of
from tlgui.ui.board.board import Board
from tlgui.ui.predict.full_view import FullView
from tlgui.ui.session.session import Session

# The list shows the photos in another order than the board.
LIST = (2, 0, 1)


@pytest.fixture
def board(qtbot: QtBot, trained: Session, tmp_path: Path) -> Board:
    board = Board(trained, trained)
    new = tmp_path / "New"
    new.mkdir()
    predictions = [
        named(new / "1.jpg", scores_of(owl=0.93, wren=0.05, robin=0.02), distance=0.1),
        named(new / "22.jpg", scores_of(robin=0.48, wren=0.4, owl=0.12), distance=0.1),
        named(new / "333.jpg", scores_of(wren=0.9, owl=0.05, robin=0.05), distance=0.1),
    ]
    fill_board(qtbot, trained, board, predictions, trust_of())
    return board


class Page:
    """What the page does with what is asked for in the view."""

    def __init__(self, board: Board, view: FullView) -> None:
        self.board, self.view = board, view
        self.places: list[int] = []
        view.class_chosen.connect(self.name)
        view.accepted.connect(self.accept)
        view.undo_requested.connect(board.undo)
        view.place_changed.connect(self.places.append)

    def row(self) -> int:
        return LIST[self.view.place]

    def name(self, class_name: str) -> None:
        self.board.decide(np.array([self.row()], np.intp), class_name, f"name a photo {class_name}")

    def accept(self) -> None:
        self.name(self.board.photos.photo(self.row()).scores[0].class_name)


@pytest.fixture
def page(qtbot: QtBot, trained: Session, board: Board) -> Page:
    view = FullView(trained, board)
    qtbot.addWidget(view)
    page = Page(board, view)
    view.open_at(LIST, 0)
    return page


def test_arrow_keys_step_through_the_list(page: Page) -> None:
    view = page.view
    assert view.windowTitle() == "333.jpg (1 of 3)"
    assert view.column.answer.text() == "wren, 90 % sure"
    for _ in range(4):
        QTest.keyClick(view.canvas, Qt.Key.Key_Right)
    assert view.windowTitle() == "22.jpg (3 of 3)"
    assert view.column.answer.text() == "Not sure: robin or wren?"
    assert page.places == [1, 2]
    QTest.keyClick(view.canvas, Qt.Key.Key_Home)
    assert page.places == [1, 2, 0]


def test_photo_is_shown_large_with_its_file_below(qtbot: QtBot, page: Page) -> None:
    qtbot.waitUntil(lambda: page.view.canvas.shown_width() > 200)
    qtbot.waitUntil(lambda: page.view.about.text().startswith("333.jpg · in New · 3 May 2024, 14:05 · "))


@pytest.mark.parametrize("key", [Qt.Key.Key_1, Qt.Key.Key_O])
def test_key_of_a_class_decides_and_goes_on(page: Page, key: Qt.Key) -> None:
    QTest.keyClick(page.view.canvas, key)
    assert page.board.photos.photo(2).answer == "owl"
    assert page.board.photos.photo(2).is_decided
    assert page.view.place == 1


def test_enter_accepts_what_the_button_says_and_goes_on(page: Page) -> None:
    accept = page.view.accept_button
    assert accept.text() == "&Right"
    QTest.keyClick(page.view.canvas, Qt.Key.Key_Return)
    QTest.keyClick(page.view.canvas, Qt.Key.Key_Return)
    assert accept.text() == "&It is “robin”"
    QTest.keyClick(page.view.canvas, Qt.Key.Key_Return)
    assert [page.board.photos.photo(row).answer for row in LIST] == ["wren", "owl", "robin"]
    assert all(page.board.photos.photo(row).is_decided for row in LIST)
    assert page.view.place == 2
    assert accept.isHidden()


def test_enter_on_a_photo_that_was_decided_goes_on(page: Page) -> None:
    QTest.keyClick(page.view.canvas, Qt.Key.Key_1)
    QTest.keyClick(page.view.canvas, Qt.Key.Key_Left)
    QTest.keyClick(page.view.canvas, Qt.Key.Key_Return)
    assert page.board.photos.photo(2).answer == "owl"
    assert page.view.place == 1


def test_undo_returns_to_the_photo_whose_decision_is_taken_back(qtbot: QtBot, page: Page) -> None:
    assert not page.view.undo_button.isEnabled()
    QTest.keyClick(page.view.canvas, Qt.Key.Key_1)
    QTest.keyClick(page.view.canvas, Qt.Key.Key_U)
    assert page.view.place == 0
    qtbot.waitUntil(lambda: not page.board.photos.photo(2).is_decided)
    assert page.view.column.answer.text() == "wren, 90 % sure"
    assert not page.view.undo_button.isEnabled()
    QTest.keyClick(page.view.canvas, Qt.Key.Key_U)
    assert page.view.place == 0


def test_keys_work_wherever_the_focus_is(page: Page) -> None:
    view = page.view
    QTest.keyClick(view.column.classes, Qt.Key.Key_Right)
    assert view.place == 1
    view.previous_button.setFocus()
    QTest.keyClick(view.previous_button, Qt.Key.Key_Return)
    assert view.place == 0
    QTest.keyClick(view.previous_button, Qt.Key.Key_O)
    assert page.board.photos.photo(2).answer == "owl"


def test_photo_that_leaves_the_list_when_it_is_decided_is_not_followed_by_a_step_too_many(page: Page) -> None:
    view = page.view
    view.class_chosen.connect(lambda _name: view.show_rows(LIST[1:], 0))
    QTest.keyClick(view.canvas, Qt.Key.Key_1)
    assert view.place == 0
    assert view.windowTitle() == "1.jpg (1 of 2)"


def test_key_w_shows_where_the_model_looked(qtbot: QtBot, page: Page) -> None:
    page.view.activateWindow()
    qtbot.waitUntil(page.view.isActiveWindow)
    QTest.keyClick(page.view.canvas, Qt.Key.Key_W)
    qtbot.waitUntil(page.view.canvas._layer.isVisible)
    assert "mostly the lower left" in page.view.explanation.words.text()
    assert page.view.place == 0


def test_escape_and_an_empty_list_and_an_empty_board_close_the_view(page: Page) -> None:
    view = page.view
    QTest.keyClick(view.canvas, Qt.Key.Key_Escape)
    assert view.isHidden()
    view.open_at(LIST, 1)
    view.show_rows((), 0)
    assert view.isHidden()
    view.open_at(np.array(LIST), 9)
    assert view.place == 2
    page.board.empty()
    assert view.isHidden()
