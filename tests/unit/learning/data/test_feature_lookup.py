"""What the cache on disk knows of photos' features, asked without computing, reading photos or writing anything."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from tests.databases import garble_tables
from tlgui.files import cache_folder
from tlgui.learning.data import feature_lookup as module
from tlgui.learning.data.feature_cache import FeatureCache, feature_stores, vector_key
from tlgui.learning.data.feature_lookup import known_features
from tlgui.photos.pictures.photo_digests import PhotoDigests

LONG_AGO = 1_700_000_000


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return photos whose digests are kept; any file counts as old enough to be settled."""
    monkeypatch.setattr("tlgui.photos.pictures.photo_digests._SETTLED_NS", -1)
    monkeypatch.setattr(module, "_LOCK_TIMEOUT_SECONDS", 0.01)
    monkeypatch.setattr("tlgui.photos.pictures.photo_digests._LOCK_TIMEOUT_SECONDS", 0.01)
    found = []
    for number in range(6):
        path = tmp_path / "my photos %41" / f"{number}.jpg"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(f"photo {number}".encode())
        os.utime(path, (LONG_AGO, LONG_AGO))
        found.append(path)
    with PhotoDigests() as digest_of:
        for path in found:
            digest_of(path)
    return found


def keep(name: str, vectors: Mapping[Path, float], length: int = 3, copy: int = 0) -> None:
    """Keep vectors that are one number all over, as a training does."""
    with PhotoDigests() as digest_of, FeatureCache(name, length) as cache:
        for path, number in vectors.items():
            cache.put(vector_key(digest_of(path), copy), np.full(length, number, np.float32))


def numbers(photos: list[Path]) -> list[float | None]:
    return [None if vector is None else float(vector[0]) for vector in known_features(photos)]


def _store() -> Path:
    (store,) = feature_stores()
    return store


def _index() -> Path:
    return cache_folder() / "digests.sqlite"


def _state(folder: Path) -> dict[Path, tuple[int, int]]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in found}


def test_vectors_come_in_the_order_asked_and_as_often(photos: list[Path]) -> None:
    keep("backbone", {photos[0]: 1.5, photos[2]: 2.5})

    assert numbers([photos[2], photos[1], photos[0], photos[2]]) == [2.5, None, 1.5, 2.5]
    (vector,) = known_features(photos[:1])
    assert vector is not None
    assert vector.dtype == np.float32
    assert vector.shape == (3,)


def test_nothing_cached_is_known_of_nothing_and_nothing_is_made(photos: list[Path]) -> None:
    _index().unlink()

    assert numbers(photos) == [None] * len(photos)
    assert _state(cache_folder()) == {}


