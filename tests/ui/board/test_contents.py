"""Photos of the board for jobs on other threads: what is said of each, who said it, and where it is by now."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.board.deciding import named, rows, settle, write_photos
from tests.ui.board.windows import Window
from tests.ui.waiting import finish
from tlgui.learning.trust import Verdict
from tlgui.photos.answers import DecidedBy
from tlgui.photos.sorting.options import SortOptions
from tlgui.ui.board.board import Board
from tlgui.ui.board.sorting import Sorting, SortInput, SortPreview


@pytest.fixture
def board(qtbot: QtBot, board_window: Window, tmp_path: Path) -> Board:
    write_photos(tmp_path / "new", ["owl 1", "owl 2", "wren 1"])
    (tmp_path / "new" / "torn.jpg").write_bytes(b"no photo")
    return named(qtbot, board_window.board, [tmp_path / "new"])


def row(board: Board, tmp_path: Path, name: str) -> int:
    found = board.photos.row_of(tmp_path / "new" / name)
    assert found is not None
    return found


def test_answers_say_who_decided_and_when(qtbot: QtBot, board: Board, tmp_path: Path) -> None:
    board.decide(rows(row(board, tmp_path, "owl 1.jpg")), "wren", "name it wren")
    settle(qtbot, board)
    photo = board.photos.photo(row(board, tmp_path, "owl 1.jpg"))

    answers = {answer.path.name: answer for answer in board.contents().answers()}

    decided, model = answers["owl 1.jpg"], answers["owl 2.jpg"]
    assert (decided.answer, decided.decided_by, decided.decided_at) == ("wren", DecidedBy.PERSON, photo.decided_at)
    # What the model gives the class that the person named.
    assert decided.certainty == pytest.approx(0.1)
    assert (model.answer, model.decided_by, model.verdict) == ("owl", DecidedBy.MODEL, Verdict.NAMED)
    assert model.certainty == pytest.approx(0.8)
    torn = answers["torn.jpg"]
    assert (torn.answer, torn.verdict, torn.scores) == ("", Verdict.NOT_SURE, ())
    assert "torn.jpg" in torn.error


def test_contents_stay_as_they_were_when_the_board_changes(qtbot: QtBot, board: Board, tmp_path: Path) -> None:
    number = row(board, tmp_path, "owl 1.jpg")
    contents = board.contents(rows(number))
    board.decide(rows(number), "wren", "name it wren")
    board.move({str(tmp_path / "new" / "owl 1.jpg"): str(tmp_path / "elsewhere.jpg")})
    settle(qtbot, board)
    (answer,) = contents.answers()
    assert (answer.path, answer.answer) == (tmp_path / "new" / "owl 1.jpg", "owl")
    assert board.photos.photo(number).path == tmp_path / "elsewhere.jpg"


def test_photos_that_change_places_with_each_other_keep_their_rows(board: Board, tmp_path: Path) -> None:
    one, other = (tmp_path / "new" / name for name in ("owl 1.jpg", "owl 2.jpg"))
    before = board.photos.row_of(one), board.photos.row_of(other)
    board.move({str(one): str(other), str(other): str(one), "/not/on/the/board.jpg": "/x.jpg"})
    assert (board.photos.row_of(other), board.photos.row_of(one)) == before


def test_photos_named_again_are_known_by_what_was_dropped(
    qtbot: QtBot, board: Board, board_window: Window, tmp_path: Path
) -> None:
    """Sorted photos that lie in the dropped folder are left, also after all photos were named again."""
    into = tmp_path / "new" / "sorted"
    (into / "owl").mkdir(parents=True)
    write_photos(into / "owl", ["owl 9"])
    named(qtbot, board, [tmp_path / "new"])
    sorting = Sorting(board_window.session, board)
    for _ in range(2):
        assert board.contents().roots[0] == tmp_path / "new"
        job = sorting.preview(SortInput(board.contents(), SortOptions(into)))
        preview = finish(qtbot, job)
        assert isinstance(preview, SortPreview)
        assert (preview.plan.photo_count, preview.plan.inside_count, preview.unreadable_count) == (3, 1, 1)
        board.name_again()
        settle(qtbot, board)
