from pathlib import Path

import numpy as np
import pytest

from tests import odd_pictures
from tests.tiff_writing import LONG, write_packed_tiff, write_tiff
from tlgui.photos.facts import Traits
from tlgui.photos.pictures.decode import decode_photo, decode_thumbnail, read_photo
from tlgui.photos.pictures.levels import Range, range_of


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 200, Range(0, 255, is_partial=True)),
        (0, 1023, Range(0, 1023, is_partial=True)),
        (0, 1024, Range(0, 4095, is_partial=True)),
        (5, 9000, Range(0, 16383, is_partial=True)),
        (0, 16384, Range(0, 65535)),
        (28_000, 30_000, Range(28_000, 30_000, is_partial=True)),
        (700, 700, Range(0, 1023, is_partial=True)),
        (0, 0, Range(0, 65535)),
        (-5, 10, Range(-5, 10, is_partial=True)),
        (0, 2_000_000, Range(0, 2_000_000)),
    ],
)
def test_range_is_the_depth_that_holds_the_samples_or_those_in_use(low: int, high: int, expected: Range) -> None:
    assert range_of(low, high) == expected


def test_range_that_is_declared_is_used_unless_it_is_exceeded() -> None:
    assert range_of(100, 130, declared=4095) == Range(0, 4095)
    assert range_of(100, 9000, declared=4095) == Range(0, 16383, is_partial=True)


def test_range_of_colours_begins_at_black() -> None:
    assert range_of(900, 1000, is_grey=False) == Range(0, 1023, is_partial=True)


def test_range_of_fractions_is_one_or_the_brightest() -> None:
    assert range_of(0, 0.7, has_fractions=True) == Range(0, 1)
    assert range_of(0, 3.5, has_fractions=True) == Range(0, 3.5)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("factor", [4, 16, 64, 257])
def test_scene_of_any_depth_looks_like_that_of_8_bits(tmp_path: Path, suffix: str, factor: int) -> None:
    path = tmp_path / f"a{suffix}"
    odd_pictures.write_16_bit(path, factor)

    shown = read_photo(path)[:, :, 0].astype(int)

    np.testing.assert_allclose(shown, odd_pictures.grey().astype(int), atol=1)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_scene_that_begins_at_an_offset_is_spread_from_black_to_white(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    odd_pictures.write_16_bit(path, 4, 28_000)
    grey = odd_pictures.grey().astype(float)

    shown = read_photo(path)[:, :, 0]

    np.testing.assert_allclose(shown, (grey - grey.min()) / np.ptp(grey) * 255, atol=1)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_training_prediction_and_thumbnail_show_the_same(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    odd_pictures.write_16_bit(path, 16)

    whole, small, thumbnail = decode_photo(path), decode_photo(path, 64), decode_thumbnail(path, 96)

    np.testing.assert_array_equal(thumbnail.pixels, whole.pixels)
    np.testing.assert_allclose(small.pixels.mean(), whole.pixels.mean(), atol=1)
    assert {whole.traits, small.traits, thumbnail.traits} == {Traits.PARTIAL_RANGE}


def test_full_range_is_no_trait(tmp_path: Path) -> None:
    odd_pictures.write_16_bit(tmp_path / "a.png", 257)

    assert decode_photo(tmp_path / "a.png").traits is Traits.NONE


@pytest.mark.parametrize(("bits", "factor"), [(12, 16), (10, 4), (14, 64)])
def test_declared_bits_are_black_to_white(tmp_path: Path, bits: int, factor: int) -> None:
    # Half as bright as it might be: the declaration counts, not the brightest sample.
    samples = (odd_pictures.grey().astype(np.uint16) * factor) // 2
    photo = decode_photo(write_packed_tiff(tmp_path / "a.tif", samples, bits))

    np.testing.assert_allclose(photo.pixels[:, :, 0].astype(int), odd_pictures.grey() // 2, atol=1)
    assert photo.traits is Traits.NONE


def test_declared_largest_sample_is_white(tmp_path: Path) -> None:
    samples = odd_pictures.grey()[:, :, None].astype(np.uint16) * 16 // 3
    path = write_tiff(tmp_path / "a.tif", samples, tags={281: (LONG, [4095])})

    np.testing.assert_allclose(read_photo(path)[:, :, 0].astype(int), odd_pictures.grey() // 3, atol=1)
