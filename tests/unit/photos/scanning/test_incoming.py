"""Photos that come into a watched folder are given out once, and when they are complete; the test holds the clock."""

import errno
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contexts import stopping_at
from tests.pictures import write_empty, write_heic, write_jpeg, write_png, write_text, write_truncated_jpeg
from tlgui.errors import Cancelled
from tlgui.photos.scanning.incoming import GIVE_UP_SECONDS, REST_SECONDS, Incoming, IncomingPhotos
from tlgui.progress import JobContext

QUIET = JobContext()


class Watched:
    """A watched folder, and a clock that goes on only when the test says so."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = 1000.0
        self.photos = IncomingPhotos(folder, clock=lambda: self.now)

    def look(self, after: float = REST_SECONDS) -> Incoming:
        self.now += after
        return self.photos.look(QUIET)

    def names(self, after: float = REST_SECONDS) -> list[str]:
        return [path.relative_to(self.folder).as_posix() for path in self.look(after).arrived]

    def names_when_settled(self) -> list[str]:
        return self.names() + self.names()


@pytest.fixture
def card(tmp_path: Path) -> Path:
    folder = tmp_path / "DCIM"
    folder.mkdir()
    return folder


@pytest.fixture
def watched(card: Path) -> Watched:
    return Watched(card)


class SlowCopy:
    """Copies a file in pieces on a thread of its own, each when the test lets it."""

    def __init__(self, source: Path, target: Path, pieces: int) -> None:
        self._data = source.read_bytes()
        self._target = target
        self._pieces = pieces
        self._go_on = threading.Semaphore(0)
        self._written = threading.Semaphore(0)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def write_piece(self) -> None:
        self._go_on.release()
        assert self._written.acquire(timeout=10)

    def end(self) -> None:
        self._thread.join(10)

    def _run(self) -> None:
        size = -(-len(self._data) // self._pieces)
        with self._target.open("wb", buffering=0) as stream:
            for start in range(0, len(self._data), size):
                assert self._go_on.acquire(timeout=10)
                stream.write(self._data[start : start + size])
                self._written.release()


def test_photos_that_are_there_and_photos_that_come_are_given_out_once(card: Path, watched: Watched) -> None:
    write_jpeg(card / "old.jpg")
    (card / "100CANON").mkdir()
    write_png(card / "100CANON" / "older.png")
    assert watched.names_when_settled() == ["100CANON/older.png", "old.jpg"]
    write_heic(card / "new.heic")
    assert watched.names_when_settled() == ["new.heic"]
    assert watched.names_when_settled() == []


def test_photo_that_has_another_name_by_now_is_no_new_one(card: Path, watched: Watched) -> None:
    photo, other = write_jpeg(card / "old.jpg"), write_jpeg(card / "other.jpg", seed=2)
    assert watched.names_when_settled() == ["old.jpg", "other.jpg"]
    (card / "wrens").mkdir()
    moved = photo.rename(card / "wrens" / "new.jpg")
    found = watched.look()
    assert (dict(found.moved), found.arrived) == ({photo: moved}, ())
    assert not watched.look().moved
    assert watched.names_when_settled() == []
    # One that is put in the old place is new, and so is a copy.
    write_jpeg(photo, seed=3)
    (card / "copy.jpg").write_bytes(other.read_bytes())
    other.unlink()
    assert watched.names_when_settled() == ["copy.jpg", "old.jpg"]


def test_photo_that_was_there_at_first_stays_so_under_another_name(card: Path, watched: Watched) -> None:
    photo = write_jpeg(card / "old.jpg")
    watched.photos = IncomingPhotos(card, takes_present=False, clock=lambda: watched.now)
    assert watched.names_when_settled() == []
    photo.rename(card / "new.jpg")
    assert watched.names_when_settled() == []


def test_only_photos_that_come_are_given_out_where_so_chosen(card: Path, watched: Watched) -> None:
    write_jpeg(card / "old.jpg")
    watched.photos = IncomingPhotos(card, takes_present=False, clock=lambda: watched.now)
    assert watched.names_when_settled() == []
    write_jpeg(card / "new.jpg")
    assert watched.names_when_settled() == ["new.jpg"]


def test_what_was_there_at_first_is_settled_when_the_folder_is_there(tmp_path: Path, watched: Watched) -> None:
    away = watched.folder.rename(tmp_path / "away")
    write_jpeg(away / "old.jpg")
    watched.photos = IncomingPhotos(watched.folder, takes_present=False, clock=lambda: watched.now)
    assert not watched.look().is_there
    assert not watched.photos.has_begun
    away.rename(watched.folder)
    assert watched.names_when_settled() == []
    assert watched.photos.has_begun


def test_file_that_grows_is_not_given_out_before_it_rests(tmp_path: Path, card: Path, watched: Watched) -> None:
    copy = SlowCopy(write_jpeg(tmp_path / "big.jpg", 400, 300), card / "big.jpg", 8)
    for _ in range(8):
        copy.write_piece()
        found = watched.look()
        assert (found.arrived, found.waiting_count) == ((), 1)
    copy.end()
    assert watched.names() == ["big.jpg"]


def test_file_whose_copying_pauses_waits_until_it_is_whole(tmp_path: Path, card: Path, watched: Watched) -> None:
    copy = SlowCopy(write_jpeg(tmp_path / "big.jpg", 400, 300), card / "big.jpg", 2)
    copy.write_piece()
    for _ in range(5):
        found = watched.look(60)
        assert (found.arrived, found.waiting_count) == ((), 1)
    copy.write_piece()
    copy.end()
    assert watched.names_when_settled() == ["big.jpg"]


def test_copy_that_has_its_size_and_time_from_the_start_waits_for_its_content(
    tmp_path: Path, card: Path, watched: Watched
) -> None:
    data = write_jpeg(tmp_path / "big.jpg", 400, 300).read_bytes()
    photo = card / "big.jpg"
    photo.write_bytes(data[:3000] + bytes(len(data) - 3000))
    os.utime(photo, (5, 5))
    assert watched.names_when_settled() == []
    photo.write_bytes(data)
    os.utime(photo, (5, 5))
    assert watched.names(REST_SECONDS) == ["big.jpg"]


def test_damaged_photo_is_given_out_after_ten_minutes(card: Path, watched: Watched) -> None:
    write_truncated_jpeg(card / "half.jpg")
    looks = 0
    while not (arrived := watched.names(30)):
        looks += 1
        assert looks < 50
    assert arrived == ["half.jpg"]
    assert looks * 30 >= GIVE_UP_SECONDS - 30


def test_two_looks_close_together_do_not_settle_a_file(card: Path, watched: Watched) -> None:
    write_jpeg(card / "new.jpg")
    assert watched.names(0) == []
    assert watched.names(REST_SECONDS / 2) == []
    assert watched.names(REST_SECONDS / 2) == ["new.jpg"]


def test_empty_files_wait_without_end(card: Path, watched: Watched) -> None:
    write_empty(card / "empty.jpg")
    assert watched.names_when_settled() == []
    found = watched.look(10 * GIVE_UP_SECONDS)
    assert (found.arrived, found.waiting_count) == ((), 1)


@pytest.mark.parametrize("name", ["a.jpg.part", "a.jpg.crdownload", "a.jpg~", "~a.jpg", ".a.jpg", "a.tmp", "Thumbs.db"])
def test_unfinished_and_hidden_names_are_left_alone_until_they_are_renamed(
    card: Path, watched: Watched, name: str
) -> None:
    write_jpeg(card / name)
    assert watched.names_when_settled() == []
    (card / name).rename(card / "a.jpg")
    assert watched.names_when_settled() == ["a.jpg"]


def test_content_decides_where_the_name_does_not_say(card: Path, watched: Watched) -> None:
    write_jpeg(card / "photo without a suffix")
    write_text(card / "notes")
    write_text(card / "a.jpg.xmp")
    assert watched.names_when_settled() == ["photo without a suffix"]
    assert watched.look().waiting_count == 0


def test_replaced_photo_comes_again_and_a_touched_one_too(card: Path, watched: Watched) -> None:
    photo = write_jpeg(card / "a.jpg")
    assert watched.names_when_settled() == ["a.jpg"]
    write_jpeg(tmp := card / "b.tmp", 200, 100)
    tmp.replace(photo)
    assert watched.names_when_settled() == ["a.jpg"]
    os.utime(photo, (5, 5))
    assert watched.names_when_settled() == ["a.jpg"]


def test_photo_that_changes_while_it_waits_waits_anew(card: Path, watched: Watched) -> None:
    photo = write_jpeg(card / "a.jpg")
    assert watched.names() == []
    write_jpeg(photo, 100, 100)
    assert watched.names() == []
    assert watched.names() == ["a.jpg"]


def test_deleted_photos(card: Path, watched: Watched) -> None:
    write_jpeg(card / "a.jpg")
    gone = write_jpeg(card / "gone.jpg")
    assert watched.names() == []
    gone.unlink()
    found = watched.look()
    assert [path.name for path in found.arrived] == ["a.jpg"]
    assert found.waiting_count == 0
    assert not found.moved


def test_folder_that_goes_away_and_comes_back_brings_nothing_twice(
    tmp_path: Path, card: Path, watched: Watched
) -> None:
    write_jpeg(card / "a.jpg")
    assert watched.names_when_settled() == ["a.jpg"]
    write_jpeg(card / "b.jpg")
    watched.look()
    card.rename(tmp_path / "unplugged")
    found = watched.look()
    assert (found.is_there, found.arrived, found.waiting_count) == (False, (), 1)
    (tmp_path / "unplugged").rename(card)
    assert watched.names_when_settled() == ["b.jpg"]


def test_empty_mount_point_brings_nothing_twice(tmp_path: Path, card: Path, watched: Watched) -> None:
    write_jpeg(card / "a.jpg")
    assert watched.names_when_settled() == ["a.jpg"]
    card.rename(tmp_path / "unplugged")
    card.mkdir()
    assert watched.look() == Incoming()
    card.rmdir()
    (tmp_path / "unplugged").rename(card)
    assert watched.names_when_settled() == []


def test_times_in_the_past_and_in_the_future_do_not_matter(card: Path, watched: Watched) -> None:
    for name, seconds in (("past.jpg", 5), ("future.jpg", 4_000_000_000)):
        os.utime(write_jpeg(card / name), (seconds, seconds))
    assert watched.names_when_settled() == ["future.jpg", "past.jpg"]


def test_links_to_photos_count_and_loops_end(tmp_path: Path, card: Path, watched: Watched) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (card / "link.jpg").symlink_to(write_jpeg(elsewhere / "real.jpg"))
    (card / "nowhere.jpg").symlink_to(tmp_path / "nowhere.jpg")
    (card / "self.jpg").symlink_to(card / "self.jpg")
    inner = card / "inner"
    inner.mkdir()
    (inner / "back").symlink_to(card)
    write_jpeg(inner / "a.jpg")
    (card / "again").symlink_to(inner)
    assert watched.names_when_settled() == ["inner/a.jpg", "link.jpg"]
    assert watched.look().closed_count == 0


def test_folder_that_is_left_out_is_never_listed(tmp_path: Path, card: Path) -> None:
    watched, target = Watched(card), tmp_path / "sorted"
    watched.photos = IncomingPhotos(card, without=target, clock=lambda: watched.now)
    (card / "link").symlink_to(target)
    assert watched.names_when_settled() == []
    target.mkdir()
    write_jpeg(target / "a.jpg")
    assert watched.names_when_settled() == []


def test_folder_below_that_may_not_be_read_is_counted_and_comes_when_it_may(
    monkeypatch: pytest.MonkeyPatch, card: Path, watched: Watched
) -> None:
    (card / "private").mkdir()
    write_jpeg(card / "private" / "a.jpg")
    write_jpeg(card / "b.jpg")
    refuse(monkeypatch, card / "private")
    watched.look()
    found = watched.look()
    assert [path.name for path in found.arrived] == ["b.jpg"]
    assert found.closed_count == 1
    monkeypatch.undo()
    assert watched.names_when_settled() == ["private/a.jpg"]


def test_folder_that_may_not_be_read_is_not_there(
    monkeypatch: pytest.MonkeyPatch, card: Path, watched: Watched
) -> None:
    refuse(monkeypatch, card)
    assert not watched.look().is_there


def test_many_photos_come_in_portions(monkeypatch: pytest.MonkeyPatch, card: Path, watched: Watched) -> None:
    monkeypatch.setattr("tlgui.photos.scanning.incoming.MOST_AT_ONCE", 2)
    for number in range(5):
        write_jpeg(card / f"{number}.jpg")
    watched.look()
    found = [watched.look(REST_SECONDS if turn == 0 else 0) for turn in range(3)]
    assert [[path.name for path in each.arrived] for each in found] == [
        ["0.jpg", "1.jpg"],
        ["2.jpg", "3.jpg"],
        ["4.jpg"],
    ]
    assert [each.has_more for each in found] == [True, True, False]


def test_what_is_known_from_before_does_not_come(card: Path, watched: Watched) -> None:
    write_jpeg(card / "a.jpg")
    write_jpeg(card / "b.jpg")
    watched.names_when_settled()
    write_jpeg(card / "b.jpg", 200, 200)
    write_jpeg(card / "c.jpg")
    watched.photos = IncomingPhotos(card, watched.photos.known, clock=lambda: watched.now)
    assert watched.names_when_settled() == ["b.jpg", "c.jpg"]


def test_stop_is_obeyed_and_nothing_is_lost(card: Path, watched: Watched) -> None:
    for name in ("a.jpg", "b.jpg"):
        write_jpeg(card / name)
    watched.look()
    watched.now += REST_SECONDS
    for count in range(1, 6):
        with pytest.raises(Cancelled):
            watched.photos.look(stopping_at(count))
    assert watched.names() == ["a.jpg", "b.jpg"]


def refuse(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Make a folder one that may not be opened, for whoever runs the tests."""
    really_scan: Callable[[str], Iterator[Any]] = os.scandir

    def scandir(path: str) -> Iterator[Any]:
        if path == str(folder):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return really_scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
