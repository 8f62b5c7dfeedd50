import calendar
import contextlib
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFile

from tests import pictures
from tlgui.photos.collection import ProblemKind
from tlgui.photos.facts import FileState, PhotoFacts
from tlgui.photos.pictures import header
from tlgui.photos.pictures.header import read_facts, state_of, time_taken
from tlgui.photos.pictures.opening import MAX_PIXELS, UnusablePhotoError

NOON = float(calendar.timegm((2024, 5, 6, 12, 0, 0)))


def facts_of(path: Path) -> PhotoFacts:
    return read_facts(path, state_of(path.stat()))


def refused(path: Path) -> UnusablePhotoError:
    with pytest.raises(UnusablePhotoError) as caught:
        facts_of(path)
    return caught.value


@pytest.fixture
def never_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda _: pytest.fail("a photo was decoded"))


@pytest.mark.usefixtures("never_decoded")
@pytest.mark.parametrize("pillow_format", ["JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "AVIF"])
def test_whole_photo_is_told_by_its_header(tmp_path: Path, pillow_format: str) -> None:
    path = pictures.write_format(tmp_path / "a.jpg", pillow_format)

    assert facts_of(path) == PhotoFacts(state_of(path.stat()), 64, 48, pillow_format)


@pytest.mark.usefixtures("never_decoded")
def test_whole_heic_photo_is_told_by_its_header(tmp_path: Path) -> None:
    path = pictures.write_heic(tmp_path / "a.heic")

    taken = calendar.timegm((2024, 5, 6, 7, 8, 9))
    assert facts_of(path) == PhotoFacts(state_of(path.stat()), 64, 48, "HEIF", taken, "Maker")


@pytest.mark.parametrize("cut", [1, 2, 30, 200])
@pytest.mark.parametrize("pillow_format", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "AVIF"])
def test_photo_that_misses_its_end_is_refused(tmp_path: Path, pillow_format: str, cut: int) -> None:
    path = pictures.write_format(tmp_path / "a", pillow_format, 100, 80)
    path.write_bytes(path.read_bytes()[:-cut])

    if pillow_format == "PNG" and cut <= 2:
        # All pixels are there.
        assert facts_of(path).format == pillow_format
    else:
        assert refused(path).kind is ProblemKind.UNREADABLE


def test_gif_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    path = pictures.write_format(tmp_path / "a.gif", "GIF", 100, 80)
    path.write_bytes(path.read_bytes()[:-300])

    assert refused(path).kind is ProblemKind.UNREADABLE


def test_whole_photo_with_something_behind_its_end_is_used(tmp_path: Path) -> None:
    for pillow_format in ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP"):
        path = pictures.write_format(tmp_path / f"a.{pillow_format}", pillow_format)
        path.write_bytes(path.read_bytes() + b"something of the camera" * 9)

        assert facts_of(path).format == pillow_format


def test_several_jpegs_in_one_file_are_a_jpeg(tmp_path: Path) -> None:
    frames = [Image.fromarray(pictures.pixels(seed=seed)) for seed in (1, 2)]
    frames[0].save(tmp_path / "a.jpg", "MPO", save_all=True, append_images=frames[1:])

    assert facts_of(tmp_path / "a.jpg").format == "JPEG"


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_width_and_height_are_those_of_the_upright_photo(tmp_path: Path, orientation: int) -> None:
    facts = facts_of(pictures.write_rotated_jpeg(tmp_path / "a.jpg", 480, 640, orientation))

    assert (facts.width, facts.height) == (480, 640)


@pytest.mark.parametrize(
    "options",
    [{}, {"progressive": True}, {"subsampling": "4:4:4"}, {"restart_marker_rows": 1}, {"comment": "x" * 60_000}],
)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_every_kind_of_jpeg_is_told_as_pillow_tells_it(tmp_path: Path, mode: str, options: dict[str, Any]) -> None:
    path = tmp_path / "a.jpg"
    Image.fromarray(pictures.pixels(301, 203)).convert(mode).save(path, **options)

    assert facts_of(path) == PhotoFacts(state_of(path.stat()), 301, 203, "JPEG")


def test_header_longer_than_what_is_read_at_once_is_read(tmp_path: Path) -> None:
    path = pictures.write_jpeg(tmp_path / "a.jpg")
    data = path.read_bytes()
    padding = b"\xff\xe2\xff\xff" + bytes(65_533)
    path.write_bytes(data[:2] + padding * 5 + data[2:])

    assert facts_of(path).width == 64


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ("2024:05:06 12:00:00", NOON),
        ("2024:05:06 12:00:00.25", NOON + 0.25),
        ("2024-05-06T12:00:00", NOON),
        ("0000:00:00 00:00:00", None),
        ("2024:13:06 12:00:00", None),
        ("    :  :     :  :  ", None),
        ("yesterday", None),
    ],
)
def test_time_and_camera_are_read_as_far_as_they_are_there(tmp_path: Path, taken: str, expected: float | None) -> None:
    facts = facts_of(pictures.write_camera_jpeg(tmp_path / "a.jpg", taken))

    assert facts.taken == expected
    assert facts.camera == "Maker Model 123"


def test_damaged_exif_block_says_nothing(tmp_path: Path) -> None:
    facts = facts_of(pictures.write_broken_exif_jpeg(tmp_path / "a.jpg"))

    assert (facts.width, facts.height, facts.taken, facts.camera) == (64, 48, None, "")


