"""Each format is written whole or not at all, the same each time, in bounded memory, and over nothing else."""

import hashlib
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.pictures import write_jpeg
from tests.unit.text.tables.rows import ABOUT, FACTS, ODD_NAMES, ROWS, WREN, odd, odd_about
from tlgui import files
from tlgui.errors import SettingError, StorageError, TargetError
from tlgui.learning.answers.photo_answer import PhotoAnswer
from tlgui.text.tables.exported import common_base, relative_path
from tlgui.text.tables.formats import FORMATS, TableFormat, table_format
from tlgui.text.tables.writing import check_table, open_table, write_table

PHOTOS = 6_000


def target_of(folder: Path, chosen: TableFormat) -> Path:
    return folder / f"{chosen.id}{chosen.kind.suffixes[0] if chosen.kind else ''}"


def digest_of(target: Path) -> list[tuple[str, str]]:
    """Return the names and digests of a file, or of all files in a folder."""
    found = sorted(target.iterdir()) if target.is_dir() else [target]
    return [(file.name, hashlib.sha256(file.read_bytes()).hexdigest()) for file in found]


each_format = pytest.mark.parametrize("chosen", FORMATS, ids=lambda chosen: chosen.id)


@each_format
def test_same_predictions_make_the_same_bytes(tmp_path: Path, chosen: TableFormat) -> None:
    found = []
    for number in range(2):
        folder = tmp_path / str(number)
        folder.mkdir()
        write_table(target_of(folder, chosen), chosen, ABOUT, ROWS)
        found.append(digest_of(target_of(folder, chosen)))

    assert found[0] == found[1]


@each_format
def test_any_name_can_be_written(tmp_path: Path, chosen: TableFormat) -> None:
    for number, name in enumerate(ODD_NAMES):
        folder = tmp_path / str(number)
        folder.mkdir()
        write_table(target_of(folder, chosen), chosen, odd_about(name), [odd(name)])


@each_format
def test_no_photos_make_an_empty_table(tmp_path: Path, chosen: TableFormat) -> None:
    write_table(target_of(tmp_path, chosen), chosen, ABOUT, [])

    assert target_of(tmp_path, chosen).exists()


@each_format
def test_error_on_the_way_leaves_nothing(tmp_path: Path, chosen: TableFormat) -> None:
    def broken_off() -> Iterator[PhotoAnswer]:
        yield from ROWS
        raise TargetError("Stopped.")

    with pytest.raises(TargetError, match=r"Stopped\."):
        write_table(target_of(tmp_path, chosen), chosen, ABOUT, broken_off())

    assert list(tmp_path.iterdir()) == []
    assert [entry.name for entry in files.process_folder().iterdir() if entry.is_dir()] == []


@each_format
def test_memory_does_not_grow_with_the_photos(tmp_path: Path, chosen: TableFormat) -> None:
    peaks = []
    for number, photo_count in enumerate((PHOTOS // 10, PHOTOS)):
        folder = tmp_path / str(number)
        folder.mkdir()
        tracemalloc.start()
        with open_table(target_of(folder, chosen), chosen, ABOUT) as table:
            for _ in range(photo_count):
                table.add(WREN)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    # Kept in memory, the rows of the second table would be some megabytes.
    assert peaks[1] < peaks[0] + 500_000


@each_format
def test_folder_that_is_gone_is_told_before_the_work(tmp_path: Path, chosen: TableFormat) -> None:
    with pytest.raises(StorageError, match="the folder is not there"):
        check_table(target_of(tmp_path / "gone", chosen), chosen, place=ABOUT.place)


@each_format
def test_what_is_there_already_stays_unless_it_is_such_a_table(tmp_path: Path, chosen: TableFormat) -> None:
    target = write_jpeg(tmp_path / "photo.jpg").rename(target_of(tmp_path, chosen))
    before = target.read_bytes()

    with pytest.raises(TargetError, match="is there already"):
        write_table(target, chosen, ABOUT, ROWS)
    assert target.read_bytes() == before

    target.unlink()
    write_table(target, chosen, ABOUT, ROWS[:1])
    first = digest_of(target)
    if chosen.kind is None:
        with pytest.raises(TargetError, match="is there already"):
            write_table(target, chosen, ABOUT, ROWS)
        assert digest_of(target) == first
    else:
        write_table(target, chosen, ABOUT, ROWS)
        assert digest_of(target) != first


def test_place_is_asked_for_where_the_format_must_tell_it(tmp_path: Path) -> None:
    chosen = table_format("camtrap-dp")

    with pytest.raises(SettingError, match="must say where the photos were taken"):
        check_table(tmp_path / "new", chosen, place=None)


def test_paths_are_relative_to_what_all_photos_have_in_common(tmp_path: Path) -> None:
    one, two = tmp_path / "a" / "one.jpg", tmp_path / "b" / "c" / "two.jpg"
    for photo in (one, two):
        photo.parent.mkdir(parents=True)
        photo.touch()

    assert common_base([one, two]) == tmp_path
    assert common_base([tmp_path / "b"]) == tmp_path / "b"
    assert common_base([one]) == tmp_path / "a"
    assert relative_path(two, tmp_path) == "b/c/two.jpg"
    assert relative_path(two, tmp_path / "a") == two.as_posix()


def test_photos_on_several_drives_keep_their_whole_paths(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(_paths: object) -> str:
        # What `os.path.commonpath` raises on Windows.
        raise ValueError("Paths don't have the same drive")

    monkeypatch.setattr("os.path.commonpath", refuse)

    assert common_base([tmp_path / "a.jpg", tmp_path / "b.jpg"]) is None
    assert relative_path(tmp_path / "a.jpg", None) == (tmp_path / "a.jpg").as_posix()


@pytest.mark.parametrize("taken", [None, -62135596800.0, 253402300799.0, 0.0])
@pytest.mark.parametrize("zone", [None, ABOUT.zone])
def test_any_time_can_be_written(tmp_path: Path, taken: float | None, zone: None) -> None:
    row = replace(WREN, facts=FACTS._replace(taken=taken))
    for chosen in FORMATS:
        write_table(target_of(tmp_path, chosen), chosen, replace(ABOUT, zone=zone), [row])
        if chosen.kind is None:
            assert "timestamp" in (target_of(tmp_path, chosen) / "media.csv").read_text(encoding="utf-8")
