from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests import odd_pictures
from tlgui.photos.collection import ProblemKind
from tlgui.photos.pictures.decode import read_photo
from tlgui.photos.pictures.header import read_facts, state_of
from tlgui.photos.pictures.opening import UnusablePhotoError


@pytest.mark.parametrize(
    "write",
    [
        odd_pictures.write_long_text,
        odd_pictures.write_many_texts,
        odd_pictures.write_wrong_checksum,
        odd_pictures.write_odd_chunk,
        odd_pictures.write_large_profile,
    ],
)
def test_chunk_that_the_pixels_do_not_need_damages_no_photo(tmp_path: Path, write: Callable[[Path], object]) -> None:
    path = tmp_path / "a.png"
    write(path)

    assert read_facts(path, state_of(path.stat())).format == "PNG"
    np.testing.assert_allclose(read_photo(path).astype(int), odd_pictures.scene().astype(int), atol=3)


def test_chunk_behind_the_pixels_damages_no_photo(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    odd_pictures.write_long_text(path)
    data = path.read_bytes()
    text = data[data.index(b"iTXt") - 4 : data.index(b"IDAT") - 4]
    path.write_bytes(data.replace(text, b"").replace(b"\0\0\0\0IEND", text + b"\0\0\0\0IEND"))

    np.testing.assert_array_equal(read_photo(path), odd_pictures.scene())


@pytest.mark.parametrize("place", ["IHDR", "PLTE", "IDAT"])
def test_damaged_critical_chunk_is_damage(tmp_path: Path, place: str) -> None:
    path = tmp_path / "a.png"
    odd_pictures.write_save(path, "PNG", "P")
    data = bytearray(path.read_bytes())
    start = data.index(place.encode()) + 4
    data[start : start + 12] = b"\xaa" * 12
    path.write_bytes(data)

    with pytest.raises(UnusablePhotoError) as caught:
        read_photo(path)

    assert caught.value.kind is ProblemKind.UNREADABLE
