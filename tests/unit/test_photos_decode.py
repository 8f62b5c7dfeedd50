import contextlib
import errno
import io
import os
import pickle
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFile, ImageOps

from tests import pictures
from tlgui.errors import PhotoError
from tlgui.photos.collection import ProblemKind
from tlgui.photos.facts import FileState, PhotoFacts
from tlgui.photos.names import shown_name
from tlgui.photos.pictures import opening
from tlgui.photos.pictures.decode import read_photo, read_thumbnail
from tlgui.photos.pictures.header import read_facts
from tlgui.photos.pictures.opening import MAX_PIXELS, UnusablePhotoError
from tlgui.photos.samples import draw_picture

RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)
Reader = Callable[[Path], object]


def check(path: Path) -> PhotoFacts:
    """Read a photo as a scan does: only as far as needed."""
    return read_facts(path, FileState(1, 1))


READERS = pytest.mark.parametrize(
    "read",
    [read_photo, lambda path: read_photo(path, 32), lambda path: read_thumbnail(path, 32), check],
    ids=["whole", "squashed", "thumbnail", "check"],
)


def refused(read: Reader, path: Path) -> UnusablePhotoError:
    """Return the error that reading `path` ends with, checked for what every such error must say."""
    with pytest.raises(PhotoError) as caught:
        read(path)
    error = caught.value
    assert isinstance(error, UnusablePhotoError)
    assert shown_name(path) in error.message
    assert error.reason in error.message
    assert error.reason.endswith(".")
    return error


def about(colour: tuple[int, int, int], pixels: NDArray[np.uint8], tolerance: int = 8) -> bool:
    return bool(np.abs(pixels.reshape(-1, 3).mean(axis=0) - np.asarray(colour)).max() <= tolerance)


