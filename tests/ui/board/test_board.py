"""What a person decides on the board is shown at once, kept by content, and can be taken back."""

import contextlib
import sqlite3
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from tests.pictures import write_collection, write_text
from tests.ui.board.deciding import answers, named, rows, settle, write_photos
from tests.ui.waiting import finish
from tlgui import files
from tlgui.errors import StorageError
from tlgui.learning.results import ClassScore, PhotosPredicted, Prediction
from tlgui.learning.runs.run import Run
from tlgui.photos.storage import decision_file
from tlgui.photos.storage.decisions import Decisions, scope_of
from tlgui.ui.board.board import Board
from tlgui.ui.session.session import Session

NAMES = ("robin 1", "robin 2", "wren 1", "owl 1")


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    return write_photos(tmp_path / "card", NAMES)


@pytest.fixture
def board(qtbot: QtBot, trained: Session, photos: list[Path]) -> Board:
    return named(qtbot, Board(trained, trained), photos)


@pytest.fixture
def problems(board: Board) -> list[StorageError]:
    found: list[StorageError] = []
    board.problem_raised.connect(found.append)
    return found


def test_decision_is_shown_at_once_and_kept(qtbot: QtBot, board: Board, trained: Session) -> None:
    changed: list[list[int]] = []
    board.changed.connect(lambda found: changed.append(found.tolist()))
    board.decide(rows(0, 2), "owl", "name 2 photos owl")
    shown = {"robin 1": "owl*", "robin 2": "robin", "wren 1": "owl*", "owl 1": "owl"}
    assert answers(board) == shown
    assert changed == [[0, 2]]
    assert board.photos.photo(0).decided_at
    settle(qtbot, board)
    assert answers(board) == shown
    again = named(qtbot, Board(trained, trained), map(Path, board.photos.paths))
    assert answers(again) == shown
    assert again.photos.photo(0).decided_at == board.photos.photo(0).decided_at


def test_decision_can_be_taken_back_and_forgotten(qtbot: QtBot, board: Board) -> None:
    before = answers(board)
    board.decide(rows(0), "owl", "name 1 photo owl")
    board.decide(rows(0, 1), "wren", "name 2 photos wren")
    assert board.next_undo == "name 2 photos wren"
    board.undo()
    assert board.next_undo == "name 1 photo owl"
    assert answers(board) == before | {"robin 1": "owl*"}
    settle(qtbot, board)
    assert answers(board) == before | {"robin 1": "owl*"}
    board.decide(rows(0), None, "forget 1 photo")
    assert answers(board) == before
    board.undo()
    settle(qtbot, board)
    assert answers(board) == before | {"robin 1": "owl*"}
    board.undo()
    settle(qtbot, board)
    assert answers(board) == before
    assert board.next_undo == ""
    board.undo()


def test_copies_of_a_photo_are_decided_together(qtbot: QtBot, board: Board, photos: list[Path]) -> None:
    copy = photos[0].with_name("another name.jpg")
    copy.write_bytes(photos[0].read_bytes())
    named(qtbot, board, [copy])
    board.decide(rows(0), "owl", "name 1 photo owl")
    assert answers(board)["another name"] == "owl*"
    settle(qtbot, board)
    board.undo()
    settle(qtbot, board)
    assert not answers(board)["another name"].endswith("*")


def test_photo_that_changed_since_has_no_decision(qtbot: QtBot, board: Board, photos: list[Path]) -> None:
    board.decide(rows(0), "owl", "name 1 photo owl")
    settle(qtbot, board)
    photos[0].write_bytes(photos[2].read_bytes())
    named(qtbot, board, [photos[0]])
    assert not answers(board)["robin 1"].endswith("*")


def test_decision_survives_another_model_of_the_collection(qtbot: QtBot, board: Board, trained: Session) -> None:
    board.decide(rows(0), "owl", "name 1 photo owl")
    settle(qtbot, board)
    finish(qtbot, trained.train())
    finish(qtbot, trained.train())
    trained.use_run(trained.run_list.runs[0])
    board.name_again()
    settle(qtbot, board)
    assert board.model is trained.model
    assert answers(board)["robin 1"] == "owl*"


