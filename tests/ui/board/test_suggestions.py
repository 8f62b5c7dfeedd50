"""After a decision the board suggests the look-alikes of its photos, and does not ask again."""

from collections.abc import Callable

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from tests.ui.board.deciding import rows, settle
from tests.ui.board.test_look_suggestions import cloud, put
from tlgui.ui.board.board import Board
from tlgui.ui.board.suggestions import Suggestion, SuggestionRequest
from tlgui.ui.session.session import Session


@pytest.fixture
def board(trained: Session) -> Board:
    """Five rows that look alike, after many robins and wrens."""
    board = Board(trained, trained)
    put(board.photos, cloud(2, 5, spread=0.03, seed=2), 0.8)
    put(board.photos, cloud(0, 20), 0.9, first=5)
    put(board.photos, cloud(1, 20, seed=1), 0.1, first=25)
    return board


@pytest.fixture
def found(qtbot: QtBot, board: Board, trained: Session) -> Callable[[], Suggestion | None]:
    """Return a function that waits and returns what is suggested."""

    def wait() -> Suggestion | None:
        settle(qtbot, board)
        jobs = trained._jobs
        qtbot.waitUntil(lambda: not any(isinstance(job.request, SuggestionRequest) for job in jobs.background))
        return board.suggestion()

    return wait


def test_look_alikes_of_a_decision_are_suggested_until_all_are_decided(
    board: Board, found: Callable[[], Suggestion | None]
) -> None:
    assert board.suggestion() is None
    board.decide(rows(0), "heron", "name 1 photo heron")
    first = found()
    assert first is not None
    assert (first.class_name, sorted(first.rows.tolist())) == ("heron", [1, 2, 3, 4])
    assert first.sentence() == "4 more look like this."
    assert first.question() == "Name 4 photos “heron” too?"
    board.decide(rows(1, 2, 3), "heron", "name 3 photos heron")
    second = found()
    assert second is not None
    assert second.rows.tolist() == [4]
    assert second.sentence() == "1 more looks like these."
    board.decide(second.rows, "heron", "name 1 photo heron")
    assert found() is None


def test_dismissed_photos_are_not_suggested_for_that_class_again(
    board: Board, found: Callable[[], Suggestion | None]
) -> None:
    board.decide(rows(0), "heron", "name 1 photo heron")
    assert found() is not None
    changed: list[int] = []
    board.suggestion_changed.connect(lambda: changed.append(1))
    board.dismiss_suggestion()
    assert board.suggestion() is None
    assert changed
    board.decide(rows(1), "heron", "name 1 photo heron")
    assert found() is None
    board.decide(rows(2), "owl", "name 1 photo owl")
    again = found()
    assert again is not None
    assert again.class_name == "owl"


def test_undo_and_an_empty_board_suggest_nothing(board: Board, found: Callable[[], Suggestion | None]) -> None:
    board.decide(rows(0), "heron", "name 1 photo heron")
    assert found() is not None
    board.undo()
    assert found() is None
    board.decide(rows(0), "heron", "name 1 photo heron")
    board.empty()
    assert found() is None
    board.dismiss_suggestion()


def test_board_without_looks_suggests_nothing(board: Board, found: Callable[[], Suggestion | None]) -> None:
    board.empty()
    put(board.photos, np.zeros((20, 0), np.float32), 0.8)
    board.decide(rows(0), "heron", "name 1 photo heron")
    assert found() is None
