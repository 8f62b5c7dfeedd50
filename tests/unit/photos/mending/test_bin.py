"""Files are found again in the bins of all systems, by where they were and what they are."""

import os
import struct
from pathlib import Path

import pytest

from tests.bins import HAS_FREEDESKTOP_BIN, use_bin
from tlgui.photos.facts import FileState
from tlgui.photos.mending.bin import Binned, find_in_bin, freedesktop_bin, mac_bin, to_bin, windows_bin


def state_of(path: Path) -> FileState:
    state = path.stat()
    return FileState(state.st_size, state.st_mtime_ns)


@pytest.mark.skipif(not HAS_FREEDESKTOP_BIN, reason="needs a bin that can be put elsewhere")
class TestFreedesktop:
    @pytest.fixture(autouse=True)
    def binned(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        return use_bin(tmp_path / "data", monkeypatch)

    @pytest.mark.parametrize(
        "name", ["a.jpg", "50 % of a day.jpg", "gr\N{LATIN SMALL LETTER U WITH DIAERESIS}n.jpg", "a=b\n.jpg"]
    )
    def test_binned_file_is_found_by_where_it_was(self, tmp_path: Path, binned: Path, name: str) -> None:
        path = tmp_path / name
        path.write_text("a photo")
        state = state_of(path)
        to_bin(path)

        found = find_in_bin({path: state})[path]
        assert found.file == binned / name
        assert found.original == path
        assert found.note is not None
        assert found.note.is_file()

    def test_of_two_with_one_name_the_one_in_the_state_asked_for_is_found(self, tmp_path: Path) -> None:
        path = tmp_path / "a.jpg"
        states: list[FileState] = []
        for text in ("first", "other"):
            path.write_text(text)
            os.utime(path, ns=(0, len(states) * 10**9))
            states.append(state_of(path))
            to_bin(path)

        assert [find_in_bin({path: state})[path].file.read_text() for state in states] == ["first", "other"]

    def test_another_file_that_had_the_name_is_not_taken_for_it(self, tmp_path: Path) -> None:
        path = tmp_path / "a.jpg"
        path.write_text("something else")
        to_bin(path)
        assert find_in_bin({path: FileState(4711, 0)}) == {}

    def test_notes_that_are_damaged_or_alone_are_passed_over(self, tmp_path: Path, binned: Path) -> None:
        path = tmp_path / "a.jpg"
        path.write_text("a photo")
        state = state_of(path)
        to_bin(path)
        info = binned.parent / "info"
        (info / "nothing.trashinfo").write_bytes(b"\xff\x00")
        (info / "alone.jpg.trashinfo").write_text(f"[Trash Info]\nPath={path}\nDeletionDate=2030-01-01T00:00:00\n")
        assert find_in_bin({path: state})[path].file == binned / "a.jpg"

    def test_bin_of_another_disk_speaks_of_places_on_that_disk(self, tmp_path: Path) -> None:
        bin_folder = tmp_path / ".Trash-1000"
        (bin_folder / "info").mkdir(parents=True)
        note = bin_folder / "info" / "a.jpg.trashinfo"
        note.write_text("[Trash Info]\nPath=Birds/robin/a.jpg\nDeletionDate=2026-11-22T10:00:00\n")
        assert list(freedesktop_bin(bin_folder, tmp_path)) == [
            Binned(bin_folder / "files/a.jpg", tmp_path / "Birds/robin/a.jpg", note, "2026-11-22T10:00:00")
        ]


class TestWindows:
    @pytest.mark.parametrize("version", [1, 2])
    def test_notes_of_both_layouts_name_the_place(self, tmp_path: Path, version: int) -> None:
        place = "C:\\Birds\\robin\\a.jpg"
        name = (place + "\0").encode("utf-16-le")
        name = name.ljust(520, b"\0") if version == 1 else struct.pack("<i", len(place) + 1) + name
        note = tmp_path / "$IABCDEF.jpg"
        note.write_bytes(struct.pack("<qqq", version, 7, 133_000_000_000_000_000) + name)

        (found,) = windows_bin(tmp_path)
        assert found.file == tmp_path / "$RABCDEF.jpg"
        assert str(found.original) == place
        assert found.note == note

    @pytest.mark.parametrize("data", [b"", b"\2" + bytes(23), struct.pack("<qqqi", 2, 7, 0, -5), b"\xff" * 64])
    def test_damaged_note_stops_nothing(self, tmp_path: Path, data: bytes) -> None:
        (tmp_path / "$IABCDEF.jpg").write_bytes(data)
        assert all(found.original != Path("C:/Birds/robin/a.jpg") for found in windows_bin(tmp_path))


class TestMac:
    def test_file_is_offered_under_its_name_and_that_name_with_the_time(self, tmp_path: Path) -> None:
        for name in ("a.jpg", "a 10.14.22\N{NARROW NO-BREAK SPACE}PM.jpg", "b.jpg", "a.png"):
            (tmp_path / name).touch()
        original = Path("/Users/ann/Birds/a.jpg")
        found = {binned.file.name for binned in mac_bin([tmp_path], {original: FileState(0, 0)})}
        assert found == {"a.jpg", "a 10.14.22\N{NARROW NO-BREAK SPACE}PM.jpg"}