def test_no_photo_is_read_and_nothing_is_written(photos: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    keep("backbone", dict.fromkeys(photos, 1.0))
    before = _state(cache_folder())

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a file was opened")

    monkeypatch.setattr(Path, "open", refuse)

    assert numbers(photos) == [1.0] * len(photos)
    assert _state(cache_folder()) == before


def test_photo_that_changed_or_went_away_is_unknown(photos: list[Path]) -> None:
    keep("backbone", dict.fromkeys(photos, 1.0))
    photos[0].write_bytes(b"photo X")
    photos[1].unlink()

    assert numbers(photos[:3]) == [None, None, 1.0]


def test_store_with_most_of_the_photos_is_asked_and_the_newest_of_equals(photos: list[Path]) -> None:
    keep("one", dict.fromkeys(photos[:3], 1.0))
    one = _store()
    keep("other", dict.fromkeys(photos[:4], 2.0), length=5)
    (other,) = set(feature_stores()) - {one}
    os.utime(other, (LONG_AGO, LONG_AGO))

    assert numbers(photos) == [2.0, 2.0, 2.0, 2.0, None, None]
    assert numbers(photos[:3]) == [1.0, 1.0, 1.0]
    os.utime(one, (LONG_AGO - 1, LONG_AGO - 1))
    assert numbers(photos[:3]) == [2.0, 2.0, 2.0]


def test_changed_copies_are_not_the_photo(photos: list[Path]) -> None:
    keep("copies", dict.fromkeys(photos, 1.0), copy=1)

    assert numbers(photos) == [None] * len(photos)


def _flip(store: Path) -> None:
    with sqlite3.connect(store) as connection:
        connection.execute("UPDATE features SET vector = zeroblob(12)")
    connection.close()


def _other_columns(store: Path) -> None:
    with sqlite3.connect(store) as connection:
        connection.execute("ALTER TABLE features RENAME COLUMN vector TO picture")
    connection.close()


def _text(store: Path) -> None:
    with sqlite3.connect(store) as connection:
        connection.execute("UPDATE features SET vector = 'text', checksum = 'text'")
    connection.close()


def _scribble(path: Path) -> None:
    path.write_bytes(b"not a store" * 1000)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.usefixtures("cache_warnings")
@pytest.mark.parametrize("damage", [_flip, _other_columns, _text, _scribble, _empty, _cut, _folder, garble_tables])
def test_damaged_store_is_as_if_nothing_were_cached(damage: Callable[[Path], None], photos: list[Path]) -> None:
    keep("backbone", dict.fromkeys(photos, 1.0))
    damage(_store())

    assert numbers(photos) == [None] * len(photos)


@pytest.mark.usefixtures("cache_warnings")
def test_damaged_store_does_not_hide_a_sound_one(photos: list[Path]) -> None:
    keep("one", dict.fromkeys(photos, 1.0))
    _scribble(_store())
    keep("other", dict.fromkeys(photos[:2], 2.0))

    assert numbers(photos[:3]) == [2.0, 2.0, None]


def test_damaged_vector_is_unknown_and_the_others_are_known(photos: list[Path]) -> None:
    keep("backbone", {path: float(number) for number, path in enumerate(photos)})
    with sqlite3.connect(_store()) as connection:
        connection.execute("UPDATE features SET checksum = checksum + 1 WHERE vector = ?", (b"\0" * 12,))
        (data,) = connection.execute("SELECT vector FROM features WHERE hex(vector) LIKE '0000803F%'").fetchone()
        connection.execute("UPDATE features SET vector = ? WHERE vector = ?", (data[:-1], data))
    connection.close()

    assert numbers(photos) == [None, None, 2.0, 3.0, 4.0, 5.0]


@pytest.mark.usefixtures("cache_warnings")
@pytest.mark.parametrize("damage", [_scribble, _empty, _cut, _folder, Path.unlink, garble_tables])
def test_damaged_index_is_as_if_nothing_were_cached(damage: Callable[[Path], None], photos: list[Path]) -> None:
    keep("backbone", dict.fromkeys(photos, 1.0))
    damage(_index())

    assert numbers(photos) == [None] * len(photos)


@pytest.fixture
def lock() -> Iterator[Callable[[Path], None]]:
    """Return a function that holds a database as another process would that writes it just then."""
    held: list[sqlite3.Connection] = []

    def hold(path: Path) -> None:
        held.append(sqlite3.connect(path))
        held[-1].execute("BEGIN EXCLUSIVE")

    yield hold
    for connection in held:
        connection.close()


@pytest.mark.usefixtures("cache_warnings")
@pytest.mark.parametrize("which", [_store, _index])
def test_database_that_another_holds_is_as_if_nothing_were_cached(
    which: Callable[[], Path], photos: list[Path], lock: Callable[[Path], None]
) -> None:
    keep("backbone", dict.fromkeys(photos, 1.0))
    lock(which())

    assert numbers(photos) == [None] * len(photos)


@pytest.mark.usefixtures("cache_warnings")
def test_store_that_is_taken_away_meanwhile_is_unknown_from_there(
    photos: list[Path], lock: Callable[[Path], None]
) -> None:
    keep("backbone", dict.fromkeys(photos, 1.0))
    vectors = known_features(photos)
    first = next(vectors)
    lock(_store())

    assert first is not None
    assert list(vectors) == [None] * (len(photos) - 1)


def test_reading_does_not_keep_an_engine_from_writing(photos: list[Path]) -> None:
    keep("backbone", dict.fromkeys(photos[:3], 1.0))
    vectors = known_features(photos[:3])
    next(vectors)

    writer = sqlite3.connect(_store(), timeout=0)
    writer.execute("BEGIN EXCLUSIVE")
    writer.close()
    assert [vector is not None for vector in vectors] == [True, True]


@pytest.mark.usefixtures("cache_warnings")
def test_cache_folder_that_cannot_be_made_is_as_if_nothing_were_cached(
    photos: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tlgui.files.caches.cache_folder", refuse)

    assert numbers(photos) == [None] * len(photos)
