"""Corrections become training photos, and after the training the board says what changed."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.pictures import write_jpeg
from tests.ui.board.deciding import answers, named, rows, settle, write_photos
from tests.ui.waiting import finish
from tlgui.photos.layouts import ClassSource, LayoutChoice
from tlgui.photos.mending.mender import Mended
from tlgui.ui.board.board import Board
from tlgui.ui.predict.answer_column import AnswerColumn
from tlgui.ui.session.session import Session

NAMES = ("heron 1", "heron 2", "heron 3", "heron 4", "robin 1", "wren 1")


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    return write_photos(tmp_path / "card", NAMES)


@pytest.fixture
def board(qtbot: QtBot, trained: Session, photos: list[Path]) -> Board:
    return named(qtbot, Board(trained, trained), photos)


@pytest.fixture
def corrected(qtbot: QtBot, board: Board) -> Board:
    board.decide(rows(0, 1, 2), "heron", "name 3 photos heron")
    board.decide(rows(4), "robin", "name 1 photo robin")
    settle(qtbot, board)
    return board


def add(qtbot: QtBot, board: Board) -> Mended:
    job = board.add_corrections()
    assert job is not None
    mended = finish(qtbot, job)
    assert isinstance(mended, Mended)
    settle_review(qtbot, board)
    return mended


def settle_review(qtbot: QtBot, board: Board) -> None:
    session = board._session
    qtbot.waitUntil(lambda: not session.review.is_looking and not session._jobs.background, timeout=10_000)
    settle(qtbot, board)


def train_again(qtbot: QtBot, board: Board, engine: FakeEngine, accuracy: float = 0.99) -> None:
    session = board._session
    assert session.active_run is not None
    engine.train_next(accuracy)
    finish(qtbot, session.train_again(session.active_run))
    settle_review(qtbot, board)


def test_corrections_are_what_the_person_names_otherwise(corrected: Board) -> None:
    assert corrected.corrections().tolist() == [0, 1, 2]
    assert corrected.corrections_to_add().tolist() == [0, 1, 2]
    assert corrected.why_not_add() == ""


def test_answer_of_the_model_is_no_correction(board: Board) -> None:
    board.decide(rows(5), "robin", "name 1 photo robin")
    assert board.corrections().tolist() == [5]
    board.decide(rows(5), "wren", "name 1 photo wren")
    assert board.corrections().tolist() == []
    assert "named otherwise" in board.why_not_add()
    assert board.add_corrections() is None


def test_added_photos_are_in_their_classes_and_not_offered_again(
    qtbot: QtBot, corrected: Board, trained: Session, birds: Path
) -> None:
    mended = add(qtbot, corrected)
    assert mended.words == "Added 3 photos to “heron”."
    assert sorted(path.name for path in (birds / "heron").iterdir()) == ["heron 1.jpg", "heron 2.jpg", "heron 3.jpg"]
    assert trained.collection is not None
    assert "heron" in trained.collection.class_names
    assert corrected.corrections().tolist() == [0, 1, 2]
    assert corrected.corrections_to_add().tolist() == []
    finish(qtbot, trained.review.undo())
    settle_review(qtbot, corrected)
    assert not (birds / "heron").exists()
    assert corrected.corrections_to_add().tolist() == [0, 1, 2]


def test_what_was_added_is_known_after_a_restart(
    qtbot: QtBot, corrected: Board, trained: Session, photos: list[Path]
) -> None:
    add(qtbot, corrected)
    again = named(qtbot, Board(trained, trained), photos)
    settle_review(qtbot, again)
    assert again.corrections().tolist() == [0, 1, 2]
    assert again.corrections_to_add().tolist() == []


def test_changed_and_vanished_photos_are_told_and_the_others_added(
    qtbot: QtBot, corrected: Board, photos: list[Path], birds: Path
) -> None:
    write_jpeg(photos[0], seed=7)
    photos[1].unlink()
    mended = add(qtbot, corrected)
    assert mended.words == "Added 1 photo to “heron”. 2 could not be added."
    assert [(problem.path.name, problem.reason.split(".")[0]) for problem in mended.problems] == [
        ("heron 1.jpg", "It was changed after you decided"),
        ("heron 2.jpg", "It cannot be found"),
    ]
    assert [path.name for path in (birds / "heron").iterdir()] == ["heron 3.jpg"]
    assert corrected.corrections_to_add().tolist() == [0, 1]


def test_after_training_again_the_photos_are_named_anew_and_the_changes_told(
    qtbot: QtBot, corrected: Board, trained: Session, fake_engine: FakeEngine
) -> None:
    before = answers(corrected)
    assert before["heron 4"] != "heron"
    add(qtbot, corrected)
    with qtbot.waitSignal(corrected.answers_compared, timeout=10_000):
        train_again(qtbot, corrected, fake_engine)
    assert corrected.model == trained.model
    assert not corrected.is_of_other_model
    assert answers(corrected) == before | {"heron 4": "heron"}
    changes = corrected.answer_changes
    assert changes is not None
    assert [corrected.photos.photo(row).path.stem for row in corrected.changed_rows()] == ["heron 4"]
    column = AnswerColumn(corrected)
    qtbot.addWidget(column)
    (changed,) = corrected.changed_rows()
    column.show_rows(rows(int(changed)))
    assert column.further.text().endswith(f"\nBefore: {before['heron 4']}.")
    column.show_rows(rows(0))
    assert "Before:" not in column.further.text()
    assert changes.sentence() == (
        "After the training 1 photo has another answer. Of the 3 photos that you corrected, it names 3 as you did."
    )
    assert corrected.corrections().tolist() == []
    corrected.empty()
    assert corrected.answer_changes is None
    assert corrected.changed_rows().tolist() == []


def test_model_that_is_used_later_names_them_then(
    qtbot: QtBot, corrected: Board, trained: Session, fake_engine: FakeEngine
) -> None:
    add(qtbot, corrected)
    train_again(qtbot, corrected, fake_engine, accuracy=0.2)
    assert trained.in_use.proposal is not None
    assert not corrected.is_of_other_model
    with qtbot.waitSignal(corrected.answers_compared, timeout=10_000):
        trained.use_run(trained.in_use.proposal.run)
    assert answers(corrected)["heron 4"] == "heron"
    settle(qtbot, corrected)


def test_other_models_wait_until_they_are_asked(
    qtbot: QtBot, corrected: Board, trained: Session, fake_engine: FakeEngine
) -> None:
    finish(qtbot, trained.review.show_class_as("owl", "eule"))
    train_again(qtbot, corrected, fake_engine)
    assert corrected.is_of_other_model
    assert corrected.answer_changes is None
    with qtbot.waitSignal(corrected.answers_compared, timeout=10_000):
        corrected.name_again()
    assert corrected.answer_changes is not None
    assert corrected.answer_changes.sentence().startswith("By this model ")
    # What was decided belongs to the folder, whatever its classes are called.
    assert answers(corrected)["heron 1"] == "heron*"
    settle(qtbot, corrected)


def test_without_a_collection_it_is_said_what_to_do(session: Session) -> None:
    board = Board(session, session)
    assert board.why_not_add().startswith("Open the folder")
    assert board.add_corrections() is None


def test_labels_are_no_folders_to_add_to(qtbot: QtBot, corrected: Board, trained: Session) -> None:
    finish(qtbot, trained.read_as(LayoutChoice(ClassSource.NAMES)))
    assert "labels" in corrected.why_not_add()
    settle_review(qtbot, corrected)
