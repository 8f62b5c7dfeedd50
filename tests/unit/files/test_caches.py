"""Every cache is repaired and kept small in the same way, and what fails is in the log."""

import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.databases import LOOKS_LIKE_SOMETHING_ELSE
from tlgui.files import caches
from tlgui.files.caches import CacheDatabase, cache_path, discard, evict

Warnings = Callable[[], list[str]]


def prepare(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE IF NOT EXISTS fact (name TEXT)")
    connection.execute("SELECT name FROM fact").fetchall()


@pytest.fixture
def database(tmp_path: Path) -> CacheDatabase:
    """Give a database that holds one row."""
    database = CacheDatabase(tmp_path / "caches" / "some.sqlite", prepare, 0.0)
    add(database, "kept")
    return database


def add(database: CacheDatabase, name: str) -> None:
    connection = database.open()
    assert connection is not None
    with contextlib.closing(connection), connection:
        connection.execute("INSERT INTO fact VALUES (?)", (name,))


def names(database: CacheDatabase) -> list[str]:
    connection = database.open()
    assert connection is not None
    with contextlib.closing(connection):
        return [name for (name,) in connection.execute("SELECT name FROM fact")]


def scribble(path: Path) -> None:
    path.write_bytes(b"not a store" * 1000)


def change_columns(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("ALTER TABLE fact RENAME COLUMN name TO other")


def test_sound_database_keeps_what_it_holds(database: CacheDatabase) -> None:
    add(database, "more")

    assert names(database) == ["kept", "more"]


@pytest.mark.parametrize("damage", [scribble, change_columns, *LOOKS_LIKE_SOMETHING_ELSE])
def test_damaged_database_is_made_again_and_logged(
    damage: Callable[[Path], None], database: CacheDatabase, cache_warnings: Warnings
) -> None:
    damage(database.path)

    assert names(database) == []
    add(database, "new")
    assert names(database) == ["new"]
    (warning,) = cache_warnings()
    assert f"{database.path} is damaged and is made again: " in warning


def test_journal_of_a_damaged_database_goes_with_it(database: CacheDatabase, cache_warnings: Warnings) -> None:
    # A killed process leaves one, and SQLite would play it back into the new database.
    database.path.with_name("some.sqlite-journal").write_bytes(b"what was there before")
    scribble(database.path)

    assert discard(database.path, "it is scribbled on")
    assert list(database.path.parent.iterdir()) == []
    assert len(cache_warnings()) == 1


@pytest.mark.parametrize("hold", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_database_that_another_process_holds_is_left_alone(
    hold: str, database: CacheDatabase, cache_warnings: Warnings
) -> None:
    before = database.path.stat().st_ino
    with contextlib.closing(sqlite3.connect(database.path, isolation_level=None)) as other:
        other.execute(hold)
        connection = database.open()
        if connection is not None:
            # It can be read while another writes; only writing is refused, and repairing would be wrong.
            with contextlib.closing(connection), pytest.raises(sqlite3.OperationalError) as caught:
                connection.execute("INSERT INTO fact VALUES ('new')")
            assert database.reopen(caught.value) is None

    assert database.path.stat().st_ino == before
    assert names(database) == ["kept"]
    (warning,) = cache_warnings()
    assert f"{database.path} cannot be used: database is locked" in warning


def test_database_is_begun_anew_where_damage_is_met_later(database: CacheDatabase, cache_warnings: Warnings) -> None:
    connection = database.reopen(sqlite3.DatabaseError("database disk image is malformed"))

    assert connection is not None
    connection.close()
    assert names(database) == []
    assert len(cache_warnings()) == 1


def test_place_without_room_for_a_folder_gives_no_database(tmp_path: Path, cache_warnings: Warnings) -> None:
    (tmp_path / "caches").write_text("a file in the way")

    assert CacheDatabase(tmp_path / "caches" / "some.sqlite", prepare, 0.0).open() is None
    assert (tmp_path / "caches").read_text() == "a file in the way"
    assert len(cache_warnings()) == 1


def test_folder_in_the_place_of_a_database_stays(tmp_path: Path, cache_warnings: Warnings) -> None:
    path = tmp_path / "some.sqlite"
    path.mkdir()

    assert CacheDatabase(path, prepare, 0.0).open() is None
    assert path.is_dir()
    assert len(cache_warnings()) == 1


def test_cache_folder_that_cannot_be_made_is_logged(monkeypatch: pytest.MonkeyPatch, cache_warnings: Warnings) -> None:
    def refuse() -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(caches, "cache_folder", refuse)

    assert cache_path("features") is None
    (warning,) = cache_warnings()
    assert "Permission denied" in warning


def make_files(folder: Path) -> None:
    """Write ten files of 100 bytes, in two subfolders, the first used longest ago."""
    for number in range(10):
        entry = folder / f"{number % 2:02}" / f"{number}.jpg"
        entry.parent.mkdir(parents=True, exist_ok=True)
        entry.write_bytes(bytes(100))
        os.utime(entry, (number, number))


def numbers(folder: Path) -> list[int]:
    return sorted(int(path.stem) for path in folder.rglob("*.jpg"))


@pytest.mark.parametrize(("most_bytes", "left"), [(1000, list(range(10))), (999, list(range(1, 10))), (200, [8, 9])])
def test_files_not_used_for_longest_go_first(tmp_path: Path, most_bytes: int, left: list[int]) -> None:
    make_files(tmp_path)

    evict(tmp_path, most_bytes)

    assert numbers(tmp_path) == left


def test_eviction_goes_below_the_limit_where_that_is_asked_for(tmp_path: Path) -> None:
    make_files(tmp_path)

    evict(tmp_path, 1000, kept_share=0.75)
    assert numbers(tmp_path) == list(range(10))
    evict(tmp_path, 800, kept_share=0.75)

    assert numbers(tmp_path) == [4, 5, 6, 7, 8, 9]


def test_file_in_use_and_files_of_another_kind_stay(tmp_path: Path) -> None:
    make_files(tmp_path)
    (tmp_path / "notes.txt").write_bytes(bytes(10_000))

    evict(tmp_path, 200, suffix=".jpg", keep=tmp_path / "00" / "0.jpg")

    assert numbers(tmp_path) == [0, 9]
    assert (tmp_path / "notes.txt").exists()


def test_folder_that_is_not_there_is_no_failure(tmp_path: Path) -> None:
    evict(tmp_path / "none", 0)


def test_file_that_cannot_be_deleted_is_logged_and_the_next_ones_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache_warnings: Warnings
) -> None:
    make_files(tmp_path)
    unlink = Path.unlink

    def refuse(path: Path, *, missing_ok: bool = False) -> None:
        if path.name == "0.jpg":
            raise PermissionError(13, "Permission denied")
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)

    evict(tmp_path, 200)

    assert numbers(tmp_path) == [0, 9]
    (warning,) = cache_warnings()
    assert "0.jpg cannot be used: " in warning


def test_mark_used_keeps_a_file_from_eviction(tmp_path: Path) -> None:
    make_files(tmp_path)

    caches.mark_used(tmp_path / "00" / "0.jpg")
    evict(tmp_path, 200)

    assert numbers(tmp_path) == [0, 9]