def test_decision_from_before_a_training_with_another_class_is_seen_to_be_taken_back(
    qtbot: QtBot, board: Board, trained: Session, birds: Path
) -> None:
    before = answers(board)
    board.decide(rows(0), "owl", "name 1 photo owl")
    settle(qtbot, board)
    write_photos(birds / "tit", ["tit 1", "tit 2"])
    finish(qtbot, trained.scan_folder(birds))
    finish(qtbot, trained.train())
    trained.use_run(trained.run_list.runs[0])
    board.name_again()
    settle(qtbot, board)
    assert answers(board)["robin 1"] == "owl*"
    assert board.undo().tolist() == [0]
    settle(qtbot, board)
    assert answers(board) == before


def test_model_from_a_file_and_a_moved_collection_find_the_decision(
    qtbot: QtBot, board: Board, trained: Session, birds: Path, tmp_path: Path
) -> None:
    board.decide(rows(0), "owl", "name 1 photo owl")
    settle(qtbot, board)
    saved = files.copy(_run(trained).model_path, tmp_path / "saved.tlmodel")
    finish(qtbot, trained.open_model(saved))
    assert trained.active_run is None
    board.name_again()
    settle(qtbot, board)
    assert answers(board)["robin 1"] == "owl*"
    moved = birds.rename(tmp_path / "archive")
    finish(qtbot, trained.scan_folder(moved))
    finish(qtbot, trained.train())
    trained.use_run(trained.run_list.runs[0])
    board.name_again()
    settle(qtbot, board)
    assert trained.active_run is not None
    assert answers(board)["robin 1"] == "owl*"


def test_other_collection_of_the_same_classes_asks_anew(
    qtbot: QtBot, board: Board, trained: Session, tmp_path: Path
) -> None:
    board.decide(rows(0), "owl", "name 1 photo owl")
    settle(qtbot, board)
    other = write_collection(tmp_path / "Other", ["robin", "wren", "owl"], photos=10)
    finish(qtbot, trained.scan_folder(other))
    finish(qtbot, trained.train())
    trained.use_run(trained.run_list.runs[0])
    board.name_again()
    settle(qtbot, board)
    assert answers(board)["robin 1"] == "robin"


def test_two_windows_decide_at_once(qtbot: QtBot, board: Board, trained: Session, photos: list[Path]) -> None:
    other = named(qtbot, Board(trained, trained), photos)
    board.decide(rows(0, 1), "owl", "name 2 photos owl")
    settle(qtbot, board)
    other.decide(rows(0), "wren", "name 1 photo wren")
    settle(qtbot, other)
    board.undo()
    settle(qtbot, board)
    # What the other window decided since is left, and shown.
    assert answers(board)["robin 1"] == "wren*"
    assert answers(board)["robin 2"] == "robin"


def test_photo_that_cannot_be_read_is_told_and_the_others_are_decided(
    qtbot: QtBot, board: Board, problems: list[StorageError], tmp_path: Path
) -> None:
    named(qtbot, board, [write_text(tmp_path / "no photo.jpg")])
    board.decide(rows(0, 4), "owl", "name 2 photos owl")
    settle(qtbot, board)
    assert [problem.message for problem in problems] == ["Nothing was decided about 1 photo."]
    assert answers(board)["robin 1"] == "owl*"
    assert answers(board)["no photo"] == ""
    board.decide(rows(4), "owl", "name 1 photo owl")
    assert board.next_undo == "name 2 photos owl"


