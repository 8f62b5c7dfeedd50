"""The board is there again after a restart, and what is not named yet is told; a session stands for the program."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.pictures import write_collection, write_jpeg
from tests.ui.board.keeping_engine import KeepingEngine
from tests.ui.waiting import WAIT_MS
from tlgui import files
from tlgui.engine.protocol import PredictRequest
from tlgui.learning.results import PhotosPredicted
from tlgui.ui.board.board import Board
from tlgui.ui.board.board_keeper import BoardKeeper
from tlgui.ui.session.session import Session


class Window:
    """What a window has of the board."""

    def __init__(self, qtbot: QtBot, engine: KeepingEngine) -> None:
        self._qtbot = qtbot
        self._engine = engine
        session = self.session = Session(engine)
        self.board = Board(session, session)
        self.keeper = BoardKeeper(self.board, session, session)

    def names(self) -> list[str]:
        return [Path(path).name for path in self.board.photos.paths]

    def name(self, *paths: Path) -> None:
        self.board.name_photos(paths)
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is named, read or written any more."""
        jobs = self.session._jobs
        self._qtbot.waitUntil(lambda: not self.session.is_busy and not jobs.background, timeout=WAIT_MS)

    def close(self) -> None:
        assert self.session.close(5000)
        self.settle()
        # The tests have one engine for all windows, which keeps its predictions.
        self._engine.is_closed = False


@pytest.fixture
def open_window(qtbot: QtBot, fake_engine: KeepingEngine) -> Iterator[Callable[..., Window]]:
    """Return a function that starts the program, opens a collection or a model, and waits for the board."""
    windows: list[Window] = []

    def open_one(collection: Path | None = None, model: Path | None = None) -> Window:
        window = Window(qtbot, fake_engine)
        windows.append(window)
        if collection is not None:
            window.session.scan_folder(collection)
        elif model is not None:
            window.session.open_model(model)
        window.settle()
        return window

    yield open_one
    for window in windows:
        window.close()


@pytest.fixture
def window(birds: Path, open_window: Callable[..., Window]) -> Window:
    window = open_window(birds)
    window.session.train()
    window.settle()
    return window


@pytest.fixture
def card(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "card", ["wren", "robin"], photos=2)


def test_drops_are_there_again_after_a_restart_without_the_network(
    tmp_path: Path,
    birds: Path,
    card: Path,
    fake_engine: KeepingEngine,
    window: Window,
    open_window: Callable[..., Window],
) -> None:
    lone = write_jpeg(tmp_path / "an owl.jpg")
    window.name(lone)
    window.name(card)
    before = window.names()
    assert len(before) == 5
    window.close()
    fake_engine.named.clear()

    again = open_window(birds)

    assert again.names() == before
    assert again.board.photos.counts() == window.board.photos.counts()
    assert fake_engine.named == []
    assert (again.keeper.words, again.keeper.button) == ("", "")


def test_it_is_kept_with_the_collection_and_nowhere_else(birds: Path, card: Path, window: Window) -> None:
    window.name(card)
    kept = json.loads((files.workspace_path(birds) / "board.json").read_text())
    assert kept["dropped"] == [[str(card.parent), ["card"]]]


def test_new_photos_in_a_dropped_folder_are_told_and_named_when_asked_for(
    birds: Path, card: Path, fake_engine: KeepingEngine, window: Window, open_window: Callable[..., Window]
) -> None:
    window.name(card)
    window.close()
    write_jpeg(card / "new owl.jpg", seed=77)
    fake_engine.named.clear()

    again = open_window(birds)

    assert len(again.names()) == 4
    assert again.keeper.words == "1 photo is not named yet."
    assert again.keeper.button == "&Go on"
    again.keeper.go_on()
    again.settle()
    assert fake_engine.named == ["new owl.jpg"]
    assert len(again.names()) == 5
    assert again.keeper.words == ""


def test_naming_that_was_stopped_is_told_and_gone_on_with(
    qtbot: QtBot,
    birds: Path,
    card: Path,
    fake_engine: KeepingEngine,
    window: Window,
    open_window: Callable[..., Window],
) -> None:
    gate = fake_engine.pause_before(PhotosPredicted, lambda event: "wren" in str(event.predictions[0].path))
    window.board.name_photos((card,))
    qtbot.waitUntil(lambda: gate.is_reached)
    window.session.stop()
    window.settle()
    assert len(window.names()) == 2
    assert window.keeper.words == "2 photos are not named yet."
    window.close()
    gate.open()

    again = open_window(birds)

    assert len(again.names()) == 2
    assert again.keeper.words == "2 photos are not named yet."
    again.keeper.go_on()
    again.settle()
    assert len(again.names()) == 4
    assert again.keeper.words == ""


