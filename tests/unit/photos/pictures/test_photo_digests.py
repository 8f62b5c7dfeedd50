"""A photo's digest is that of its bytes, always; they are read again only where the file may have changed."""

import hashlib
import os
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from io import BufferedReader
from pathlib import Path

import pytest

from tests.databases import LOOKS_LIKE_SOMETHING_ELSE
from tlgui.files import cache_folder, caches
from tlgui.photos.pictures import photo_digests
from tlgui.photos.pictures.photo_digests import PhotoDigests

LONG_AGO = 1_700_000_000


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list of the names of all files that were read; any file counts as old enough to be settled."""
    names: list[str] = []
    file_digest = hashlib.file_digest

    def noting(stream: BufferedReader, algorithm: str) -> "hashlib._Hash":
        names.append(Path(stream.name).name)
        return file_digest(stream, algorithm)

    monkeypatch.setattr(hashlib, "file_digest", noting)
    monkeypatch.setattr(photo_digests, "_SETTLED_NS", -1)
    return names


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return _write(tmp_path / "photo.jpg", b"first")


def _write(path: Path, content: bytes, when: int = LONG_AGO) -> Path:
    path.write_bytes(content)
    os.utime(path, (when, when))
    return path


def _digest(path: Path) -> bytes:
    with PhotoDigests() as digest_of:
        return digest_of(path)


def _index() -> Path:
    return cache_folder() / "digests.sqlite"


def test_bytes_are_read_once(photo: Path, read: list[str]) -> None:
    for _ in range(3):
        assert _digest(photo) == hashlib.sha256(b"first").digest()

    assert read == ["photo.jpg"]


def _change_size(photo: Path) -> None:
    _write(photo, b"longer than before")


def _change_time(photo: Path) -> None:
    _write(photo, b"other", LONG_AGO + 1)


def _change_and_restore_time(photo: Path) -> None:
    # The system's own time of the change tells.
    _write(photo, b"other")


def _replace(photo: Path) -> None:
    _write(photo.with_name("new.jpg"), b"other").replace(photo)


@pytest.mark.parametrize("change", [_change_size, _change_time, _change_and_restore_time, _replace])
def test_changed_file_is_read_again(change: Callable[[Path], None], photo: Path, read: list[str]) -> None:
    before = _digest(photo)

    change(photo)

    assert _digest(photo) == hashlib.sha256(photo.read_bytes()).digest() != before
    assert len(read) == 2


def test_file_changed_moments_ago_is_not_kept(photo: Path, read: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photo_digests, "_SETTLED_NS", 10**9 * 60)

    for _ in range(2):
        _digest(photo)

    assert len(read) == 2


def test_file_that_changes_while_it_is_read_is_not_kept(
    photo: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    noting = hashlib.file_digest

    def changing(stream: BufferedReader, algorithm: str) -> "hashlib._Hash":
        found = noting(stream, algorithm)
        if len(read) == 1:
            photo.write_bytes(b"second, and longer")
        return found

    monkeypatch.setattr(hashlib, "file_digest", changing)
    _digest(photo)

    assert _digest(photo) == hashlib.sha256(b"second, and longer").digest()
    assert len(read) == 2


def test_moved_photo_has_the_same_digest(photo: Path, read: list[str]) -> None:
    before = _digest(photo)

    assert _digest(photo.rename(photo.with_name("moved.jpg"))) == before
    assert read == ["photo.jpg", "moved.jpg"]


def test_missing_photo_is_an_error(photo: Path) -> None:
    _digest(photo)
    photo.unlink()

    with pytest.raises(FileNotFoundError):
        _digest(photo)


def _scribble(index: Path) -> None:
    index.write_bytes(b"no index" * 1000)


def _cut(index: Path) -> None:
    index.write_bytes(index.read_bytes()[:5000])


def _other_columns(index: Path) -> None:
    index.unlink()
    with sqlite3.connect(index) as connection:
        connection.execute("CREATE TABLE digests (key BLOB, digest TEXT)")
    connection.close()


def _short_digest(index: Path) -> None:
    with sqlite3.connect(index) as connection:
        connection.execute("UPDATE digests SET digest = x'00'")
    connection.close()


@pytest.mark.usefixtures("cache_warnings")
@pytest.mark.parametrize("damage", LOOKS_LIKE_SOMETHING_ELSE)
def test_index_whose_damage_looks_like_something_else_is_begun_anew(
    damage: Callable[[Path], None], photo: Path, read: list[str], tmp_path: Path
) -> None:
    _digest(photo)
    damage(_index())
    other = _write(tmp_path / "other.jpg", b"second")
    for _ in range(3):
        _digest(other)

    assert read == ["photo.jpg", "other.jpg"]


@pytest.mark.parametrize("damage", [_scribble, _other_columns])
def test_damaged_index_is_begun_anew(
    damage: Callable[[Path], None], photo: Path, read: list[str], cache_warnings: Callable[[], list[str]]
) -> None:
    expected = _digest(photo)
    damage(_index())

    assert [_digest(photo) for _ in range(3)] == [expected] * 3
    assert len(read) == 2
    (warning,) = cache_warnings()
    assert "damaged" in warning


# To SQLite, an index that is cut off within its last page has an empty last page.
@pytest.mark.parametrize("damage", [_cut, _short_digest])
def test_damaged_digest_is_worked_out_again(damage: Callable[[Path], None], photo: Path, read: list[str]) -> None:
    expected = _digest(photo)
    damage(_index())

    assert [_digest(photo) for _ in range(3)] == [expected] * 3
    assert len(read) == 2


def test_index_that_another_process_holds_is_left_alone(
    photo: Path, read: list[str], cache_warnings: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = _digest(photo)
    before = _index().stat().st_ino
    monkeypatch.setattr(photo_digests, "_LOCK_TIMEOUT_SECONDS", 0.0)
    with closing(sqlite3.connect(_index(), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert _digest(photo) == expected

    assert _index().stat().st_ino == before
    assert _digest(photo) == expected
    assert len(read) == 2
    (warning,) = cache_warnings()
    assert "locked" in warning


def test_index_that_another_process_writes_to_is_read(
    tmp_path: Path,
    photo: Path,
    read: list[str],
    cache_warnings: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _digest(photo)
    monkeypatch.setattr(photo_digests, "_LOCK_TIMEOUT_SECONDS", 0.0)
    others = [_write(tmp_path / name, name.encode()) for name in ("one.jpg", "two.jpg")]
    with closing(sqlite3.connect(_index(), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with PhotoDigests() as digest_of:
            for path in (*others, photo):
                digest_of(path)

    assert read == ["photo.jpg", "one.jpg", "two.jpg"]
    # One for the first photo that cannot be kept.
    assert len(cache_warnings()) == 1


def test_index_that_grew_too_large_is_begun_anew(
    tmp_path: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = [_write(tmp_path / f"{number}.jpg", b"%d" % number) for number in range(3)]
    for photo in photos:
        _digest(photo)
    monkeypatch.setattr(photo_digests, "_MOST_ROWS", 2)
    read.clear()

    _digest(photos[0])

    assert read == ["0.jpg"]


@pytest.mark.usefixtures("cache_warnings")
def test_cache_folder_that_cannot_be_made_costs_time_only(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(caches, "cache_folder", refuse)

    assert _digest(photo) == hashlib.sha256(b"first").digest()


@pytest.fixture
def many(tmp_path: Path) -> list[Path]:
    return [_write(tmp_path / f"{number:03}.jpg", b"%d" % number) for number in range(200)]


def test_threads_may_ask_at_the_same_time(many: list[Path], read: list[str]) -> None:
    barrier = threading.Barrier(4)

    def ask(digest_of: PhotoDigests) -> list[bytes]:
        barrier.wait(10)
        return [digest_of(path) for path in many]

    with PhotoDigests() as digest_of, ThreadPoolExecutor(4) as pool:
        found = list(pool.map(ask, [digest_of] * 4))

    assert found == [[hashlib.sha256(path.read_bytes()).digest() for path in many]] * 4
    read.clear()
    with PhotoDigests() as digest_of:
        assert [digest_of(path) for path in many] == found[0]
    assert read == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jpg")

    with PhotoDigests() as digest_of, pytest.raises(OSError, match="pipe"):
        digest_of(tmp_path / "a.jpg")