def test_refused_decision_is_told_and_shown_as_not_made(
    qtbot: QtBot, board: Board, problems: list[StorageError], monkeypatch: pytest.MonkeyPatch
) -> None:
    board.decide(rows(0), "owl", "name 1 photo owl")
    settle(qtbot, board)
    monkeypatch.setattr(decision_file, "_LOCK_TIMEOUT_SECONDS", 0.05)
    holder = sqlite3.connect(files.data_folder() / "decisions.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    board.decide(rows(0, 1), "wren", "name 2 photos wren")
    assert answers(board)["robin 1"] == "wren*"
    settle(qtbot, board)
    assert [problem.message.split(". ")[-1] for problem in problems] == ["Another window or command is writing to it."]
    qtbot.waitUntil(lambda: answers(board)["robin 1"] == "owl*")
    assert answers(board)["robin 2"] == "robin"
    assert board.next_undo == "name 1 photo owl"
    board.undo()
    settle(qtbot, board)
    # It can be tried again.
    assert len(problems) == 2
    assert board.next_undo == "name 1 photo owl"
    holder.close()
    board.undo()
    settle(qtbot, board)
    assert answers(board)["robin 1"] == "robin"


def test_damaged_file_is_told_and_the_window_goes_on(qtbot: QtBot, board: Board, problems: list[StorageError]) -> None:
    (files.data_folder() / "decisions.sqlite").write_bytes(b"rubbish")
    board.decide(rows(0), "owl", "name 1 photo owl")
    settle(qtbot, board)
    qtbot.waitUntil(lambda: bool(problems))
    assert "was damaged" in problems[0].message
    assert answers(board)["robin 1"] == "owl*"
    assert (files.data_folder() / "decisions.sqlite.damaged").read_bytes() == b"rubbish"


def test_file_of_a_later_version_is_told_and_left_and_shown_as_not_decided(
    qtbot: QtBot, board: Board, problems: list[StorageError], photos: list[Path]
) -> None:
    file = files.data_folder() / "decisions.sqlite"
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA user_version = 2")
    before = file.read_bytes()
    board.decide(rows(0), "owl", "name 1 photo owl")
    settle(qtbot, board)
    qtbot.waitUntil(lambda: answers(board)["robin 1"] == "robin")
    assert "later version of tlgui" in problems[0].message
    board.empty()
    named(qtbot, board, photos)
    assert answers(board)["robin 1"] == "robin"
    assert file.read_bytes() == before


def test_closing_waits_until_all_is_written(board: Board, trained: Session, birds: Path) -> None:
    for number in range(40):
        board.decide(rows(number % 4), ("owl", "wren")[number % 2], "name 1 photo")
    assert trained.close(10_000)
    digests = [board.photos.digest(row) for row in range(4)]
    found = Decisions().of(digests, scope_of(birds, trained.model.class_names if trained.model else ()))
    assert [found[digest].class_name for digest in digests] == ["owl", "wren", "owl", "wren"]


def test_board_that_is_emptied_at_once_keeps_the_decision(qtbot: QtBot, board: Board, photos: list[Path]) -> None:
    board.decide(rows(0), "owl", "name 1 photo owl")
    board.empty()
    board.undo()
    settle(qtbot, board)
    assert len(board.photos) == 0
    named(qtbot, board, photos)
    assert answers(board)["robin 1"] == "robin"


def test_many_photos_are_decided_without_reading_them_one_by_one(qtbot: QtBot, board: Board) -> None:
    many = 6000
    names = ("robin", "wren", "owl")
    board.photos.put(
        [
            Prediction(
                Path(f"/many/{number}.jpg"),
                (ClassScore(names[number % 3], 0.9),),
                digest=sha256(b"%d" % (number // 2)).digest(),
            )
            for number in range(many)
        ]
    )
    chosen = np.arange(4, 4 + many, 2)
    board.decide(chosen, "owl", "name 3,000 photos owl")
    board.decide(np.arange(4, 4 + many), "wren", "name 6,000 photos wren")
    assert board.photos.counts()[board.photos.class_index("wren")] == many + 1
    settle(qtbot, board)
    board.undo()
    settle(qtbot, board)
    # Each photo was there twice.
    assert (board.photos.decided[4:] == board.photos.class_index("owl")).all()
    board.undo()
    settle(qtbot, board)
    assert (board.photos.decided == -1).all()


def _run(session: Session) -> Run:
    run = session.active_run
    assert run is not None
    return run


def test_many_predictions_at_once_come_on_the_board_in_portions_and_in_order(qtbot: QtBot, trained: Session) -> None:
    board = Board(trained, trained)
    portions: list[int] = []
    board.grew.connect(lambda found: portions.append(len(found)))
    many = [Prediction(Path(f"/photos/{number}.jpg"), (ClassScore("owl", 0.9),)) for number in range(3000)]
    board._on_job_reported(PhotosPredicted(tuple(many)))
    assert len(board.photos) == 512
    qtbot.waitUntil(lambda: len(board.photos) == 3000)
    assert [Path(path) for path in board.photos.paths] == [prediction.path for prediction in many]
    assert max(portions) <= 512
    assert sum(portions) == 3000