def test_stop_of_one_drop_does_not_forget_that_others_are_unnamed(
    qtbot: QtBot, tmp_path: Path, card: Path, fake_engine: KeepingEngine, window: Window
) -> None:
    gate = fake_engine.pause_before(PhotosPredicted)
    window.board.name_photos((card,))
    qtbot.waitUntil(lambda: gate.is_reached)
    window.session.stop()
    window.settle()
    gate.open()
    window.name(write_jpeg(tmp_path / "an owl.jpg"))
    assert window.keeper.words == "4 photos are not named yet."


def test_clear_forgets(birds: Path, card: Path, window: Window, open_window: Callable[..., Window]) -> None:
    window.name(card)
    window.board.clear()
    window.settle()
    assert window.names() == []
    window.close()
    again = open_window(birds)
    assert again.names() == []
    assert not (files.workspace_path(birds) / "board.json").exists()


def test_what_was_taken_off_stays_off(
    birds: Path, card: Path, window: Window, open_window: Callable[..., Window]
) -> None:
    window.name(card)
    gone = Path(window.board.photos.paths[0])
    window.keeper.take_off([gone])
    window.settle()
    window.close()

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
    fake_engine: KeepingEngine,
    window: Window,
    open_window: Callable[..., Window],
) -> None:
    window.name(card)
    window.name(write_jpeg(tmp_path / "an owl.jpg"))
    window.close()
    card.rename(tmp_path / "unplugged")
    fake_engine.named.clear()

    again = open_window(birds)

    assert again.names() == ["an owl.jpg"]
    assert again.keeper.words == "“card” was on the board, and is not there now."
    assert again.keeper.button == "&Look again"
    (tmp_path / "unplugged").rename(card)
    again.keeper.go_on()
    again.settle()
    assert len(again.names()) == 5
    assert again.keeper.words == ""
    assert fake_engine.named == []


def test_another_model_names_nothing_unasked(
    tmp_path: Path,
    birds: Path,
    card: Path,
    fake_engine: KeepingEngine,
    window: Window,
    open_window: Callable[..., Window],
) -> None:
    window.name(card)
    assert window.session.model is not None
    alone = files.copy(window.session.model.path, tmp_path / "alone.tlmodel")
    window.close()
    fake_engine.named.clear()

    other = open_window(model=alone)
    assert other.names() == []
    other.name(write_jpeg(tmp_path / "an owl.jpg"))
    other.close()

    assert open_window(birds).names() == window.names()
    assert open_window(model=alone).names() == ["an owl.jpg"]
    assert fake_engine.named == ["an owl.jpg"]


def test_opening_another_collection_swaps_the_board(
    tmp_path: Path, birds: Path, card: Path, window: Window, open_window: Callable[..., Window]
) -> None:
    other = write_collection(tmp_path / "Cats", ["tabby", "ginger"], photos=10)
    second = open_window(other)
    second.session.train()
    second.settle()
    second.name(write_jpeg(tmp_path / "a tabby.jpg"))
    second.close()
    window.name(card)
    before = window.names()

    window.session.scan_folder(other)
    window.settle()
    assert window.names() == ["a tabby.jpg"]
    window.session.scan_folder(birds)
    window.settle()
    assert window.names() == before


def test_two_windows_with_one_collection_lose_nothing(
    tmp_path: Path, birds: Path, card: Path, window: Window, open_window: Callable[..., Window]
) -> None:
    other = open_window(birds)
    window.name(card)
    other.name(write_jpeg(tmp_path / "an owl.jpg"))
    other.board.clear()
    other.name(write_jpeg(tmp_path / "a wren.jpg"))
    window.close()
    other.close()
    assert sorted(open_window(birds).names()) == sorted([*window.names(), "a wren.jpg"])


def test_folder_without_photos_any_more_raises_no_error(
    tmp_path: Path, birds: Path, window: Window, open_window: Callable[..., Window]
) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    photo = write_jpeg(folder / "a wren.jpg")
    window.name(folder)
    window.close()
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
    birds: Path, card: Path, window: Window, open_window: Callable[..., Window], expect_log: Callable[[str], None]
) -> None:
    expect_log("what lay on the board is damaged")
    window.name(card)
    window.close()
    (files.workspace_path(birds) / "board.json").write_text("{")
    again = open_window(birds)
    assert again.names() == []
    again.name(card)
    assert len(again.names()) == 4


def test_refusal_of_the_disk_is_told_and_the_window_goes_on(
    birds: Path, card: Path, window: Window, expect_log: Callable[[str], None]
) -> None:
    expect_log("what lies on the board could not be kept")
    (files.workspace_path(birds) / "board.json").mkdir()
    window.name(card)
    assert len(window.names()) == 4


def test_only_kept_predictions_are_asked_for_when_the_board_is_put_back(
    birds: Path, card: Path, fake_engine: KeepingEngine, window: Window, open_window: Callable[..., Window]
) -> None:
    window.name(card)
    window.close()
    fake_engine.requests.clear()
    open_window(birds)
    assert [each.is_kept_only for each in fake_engine.requests if isinstance(each, PredictRequest)] == [True]
