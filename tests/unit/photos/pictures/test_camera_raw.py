import calendar
import io
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests import odd_pictures
from tests.odd_pictures import scene
from tests.tiff_writing import write_dng, write_tiff
from tlgui.photos.collection import ProblemKind
from tlgui.photos.pictures.decode import read_photo, read_thumbnail
from tlgui.photos.pictures.header import read_facts, state_of
from tlgui.photos.pictures.opening import UnusablePhotoError

PREVIEW_SIZE = (1200, 800)


def write(path: Path, flip: int = 1, preview_size: tuple[int, int] = PREVIEW_SIZE) -> Path:
    """Write a RAW file whose sensor saw nothing and whose JPEG shows the scene, as it lies on the sensor."""
    stream = io.BytesIO()
    Image.fromarray(scene()).resize(preview_size).save(stream, "JPEG", quality=92)
    black = np.zeros((80, 120, 3), np.uint8)
    return write_dng(path, black, preview=stream.getvalue(), preview_size=preview_size, flip=flip)


def likeness(photo: NDArray[np.uint8], expected: NDArray[np.uint8]) -> float:
    """Return how much two pictures vary together, 1 at most."""
    first, second = (
        np.asarray(Image.fromarray(picture).resize((48, 32)).convert("L"), float).ravel()
        for picture in (photo, expected)
    )
    return float(np.corrcoef(first, second)[0, 1])


def test_samples_of_the_sensor_are_developed_where_there_is_no_jpeg(tmp_path: Path) -> None:
    path = tmp_path / "a.dng"
    odd_pictures.write_raw(path)

    photo = read_photo(path)

    assert photo.shape == (64, 96, 3)
    assert likeness(photo, scene()) > 0.9
    # The disc is yellow: its blue is the darkest.
    red, green, blue = photo[32, 48].astype(int)
    assert min(red, green) > blue + 40
    assert likeness(read_photo(path, 32), scene()) > 0.9


def test_jpeg_inside_is_shown_where_it_is_large(tmp_path: Path) -> None:
    path = write(tmp_path / "a.nef")

    photo = read_photo(path)

    assert photo.shape == (800, 1200, 3)
    assert likeness(photo, scene()) > 0.98
    assert likeness(read_thumbnail(path, 96), scene()) > 0.98


def test_jpeg_inside_that_is_small_is_not_shown(tmp_path: Path) -> None:
    photo = read_photo(write(tmp_path / "a.dng", preview_size=(160, 106)))

    assert photo.shape == (80, 120, 3)
    assert photo.max() < 40


@pytest.mark.parametrize(("flip", "turns"), [(1, 0), (3, 2), (6, -1), (8, 1)])
def test_raw_photo_is_upright(tmp_path: Path, flip: int, turns: int) -> None:
    expected = np.rot90(scene(), turns)

    path = write(tmp_path / "jpeg.dng", flip)
    assert likeness(read_photo(path), expected) > 0.95
    facts = read_facts(path, state_of(path.stat()))
    assert (facts.width, facts.height) == ((120, 80) if turns % 2 == 0 else (80, 120))

    path = write_dng(tmp_path / "sensor.dng", scene(), flip=flip)
    assert likeness(read_photo(path), expected) > 0.9


def test_facts_name_the_camera(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dng")

    facts = read_facts(path, state_of(path.stat()))

    assert (facts.format, facts.camera) == ("RAW", "Maker Model")


def test_content_decides_what_is_raw(tmp_path: Path) -> None:
    raw = write(tmp_path / "raw.tif")
    tiff = write_tiff(tmp_path / "tiff.dng", scene(), 2)

    assert read_facts(raw, state_of(raw.stat())).format == "RAW"
    assert read_facts(tiff, state_of(tiff.stat())).format == "TIFF"
    np.testing.assert_array_equal(read_photo(tiff), scene())


@pytest.mark.parametrize(
    "head", [b"FUJIFILMCCD-RAW 0201", b"IIRO\x08\0\0\0", b"IIU\0\x18\0\0\0", b"\0\0\0\x18ftypcrx "]
)
def test_raw_file_that_libraw_does_not_read_says_so(tmp_path: Path, head: bytes) -> None:
    path = tmp_path / "a.raf"
    path.write_bytes(head + bytes(5000))

    with pytest.raises(UnusablePhotoError) as caught:
        read_photo(path)

    assert caught.value.kind in {ProblemKind.UNSUPPORTED, ProblemKind.UNREADABLE}
    assert "camera RAW" in caught.value.reason or "damaged" in caught.value.reason


def test_raw_file_that_is_cut_short_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.dng"
    odd_pictures.write_raw(path)
    data = bytearray(path.read_bytes())
    cut = tmp_path / "cut.dng"
    # The samples lie in front of the tags, which stay.
    shutil.copyfile(path, cut)
    strip = data.index((273).to_bytes(2, "little") + b"\4\0\1\0\0\0") + 8
    data[strip : strip + 4] = (len(data) - 100).to_bytes(4, "little")
    cut.write_bytes(data)

    with pytest.raises(UnusablePhotoError) as caught:
        read_photo(cut)

    assert caught.value.kind is ProblemKind.UNREADABLE


def test_raw_file_under_an_odd_name_is_read(tmp_path: Path) -> None:
    assert read_photo(write(tmp_path / "Foto “日本” #1.nef"), 64).shape == (64, 64, 3)


def test_time_of_a_raw_file_is_that_of_the_camera(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dng")

    taken = read_facts(path, state_of(path.stat())).taken

    assert taken is None or taken < calendar.timegm((2100, 1, 1, 0, 0, 0))
