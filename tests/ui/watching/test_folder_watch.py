"""A watched folder: real files come into it and are named by the fake engine."""

import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.pictures import write_collection, write_jpeg, write_text, write_truncated_jpeg
from tests.ui.board.conftest import OpenWindow
from tests.ui.board.windows import Window, photo, words
from tlgui import files
from tlgui.engine.protocol import PredictRequest
from tlgui.errors import StorageError
from tlgui.learning.results import PhotosPredicted
from tlgui.progress import EpochEnded
from tlgui.ui.watching.choice import WatchChoice


class TestNaming:
    def test_photos_that_are_there_and_those_that_come_are_named(self, card: Path, board_window: Window) -> None:
        photo(card / "a wren.jpg")
        board_window.watch.start(WatchChoice(card))
        board_window.look()
        assert board_window.names() == ["a wren.jpg"]
        assert words(board_window) == "Watching “DCIM”: 1 new photo named."
        (card / "later").mkdir()
        photo(card / "later" / "an owl.jpg")
        board_window.look()
        assert board_window.names() == ["a wren.jpg", "an owl.jpg"]
        assert words(board_window) == "Watching “DCIM”: 2 new photos named."

    def test_only_those_that_come_are_named_where_so_chosen(self, card: Path, board_window: Window) -> None:
        photo(card / "a wren.jpg")
        board_window.watch.start(WatchChoice(card, takes_present=False))
        board_window.look()
        assert words(board_window) == "Watching “DCIM”: no new photos yet."
        photo(card / "an owl.jpg")
        board_window.look()
        assert board_window.names() == ["an owl.jpg"]

    def test_photos_that_come_while_others_are_named_follow_together(
        self, qtbot: QtBot, card: Path, fake_engine: FakeEngine, board_window: Window
    ) -> None:
        gate = fake_engine.pause_before(PhotosPredicted)
        photo(card / "a wren.jpg")
        board_window.watch.start(WatchChoice(card))
        board_window._look_once()
        board_window.clock.now += 5
        qtbot.waitUntil(lambda: gate.is_reached)
        for name in ("an owl.jpg", "a robin.jpg"):
            photo(card / name)
            board_window._look_once()
            board_window.clock.now += 5
            board_window._look_once()
            assert board_window.board.waiting_count == 0
        gate.open()
        board_window.settle()
        requests = [request for request in fake_engine.requests if isinstance(request, PredictRequest)]
        assert [[path.name for path in request.paths] for request in requests] == [
            ["a wren.jpg"],
            ["an owl.jpg", "a robin.jpg"],
        ]

    def test_half_written_photos_wait(self, tmp_path: Path, card: Path, board_window: Window) -> None:
        data = write_jpeg(tmp_path / "whole.jpg", 300, 200).read_bytes()
        write_truncated_jpeg(card / "a wren.jpg")
        photo(card / "an owl.jpg")
        board_window.watch.start(WatchChoice(card))
        board_window.look()
        assert words(board_window) == "Watching “DCIM”: 1 new photo named, 1 still being written."
        (card / "a wren.jpg").write_bytes(data)
        board_window.look()
        assert words(board_window) == "Watching “DCIM”: 2 new photos named."

    def test_photo_that_is_replaced_is_named_again_in_its_place(self, card: Path, board_window: Window) -> None:
        photo(card / "a wren.jpg")
        board_window.watch.start(WatchChoice(card))
        board_window.look()
        before = board_window.board.photos.digest(0)
        write_jpeg(card / "a wren.jpg", 200, 100)
        board_window.look()
        assert board_window.names() == ["a wren.jpg"]
        assert board_window.board.photos.digest(0) != before

    def test_photo_that_gets_another_name_is_shown_by_it_and_keeps_what_was_decided(
        self, card: Path, birds: Path, board_window: Window, open_window: OpenWindow
    ) -> None:
        wren = photo(card / "a wren.jpg")
        board_window.watch.start(WatchChoice(card))
        board_window.look()
        board_window.board.decide(np.array([0]), "owl", "name it")
        wren.rename(card / "IMG_1.jpg")
        board_window.look()
        assert board_window.names() == ["IMG_1.jpg"]
        assert board_window.board.photos.photo(0).answer == "owl"
        assert words(board_window) == "Watching “DCIM”: 1 new photo named."
        board_window.close()
        again = open_window(birds)
        again.watch.watch_again()
        again.look()
        assert (again.names(), words(again)) == (["IMG_1.jpg"], "Watching “DCIM”: no new photos yet.")

    def test_unreadable_photos_are_counted_apart(self, card: Path, board_window: Window) -> None:
        write_text(card / "list.jpg")
        board_window.watch.start(WatchChoice(card))
        board_window.look()
        board_window.clock.now += 20
        board_window.look()
        assert words(board_window) == "Watching “DCIM”: 1 cannot be read yet."
        board_window.clock.now += 700
        board_window.look()
        assert words(board_window) == "Watching “DCIM”: 1 cannot be read."

    def test_another_choice_replaces_the_one_before(self, tmp_path: Path, card: Path, board_window: Window) -> None:
        other = tmp_path / "other card"
        other.mkdir()
        photo(other / "an owl.jpg")
        board_window.watch.start(WatchChoice(card))
        board_window.look()
        board_window.watch.start(WatchChoice(other))
        photo(card / "a wren.jpg")
        board_window.look()
        assert board_window.names() == ["an owl.jpg"]
        assert words(board_window) == "Watching “other card”: 1 new photo named."

    def test_folder_that_is_away_is_told(self, tmp_path: Path, card: Path, board_window: Window) -> None:
        board_window.watch.start(WatchChoice(card))
        board_window.look()
        card.rename(tmp_path / "unplugged")
        board_window.look()
        assert words(board_window) == (
            "Watching “DCIM”: no new photos yet. It is not there now; watching goes on when it is back."
        )
        photo(tmp_path / "unplugged" / "a wren.jpg")
        (tmp_path / "unplugged").rename(card)
        board_window.look()
        assert words(board_window) == "Watching “DCIM”: 1 new photo named."

    def test_folder_is_kept_with_the_board_as_one(
        self, birds: Path, card: Path, board_window: Window, open_window: OpenWindow
    ) -> None:
        write_collection(card, ["wren", "robin"], photos=2)
        board_window.watch.start(WatchChoice(card))
        board_window.look()
        board_window.close()
        again = open_window(birds)
        assert sorted(again.board.photos.paths) == sorted(board_window.board.photos.paths)
        assert len((files.workspace_path(birds) / "board.json").read_text()) < 300

    def test_a_look_that_hangs_does_not_keep_the_window(
        self, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, card: Path, board_window: Window
    ) -> None:
        may_go_on, hangs = threading.Event(), threading.Event()
        really_scan = os.scandir

        def scandir(path: str) -> object:
            if path == str(card):
                hangs.set()
                may_go_on.wait()
            return really_scan(path)

        monkeypatch.setattr(os, "scandir", scandir)
        board_window.watch.start(WatchChoice(card))
        qtbot.waitUntil(hangs.is_set)
        board_window.close()
        may_go_on.set()


