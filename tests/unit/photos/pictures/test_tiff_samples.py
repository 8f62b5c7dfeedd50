from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests import odd_pictures
from tests.odd_pictures import grey, scene
from tests.tiff_writing import SHORT, write_tiff
from tlgui.photos.collection import ProblemKind
from tlgui.photos.pictures.decode import read_photo
from tlgui.photos.pictures.header import read_facts, state_of
from tlgui.photos.pictures.opening import UnusablePhotoError


def shows_scene(path: Path, tolerance: int = 1) -> bool:
    return bool(np.abs(read_photo(path).astype(int) - scene()).max() <= tolerance)


def shows_grey(path: Path, tolerance: int = 1) -> bool:
    return bool(np.abs(read_photo(path).astype(int) - grey()[:, :, None]).max() <= tolerance)


def refused(path: Path) -> UnusablePhotoError:
    with pytest.raises(UnusablePhotoError) as caught:
        read_photo(path)
    return caught.value


@pytest.mark.parametrize("deflated", [False, True])
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_colours_of_16_bits_are_read_however_they_are_stored(
    tmp_path: Path, order: str, *, planar: bool, deflated: bool
) -> None:
    samples = scene().astype(np.uint16) * 16

    assert shows_scene(write_tiff(tmp_path / "a.tif", samples, 2, order=order, planar=planar, deflated=deflated))


@pytest.mark.parametrize("compression", ["tiff_lzw", "packbits", "tiff_adobe_deflate", "zstd", "lzma"])
def test_samples_that_libtiff_compressed_are_read(tmp_path: Path, compression: str) -> None:
    # Pillow writes 16 bits in grey alone; white is made zero afterwards.
    samples = grey().astype(np.uint16) * 257
    Image.fromarray(samples).save(tmp_path / "a.tif", compression=compression, tiffinfo={262: 1})
    data = bytearray((tmp_path / "a.tif").read_bytes())
    entry = data.index(bytes([6, 1, 3, 0, 1, 0, 0, 0]))
    data[entry + 8] = 0
    (tmp_path / "a.tif").write_bytes(data)

    np.testing.assert_allclose(read_photo(tmp_path / "a.tif")[:, :, 0].astype(int), 255 - grey().astype(int), atol=1)


@pytest.mark.parametrize(
    ("samples", "photometric"),
    [
        (65_535 - grey()[:, :, None].astype(np.uint16) * 257, 0),
        (grey()[:, :, None].astype(np.uint32) * 16_843_009, 1),
        (grey()[:, :, None].astype(np.uint32) * 256, 1),
        (grey()[:, :, None].astype(np.float64) / 255, 1),
        (1 - grey()[:, :, None].astype(np.float32) / 255, 0),
    ],
    ids=["white is zero", "32 bits", "16 of 32 bits", "doubles", "floats, white is zero"],
)
def test_grey_samples_are_seen_as_viewers_show_them(tmp_path: Path, samples: NDArray[Any], photometric: int) -> None:
    path = write_tiff(tmp_path / "a.tif", samples, photometric)

    np.testing.assert_allclose(read_photo(path)[:, :, 0].astype(int), grey().astype(int), atol=3)


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_floating_point_colours_are_read(tmp_path: Path, kind: type[np.floating[Any]]) -> None:
    assert shows_scene(write_tiff(tmp_path / "a.tif", (scene() / 255).astype(kind), 2))


def test_fourth_band_that_is_not_declared_is_not_transparency(tmp_path: Path) -> None:
    bands = np.concatenate([scene(), grey()[:, :, None]], axis=2)

    assert shows_scene(write_tiff(tmp_path / "a.tif", bands, 2), 0)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_fourth_band_that_looks_like_a_mask_is_transparency(
    tmp_path: Path, kind: type[np.unsignedinteger[Any]]
) -> None:
    mask = np.zeros((*grey().shape, 1), np.uint8)
    mask[:, :48] = 255
    bands = np.concatenate([scene(), mask], axis=2).astype(kind) * (257 if kind is np.uint16 else 1)

    photo = read_photo(write_tiff(tmp_path / "a.tif", bands, 2))

    np.testing.assert_allclose(photo[:, :48].astype(int), scene()[:, :48].astype(int), atol=1)
    assert (photo[:, 48:] == 255).all()


def test_further_bands_behind_colours_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    odd_pictures.write_bands(path, 7, 2, extra=True)

    assert shows_scene(path, 0)


@pytest.mark.parametrize("count", [3, 4])
def test_three_or_four_bands_are_colours_whatever_they_are_called(tmp_path: Path, count: int) -> None:
    bands = np.concatenate([scene(), grey()[:, :, None]], axis=2)[:, :, :count]

    assert shows_scene(write_tiff(tmp_path / "a.tif", bands, 1), 0)


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (lambda path: odd_pictures.write_bands(path, 7), "7 bands"),
        (lambda path: odd_pictures.write_bands(path, 13), "13 bands"),
        (lambda path: write_tiff(path, scene(), 2, tags={259: (SHORT, [34712])}), "compressed by the method 34712"),
        (lambda path: write_tiff(path, scene(), 2, tags={339: (SHORT, [6, 6, 6])}), "complex"),
        (lambda path: write_tiff(path, scene(), 9), "colours of the kind 9"),
    ],
    ids=["seven bands", "thirteen bands", "compression", "complex", "colours"],
)
def test_file_that_cannot_be_shown_says_why(tmp_path: Path, write: Callable[[Path], object], words: str) -> None:
    path = tmp_path / "a.tif"
    write(path)

    error = refused(path)

    assert error.kind is ProblemKind.UNSUPPORTED
    assert error.reason.startswith("Its format is TIFF, but it ")
    assert words in error.reason
    assert "damaged" not in error.message
    assert "TIFF" not in error.hint
    assert error.is_lasting


@pytest.mark.parametrize("cut", [3000, 9000])
def test_file_that_is_cut_short_is_damaged(tmp_path: Path, cut: int) -> None:
    path = write_tiff(tmp_path / "a.tif", scene().astype(np.uint16) * 16, 2, rows_in_strip=64)
    data = path.read_bytes()
    # The directory stays, the pixels before it become shorter.
    path.write_bytes(data.replace(data[8 : 8 + cut], b""))

    assert refused(path).kind is ProblemKind.UNREADABLE


def test_facts_are_those_of_a_tiff(tmp_path: Path) -> None:
    path = write_tiff(tmp_path / "a.tif", scene().astype(np.uint16), 2)

    facts = read_facts(path, state_of(path.stat()))

    assert (facts.format, facts.width, facts.height) == ("TIFF", 96, 64)


def test_orientation_is_obeyed(tmp_path: Path) -> None:
    path = write_tiff(tmp_path / "a.tif", scene().astype(np.uint16) * 257, 2, tags={274: (SHORT, [6])})

    assert read_photo(path).shape == (96, 64, 3)
    facts = read_facts(path, state_of(path.stat()))
    assert (facts.width, facts.height) == (64, 96)