@pytest.mark.parametrize(
    ("write", "kind"),
    [
        (pictures.write_text, ProblemKind.NOT_AN_IMAGE),
        (pictures.write_empty, ProblemKind.UNREADABLE),
        (pictures.write_truncated_jpeg, ProblemKind.UNREADABLE),
        (pictures.write_truncated_png, ProblemKind.UNREADABLE),
        (pictures.write_bomb_png, ProblemKind.TOO_LARGE),
    ],
)
def test_bad_file_is_refused_for_good(tmp_path: Path, write: Callable[[Path], Path], kind: ProblemKind) -> None:
    error = refused(write(tmp_path / "a.jpg"))

    assert error.kind is kind
    assert error.is_lasting


def test_jpeg_that_promises_too_many_pixels_is_refused(tmp_path: Path) -> None:
    path = pictures.write_jpeg(tmp_path / "a.jpg")
    data = path.read_bytes()
    frame = data.index(b"\xff\xc0")
    side = int(MAX_PIXELS**0.5) + 2
    path.write_bytes(data[: frame + 5] + side.to_bytes(2, "big") * 2 + data[frame + 9 :])

    assert refused(path).kind is ProblemKind.TOO_LARGE


@pytest.mark.parametrize(
    "wrong", [OSError(5, "Input/output error"), OSError(116, "Stale file handle"), MemoryError()], ids=str
)
def test_what_the_disk_or_the_memory_refuses_is_not_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: BaseException
) -> None:
    path = pictures.write_jpeg(tmp_path / "a.jpg")

    def fail(*_: object, **__: object) -> None:
        raise wrong

    monkeypatch.setattr(io, "open", fail)

    assert not refused(path).is_lasting


def test_photo_saved_again_while_it_is_read_is_read_once_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = pictures.write_truncated_jpeg(tmp_path / "a.jpg")
    really_read, reads = header._read, []

    def read(target: Path, state: FileState) -> PhotoFacts:
        reads.append(state)
        try:
            return really_read(target, state)
        finally:
            if len(reads) == 1:
                pictures.write_jpeg(path, 100, 80)

    monkeypatch.setattr(header, "_read", read)

    facts = facts_of(path)

    assert (facts.width, facts.height) == (100, 80)
    assert facts.state == state_of(path.stat())
    assert len(reads) == 2


def test_photo_that_changes_all_the_time_is_said_to_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = pictures.write_jpeg(tmp_path / "a.jpg")
    really_read = header._read

    def read(target: Path, state: FileState) -> PhotoFacts:
        facts = really_read(target, state)
        path.write_bytes(path.read_bytes() + b"more")
        return facts

    monkeypatch.setattr(header, "_read", read)

    error = refused(path)

    assert error.kind is ProblemKind.CHANGING
    assert not error.is_lasting
    assert error.hint


def test_photo_gone_meanwhile_is_gone(tmp_path: Path) -> None:
    path = pictures.write_jpeg(tmp_path / "a.jpg")
    state = state_of(path.stat())
    path.unlink()

    with pytest.raises(UnusablePhotoError) as caught:
        read_facts(path, state)

    assert caught.value.kind is ProblemKind.GONE


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".bmp", ".gif", ".tif", ".avif"])
def test_random_damage_gives_facts_or_a_plain_refusal(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    Image.fromarray(pictures.pixels(40, 36)).save(path)
    whole, dice = path.read_bytes(), np.random.default_rng(3)
    for _ in range(200):
        data = bytearray(whole[: dice.integers(1, len(whole) + 1)])
        for position in dice.integers(0, len(data), 3):
            data[position] = dice.integers(256)
        path.write_bytes(data)
        with contextlib.suppress(UnusablePhotoError):
            facts = facts_of(path)
            assert facts.width > 0
            assert facts.height > 0


def test_time_in_the_future_is_only_noted(tmp_path: Path) -> None:
    path = pictures.write_jpeg(tmp_path / "a.jpg")
    future = 4_000_000_000 * 10**9
    os.utime(path, ns=(future, future))

    assert facts_of(path).state.changed_ns == future


@pytest.mark.parametrize("is_read", [True, False])
@pytest.mark.parametrize(
    ("write", "expected"),
    [
        (lambda path: pictures.write_camera_jpeg(path, "2024:05:06 07:08:09"), "2024:05:06 07:08:09"),
        (pictures.write_heic, "2024:05:06 07:08:09"),
        (pictures.write_jpeg, None),
        (pictures.write_png, None),
        (pictures.write_broken_exif_jpeg, None),
        (pictures.write_text, None),
        (pictures.write_truncated_png, None),
        (pictures.write_empty, None),
    ],
)
def test_time_is_told_without_decoding(
    write: Callable[[Path], Path], expected: str | None, *, is_read: bool, tmp_path: Path
) -> None:
    path = write(tmp_path / "photo")
    time = time_taken(path, path.read_bytes() if is_read else None)
    assert time == (None if expected is None else calendar.timegm((2024, 5, 6, 7, 8, 9)))


def test_photo_that_is_gone_was_taken_at_no_known_time(tmp_path: Path) -> None:
    assert time_taken(tmp_path / "gone.jpg") is None
