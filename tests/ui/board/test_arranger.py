"""What is shown of the board follows the photos as they come, decisions, and other queries."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from tests.ui.board.predictions import prediction
from tlgui.learning.results import Prediction
from tlgui.ui.board.arranger import BoardArranger
from tlgui.ui.board.arranging import Arranged, BoardGrouping, BoardOrder, BoardQuery
from tlgui.ui.board.board import Board
from tlgui.ui.board.columns import Rows
from tlgui.ui.session.session import Session


class Shown:
    """A board, its arranger, and what that told.

    Args:
        session: The session of the board.
    """

    def __init__(self, session: Session) -> None:
        self.board = Board(session)
        self.arranger = BoardArranger(self.board)
        self.told: list[tuple[list[int], bool]] = []
        self.appended: list[list[int]] = []
        self.arranger.arranged.connect(self._on_arranged)
        self.arranger.appended.connect(lambda rows: self.appended.append(rows.tolist()))

    def come(self, *predictions: Prediction) -> None:
        self.board.grew.emit(self.board.photos.put(predictions))

    def decide(self, rows: list[int], name: str | None) -> None:
        self.board.photos.decide(np.array(rows, np.intp), name)
        self.board.changed.emit(np.array(rows, np.intp))

    def _on_arranged(self, found: Arranged, is_new: object) -> None:
        self.told.append((found.rows.tolist(), bool(is_new)))


@pytest.fixture
def shown(session: Session) -> Shown:
    return Shown(session)


def owl(number: int) -> Prediction:
    return prediction(f"{number}.jpg", ("owl", 0.5 + number / 1000))


def test_photos_that_come_are_shown_after_the_others(shown: Shown) -> None:
    shown.come(owl(0), owl(1))
    shown.come(owl(2))
    assert shown.told == [([0, 1], True)]
    assert shown.appended == [[2]]
    assert shown.arranger.rows.tolist() == [0, 1, 2]


def test_photos_that_come_are_shown_only_where_the_query_selects_them(shown: Shown) -> None:
    shown.arranger.show(BoardQuery(text="5"))
    shown.come(owl(5))
    shown.come(owl(6), owl(15))
    assert shown.appended == [[0], [2]]
    assert shown.arranger.rows.tolist() == [0, 2]


def test_photos_in_another_order_are_arranged_once_a_second_while_they_come(qtbot: QtBot, shown: Shown) -> None:
    shown.arranger.show(BoardQuery(order=BoardOrder.CERTAINTY, is_descending=True))
    shown.told.clear()
    for number in range(5):
        shown.come(owl(number))
    assert shown.told == [([0], False)]
    with qtbot.waitSignal(shown.arranger.arranged, timeout=5000):
        pass
    assert shown.told == [([0], False), ([4, 3, 2, 1, 0], False)]


def test_photo_that_is_named_again_may_be_shown_elsewhere(qtbot: QtBot, shown: Shown) -> None:
    shown.arranger.show(BoardQuery(group=0))
    shown.come(owl(0), owl(1))
    with qtbot.waitSignal(shown.arranger.arranged, timeout=5000):
        shown.come(prediction("0.jpg", ("wren", 0.9)))
    assert shown.arranger.rows.tolist() == [1]


def test_decided_photo_leaves_a_group_without_moving_the_others_and_comes_back(shown: Shown) -> None:
    shown.come(owl(0), owl(1), owl(2), prediction("w.jpg", ("wren", 0.9)))
    shown.arranger.show(BoardQuery(group=0, order=BoardOrder.CERTAINTY, is_descending=True))
    shown.decide([1], "wren")
    assert shown.told[-1] == ([2, 0], False)
    shown.decide([1], None)
    assert shown.told[-1] == ([2, 1, 0], False)


def test_photos_on_an_empty_board_are_shown_without_delay(shown: Shown) -> None:
    shown.arranger.show(BoardQuery())
    shown.come(owl(0))
    assert shown.arranger.rows.tolist() == [0]


def test_decision_that_moves_no_photo_arranges_nothing(shown: Shown) -> None:
    shown.come(owl(0), owl(1))
    told = len(shown.told)
    shown.decide([1], "wren")
    assert len(shown.told) == told


def test_many_photos_are_arranged_on_another_thread_and_the_last_query_wins(qtbot: QtBot, shown: Shown) -> None:
    shown.come(*(owl(number) for number in range(3000)))
    told = len(shown.told)
    shown.arranger.show(BoardQuery(order=BoardOrder.NAME))
    assert len(shown.told) == told
    shown.arranger.show(BoardQuery(order=BoardOrder.NAME, is_descending=True))
    qtbot.waitUntil(lambda: len(shown.told) > told)
    assert shown.told[told:] == [(list(range(2999, -1, -1)), True)]


def test_photos_that_come_while_others_are_arranged_are_shown_too(qtbot: QtBot, shown: Shown) -> None:
    shown.come(*(owl(number) for number in range(3000)))
    shown.arranger.show(BoardQuery(order=BoardOrder.NAME, grouping=BoardGrouping.NONE))
    shown.come(owl(3000))
    qtbot.waitUntil(lambda: len(shown.arranger.rows) == 3001, timeout=10_000)
    assert shown.arranger.rows.tolist() == list(range(3001))


def test_emptied_board_shows_nothing(shown: Shown) -> None:
    shown.come(owl(0))
    shown.board.empty()
    empty: Rows = shown.arranger.rows
    assert empty.tolist() == []
    assert shown.told[-1] == ([], False)
