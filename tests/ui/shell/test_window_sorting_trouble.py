"""Sorting with bad luck: full, vanishing and refusing disks, photos that change, other windows; Go on and Undo."""

import errno
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.fake_models import write_model
from tests.fakes import FakeEngine
from tests.pictures import write_jpeg
from tests.ui.shell.driving import action, answer, open_folder
from tests.ui.shell.sorting import (
    NAMES,
    SORTED,
    asked,
    button,
    places,
    planned,
    press,
    restarted,
    settled,
    sort,
    undo,
)
from tlgui import files
from tlgui.photos.mending.moving import move_file
from tlgui.photos.mending.records import Act
from tlgui.photos.sidecars.xmp_merge import own_fields
from tlgui.ui.predict.sort_dialog import SortDialog
from tlgui.ui.shell.main_window import MainWindow
from tlgui.ui.shell.step_list import Step


class Usage(NamedTuple):
    """What a disk has, in bytes."""

    total: int
    used: int
    free: int


def full_after(number: int) -> Callable[[Path, Path, Path], None]:
    """Return a function that places so many files, and then finds the disk full."""
    placed: list[Path] = []

    def move(source: Path, target: Path, part: Path) -> None:
        if len(placed) == number:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        placed.append(target)
        move_file(source, target, part)

    return move


def stopped_sort(
    qtbot: QtBot, window: MainWindow, into: Path, act: Act, monkeypatch: pytest.MonkeyPatch, number: int = 2
) -> None:
    """Sort until the disk is full."""
    dialog = asked(qtbot, window, into, act)
    with monkeypatch.context() as patch:
        patch.setattr("tlgui.photos.sorting.carrying.move_file", full_after(number))
        press(qtbot, window, dialog)


