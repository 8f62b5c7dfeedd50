"""What a store of features keeps, and that damage, a full disk or a read-only one costs no more than the features."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from tests.databases import forbid_writing, garble_tables
from tlgui.files import caches
from tlgui.learning.arrays import FloatArray
from tlgui.learning.data import feature_cache
from tlgui.learning.data.feature_cache import FeatureCache, vector_key

LENGTH = 100
# Enough for many pages of the file.
VECTORS = {vector_key(bytes([number]) * 32): np.full(LENGTH, number, np.float32) for number in range(40)}


def fill(folder: Path) -> Path:
    """Write a store of all vectors, and return its file."""
    with FeatureCache("name", LENGTH, folder) as cache:
        for key, vector in VECTORS.items():
            cache.put(key, vector)
    (store,) = folder.glob("*.sqlite")
    return store


def read(folder: Path) -> dict[bytes, FloatArray]:
    """Return the vectors that a store has, which must be those that were written; write the others again."""
    found = {}
    with FeatureCache("name", LENGTH, folder) as cache:
        for key, vector in VECTORS.items():
            cached = cache.get(key)
            if cached is None:
                cache.put(key, vector)
            else:
                np.testing.assert_array_equal(cached, vector)
                found[key] = cached
    return found


def test_store_gives_back_what_was_put_in(tmp_path: Path) -> None:
    fill(tmp_path)

    assert read(tmp_path).keys() == VECTORS.keys()


def test_other_copies_and_other_names_have_entries_of_their_own(tmp_path: Path) -> None:
    fill(tmp_path)

    with FeatureCache("name", LENGTH, tmp_path) as cache:
        assert vector_key(bytes(32)) in cache
        assert vector_key(bytes(32), copy=1) not in cache
    with FeatureCache("other name", LENGTH, tmp_path) as cache:
        assert cache.get(vector_key(bytes(32))) is None


def _flip_a_bit(store: Path) -> None:
    with sqlite3.connect(store) as connection:
        key, vector = connection.execute("SELECT key, vector FROM features LIMIT 1").fetchone()
        damaged = bytes([vector[0] ^ 1]) + vector[1:]
        connection.execute("UPDATE features SET vector = ? WHERE key = ?", (damaged, key))
    connection.close()


def _shorten_a_vector(store: Path) -> None:
    with sqlite3.connect(store) as connection:
        connection.execute("UPDATE features SET vector = x'0102' WHERE key = (SELECT key FROM features LIMIT 1)")
    connection.close()


def _swap_two(store: Path) -> None:
    with sqlite3.connect(store) as connection:
        (one, first, checksum), (two, second, other) = connection.execute("SELECT * FROM features LIMIT 2").fetchall()
        for key, vector, check in ((one, second, other), (two, first, checksum)):
            connection.execute("UPDATE features SET vector = ?, checksum = ? WHERE key = ?", (vector, check, key))
    connection.close()


def _cut(store: Path) -> None:
    store.write_bytes(store.read_bytes()[: store.stat().st_size // 2])


def _scribble(store: Path) -> None:
    store.write_bytes(b"not a store" * 1000)


def _blot(store: Path) -> None:
    data = bytearray(store.read_bytes())
    data[3 * len(data) // 4 :: 97] = bytes(len(data[3 * len(data) // 4 :: 97]))
    store.write_bytes(data)


def _forbid_writing(store: Path) -> None:
    """Delete all entries, and let the header say that nothing may be written."""
    with sqlite3.connect(store) as connection:
        connection.execute("DELETE FROM features")
    connection.close()
    forbid_writing(store)


@pytest.mark.parametrize(
    "damage", [_flip_a_bit, _shorten_a_vector, _swap_two, _cut, _scribble, _blot, _forbid_writing, garble_tables]
)
def test_damaged_entries_are_missing_until_they_are_put_in_again(
    damage: Callable[[Path], None], tmp_path: Path, cache_warnings: Callable[[], list[str]]
) -> None:
    damage(fill(tmp_path))

    assert len(read(tmp_path)) < len(VECTORS)
    assert any("damaged" in warning for warning in cache_warnings())
    # If the damage was found in the midst of the file, the entries before it are lost too.
    read(tmp_path)
    assert read(tmp_path).keys() == VECTORS.keys()


def test_store_that_another_process_holds_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache_warnings: Callable[[], list[str]]
) -> None:
    store = fill(tmp_path)
    before = store.stat().st_ino
    monkeypatch.setattr(feature_cache, "_LOCK_TIMEOUT_SECONDS", 0.0)
    with closing(sqlite3.connect(store, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert read(tmp_path) == {}

    assert store.stat().st_ino == before
    assert read(tmp_path).keys() == VECTORS.keys()
    (warning,) = cache_warnings()
    assert "locked" in warning


@pytest.mark.usefixtures("cache_warnings")
def test_store_that_is_full_keeps_what_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # SQLite reports a store of the largest size as it does a full disk.
    monkeypatch.setattr(feature_cache, "LARGEST_BYTES", 12_288)

    fill(tmp_path)

    assert len(read(tmp_path)) < len(VECTORS)


@pytest.mark.usefixtures("cache_warnings")
def test_cache_folder_that_cannot_be_made_is_an_empty_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(caches, "cache_folder", refuse)
    with FeatureCache("name", LENGTH) as cache:
        cache.put(b"key", np.zeros(LENGTH, np.float32))
        assert cache.get(b"key") is None


@pytest.mark.usefixtures("cache_warnings")
def test_read_only_store_is_still_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path)
    connect = sqlite3.connect
    monkeypatch.setattr(
        sqlite3, "connect", lambda path, **options: connect(f"file:{path}?mode=ro", uri=True, **options)
    )

    with FeatureCache("name", LENGTH, tmp_path) as cache:
        cache.put(b"other", np.zeros(LENGTH, np.float32))
        assert cache.get(b"other") is None
    assert read(tmp_path).keys() == VECTORS.keys()


def test_stores_not_used_for_longest_are_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def make(name: str) -> None:
        with FeatureCache(name, 4, tmp_path) as cache:
            cache.put(b"key", np.zeros(4, np.float32))

    make("old")
    (old,) = tmp_path.glob("*.sqlite")
    os.utime(old, (1, 1))
    monkeypatch.setattr(feature_cache, "LARGEST_BYTES", 2 * old.stat().st_size)
    make("new")
    make("newest")
    assert len(list(tmp_path.glob("*.sqlite"))) == 3
    make("newest")

    assert not old.exists()
    assert len(list(tmp_path.glob("*.sqlite"))) == 2
