"""The board is there again after a restart, and what is not named yet is told."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.pictures import write_collection, write_jpeg, write_text
from tests.ui.board.conftest import OpenWindow
from tests.ui.board.windows import Window
from tlgui import files
from tlgui.engine.protocol import PredictRequest
from tlgui.learning.results import PhotosPredicted
from tlgui.ui.board.columns import UNREADABLE


@pytest.fixture
def card(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "card", ["wren", "robin"], photos=2)


def test_drops_are_there_again_after_a_restart_without_the_network(
    tmp_path: Path,
    birds: Path,
    card: Path,
    fake_engine: FakeEngine,
    board_window: Window,
    open_window: OpenWindow,
) -> None:
    lone = write_jpeg(tmp_path / "an owl.jpg")
    board_window.name(lone)
    board_window.name(card)
    before = board_window.names()
    assert len(before) == 5
    board_window.close()
    fake_engine.predictions.named.clear()

    again = open_window(birds)

    assert again.names() == before
    assert again.board.photos.counts() == board_window.board.photos.counts()
    assert fake_engine.predictions.named == []
    assert (again.keeper.words, again.keeper.button) == ("", "")


def test_it_is_kept_with_the_collection_and_nowhere_else(birds: Path, card: Path, board_window: Window) -> None:
    board_window.name(card)
    kept = json.loads((files.workspace_path(birds) / "board.json").read_text())
    assert kept["dropped"] == [[str(card.parent), ["card"]]]


def test_new_photos_in_a_dropped_folder_are_told_and_named_when_asked_for(
    birds: Path, card: Path, fake_engine: FakeEngine, board_window: Window, open_window: OpenWindow
) -> None:
    board_window.name(card)
    board_window.close()
    write_jpeg(card / "new owl.jpg", seed=77)
    fake_engine.predictions.named.clear()

    again = open_window(birds)

    assert len(again.names()) == 4
    assert again.keeper.words == "1 photo is not named yet."
    assert again.keeper.button == "Go on naming"
    again.keeper.go_on()
    again.settle()
    assert [path.name for path in fake_engine.predictions.named] == ["new owl.jpg"]
    assert len(again.names()) == 5
    assert again.keeper.words == ""


def test_unreadable_photo_is_there_again_and_not_told_as_unnamed(
    birds: Path, card: Path, board_window: Window, open_window: OpenWindow
) -> None:
    write_text(card / "no photo.jpg")
    board_window.name(card)
    before = board_window.names()
    assert board_window.board.photos.counts()[UNREADABLE] == 1
    board_window.close()

    again = open_window(birds)

    assert again.names() == before
    assert again.board.photos.counts() == board_window.board.photos.counts()
    assert again.keeper.words == ""


def test_photos_that_are_named_otherwise_are_not_counted_any_more(
    birds: Path, card: Path, board_window: Window, open_window: OpenWindow
) -> None:
    board_window.name(card)
    board_window.close()
    first, second = (write_jpeg(card / f"new {name}.jpg", seed=77) for name in ("owl", "wren"))
    again = open_window(birds)
    assert again.keeper.words == "2 photos are not named yet."
    again.name(first)
    assert again.keeper.words == "1 photo is not named yet."
    again.name(second)
    assert again.keeper.words == ""


def test_photos_that_are_being_named_are_not_told_as_unnamed(
    qtbot: QtBot, birds: Path, card: Path, fake_engine: FakeEngine, board_window: Window, open_window: OpenWindow
) -> None:
    board_window.name(card)
    board_window.close()
    for number in range(2):
        write_jpeg(card / f"new owl {number}.jpg", seed=77 + number)
    again = open_window(birds)
    gate = fake_engine.pause_before(PhotosPredicted, lambda event: "owl 1" in str(event.predictions[0].path))
    again.keeper.go_on()
    qtbot.waitUntil(lambda: gate.is_reached)
    assert again.keeper.words == ""
    again.session.stop()
    again.settle()
    gate.open()
    assert again.keeper.words == "1 photo is not named yet."


def test_naming_that_was_stopped_is_told_and_gone_on_with(
    qtbot: QtBot,
    birds: Path,
    card: Path,
    fake_engine: FakeEngine,
    board_window: Window,
    open_window: OpenWindow,
) -> None:
    gate = fake_engine.pause_before(PhotosPredicted, lambda event: "wren" in str(event.predictions[0].path))
    board_window.board.name_photos((card,))
    qtbot.waitUntil(lambda: gate.is_reached)
    board_window.session.stop()
    board_window.settle()
    assert len(board_window.names()) == 2
    assert board_window.keeper.words == "2 photos are not named yet."
    board_window.close()
    gate.open()

    again = open_window(birds)

    # The third one was named when the person pressed Stop, and kept, though it did not come to the board.
    assert len(again.names()) == 3
    assert again.keeper.words == "1 photo is not named yet."
    again.keeper.go_on()
    again.settle()
    assert len(again.names()) == 4
    assert again.keeper.words == ""


def test_photos_whose_naming_was_stopped_are_not_counted_once_they_are_named(
    qtbot: QtBot, card: Path, fake_engine: FakeEngine, board_window: Window
) -> None:
    paths = sorted(card.rglob("*.jpg"))
    gate = fake_engine.pause_before(PhotosPredicted, lambda event: "wren" in str(event.predictions[0].path))
    board_window.board.name_photos(paths)
    qtbot.waitUntil(lambda: gate.is_reached)
    board_window.session.stop()
    board_window.settle()
    gate.open()
    assert board_window.keeper.words == "2 photos are not named yet."
    assert board_window.keeper.lacks_only(card)
    assert not board_window.keeper.lacks_only(card / "robin")
    board_window.name(paths[-1])
    assert board_window.keeper.words == "1 photo is not named yet."


def test_stop_of_one_drop_does_not_forget_that_others_are_unnamed(
    qtbot: QtBot, tmp_path: Path, card: Path, fake_engine: FakeEngine, board_window: Window
) -> None:
    gate = fake_engine.pause_before(PhotosPredicted)
    board_window.board.name_photos((card,))
    qtbot.waitUntil(lambda: gate.is_reached)
    board_window.session.stop()
    board_window.settle()
    gate.open()
    board_window.name(write_jpeg(tmp_path / "an owl.jpg"))
    assert board_window.keeper.words == "4 photos are not named yet."


def test_clear_forgets(birds: Path, card: Path, board_window: Window, open_window: OpenWindow) -> None:
    board_window.name(card)
    board_window.board.clear()
    board_window.settle()
    assert board_window.names() == []
    board_window.close()
    again = open_window(birds)
    assert again.names() == []
    assert not (files.workspace_path(birds) / "board.json").exists()


def test_what_was_taken_off_stays_off(birds: Path, card: Path, board_window: Window, open_window: OpenWindow) -> None:
    board_window.name(card)
    gone = Path(board_window.board.photos.paths[0])
    board_window.keeper.take_off([gone])
    board_window.settle()
    board_window.close()

    again = open_window(birds)
    assert len(again.names()) == 3
    assert gone.name not in {path.name for path in map(Path, again.board.photos.paths) if path.parent == gone.parent}
    again.keeper.go_on()
    again.settle()
    assert len(again.names()) == 3
    again.name(gone)
    assert len(again.names()) == 4


def test_card_that_is_not_there_is_told_and_looked_for_again(
    tmp_path: Path,
    birds: Path,
    card: Path,
    fake_engine: FakeEngine,
    board_window: Window,
    open_window: OpenWindow,
) -> None:
    board_window.name(card)
    board_window.name(write_jpeg(tmp_path / "an owl.jpg"))
    board_window.close()
    card.rename(tmp_path / "unplugged")
    fake_engine.predictions.named.clear()

    again = open_window(birds)

    assert again.names() == ["an owl.jpg"]
    assert again.keeper.words == "“card” was on this page, and is not there now."
    assert again.keeper.button == "Look again"
    (tmp_path / "unplugged").rename(card)
    again.keeper.go_on()
    again.settle()
    assert len(again.names()) == 5
    assert again.keeper.words == ""
    assert fake_engine.predictions.named == []


def test_photo_that_was_deleted_is_forgotten_and_not_told(
    tmp_path: Path, birds: Path, card: Path, board_window: Window, open_window: OpenWindow
) -> None:
    photo = write_jpeg(tmp_path / "an owl.jpg")
    board_window.name(photo)
    board_window.name(card)
    board_window.close()
    photo.unlink()
    again = open_window(birds)
    assert len(again.names()) == 4
    assert again.keeper.words == ""
    kept = json.loads((files.workspace_path(birds) / "board.json").read_text())
    assert kept["dropped"] == [[str(card.parent), ["card"]]]


def test_photo_on_a_disk_that_is_away_is_not_forgotten(
    tmp_path: Path, birds: Path, board_window: Window, open_window: OpenWindow
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    board_window.name(write_jpeg(disk / "an owl.jpg"))
    board_window.close()
    disk.rename(tmp_path / "unplugged")
    # The mount point of the disk.
    disk.mkdir()
    again = open_window(birds)
    assert again.keeper.words == "“an owl.jpg” was on this page, and is not there now."
    disk.rmdir()
    (tmp_path / "unplugged").rename(disk)
    again.keeper.go_on()
    again.settle()
    assert again.names() == ["an owl.jpg"]


def test_another_model_names_nothing_unasked(
    tmp_path: Path,
    birds: Path,
    card: Path,
    fake_engine: FakeEngine,
    board_window: Window,
    open_window: OpenWindow,
) -> None:
    board_window.name(card)
    assert board_window.session.model is not None
    alone = files.copy(board_window.session.model.path, tmp_path / "alone.tlmodel")
    board_window.close()
    fake_engine.predictions.named.clear()

    other = open_window(model=alone)
    assert other.names() == []
    other.name(write_jpeg(tmp_path / "an owl.jpg"))
    other.close()

    assert open_window(birds).names() == board_window.names()
    assert open_window(model=alone).names() == ["an owl.jpg"]
    assert [path.name for path in fake_engine.predictions.named] == ["an owl.jpg"]


def test_opening_another_collection_swaps_the_board(
    tmp_path: Path, birds: Path, card: Path, board_window: Window, open_window: OpenWindow
) -> None:
    other = write_collection(tmp_path / "Cats", ["tabby", "ginger"], photos=10)
    second = open_window(other)
    second.session.train()
    second.settle()
    second.name(write_jpeg(tmp_path / "a tabby.jpg"))
    second.close()
    board_window.name(card)
    before = board_window.names()

    board_window.session.scan_folder(other)
    board_window.settle()
    assert board_window.names() == ["a tabby.jpg"]
    board_window.session.scan_folder(birds)
    board_window.settle()
    assert board_window.names() == before


def test_two_windows_with_one_collection_lose_nothing(
    tmp_path: Path, birds: Path, card: Path, board_window: Window, open_window: OpenWindow
) -> None:
    other = open_window(birds)
    board_window.name(card)
    other.name(write_jpeg(tmp_path / "an owl.jpg"))
    other.board.clear()
    other.name(write_jpeg(tmp_path / "a wren.jpg"))
    board_window.close()
    other.close()
    assert sorted(open_window(birds).names()) == sorted([*board_window.names(), "a wren.jpg"])


def test_folder_without_photos_any_more_raises_no_error(
    tmp_path: Path, birds: Path, board_window: Window, open_window: OpenWindow
) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    photo = write_jpeg(folder / "a wren.jpg")
    board_window.name(folder)
    board_window.close()
    photo.unlink()
    failures: list[object] = []
    again = open_window()
    again.session.job_started.connect(lambda job: job.failed.connect(failures.append))
    again.session.scan_folder(birds)
    again.settle()
    assert again.names() == []
    assert again.keeper.words == ""
    assert failures == []


def test_damaged_record_gives_an_empty_board(
    birds: Path, card: Path, board_window: Window, open_window: OpenWindow, expect_log: Callable[[str], None]
) -> None:
    expect_log("what lay on the board is damaged")
    board_window.name(card)
    board_window.close()
    (files.workspace_path(birds) / "board.json").write_text("{")
    again = open_window(birds)
    assert again.names() == []
    again.name(card)
    assert len(again.names()) == 4


def test_record_of_a_later_version_is_left_and_told(
    birds: Path, card: Path, board_window: Window, open_window: OpenWindow, expect_log: Callable[[str], None]
) -> None:
    expect_log("kept by a later version of tlgui")
    board_window.close()
    record = files.workspace_path(birds) / "board.json"
    record.write_text('{"board": 2}')
    again = open_window(birds)
    assert again.keeper.words.startswith("A later version of tlgui kept what was on this page.")
    assert (again.keeper.button, again.keeper.can_forget) == ("", False)
    again.name(card)
    assert len(again.names()) == 4
    again.board.clear()
    again.settle()
    assert record.read_text() == '{"board": 2}'


def test_refusal_of_the_disk_is_told_and_the_window_goes_on(
    birds: Path, card: Path, board_window: Window, expect_log: Callable[[str], None]
) -> None:
    expect_log("what lies on the board could not be kept")
    (files.workspace_path(birds) / "board.json").mkdir()
    board_window.name(card)
    assert len(board_window.names()) == 4


def test_only_kept_predictions_are_asked_for_when_the_board_is_put_back(
    birds: Path, card: Path, fake_engine: FakeEngine, board_window: Window, open_window: OpenWindow
) -> None:
    board_window.name(card)
    board_window.close()
    fake_engine.requests.clear()
    open_window(birds)
    assert [each.is_kept_only for each in fake_engine.requests if isinstance(each, PredictRequest)] == [True]