class TestWaiting:
    def test_photos_wait_for_a_model(self, card: Path, board_window: Window) -> None:
        session = board_window.session
        (run,) = session.run_list.runs
        board_window.watch.start(WatchChoice(card))
        session.delete_run(run)
        photo(card / "a wren.jpg")
        board_window.look()
        assert words(board_window) == ("Watching “DCIM”: no new photos yet. 1 photo waits until a model is open.")
        session.restore_run()
        board_window.settle()
        assert words(board_window) == "Watching “DCIM”: 1 new photo named."

    def test_photos_are_named_during_a_training(
        self, qtbot: QtBot, card: Path, fake_engine: FakeEngine, board_window: Window
    ) -> None:
        gate = fake_engine.pause_before(EpochEnded)
        board_window.watch.start(WatchChoice(card))
        job = board_window.session.train()
        photo(card / "a wren.jpg")
        qtbot.waitUntil(lambda: gate.is_reached)
        gate.open()
        qtbot.waitUntil(lambda: board_window.session.job is not job)
        board_window.look()
        assert board_window.names() == ["a wren.jpg"]

    def test_photos_wait_while_a_folder_is_read(
        self, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, birds: Path, card: Path, board_window: Window
    ) -> None:
        may_read = threading.Event()
        monkeypatch.setattr("tlgui.ui.session.session.read_runs", _waiting_for(may_read, "tlgui.ui.session.session"))
        board_window.watch.start(WatchChoice(card))
        board_window.session.scan_folder(birds)
        photo(card / "a wren.jpg")
        board_window._look_once()
        board_window.clock.now += 5
        qtbot.waitUntil(lambda: "1 photo waits until something else has ended" in words(board_window))
        may_read.set()
        board_window.settle()
        assert board_window.names() == ["a wren.jpg"]

    def test_photos_of_another_model_are_not_swept_off_the_board(
        self, tmp_path: Path, card: Path, board_window: Window
    ) -> None:
        session, board = board_window.session, board_window.board
        board_window.name(photo(tmp_path / "an owl.jpg"))
        board_window.watch.start(WatchChoice(card))
        assert session.model is not None
        session.in_use.use(replace(session.model, created="2026-02-02T12:00:00+00:00"))
        assert board.is_of_other_model
        photo(card / "a wren.jpg")
        board_window.look()
        assert board_window.names() == ["an owl.jpg"]
        assert "1 photo waits until those on this page are named again by the model in use, or cleared." in words(
            board_window
        )
        board.clear()
        board_window.settle()
        assert board_window.names() == ["a wren.jpg"]

    def test_stop_of_the_naming_pauses_until_the_person_goes_on(
        self, qtbot: QtBot, card: Path, fake_engine: FakeEngine, board_window: Window
    ) -> None:
        for name in ("a wren.jpg", "an owl.jpg"):
            photo(card / name)
        gate = fake_engine.pause_before(PhotosPredicted, lambda event: "owl" in event.predictions[0].path.name)
        board_window.watch.start(WatchChoice(card))
        board_window._look_once()
        board_window.clock.now += 5
        qtbot.waitUntil(lambda: gate.is_reached)
        board_window.session.stop()
        board_window.settle()
        gate.open()
        paused = "Watching “DCIM” is paused: 1 new photo named. 1 photo waits until you go on."
        assert words(board_window) == paused
        photo(card / "a robin.jpg")
        board_window.look()
        assert board_window.names() == ["a wren.jpg"]
        board_window.watch.go_on()
        board_window.settle()
        assert board_window.names() == ["a wren.jpg", "an owl.jpg", "a robin.jpg"]
        assert words(board_window) == "Watching “DCIM”: 3 new photos named."

    def test_failure_of_the_engine_pauses_too(self, card: Path, fake_engine: FakeEngine, board_window: Window) -> None:
        photo(card / "a wren.jpg")
        fake_engine.die_next()
        board_window.watch.start(WatchChoice(card))
        board_window.look()
        assert words(board_window) == ("Watching “DCIM” is paused: no new photos yet. 1 photo waits until you go on.")

    def test_what_was_taken_off_the_board_is_not_waited_for(self, card: Path, board_window: Window) -> None:
        off = photo(card / "a wren.jpg")
        board_window.board.left_out = frozenset({str(off)})
        board_window.watch.start(WatchChoice(card, takes_present=True))
        board_window.board.left_out = frozenset({str(off)})
        board_window.look()
        assert words(board_window) in {
            "Watching “DCIM”: no new photos yet.",
            "Watching “DCIM”: 1 new photo named.",
        }


