"""A disk that is full or away stops a sort, which is then gone on with or undone; Stop does the same."""

import errno
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.contexts import stopping_at
from tests.unit.photos.sorting.small_sort import (
    FILES,
    QUIET,
    SORTED,
    contents,
    decided,
    options,
    sorted_into,
    states,
    write,
)
from tlgui import files
from tlgui.errors import Cancelled, StorageError
from tlgui.photos.mending.moving import move_file
from tlgui.photos.mending.records import Act
from tlgui.photos.sorting.sorter import Sorter


class Usage(NamedTuple):
    """What a disk has, in bytes."""

    total: int
    used: int
    free: int


def full_after(count: int) -> Callable[[Path, Path, Path], None]:
    """Return a function that moves so many files, and then finds the disk full."""
    moved: list[Path] = []

    def move(source: Path, target: Path, part: Path) -> None:
        if len(moved) == count:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        moved.append(target)
        move_file(source, target, part)

    return move


@pytest.mark.parametrize("act", [Act.COPY, Act.MOVE])
def test_disk_that_fills_stops_the_sort_which_is_gone_on_with_after_a_restart(
    tmp_path: Path, sorter: Sorter, source: Path, into: Path, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = states(source)
    plan = sorter.preview(decided(source), options(into, act), QUIET)
    with monkeypatch.context() as patch:
        # The copies are in place by then, or the photos are moved, one after the other.
        patch.setattr("tlgui.photos.sorting.carrying.move_file", full_after(3))
        stopped = sorter.apply(plan, QUIET)

    assert stopped.stopped is not None
    assert "the disk is full" in stopped.stopped.message
    assert "Go on" in stopped.stopped.hint
    assert (stopped.photo_count, stopped.left_count) == (1, 5)
    assert not list(into.rglob(".*")), "no part of a copy is left"
    every = {**dict.fromkeys(FILES, 1)}
    there = {Path(place).name for place in (*contents(source), *contents(into))}
    assert there == set(every)

    unfinished = Sorter(tmp_path / "journal").unfinished()
    assert unfinished is not None
    assert unfinished.left_count == 5
    done = Sorter(tmp_path / "journal").go_on(QUIET)
    assert done is not None
    assert (done.photo_count, done.left_count, done.problems) == (4, 0, ())
    assert contents(into) == SORTED
    assert Sorter(tmp_path / "journal").unfinished() is None
    Sorter(tmp_path / "journal").undo(QUIET)
    assert states(source) == before
    assert not into.exists()


def test_stopped_sort_can_be_undone_instead(
    sorter: Sorter, source: Path, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = states(source)
    plan = sorter.preview(decided(source), options(into, Act.MOVE), QUIET)
    with monkeypatch.context() as patch:
        patch.setattr("tlgui.photos.sorting.carrying.move_file", full_after(3))
        sorter.apply(plan, QUIET)
    sorter.undo(QUIET)
    assert states(source) == before
    assert not into.exists()
    assert sorter.go_on(QUIET) is None


@pytest.mark.skipif(sys.platform != "linux", reason="only there the file of a number is told")
def test_disk_that_takes_nothing_is_an_error_and_leaves_nothing(
    sorter: Sorter, source: Path, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = sorter.preview(decided(source), options(into), QUIET)
    fsync = os.fsync

    def full(number: int) -> None:
        if ".part" in str(Path(f"/proc/self/fd/{number}").readlink()):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(number)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="the disk is full"):
        sorter.apply(plan, QUIET)
    assert not into.exists()
    assert contents(source) == FILES
    assert sorter.past() == ()


def test_too_little_room_is_said_before_anything_is_done(
    sorter: Sorter, source: Path, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = sorter.preview(decided(source), options(into), QUIET)
    assert plan.needed_bytes == sum(len(text) for text in SORTED.values())
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1000, 990, 10))
    with pytest.raises(StorageError, match="left"):
        sorter.apply(plan, QUIET)
    assert not into.exists()


def test_folder_of_the_photos_that_goes_away_stops_the_sort(sorter: Sorter, source: Path, into: Path) -> None:
    other = write(source.parent / "other", {"x.jpg": "photo x"})
    photos = [*decided(other, {"x.jpg": "wren"}), *decided(source)]
    plan = sorter.preview(photos, options(into), QUIET)
    source.rename(source.with_name("away"))

    done = sorter.apply(plan, QUIET)

    assert done.stopped is not None
    assert "is not there any more" in done.stopped.message
    assert done.left_count == 8
    source.with_name("away").rename(source)
    assert sorter.go_on(QUIET) is not None
    assert contents(into) == {**SORTED, "wren/x.jpg": "photo x"}


def test_folder_around_the_target_that_goes_away_is_not_made_again(
    sorter: Sorter, source: Path, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    plan = sorter.preview(decided(source), options(disk / "sorted"), QUIET)
    disk.rmdir()
    with pytest.raises(StorageError, match="the folder is not there"):
        sorter.apply(plan, QUIET)
    assert not disk.exists()


def test_stop_keeps_what_is_done_and_the_rest_can_be_done_later(sorter: Sorter, source: Path, into: Path) -> None:
    plan = sorter.preview(decided(source), options(into, Act.MOVE), QUIET)
    with pytest.raises(Cancelled):
        sorter.apply(plan, stopping_at(12))
    assert 0 < len(contents(into)) < len(SORTED)
    assert not list(into.rglob(".*"))
    sorter.go_on(QUIET)
    assert contents(into) == SORTED


@pytest.mark.parametrize("act", [Act.COPY, Act.MOVE])
def test_stopped_undo_is_ended_by_the_next(sorter: Sorter, source: Path, into: Path, act: Act) -> None:
    before = states(source)
    sorted_into(sorter, decided(source), options(into, act))
    with pytest.raises(Cancelled):
        sorter.undo(stopping_at(4))
    assert sorter.go_on(QUIET) is None
    sorter.undo(QUIET)
    assert states(source) == before
    assert not into.exists()


def test_two_sorts_at_a_time_are_refused(tmp_path: Path, source: Path, into: Path, sorter: Sorter) -> None:
    plan = sorter.preview(decided(source), options(into), QUIET)
    (tmp_path / "journal").mkdir(exist_ok=True)
    lock = files.OwnerLock(tmp_path / "journal" / "lock")
    assert lock.acquire()
    try:
        with pytest.raises(StorageError, match="being sorted already"):
            sorter.apply(plan, QUIET)
    finally:
        lock.release()
    assert not into.exists()