@pytest.mark.parametrize("act", [Act.COPY, Act.MOVE])
def test_full_disk_stops_the_sort_which_goes_on_by_the_message(
    qtbot: QtBot, named: MainWindow, photos: Path, into: Path, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped_sort(qtbot, named, into, act, monkeypatch)
    assert "the disk is full" in named.messages.message.text()
    assert "2 files are still to be sorted" in named.messages.hint.text()
    assert len(places(into)) == 2
    every = {*(Path(place).name for place in places(into)), *places(photos)}
    assert every == set(NAMES), "nothing is lost"
    assert action(named, "go-on-sorting").text() == "&Go on sorting (2 files left)"

    with qtbot.waitSignal(named.session.job_ended, timeout=20_000):
        button(named, "Go on sorting")
    assert places(into) == SORTED
    assert not action(named, "go-on-sorting").isEnabled()
    undo(qtbot, named)
    assert not into.exists()
    assert places(photos) == set(NAMES)


def test_stopped_sort_is_offered_after_a_restart_and_goes_on(
    qtbot: QtBot,
    named: MainWindow,
    fake_engine: FakeEngine,
    into: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stopped_sort(qtbot, named, into, Act.MOVE, monkeypatch)
    window = restarted(qtbot, fake_engine)
    qtbot.waitUntil(lambda: action(window, "go-on-sorting").isEnabled())
    assert window.messages.message.text() == "The last sort was not finished: 2 files are still to be sorted."
    with qtbot.waitSignal(window.session.job_ended, timeout=20_000):
        action(window, "go-on-sorting").trigger()
    assert places(into) == SORTED


def test_stopped_sort_is_told_on_the_page_again_after_a_folder_was_opened(
    qtbot: QtBot, named: MainWindow, fake_engine: FakeEngine, birds: Path, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped_sort(qtbot, named, into, Act.MOVE, monkeypatch)
    window = restarted(qtbot, fake_engine)
    told = "The last sort was not finished: 2 files are still to be sorted."
    qtbot.waitUntil(lambda: window.messages.message.text() == told)
    open_folder(qtbot, window, birds)
    qtbot.waitUntil(lambda: not window.session.is_busy)
    window.messages.dismiss()
    window.show_step(Step.PREDICT)
    assert not window.messages.isHidden()
    assert window.messages.message.text() == told
    window.messages.dismiss()
    window.show_step(Step.TRAIN)
    window.show_step(Step.PREDICT)
    assert window.messages.isHidden()


def test_stop_says_what_is_left_and_undo_takes_back_what_was_done(
    qtbot: QtBot, named: MainWindow, photos: Path, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = asked(qtbot, named, into, Act.MOVE)
    moved: list[Path] = []

    def stopping(source: Path, target: Path, part: Path) -> None:
        move_file(source, target, part)
        moved.append(target)
        job = named.session.job
        if len(moved) == 2 and job is not None:
            job.stop()

    with monkeypatch.context() as patch:
        patch.setattr("tlgui.photos.sorting.carrying.move_file", stopping)
        press(qtbot, named, dialog)

    assert named.messages.message.text() == "Stopped. 2 files are still to be sorted."
    board = named.predict.board
    assert all(board.photos.row_of(target) is not None for target in moved)
    with qtbot.waitSignal(named.session.job_ended, timeout=20_000):
        button(named, "Undo")
    assert places(photos) == set(NAMES)
    assert not into.exists()
    assert all(board.photos.row_of(photos / name) is not None for name in NAMES)


def test_too_little_room_is_said_before_anything_is_done(
    qtbot: QtBot, named: MainWindow, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1000, 1000, 0))
    dialog = asked(qtbot, named, into)
    assert "not enough room" in dialog.preview.refusal_text.text()
    assert not dialog.sort_button.isEnabled()


def test_disk_that_fills_between_preview_and_sort_is_told(
    qtbot: QtBot, named: MainWindow, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = asked(qtbot, named, into)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1000, 1000, 0))
    press(qtbot, named, dialog)
    assert "left" in named.messages.message.text()
    assert not into.exists()
    assert not action(named, "undo").isEnabled()


def test_folder_that_cannot_be_written_to_is_told_in_the_dialog(
    qtbot: QtBot, named: MainWindow, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_path: Path) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(into))

    monkeypatch.setattr("tlgui.photos.sorting.target.files.folder_beside", refused)
    dialog = asked(qtbot, named, into)
    assert dialog.preview.headline.text() == "This cannot be done"
    assert not dialog.sort_button.isEnabled()
    assert dialog.plan is None


def test_folder_that_vanishes_after_the_preview_is_told(
    qtbot: QtBot, named: MainWindow, photos: Path, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    dialog = asked(qtbot, named, disk / "sorted", Act.MOVE)
    disk.rmdir()
    press(qtbot, named, dialog)
    assert "sorted" in named.messages.message.text()
    assert not disk.exists()
    assert places(photos) == set(NAMES)


def test_folder_in_which_the_photos_lie_cannot_be_emptied_but_copied_from(
    qtbot: QtBot, named: MainWindow, photos: Path, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != photos and access(path, mode))
    dialog = asked(qtbot, named, into, Act.MOVE)
    assert dialog.preview.headline.text() == "There is nothing to sort"
    assert [each.button.text() for each in dialog.preview.lists] == ["4 files cannot be sorted"]
    assert not dialog.sort_button.isEnabled()
    dialog.form.choose_act(Act.COPY)
    planned(qtbot, dialog)
    press(qtbot, named, dialog)
    assert places(into) == SORTED


def test_photos_that_vanish_or_change_between_preview_and_sort_are_left_and_told(
    qtbot: QtBot, named: MainWindow, photos: Path, into: Path
) -> None:
    dialog = asked(qtbot, named, into, Act.MOVE)
    (photos / "owl 1.jpg").unlink()
    write_jpeg(photos / "wren 1.jpg", seed=77)
    press(qtbot, named, dialog)
    assert places(into) == {"owl/owl 2.jpg", "robin/robin 1.jpg"}
    assert places(photos) == {"wren 1.jpg"}
    assert "“owl 1.jpg”: It is no longer there." in named.messages.hint.text()
    assert "“wren 1.jpg”: It was changed since the preview" in named.messages.hint.text()


def test_photos_already_there_and_names_that_are_taken_are_listed(
    qtbot: QtBot, named: MainWindow, photos: Path, into: Path
) -> None:
    (into / "owl").mkdir(parents=True)
    shutil.copy2(photos / "owl 1.jpg", into / "owl" / "owl 1.jpg")
    write_jpeg(into / "owl" / "owl 2.jpg", seed=50)
    dialog = asked(qtbot, named, into)
    there, taken = dialog.preview.lists
    assert there.button.text() == "1 photo skipped, because the same is there already"
    assert taken.lines.model().index(0, 0).data() == "owl 2.jpg becomes owl ▸ owl 2 (2).jpg"
    assert dialog.sort_button.text() == "Copy 3 photos"


def test_folder_inside_the_photos_and_the_reverse_are_told(qtbot: QtBot, named: MainWindow, photos: Path) -> None:
    into = photos / "sorted"
    sort(qtbot, named, into)
    assert places(into) == SORTED
    # Dropped again, the folder has its own copies in it.
    with qtbot.waitSignal(named.session.job_ended):
        named.pages.predict.predict_paths([photos])
    settled(qtbot, named)
    dialog = asked(qtbot, named, into)
    assert dialog.preview.headline.text() == "There is nothing to sort"
    assert "4 photos stay, because they are in “sorted” already." in dialog.preview.notes.text()
    dialog.form.into.setText(str(photos.parent))
    planned(qtbot, dialog)
    assert dialog.plan is not None
    assert dialog.plan.photo_count > 0


def test_collection_as_target_is_told_and_corrected_photos_are_offered_instead(
    qtbot: QtBot, named: MainWindow, photos: Path, birds: Path
) -> None:
    dialog = asked(qtbot, named, birds)
    assert not dialog.preview.warning.isHidden()
    assert "learned from" in dialog.preview.warning_text.text()
    assert not dialog.preview.corrections_button.isVisible()
    dialog.reject()

    board, before = named.predict.board, places(birds)
    board.decide(np.array([board.photos.row_of(photos / "owl 1.jpg")], np.intp), "wren", "name it wren")
    qtbot.waitUntil(lambda: len(board.corrections_to_add()) == 1)
    dialog = asked(qtbot, named, birds)
    assert dialog.preview.corrections_button.text() == "&Add 1 corrected photo instead"
    with qtbot.waitSignal(named.session.job_ended, timeout=20_000):
        QTest.mouseClick(dialog.preview.corrections_button, Qt.MouseButton.LeftButton)
    assert not [each for each in named.findChildren(SortDialog) if each.isVisible()]
    assert places(birds) - before == {"wren/owl 1.jpg"}


def test_model_that_was_replaced_is_told_where_keywords_would_name_it(
    qtbot: QtBot, named: MainWindow, into: Path
) -> None:
    model = named.predict.board.model
    assert model is not None
    write_model(replace(model, created="2031-01-01T00:00:00+00:00"))
    dialog = asked(qtbot, named, into)
    assert "another by now" not in dialog.preview.notes.text()
    dialog.form.keywords.setChecked(True)
    planned(qtbot, dialog)
    assert "another by now" in dialog.preview.notes.text()
    press(qtbot, named, dialog)
    assert own_fields((into / "owl" / "owl 2.jpg.xmp").read_bytes()).get("ModelDigest", "") == ""


def test_second_window_is_told_that_photos_are_being_sorted(qtbot: QtBot, named: MainWindow, into: Path) -> None:
    dialog = asked(qtbot, named, into)
    lock = files.OwnerLock(files.data_folder() / "sorts" / "lock")
    (files.data_folder() / "sorts").mkdir(exist_ok=True)
    assert lock.acquire()
    try:
        press(qtbot, named, dialog)
    finally:
        lock.release()
    assert "being sorted already" in named.messages.message.text()
    assert not into.exists()


def test_undo_takes_back_only_the_sort_that_it_names(
    qtbot: QtBot, named: MainWindow, fake_engine: FakeEngine, into: Path, tmp_path: Path
) -> None:
    other = restarted(qtbot, fake_engine)
    sort(qtbot, named, into)
    other.predict.sorting.look()
    qtbot.waitUntil(lambda: action(other, "undo").isEnabled())
    sort(qtbot, named, tmp_path / "later")

    action(other, "undo").trigger()
    with qtbot.waitSignal(other.session.job_ended, timeout=20_000):
        answer(other, "Take it back")

    assert "in another window" in other.messages.message.text()
    assert places(into) == places(tmp_path / "later") == SORTED
    assert action(other, "undo").text() == "&Undo: copy 4 photos into folders in “later”"


def test_sort_that_another_window_has_gone_on_with_is_told_as_complete(
    qtbot: QtBot,
    named: MainWindow,
    fake_engine: FakeEngine,
    into: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stopped_sort(qtbot, named, into, Act.COPY, monkeypatch)
    other = restarted(qtbot, fake_engine)
    qtbot.waitUntil(lambda: action(other, "go-on-sorting").isEnabled())
    for window in (other, named):
        with qtbot.waitSignal(window.session.job_ended, timeout=20_000):
            action(window, "go-on-sorting").trigger()
    assert named.messages.message.text() == "The sort is complete already."
    assert places(into) == SORTED
    assert not action(named, "go-on-sorting").isEnabled()