class TestRestart:
    def test_it_does_not_begin_by_itself_and_names_nothing_twice(
        self, birds: Path, card: Path, fake_engine: FakeEngine, board_window: Window, open_window: OpenWindow
    ) -> None:
        photo(card / "a wren.jpg")
        board_window.watch.start(WatchChoice(card))
        board_window.look()
        board_window.close()
        photo(card / "an owl.jpg")
        fake_engine.predictions.named.clear()

        again = open_window(birds)
        assert again.watch.state is None
        assert again.watch.offered == WatchChoice(card)
        assert fake_engine.predictions.named == []

        fake_engine.requests.clear()
        again.watch.watch_again()
        again.settle()
        again.look()
        assert again.watch.offered is None
        assert [path.name for path in fake_engine.predictions.named] == ["an owl.jpg"]
        requests = [request for request in fake_engine.requests if isinstance(request, PredictRequest)]
        assert [path.name for request in requests for path in request.paths] == ["an owl.jpg"]
        assert words(again) == "Watching “DCIM”: 1 new photo named."

    def test_what_was_there_at_the_beginning_stays_unnamed_and_what_came_meanwhile_is_named(
        self, birds: Path, card: Path, board_window: Window, open_window: OpenWindow
    ) -> None:
        photo(card / "old.jpg")
        board_window.watch.start(WatchChoice(card, takes_present=False))
        board_window.look()
        board_window.close()
        photo(card / "a wren.jpg")
        again = open_window(birds)
        again.watch.watch_again()
        again.settle()
        again.look()
        assert again.names() == ["a wren.jpg"]

    def test_stop_forgets(self, birds: Path, card: Path, board_window: Window, open_window: OpenWindow) -> None:
        board_window.watch.start(WatchChoice(card))
        board_window.look()
        board_window.watch.stop()
        assert (board_window.watch.state, board_window.watch.offered) == (None, None)
        board_window.close()
        assert open_window(birds).watch.offered is None

    def test_offer_can_be_refused_for_good(
        self, birds: Path, card: Path, board_window: Window, open_window: OpenWindow
    ) -> None:
        board_window.watch.start(WatchChoice(card))
        board_window.close()
        again = open_window(birds)
        again.watch.stop()
        again.close()
        assert open_window(birds).watch.offered is None

    def test_it_ends_with_another_collection_and_is_offered_when_back(
        self, tmp_path: Path, birds: Path, card: Path, board_window: Window, open_window: OpenWindow
    ) -> None:
        cats = write_collection(tmp_path / "Cats", ["tabby", "ginger"], photos=10)
        other = open_window(cats)
        other.session.train()
        other.settle()
        other.close()
        board_window.watch.start(WatchChoice(card))
        board_window.session.scan_folder(cats)
        board_window.settle()
        assert (board_window.watch.state, board_window.watch.offered) == (None, None)
        board_window.session.scan_folder(birds)
        board_window.settle()
        assert board_window.watch.offered == WatchChoice(card)

    def test_record_of_a_later_version_is_left_and_told(
        self, birds: Path, card: Path, board_window: Window, open_window: OpenWindow
    ) -> None:
        board_window.close()
        record = files.workspace_path(birds) / "watch.jsonl"
        record.write_text('{"watch": 2}\n')
        again = open_window(birds)
        assert again.watch.offered is None
        with pytest.raises(StorageError, match="later version"):
            again.watch.start(WatchChoice(card))
        assert again.watch.state is None
        assert record.read_text() == '{"watch": 2}\n'
        # Another window may try.
        with pytest.raises(StorageError, match="later version"):
            open_window(birds).watch.start(WatchChoice(card))

    def test_offer_that_a_later_version_replaced_is_told(
        self, birds: Path, card: Path, board_window: Window, open_window: OpenWindow
    ) -> None:
        board_window.watch.start(WatchChoice(card))
        board_window.close()
        again = open_window(birds)
        (files.workspace_path(birds) / "watch.jsonl").write_text('{"watch": 2}\n')
        with pytest.raises(StorageError, match="later version"):
            again.watch.watch_again()
        assert again.watch.state is None

    def test_two_windows_do_not_watch_for_the_same_collection(
        self, birds: Path, card: Path, board_window: Window, open_window: OpenWindow
    ) -> None:
        board_window.watch.start(WatchChoice(card))
        other = open_window(birds)
        assert other.watch.offered is None
        with pytest.raises(StorageError, match="Another window"):
            other.watch.start(WatchChoice(card))
        board_window.watch.stop()
        board_window.settle()
        other.watch.start(WatchChoice(card))
        assert other.watch.state is not None


def _waiting_for(event: threading.Event, module: str) -> Callable[..., object]:
    """Return the function of a module that reads runs, which waits for an event first."""
    really_read = __import__(module, fromlist=["read_runs"]).read_runs

    def read(*args: object, **more: object) -> object:
        assert event.wait(10)
        return really_read(*args, **more)

    return read
