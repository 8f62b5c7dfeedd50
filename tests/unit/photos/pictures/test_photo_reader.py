"""A photo's file is read and decoded once for all that is made of it, and everybody sees the same pixels."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile

from tests import pictures
from tlgui.errors import PhotoError
from tlgui.files import cache_folder, reading
from tlgui.learning.data.prefetch import read_batches
from tlgui.photos.pictures import helper_pool, photo_digests, photo_reader
from tlgui.photos.pictures.colours import Shown
from tlgui.photos.pictures.decode import decode_small, read_photo
from tlgui.photos.pictures.frames import to_shown_frame
from tlgui.photos.pictures.photo_reader import PhotoReader
from tlgui.photos.pictures.thumbnails import ThumbnailStore
from tlgui.photos.scanning.closer_look import look_at
from tlgui.progress import JobContext

SIZE = 32
LONG_AGO = 1_700_000_000


@pytest.fixture(autouse=True)
def _end_helpers() -> None:
    helper_pool.close()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Give a JPEG whose file is far larger than what is kept of it."""
    path = pictures.write_jpeg(tmp_path / "camera.jpg", 800, 600)
    assert path.stat().st_size > 10_000
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the names of all photos whose files were opened; they count as long unchanged."""
    names: list[str] = []
    without_waiting = reading._without_waiting

    def opener(path: str, flags: int) -> int:
        if not path.startswith(str(cache_folder())):
            names.append(Path(path).name)
        return without_waiting(path, flags)

    monkeypatch.setattr(reading, "_without_waiting", opener)
    monkeypatch.setattr(photo_digests, "_SETTLED_NS", -1)
    return names


def square(path: Path, size: int = SIZE) -> np.ndarray:
    with PhotoReader() as reader:
        return reader.open(path).square(size)


def kept() -> list[Path]:
    return sorted(path for path in (cache_folder() / "pictures").rglob("*") if path.is_file())


def test_look_thumbnail_digest_and_network_read_the_file_once(photo: Path, opened: list[str]) -> None:
    thumbnails = ThumbnailStore()
    with PhotoReader() as reader:
        look_at(reader.open(photo), SIZE, thumbnails)
    with PhotoReader() as reader:
        file = reader.open(photo)
        digest, pixels = file.digest(), file.square(SIZE)
    shown = thumbnails.read(photo, 200)

    assert opened == ["camera.jpg"]
    assert digest == hashlib.sha256(photo.read_bytes()).digest()
    assert np.array_equal(pixels, read_photo(photo, SIZE))
    assert max(shown.shape) == 200


def test_second_network_of_the_same_input_does_not_open_the_file(photo: Path, opened: list[str]) -> None:
    first = square(photo)
    again = square(photo)

    assert opened == ["camera.jpg"]
    assert np.array_equal(first, again)


@pytest.mark.parametrize("size", [32, 150, 224, 299])
@pytest.mark.parametrize("pillow_format", ["JPEG", "PNG"])
def test_training_prediction_and_look_see_the_same_pixels(tmp_path: Path, size: int, pillow_format: str) -> None:
    path = tmp_path / "photo"
    Image.fromarray(pictures.pixels(1500, 1100)).save(path, pillow_format)

    (batch,) = read_batches([path], size, 1, JobContext())
    predicted = batch[0].content
    first, again = square(path, size), square(path, size)

    assert isinstance(predicted, np.ndarray)
    assert np.array_equal(predicted, first)
    assert np.array_equal(predicted, again)
    assert np.array_equal(predicted, decode_small(path, size).square)


def test_lossless_photo_is_squeezed_from_all_its_pixels(tmp_path: Path) -> None:
    path = pictures.write_png(tmp_path / "a.png", 900, 700)
    with Image.open(path) as image:
        expected = np.asarray(image.resize((SIZE, SIZE), Image.Resampling.BILINEAR))

    assert np.array_equal(square(path), expected)


def test_photo_of_a_helper_is_kept_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: list[str]) -> None:
    monkeypatch.setattr("tlgui.photos.pictures.kept_pictures._WORTH_KEEPING", 0)
    path = pictures.write_heic(tmp_path / "a.heic")
    first = square(path, 16)
    count = len(opened)

    assert np.array_equal(square(path, 16), first)
    assert len(opened) == count
    assert np.array_equal(read_photo(path, 16), first)


def test_small_file_is_not_kept(tmp_path: Path) -> None:
    square(pictures.write_jpeg(tmp_path / "a.jpg", 64, 48))

    assert kept() == []


def test_changed_file_is_read_anew(photo: Path, opened: list[str]) -> None:
    first = square(photo)
    Image.fromarray(255 - pictures.pixels(800, 600)).save(photo)
    os.utime(photo, (LONG_AGO, LONG_AGO))

    again = square(photo)

    assert len(opened) == 2
    assert not np.array_equal(first, again)
    assert np.array_equal(again, read_photo(photo, SIZE))


@pytest.mark.usefixtures("opened")
def test_digest_is_that_of_the_decoded_bytes_where_the_file_changed_in_between(photo: Path) -> None:
    with PhotoReader() as reader:
        reader.open(photo).digest()
        file = reader.open(photo)
        file.digest()
        Image.fromarray(255 - pictures.pixels(800, 600)).save(photo)
        file.square(SIZE)

        assert file.digest() == hashlib.sha256(photo.read_bytes()).digest()


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-1], lambda data: data[:100] + b"\0\1\2" + data[103:], lambda _: b""]
)
def test_damaged_entry_is_made_again(
    photo: Path, damage: Callable[[bytes], bytes], cache_warnings: Callable[[], list[str]]
) -> None:
    first = square(photo)
    (entry,) = kept()
    whole = entry.read_bytes()
    entry.write_bytes(damage(whole))

    assert np.array_equal(square(photo), first)
    assert entry.read_bytes() == whole
    assert "is damaged and is made again" in cache_warnings()[0]


def test_file_that_is_too_large_for_the_memory_is_read_in_pieces(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photo_reader, "_MOST_BYTES", 100)

    with PhotoReader() as reader:
        file = reader.open(photo)

        assert np.array_equal(file.square(SIZE), read_photo(photo, SIZE))
        assert file.content().data is None
        assert file.digest() == hashlib.sha256(photo.read_bytes()).digest()


@pytest.mark.parametrize("write", [pictures.write_empty, pictures.write_text, pictures.write_truncated_png, None])
def test_what_cannot_be_read_says_the_same_as_without_the_reader(
    tmp_path: Path, write: Callable[[Path], Path] | None
) -> None:
    path = write(tmp_path / "a.png") if write is not None else tmp_path / "gone.png"
    with pytest.raises(PhotoError) as expected:
        read_photo(path, SIZE)

    with pytest.raises(PhotoError) as caught:
        square(path)

    assert caught.value.message == expected.value.message


@pytest.fixture(scope="module")
def large_jpeg(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pictures.write_jpeg(tmp_path_factory.mktemp("large") / "a.jpg", 4000, 3000)


@pytest.mark.parametrize(("size", "least"), [(32, 256), (150, 256), (224, 336), (299, 449)])
def test_jpeg_is_decoded_at_the_smallest_size_that_covers_the_square(
    large_jpeg: Path, size: int, least: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[tuple[int, int]] = []

    def noting(image: ImageFile.ImageFile, wanted: tuple[int, int] | None = None) -> Shown:
        decoded.append(image.size)
        return to_shown_frame(image, wanted)

    monkeypatch.setattr("tlgui.photos.pictures.decode.to_shown_frame", noting)
    read_photo(large_jpeg, size)
    decode_small(large_jpeg, size)

    assert decoded[0] == decoded[1]
    assert least <= min(decoded[0]) < 2 * least


def test_moved_photo_is_read_but_not_decoded(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = square(photo)
    moved = photo.rename(photo.with_name("moved.jpg"))
    monkeypatch.delattr(photo_reader, "read_photo")

    assert np.array_equal(square(moved), first)


def test_digest_of_what_was_decoded_is_told(photo: Path, opened: list[str]) -> None:
    with PhotoReader() as reader:
        file = reader.open(photo)
        file.square(SIZE)
        data, digest = photo.read_bytes(), file.decoded_digest()
        kept_one = reader.open(photo)
        kept_one.square(SIZE)

    assert file.data == data
    assert digest == kept_one.decoded_digest() == hashlib.sha256(data).digest()
    assert kept_one.data is None
    assert file.changed() == kept_one.changed() == LONG_AGO
    assert opened == ["camera.jpg"]


def test_file_that_changes_before_it_is_decoded_by_its_path_has_no_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = pictures.write_heic(tmp_path / "photo.heic")

    def read(path: Path, size: int, data: bytes | None) -> np.ndarray:
        path.write_bytes(path.read_bytes() + b"more")
        return read_photo(path, size, data)

    monkeypatch.setattr(photo_reader, "read_photo", read)
    with PhotoReader() as reader:
        file = reader.open(path)
        file.square(SIZE)
        assert file.decoded_digest() == b""


def test_unchanged_photos_are_known_without_opening_them(photo: Path, opened: list[str], tmp_path: Path) -> None:
    other, new = pictures.write_jpeg(tmp_path / "other.jpg"), pictures.write_jpeg(tmp_path / "new.jpg", seed=2)
    with PhotoReader() as reader:
        digest = reader.open(photo).digest()
        reader.open(other).digest()
    opened.clear()
    pictures.write_jpeg(other, seed=5)
    with PhotoReader() as reader:
        assert reader.unchanged([photo, other, new, tmp_path / "gone.jpg"]) == {photo: (digest, LONG_AGO)}
    assert opened == []
