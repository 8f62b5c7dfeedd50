"""Damage to a database is found when it is opened, where nothing later would call it that."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.databases import LOOKS_LIKE_SOMETHING_ELSE, garble_tables
from tlgui.files import opened_database, opened_read_only


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "some.sqlite"
    with closing(opened_database(path, 0)) as connection, connection:
        connection.execute("CREATE TABLE photo (place TEXT)")
        connection.execute("INSERT INTO photo VALUES ('a.jpg')")
    return path


def test_sound_database_is_read_and_written(path: Path) -> None:
    with closing(opened_database(path, 0)) as connection, connection:
        connection.execute("INSERT INTO photo VALUES ('b.jpg')")
    with closing(opened_read_only(path, 0)) as connection:
        assert connection.execute("SELECT * FROM photo").fetchall() == [("a.jpg",), ("b.jpg",)]
        with pytest.raises(sqlite3.OperationalError):
            connection.execute("DELETE FROM photo")


@pytest.mark.parametrize("damage", LOOKS_LIKE_SOMETHING_ELSE)
def test_damage_that_looks_like_something_else_is_called_damage(damage: Callable[[Path], None], path: Path) -> None:
    damage(path)

    with pytest.raises(sqlite3.DatabaseError, match="damaged") as caught:
        opened_database(path, 0)
    # That would be said of a disk that refuses.
    assert not isinstance(caught.value, sqlite3.OperationalError)


def test_reader_says_so_too(path: Path) -> None:
    garble_tables(path)

    with pytest.raises(sqlite3.DatabaseError):
        opened_read_only(path, 0)


def test_reader_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        opened_read_only(tmp_path / "none.sqlite", 0)
    assert list(tmp_path.iterdir()) == []