@READERS
@pytest.mark.parametrize("pillow_format", ["JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "AVIF"])
def test_supported_format_is_read_whatever_its_suffix(tmp_path: Path, pillow_format: str, read: Reader) -> None:
    path = pictures.write_format(tmp_path / "photo.jpg", pillow_format)

    read(path)

    facts = check(path)
    assert (facts.width, facts.height) == (64, 48)


def test_photo_keeps_its_pixels_at_its_own_size(tmp_path: Path) -> None:
    path = pictures.write_png(tmp_path / "a.png", 31, 17)

    photo = read_photo(path)

    assert photo.dtype == np.uint8
    assert photo.flags.writeable
    np.testing.assert_array_equal(photo, pictures.pixels(31, 17))


def test_photo_is_squashed_to_the_square_asked_for(tmp_path: Path) -> None:
    path = pictures.write_png(tmp_path / "a.png", 300, 100)

    expected = Image.fromarray(pictures.pixels(300, 100)).resize((48, 48), Image.Resampling.BILINEAR)

    np.testing.assert_array_equal(read_photo(path, 48), np.asarray(expected))


def test_small_photo_is_enlarged_to_the_square_asked_for(tmp_path: Path) -> None:
    assert read_photo(pictures.write_jpeg(tmp_path / "a.jpg", 3, 2), 48).shape == (48, 48, 3)


def test_large_jpeg_read_small_looks_like_the_whole_one_made_small(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    draw_picture(1, 5, 520).resize((520, 390)).save(path)

    small = read_photo(path, 64).astype(int)
    whole = np.asarray(Image.fromarray(read_photo(path)).resize((64, 64), Image.Resampling.BILINEAR)).astype(int)

    assert np.abs(small - whole).max() <= 15
    assert np.abs(small - whole).mean() <= 1


@pytest.mark.parametrize(("width", "height", "shape"), [(200, 100, (32, 64, 3)), (100, 200, (64, 32, 3))])
def test_thumbnail_keeps_proportions(tmp_path: Path, width: int, height: int, shape: tuple[int, ...]) -> None:
    assert read_thumbnail(pictures.write_jpeg(tmp_path / "a.jpg", width, height), 64).shape == shape


def test_thumbnail_is_never_larger_than_the_photo(tmp_path: Path) -> None:
    assert read_thumbnail(pictures.write_jpeg(tmp_path / "a.jpg", 20, 10), 64).shape == (10, 20, 3)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_photo_taken_sideways_is_read_upright(tmp_path: Path, orientation: int) -> None:
    path = pictures.write_rotated_jpeg(tmp_path / "a.jpg", 480, 640, orientation)

    for photo, shape in (
        (read_photo(path), (640, 480, 3)),
        (read_photo(path, 32), (32, 32, 3)),
        (read_thumbnail(path, 64), (64, 48, 3)),
    ):
        middle = photo.shape[0] // 2
        assert photo.shape == shape
        assert about((254, 0, 0), photo[: middle - 2])
        assert about((0, 0, 254), photo[middle + 2 :])


@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp"])
@pytest.mark.parametrize("orientation", range(10))
def test_every_orientation_in_every_format_is_as_pillow_has_it(tmp_path: Path, orientation: int, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(pictures.pixels(40, 20)).save(path, exif=exif, lossless=True)
    with Image.open(path) as image:
        expected = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    np.testing.assert_array_equal(read_photo(path), expected)


def test_photo_with_damaged_exif_is_read_as_stored(tmp_path: Path) -> None:
    assert read_photo(pictures.write_broken_exif_jpeg(tmp_path / "a.jpg")).shape == (48, 64, 3)


def test_printing_colours_become_screen_colours(tmp_path: Path) -> None:
    assert about(RED, read_photo(pictures.write_cmyk_jpeg(tmp_path / "a.jpg")))


def test_grey_photo_has_three_equal_channels(tmp_path: Path) -> None:
    assert about((128, 128, 128), read_photo(pictures.write_grey_jpeg(tmp_path / "a.jpg")), 1)


def test_16_bit_photo_keeps_its_shades(tmp_path: Path) -> None:
    row = read_photo(pictures.write_16_bit_png(tmp_path / "a.png", width=256))[0, :, 1]

    np.testing.assert_allclose(row, np.arange(256), atol=1)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([[0, 0.5, 1]], np.float32), [0, 128, 255]),
        (np.array([[0, 100, 255]], np.float32), [0, 100, 255]),
        (np.array([[-1, 0, 1]], np.float32), [0, 128, 255]),
        (np.array([[0, np.nan, 1]], np.float32), [0, 0, 255]),
        (np.array([[0, 0, 0]], np.float32), [0, 0, 0]),
        (np.array([[-3, -3, -3]], np.float32), [0, 0, 0]),
        (np.array([[-3e38, 0, 3e38]], np.float32), [0, 128, 255]),
        (np.array([[0, 200, 255]], np.int32), [0, 200, 255]),
        (np.array([[0, 32768, 65535]], np.int32), [0, 128, 255]),
        (np.array([[0, 1_000_000, 2_000_000]], np.int32), [0, 128, 255]),
    ],
)
def test_measured_values_are_brought_to_shades(tmp_path: Path, values: NDArray[Any], expected: list[int]) -> None:
    path = tmp_path / "a.tif"
    Image.fromarray(values).save(path)

    row = read_photo(path)[0, :, 0]

    # A value alone below nought is its own black.
    np.testing.assert_allclose(row, expected, atol=1)


def test_palette_is_resolved(tmp_path: Path) -> None:
    photo = read_photo(pictures.write_palette_png(tmp_path / "a.png"))

    assert about(RED, photo[:, :32], 0)
    assert about(BLUE, photo[:, 32:], 0)


@pytest.mark.parametrize("write", [pictures.write_transparent_png, pictures.write_transparent_palette_png])
@pytest.mark.parametrize("size", [None, 64])
def test_transparent_parts_are_white(tmp_path: Path, write: Callable[[Path], Path], size: int | None) -> None:
    photo = read_photo(write(tmp_path / "a.png"), size)

    assert about(RED, photo[:, :31], 0)
    assert about(WHITE, photo[:, 33:], 0)


def test_first_frame_of_an_animation_is_read(tmp_path: Path) -> None:
    assert about(RED, read_photo(pictures.write_animated_gif(tmp_path / "a.gif")), 2)


@READERS
@pytest.mark.parametrize("write", [pictures.write_truncated_jpeg, pictures.write_truncated_png])
def test_damaged_photo_is_refused(tmp_path: Path, write: Callable[[Path], Path], read: Reader) -> None:
    error = refused(read, write(tmp_path / "a.jpg"))

    assert error.kind is ProblemKind.UNREADABLE
    assert "damaged" in error.reason
    assert error.hint


@READERS
def test_photo_cut_shortly_before_its_end_is_refused(tmp_path: Path, read: Reader) -> None:
    path = pictures.write_jpeg(tmp_path / "a.jpg", 400, 300)
    path.write_bytes(path.read_bytes()[:-200])

    assert refused(read, path).kind is ProblemKind.UNREADABLE


@READERS
def test_file_without_a_byte_is_refused_as_empty(tmp_path: Path, read: Reader) -> None:
    error = refused(read, pictures.write_empty(tmp_path / "a.jpg"))

    assert error.kind is ProblemKind.UNREADABLE
    assert "empty" in error.reason


@READERS
def test_text_is_refused_as_no_image(tmp_path: Path, read: Reader) -> None:
    error = refused(read, pictures.write_text(tmp_path / "a.jpg"))

    assert error.kind is ProblemKind.NOT_AN_IMAGE
    assert "JPEG" in error.hint


def test_format_that_is_not_offered_is_not_even_tried(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(pictures.pixels()).save(path, "PCX")

    assert refused(read_photo, path).kind is ProblemKind.NOT_AN_IMAGE


@pytest.mark.parametrize("read", [read_photo, check])
def test_decompression_bomb_is_refused_by_its_header(tmp_path: Path, read: Reader) -> None:
    error = refused(read, pictures.write_bomb_png(tmp_path / "bomb.png"))

    assert error.kind is ProblemKind.TOO_LARGE
    assert "200 million" in error.reason
    assert error.hint


def test_bound_on_pixels_is_our_own(tmp_path: Path) -> None:
    allowed = pictures.write_bomb_png(tmp_path / "a.png", 20_000, MAX_PIXELS // 20_000)
    beyond = pictures.write_bomb_png(tmp_path / "b.png", 20_000, MAX_PIXELS // 20_000 + 1)

    assert check(allowed).width == 20_000
    error = refused(check, beyond)
    assert error.kind is ProblemKind.TOO_LARGE
    assert "20,000 x 10,001" in error.reason


def test_very_large_png_is_checked_without_decoding_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = pictures.write_png(tmp_path / "whole.png", 300, 200)
    cut = pictures.write_truncated_png(tmp_path / "cut.png")
    monkeypatch.setattr(opening, "LARGE_PIXELS", 1000)
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda _: pytest.fail("it was decoded"))

    check(whole)

    assert refused(check, cut).kind is ProblemKind.UNREADABLE


@READERS
def test_photo_that_is_gone_is_named(tmp_path: Path, read: Reader) -> None:
    error = refused(read, tmp_path / "my photo.jpg")

    assert error.kind is ProblemKind.GONE
    assert "“my photo.jpg”" in error.message


def test_photo_that_vanishes_while_it_is_opened_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = pictures.write_jpeg(tmp_path / "a.jpg")
    really_open = io.open

    def open_too_late(target: Any, *arguments: Any, **keywords: Any) -> Any:  # noqa: ANN401 - stands in for io.open
        if target == path:
            path.unlink()
        return really_open(target, *arguments, **keywords)

    monkeypatch.setattr(io, "open", open_too_late)

    assert refused(read_photo, path).kind is ProblemKind.GONE


def test_disk_that_fails_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = pictures.write_jpeg(tmp_path / "a.jpg")

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(io, "open", fail)

    assert os.strerror(errno.EIO) in refused(read_photo, path).reason


@READERS
def test_photo_that_may_not_be_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: Reader) -> None:
    path = pictures.forbid(pictures.write_jpeg(tmp_path / "a.jpg"), monkeypatch)

    error = refused(read, path)

    assert error.kind is ProblemKind.NO_PERMISSION
    assert "permissions" in error.hint


def test_folder_is_no_photo(tmp_path: Path) -> None:
    assert "folder" in refused(read_photo, tmp_path).reason


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jpg")

    assert refused(read_photo, tmp_path / "a.jpg").kind is ProblemKind.NOT_AN_IMAGE


def test_link_to_itself_is_a_loop(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.symlink_to(path)

    assert refused(read_photo, path).kind is ProblemKind.LINK_LOOP


def test_odd_names_are_read(tmp_path: Path) -> None:
    for path in pictures.write_odd_names(tmp_path):
        assert read_photo(path, 16).shape == (16, 16, 3)


def test_what_pillow_warns_about_is_not_shown_and_filters_stay_as_they_were(tmp_path: Path) -> None:
    path = pictures.write_broken_exif_jpeg(tmp_path / "a.jpg")
    with pytest.warns(UserWarning, match="Corrupt EXIF data"):
        Image.open(path).close()
    before = list(warnings.filters)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(read_photo, [path] * 60))

    assert list(warnings.filters) == before


def test_error_keeps_its_cause_for_the_log(tmp_path: Path) -> None:
    error = refused(read_photo, pictures.write_truncated_jpeg(tmp_path / "a.jpg"))

    assert isinstance(error.__cause__, OSError)
    assert pickle.loads(pickle.dumps(error)).kind is ProblemKind.UNREADABLE


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".bmp", ".gif", ".tif", ".avif"])
def test_random_damage_ends_in_a_picture_or_a_plain_refusal(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    Image.fromarray(pictures.pixels(32, 24)).save(path)
    whole = path.read_bytes()
    dice = np.random.default_rng(7)
    for _ in range(150):
        data = bytearray(whole[: dice.integers(1, len(whole) + 1)])
        for position in dice.integers(0, len(data), 3):
            data[position] = dice.integers(256)
        path.write_bytes(data)
        with contextlib.suppress(PhotoError):
            assert read_photo(path, 16).shape == (16, 16, 3)
