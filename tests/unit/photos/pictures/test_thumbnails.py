"""The small pictures on disk: kept, trusted only while the photo is the same, and never in the way."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.pictures import write_jpeg, write_rotated_jpeg, write_text
from tlgui.errors import TlguiError
from tlgui.photos.pictures import thumbnails
from tlgui.photos.pictures.decode import read_thumbnail
from tlgui.photos.pictures.thumbnails import ThumbnailStore


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Give the list of photos that were decoded, which grows."""
    paths: list[Path] = []

    def read(path: Path, size: int) -> NDArray[np.uint8]:
        paths.append(path)
        return read_thumbnail(path, size)

    monkeypatch.setattr(thumbnails, "read_thumbnail", read)
    return paths


def entries(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_photo_is_decoded_once_for_all_sizes_up_to_one_that_is_kept(tmp_path: Path, decoded: list[Path]) -> None:
    photo = write_rotated_jpeg(tmp_path / "a.jpg", 480, 640)
    store = ThumbnailStore(tmp_path / "kept")
    assert store.read(photo, 100).shape == (100, 75, 3)
    again = ThumbnailStore(tmp_path / "kept").read(photo, 128)
    assert again.shape == (128, 96, 3)
    assert again[10, 48, 0] > 200
    assert again[118, 48, 2] > 200
    assert decoded == [photo]
    store.read(photo, 200)
    assert len(decoded) == 2


def test_changed_photo_is_decoded_anew(tmp_path: Path, decoded: list[Path]) -> None:
    photo = write_jpeg(tmp_path / "a.jpg", colour=(250, 10, 10))
    store = ThumbnailStore(tmp_path / "kept")
    store.read(photo, 64)
    write_jpeg(photo, colour=(10, 10, 250))
    os.utime(photo, ns=(1, 1))
    assert store.read(photo, 64)[20, 30, 2] > 150
    assert len(decoded) == 2


@pytest.mark.parametrize("content", [b"", b"no picture", None])
def test_damaged_entry_is_decoded_anew_and_replaced(
    tmp_path: Path, decoded: list[Path], content: bytes | None, cache_warnings: Callable[[], list[str]]
) -> None:
    photo = write_jpeg(tmp_path / "a.jpg", 300, 200)
    store = ThumbnailStore(tmp_path / "kept")
    good = store.read(photo, 128)
    (entry,) = entries(tmp_path / "kept")
    whole = entry.read_bytes()
    entry.write_bytes(content if content is not None else whole[: len(whole) // 2])
    assert np.array_equal(store.read(photo, 128), good)
    assert len(decoded) == 2
    assert entry.read_bytes() == whole
    (warning,) = cache_warnings()
    assert f"{entry} is damaged and is made again" in warning


@pytest.mark.usefixtures("cache_warnings")
@pytest.mark.parametrize("side", [9_000, 65_000])
def test_entry_that_says_it_is_enormous_is_decoded_anew(tmp_path: Path, decoded: list[Path], side: int) -> None:
    photo = write_jpeg(tmp_path / "a.jpg", 300, 200)
    store = ThumbnailStore(tmp_path / "kept")
    good = store.read(photo, 128)
    (entry,) = entries(tmp_path / "kept")
    data = bytearray(entry.read_bytes())
    # The height and width in the header of a frame, after its marker, length and precision.
    place = data.index(b"\xff\xc0") + 5
    data[place : place + 4] = 2 * side.to_bytes(2, "big")
    entry.write_bytes(data)

    assert np.array_equal(store.read(photo, 128), good)
    assert len(decoded) == 2


def test_disk_that_keeps_nothing_is_no_hindrance(
    tmp_path: Path, decoded: list[Path], cache_warnings: Callable[[], list[str]]
) -> None:
    (tmp_path / "kept").write_text("a file where the folder should be")
    photo = write_jpeg(tmp_path / "a.jpg")
    store = ThumbnailStore(tmp_path / "kept")
    for _ in range(2):
        assert store.read(photo, 32).shape == (24, 32, 3)
    assert len(decoded) == 2
    # The same would be said of every photo.
    assert len(cache_warnings()) == 1


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    store = ThumbnailStore(tmp_path / "kept")
    for path in (write_text(tmp_path / "a.jpg"), tmp_path / "gone.jpg"):
        with pytest.raises(TlguiError, match=path.name):
            store.read(path, 32)
    assert entries(tmp_path / "kept") == []


def test_store_stays_within_its_limit(tmp_path: Path) -> None:
    store = ThumbnailStore(tmp_path / "kept", limit_bytes=20_000)
    for number in range(40):
        store.read(write_jpeg(tmp_path / f"{number}.jpg", 300, 200, seed=number), 128)
    left = entries(tmp_path / "kept")
    assert 0 < sum(path.stat().st_size for path in left) < 40_000
    # The last ones are those that stay.
    again = ThumbnailStore(tmp_path / "kept")
    again.read(tmp_path / "39.jpg", 128)
    assert entries(tmp_path / "kept") == left


def test_what_is_used_again_counts_as_new(tmp_path: Path) -> None:
    photo = write_jpeg(tmp_path / "a.jpg")
    store = ThumbnailStore(tmp_path / "kept")
    store.read(photo, 32)
    (entry,) = entries(tmp_path / "kept")
    os.utime(entry, (1, 1))
    store.read(photo, 32)
    assert entry.stat().st_mtime > 1_000_000
