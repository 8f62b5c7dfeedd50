import contextlib
from pathlib import Path

import numpy as np
import pytest

from tests import pictures
from tlgui.errors import PhotoError
from tlgui.photos.collection import ProblemKind
from tlgui.photos.pictures.decode import read_photo, read_thumbnail
from tlgui.photos.pictures.formats import HEAD_BYTES, IMAGE_SUFFIXES, format_of, suffix_fits
from tlgui.photos.pictures.opening import UnusablePhotoError, is_photo
from tlgui.photos.scanning.scan import scan
from tlgui.progress import JobContext


@pytest.mark.parametrize(
    ("name", "image_format", "fits"),
    [
        ("a.jpg", "JPEG", True),
        ("A.JPEG", "JPEG", True),
        ("a.jfif", "JPEG", True),
        ("a.png", "JPEG", False),
        ("a.HEIC", "HEIF", True),
        ("a.heic", "JPEG", False),
        ("a.avif", "AVIF", True),
        ("a.dib", "BMP", True),
        ("jpg", "JPEG", False),
        ("a.jpg", "FUTURE", False),
    ],
)
def test_suffix_fits_what_the_file_is(name: str, image_format: str, *, fits: bool) -> None:
    assert suffix_fits(name, image_format) is fits


@pytest.mark.parametrize(
    "suffix",
    [
        *(".heic", ".heif", ".hif", ".avif", ".jpg", ".png", ".webp", ".bmp", ".gif", ".tif"),
        *(".ppm", ".pgm", ".pbm", ".pnm", ".jp2", ".j2k"),
        *(".nef", ".cr2", ".cr3", ".dng", ".arw", ".orf", ".rw2", ".raf", ".pef", ".srw"),
    ],
)
def test_photos_of_every_format_are_looked_for(suffix: str) -> None:
    assert suffix in IMAGE_SUFFIXES


@pytest.mark.parametrize("pillow_format", ["JPEG", "PNG", "WEBP", "BMP", "GIF", "PPM", "TIFF", "AVIF", "JPEG2000"])
def test_format_is_told_by_the_first_bytes(tmp_path: Path, pillow_format: str) -> None:
    path = pictures.write_format(tmp_path / "photo", pillow_format)

    assert format_of(path.read_bytes()[:HEAD_BYTES]) == pillow_format
    assert is_photo(path)
    assert read_photo(path, 16).shape == (16, 16, 3)


def test_heic_photo_is_told_by_its_first_bytes(tmp_path: Path) -> None:
    assert is_photo(pictures.write_heic(tmp_path / "a"))


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"FUJIFILMCCD-RAW 0201FF383501", "RAW"),
        (b"IIRO\x08\0\0\0", "RAW"),
        (b"IIU\0\x18\0\0\0", "RAW"),
        (b"II\x1a\0\0\0HEAPCCDR", "RAW"),
        (b"\0\0\0\x18ftypcrx \0\0\0\1", "RAW"),
        (b"II+\0\x08\0\0\0", "TIFF"),
        (b"\0\0\0\x18ftypqt  \0\0\0\1", None),
        (b"\0\0\0\x18ftypmp42\0\0\0\1", None),
        (b"BMW: a list of dealers in the town", None),
        (b"P1 is the first of the points to do", None),
        (b"P5 640 480\n255\n", "PPM"),
        (b"P6\n# by a scanner\n640 480\n255\n", "PPM"),
        (b"%PDF-1.7", None),
        (b"8BPS\0\1", None),
        (b"", None),
        (b"RIFF\x10\0\0\0WAVEfmt ", None),
    ],
)
def test_first_bytes_of_other_files_are_of_no_photo(head: bytes, expected: str | None) -> None:
    assert format_of(head[:HEAD_BYTES]) == expected


def test_file_that_cannot_be_opened_is_no_photo(tmp_path: Path) -> None:
    assert not is_photo(tmp_path / "gone")
    assert not is_photo(tmp_path)


def test_heic_photo_is_turned_once(tmp_path: Path) -> None:
    path = pictures.write_heic(tmp_path / "a.heic")

    for photo in (read_photo(path), read_thumbnail(path, 64)):
        assert photo.shape == (48, 64, 3)
        np.testing.assert_allclose(photo[:20].reshape(-1, 3).mean(axis=0), (255, 0, 0), atol=6)
        np.testing.assert_allclose(photo[28:].reshape(-1, 3).mean(axis=0), (0, 0, 255), atol=6)


@pytest.mark.parametrize("share", [0.02, 0.5, 0.9, 0.99])
def test_heic_photo_that_is_cut_short_is_damaged(tmp_path: Path, share: float) -> None:
    path = pictures.write_heic(tmp_path / "a.heic")
    data = path.read_bytes()
    path.write_bytes(data[: max(int(len(data) * share), 12)])

    with pytest.raises(UnusablePhotoError) as caught:
        read_photo(path)

    assert caught.value.kind is ProblemKind.UNREADABLE


def test_randomly_damaged_heic_photo_is_a_picture_or_a_plain_refusal(tmp_path: Path) -> None:
    path = pictures.write_heic(tmp_path / "a.heic")
    whole, dice = path.read_bytes(), np.random.default_rng(7)
    for _ in range(150):
        data = bytearray(whole)
        for position in dice.integers(0, len(data), 3):
            data[position] = dice.integers(256)
        path.write_bytes(data)
        with contextlib.suppress(PhotoError):
            assert read_photo(path, 16).shape == (16, 16, 3)


def test_heic_and_avif_photos_are_part_of_a_collection(tmp_path: Path) -> None:
    (tmp_path / "cat").mkdir()
    pictures.write_heic(tmp_path / "cat" / "a.HEIC")
    pictures.write_format(tmp_path / "cat" / "b.avif", "AVIF")

    collection = scan(tmp_path, JobContext())

    assert [photo.path.name for photo in collection.photos()] == ["a.HEIC", "b.avif"]
    assert collection.problems == ()
