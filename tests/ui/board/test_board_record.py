"""What is kept of the board: drops in order, what was taken off, and several windows that write the same file."""

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tlgui.errors import NewerFileError, StorageError
from tlgui.files import OwnerLock
from tlgui.ui.board import board_record
from tlgui.ui.board.board_record import BoardRecord, BoardRecordFile, Coverage


@pytest.fixture
def file(tmp_path: Path) -> BoardRecordFile:
    return BoardRecordFile(tmp_path / "workspace")


def dropped(*paths: str) -> Callable[[BoardRecord], BoardRecord]:
    return lambda record: record.with_dropped(paths)


def test_drops_are_kept_in_order_and_once(file: BoardRecordFile) -> None:
    assert file.read() == BoardRecord()
    file.change(dropped("/b/2.jpg", "/a/1.jpg", "/b"))
    file.change(dropped("/a/1.jpg", "/a/0.jpg"))
    assert file.read().dropped == ("/b/2.jpg", "/a/1.jpg", "/b", "/a/0.jpg")


def test_photos_in_a_folder_that_was_dropped_need_no_place(file: BoardRecordFile) -> None:
    file.change(dropped("/a"))
    file.change(dropped("/a/deep/1.jpg", "/ab/1.jpg"))
    assert file.read().dropped == ("/a", "/ab/1.jpg")


@pytest.mark.parametrize("name", ["Übung 🎉.jpg", "two\nlines.jpg", "bytes \udce9.jpg", '"quotes"\\.jpg'])
def test_every_name_comes_back(file: BoardRecordFile, name: str) -> None:
    file.change(dropped(f"/a/{name}"))
    assert file.read().dropped == (f"/a/{name}",)


def test_what_was_taken_off_stays_off_until_it_is_dropped_again(file: BoardRecordFile) -> None:
    file.change(dropped("/a", "/b/1.jpg", "/b/2.jpg"))
    file.change(lambda record: record.with_off(["/a/1.jpg", "/a/2.jpg", "/b/1.jpg"]))
    assert file.read() == BoardRecord(("/a", "/b/2.jpg"), frozenset({"/a/1.jpg", "/a/2.jpg"}))
    file.change(dropped("/a/2.jpg"))
    assert file.read().off == {"/a/1.jpg"}
    file.change(dropped("/a"))
    assert file.read().off == frozenset()


def test_clearing_forgets_what_this_window_shows_and_leaves_what_another_one_added(
    tmp_path: Path, file: BoardRecordFile
) -> None:
    mine = file.change(dropped("/a", "/b/1.jpg"))
    file.change(lambda record: record.with_off(["/a/1.jpg"]))
    BoardRecordFile(tmp_path / "workspace").change(dropped("/c"))
    file.change(lambda record: record.without(mine.dropped))
    assert file.read() == BoardRecord(("/c",))
    file.change(lambda record: record.without(["/c"]))
    assert not (tmp_path / "workspace" / "board.json").exists()
    assert file.read() == BoardRecord()


def test_photos_that_were_moved_are_kept_at_their_new_places_and_back(file: BoardRecordFile) -> None:
    before = file.change(dropped("/a", "/b/1.jpg", "/b/2.jpg"))
    places = {"/a/in/1.jpg": "/sorted/wren/1.jpg", "/b/1.jpg": "/sorted/owl/1.jpg", "/other.jpg": "/sorted/other.jpg"}
    after = file.change(lambda record: record.with_moved(places))
    assert after.dropped == ("/a", "/b/2.jpg", "/sorted/wren/1.jpg", "/sorted/owl/1.jpg")
    again = file.change(lambda record: record.with_moved({new: old for old, new in places.items()}))
    assert set(again.dropped) == set(before.dropped)


