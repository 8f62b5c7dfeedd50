"""Photos of a watched folder are copied into class folders by the real sorter: once, and so that it can be undone."""

import os
from pathlib import Path

import pytest

from tests.ui.board.conftest import OpenWindow
from tests.ui.board.windows import Window, photo, words
from tests.unit.photos.sorting.small_sort import contents, decided, options, write
from tlgui import files
from tlgui.errors import TargetError
from tlgui.photos.mending.records import Act
from tlgui.photos.sorting.options import SortOptions
from tlgui.progress import JobContext
from tlgui.ui.watching.choice import WatchChoice
from tlgui.ui.watching.gathering_timer import GatheringTimer

QUIET = JobContext()


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "sorted"


def places(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_named_photos_are_copied_with_their_companions_and_stay(card: Path, into: Path, board_window: Window) -> None:
    photo(card / "a wren.jpg")
    (card / "a wren.xmp").write_text("notes")
    photo(card / "an owl.jpg")
    board_window.watch.start(WatchChoice(card, sorting=SortOptions(into)))
    board_window.look()
    assert places(into) == ["owl/an owl.jpg", "wren/a wren.jpg", "wren/a wren.xmp"]
    assert (into / "wren" / "a wren.jpg").read_bytes() == (card / "a wren.jpg").read_bytes()
    assert words(board_window) == "Watching “DCIM”: 2 new photos named, 2 copied into “sorted”."


def watched_with_copies_held_back(board_window: Window, card: Path, into: Path) -> GatheringTimer:
    """Watch a folder until its photos rest; return the timer, whose start lets them be copied."""
    timer = board_window.watch._copy_timer
    timer.first_ms = 60_000
    board_window.watch.start(WatchChoice(card, sorting=SortOptions(into)))
    board_window._look_once()
    board_window.clock.now += 5
    board_window._look_once()
    return timer


def test_photos_that_wait_and_those_that_are_copies_themselves_are_told(
    card: Path, into: Path, board_window: Window
) -> None:
    wren = photo(card / "a wren.jpg")
    (card / "the same.jpg").write_bytes(wren.read_bytes())
    timer = watched_with_copies_held_back(board_window, card, into)
    waiting = "Watching “DCIM”: 2 new photos named, 2 to be copied soon."
    board_window._qtbot.waitUntil(lambda: words(board_window) == waiting)
    timer.start(0)
    told = "Watching “DCIM”: 2 new photos named, 1 copied into “sorted”, 1 the same as another."
    board_window._qtbot.waitUntil(lambda: words(board_window) == told)


def test_photo_that_gets_another_name_before_it_is_copied_is_copied_by_that(
    card: Path, into: Path, board_window: Window
) -> None:
    wren = photo(card / "a wren.jpg")
    timer = watched_with_copies_held_back(board_window, card, into)
    board_window._qtbot.waitUntil(lambda: words(board_window).endswith("1 to be copied soon."))
    wren.rename(card / "IMG_1.jpg")
    board_window._look_once()
    timer.start(0)
    board_window._qtbot.waitUntil(lambda: "1 copied" in words(board_window))
    assert places(into) == ["wren/IMG_1.jpg"]


def test_what_a_person_decided_counts(card: Path, into: Path, board_window: Window) -> None:
    board_window.watch.start(WatchChoice(card, sorting=SortOptions(into)))
    board_window.board.grew.connect(lambda rows: board_window.board.decide(rows, "robin", "name it robin"))
    photo(card / "a wren.jpg")
    board_window.watch._copy_timer.first_ms = 300
    board_window.look()
    assert places(into) == ["robin/a wren.jpg"]


def test_each_batch_is_a_sort_that_can_be_undone(card: Path, into: Path, board_window: Window) -> None:
    board_window.watch.start(WatchChoice(card, sorting=SortOptions(into)))
    for name in ("a wren.jpg", "an owl.jpg"):
        photo(card / name)
        board_window.look()
    assert [past.words for past in board_window.sorter.past()] == [
        "copy 1 photo into folders in “sorted”",
        "copy 1 photo into folders in “sorted”",
    ]
    board_window.sorter.undo(QUIET)
    assert places(into) == ["wren/a wren.jpg"]
    board_window.look()
    assert places(into) == ["wren/a wren.jpg"]


def test_nothing_is_copied_twice_after_a_restart(
    tmp_path: Path, birds: Path, card: Path, into: Path, board_window: Window, open_window: OpenWindow
) -> None:
    for name in ("a wren.jpg", "an owl.jpg", "a robin.jpg"):
        photo(card / name)
    board_window.watch.start(WatchChoice(card, sorting=SortOptions(into)))
    board_window.look()
    board_window.close()
    # One was taken out of its class folder, one was renamed on the card, one touched.
    (into / "owl" / "an owl.jpg").rename(tmp_path / "kept elsewhere.jpg")
    (card / "a wren.jpg").rename(card / "the wren again.jpg")
    os.utime(card / "a robin.jpg", (5, 5))
    photo(card / "new wren.jpg")

    again = open_window(birds)
    again.watch.watch_again()
    again.settle()
    again.look()
    assert places(into) == ["robin/a robin.jpg", "wren/a wren.jpg", "wren/new wren.jpg"]


def test_nothing_is_copied_twice_where_a_kill_left_the_copies_without_a_note(
    birds: Path, card: Path, into: Path, board_window: Window, open_window: OpenWindow
) -> None:
    photo(card / "a wren.jpg")
    board_window.watch.start(WatchChoice(card, sorting=SortOptions(into)))
    board_window.look()
    board_window.close()
    record = files.workspace_path(birds) / "watch.jsonl"
    record.write_text(record.read_text().splitlines()[0] + "\n")

    again = open_window(birds)
    again.watch.watch_again()
    again.settle()
    again.look()
    assert places(into) == ["wren/a wren.jpg"]
    assert len(again.sorter.past()) == 1
    assert words(again) == "Watching “DCIM”: 1 new photo named."


def test_copies_are_never_named_though_a_link_leads_to_them(card: Path, into: Path, board_window: Window) -> None:
    board_window.watch.start(WatchChoice(card, sorting=SortOptions(into)))
    photo(card / "a wren.jpg")
    board_window.look()
    (card / "link").symlink_to(into)
    board_window.look()
    board_window.look()
    assert board_window.names() == ["a wren.jpg"]
    with pytest.raises(TargetError):
        board_window.watch.start(WatchChoice(card, sorting=SortOptions(card / "sorted")))


def test_nothing_is_copied_into_the_watched_folder_through_a_link_made_later(
    card: Path, into: Path, board_window: Window
) -> None:
    board_window.watch.start(WatchChoice(card, sorting=SortOptions(into)))
    into.mkdir()
    (card / "inner").mkdir()
    (into / "wren").symlink_to(card / "inner")
    photo(card / "a wren.jpg")
    board_window.watch._copy_timer.first_ms = 10_000
    _look_and_copy(board_window)
    assert places(card) == ["a wren.jpg"]
    assert "Copying waits: Copies would come into the watched folder itself, through “sorted”." in words(board_window)


def test_photos_that_are_not_sure_follow_the_options(card: Path, into: Path, board_window: Window) -> None:
    board_window.watch.start(WatchChoice(card, sorting=SortOptions(into, pattern="all/{class}")))
    photo(card / "a wren.jpg")
    board_window.look()
    assert places(into) == ["all/wren/a wren.jpg"]


def test_copying_waits_for_an_earlier_sort_that_is_not_finished(
    tmp_path: Path, card: Path, into: Path, board_window: Window
) -> None:
    source = write(tmp_path / "other card")
    elsewhere = tmp_path / "elsewhere"
    plan = board_window.sorter.preview(decided(source), options(elsewhere, Act.COPY), QUIET)
    board_window.sorter.apply(plan, QUIET)
    (journal,) = (tmp_path / "sorts").glob("*.jsonl")
    lines = journal.read_text().splitlines()
    journal.write_text("\n".join(lines[:-1]) + "\n")
    (elsewhere / "wren" / "a.jpg").unlink()
    assert board_window.sorter.unfinished() is not None

    board_window.watch.start(WatchChoice(card, sorting=SortOptions(into)))
    photo(card / "a wren.jpg")
    board_window.watch._copy_timer.first_ms = 10_000
    _look_and_copy(board_window)
    assert "Copying waits: An earlier sort is not finished. Go on with it, or undo it." in words(board_window)
    assert not into.exists()
    board_window.sorter.go_on(QUIET)
    board_window.watch._copy_timer.start(0)
    board_window.settle()
    assert list(contents(elsewhere))
    assert places(into) == ["wren/a wren.jpg"]
    assert "Copying" not in words(board_window)


def test_copying_is_tried_again_when_the_target_is_back(tmp_path: Path, card: Path, board_window: Window) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    board_window.watch.start(WatchChoice(card, sorting=SortOptions(disk / "sorted")))
    disk.rename(tmp_path / "unplugged")
    photo(card / "a wren.jpg")
    board_window.watch._copy_timer.first_ms = 10_000
    _look_and_copy(board_window)
    assert "Copying waits: " in words(board_window)
    (tmp_path / "unplugged").rename(disk)
    board_window.watch._copy_timer.start(0)
    board_window.settle()
    assert places(disk / "sorted") == ["wren/a wren.jpg"]


def _look_and_copy(window: Window) -> None:
    """Look, and copy once; what is not copied is tried again after a long while only."""
    window._look_once()
    window.clock.now += 5
    window._qtbot.waitUntil(window.watch._copy_timer.isActive)
    window.watch._copy_timer.start(0)
    window._qtbot.waitUntil(lambda: "Copying waits" in words(window))