def test_windows_that_write_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    def drop(window: int) -> None:
        for number in range(10):
            BoardRecordFile(tmp_path).change(dropped(f"/{window}/{number}.jpg"))

    threads = [threading.Thread(target=drop, args=(window,)) for window in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = BoardRecordFile(tmp_path).read().dropped
    assert sorted(kept) == sorted(f"/{window}/{number}.jpg" for window in range(4) for number in range(10))
    assert [path for path in kept if path.startswith("/2/")] == [f"/2/{number}.jpg" for number in range(10)]


def test_window_that_holds_the_file_is_not_overwritten(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, file: BoardRecordFile
) -> None:
    monkeypatch.setattr(board_record, "_LOCK_SECONDS", 0.01)
    file.change(dropped("/a"))
    other = OwnerLock(tmp_path / "workspace" / "board.lock")
    assert other.acquire()
    with pytest.raises(StorageError, match="another window"):
        file.change(dropped("/b"))
    other.release()
    assert file.read().dropped == ("/a",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"board": 0, "dropped": [], "off": []}',
        '{"board": "2", "dropped": [], "off": []}',
        '{"board": 1, "dropped": ["/a"], "off": []}',
        '{"board": 1, "dropped": [["/a", [7]]], "off": []}',
        '{"board": 1, "dropped": [["/a", ["b"]]]}',
        "[" * 100_000,
    ],
)
def test_damaged_record_is_set_aside_and_told(
    tmp_path: Path, file: BoardRecordFile, expect_log: Callable[[str], None], text: str
) -> None:
    expect_log("what lay on the board is damaged")
    file.change(dropped("/a"))
    (tmp_path / "workspace" / "board.json").write_text(text)
    assert file.read() == BoardRecord()
    assert (tmp_path / "workspace" / "board.json.damaged").read_text() == text
    file.change(dropped("/b"))
    assert file.read().dropped == ("/b",)


def test_record_of_a_later_version_is_left_and_told(tmp_path: Path, file: BoardRecordFile) -> None:
    file.change(dropped("/a"))
    path = tmp_path / "workspace" / "board.json"
    path.write_text('{"board": 2, "places": [["/a"]]}')
    for act in (file.read, lambda: file.change(dropped("/b")), lambda: file.change(lambda _record: BoardRecord())):
        with pytest.raises(NewerFileError, match=r"later version of tlgui, in .*board\.json"):
            act()
    assert path.read_text() == '{"board": 2, "places": [["/a"]]}'
    assert {each.name for each in path.parent.iterdir()} <= {"board.json", "board.lock"}


def test_file_that_cannot_be_read_is_not_overwritten(
    tmp_path: Path, file: BoardRecordFile, expect_log: Callable[[str], None]
) -> None:
    expect_log("cannot be read")
    (tmp_path / "workspace" / "board.json").mkdir(parents=True)
    assert file.read() == BoardRecord()
    with pytest.raises(StorageError):
        file.change(dropped("/a"))
    assert (tmp_path / "workspace" / "board.json").is_dir()


def test_too_many_photos_are_kept_as_their_folders(monkeypatch: pytest.MonkeyPatch, file: BoardRecordFile) -> None:
    monkeypatch.setattr(board_record, "MOST_ENTRIES", 5)
    file.change(dropped("/x/1.jpg", *(f"/many/{number}.jpg" for number in range(6)), "/y/1.jpg", "/y/2.jpg"))
    assert file.read().dropped == ("/x/1.jpg", "/many", "/y/1.jpg", "/y/2.jpg")
    file.change(dropped("/p/1.jpg", "/q/1.jpg", "/r/1.jpg"))
    assert file.read().dropped == ("/x/1.jpg", "/many", "/y", "/p/1.jpg", "/q/1.jpg")


def test_record_of_a_hundred_thousand_photos_is_small(tmp_path: Path, file: BoardRecordFile) -> None:
    paths = [f"/media/card/DCIM/{number // 1000}CANON/IMG_{number:06}.JPG" for number in range(100_000)]
    file.change(dropped(*paths))
    assert file.read().dropped == tuple(paths)
    assert (tmp_path / "workspace" / "board.json").stat().st_size < 25 * len(paths)
    data = json.loads((tmp_path / "workspace" / "board.json").read_text())
    assert len(data["dropped"]) == 100


def test_coverage_knows_folders_and_not_beginnings_of_names() -> None:
    covered = Coverage(["/a/b", "/c.jpg"])
    assert "/a/b" in covered
    assert "/a/b/c/d.jpg" in covered
    assert "/c.jpg" in covered
    assert "/a/bc.jpg" not in covered
    assert "/a" not in covered
    assert "relative.jpg" not in covered
