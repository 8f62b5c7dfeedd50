"""Files whose end is all zero are told from pictures that are black, flat or padded, in every format."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.unit.photos import scenes
from tlgui.photos.collection import ProblemKind
from tlgui.photos.facts import PhotoFacts
from tlgui.photos.pictures.decode import read_photo, read_thumbnail
from tlgui.photos.pictures.header import read_facts, state_of
from tlgui.photos.pictures.opening import UnusablePhotoError
from tlgui.photos.scanning.scan import survey
from tlgui.progress import JobContext

WIDTH, HEIGHT = 320, 240
PADDED_NOTES = 0xEA1C

FORMATS: dict[str, tuple[str, dict[str, object]]] = {
    "jpeg": ("JPEG", {}),
    "progressive": ("JPEG", {"progressive": True}),
    "png": ("PNG", {}),
    "gif": ("GIF", {}),
    "webp": ("WEBP", {}),
    "fast webp": ("WEBP", {"method": 0, "quality": 20}),
    "lossless webp": ("WEBP", {"lossless": True}),
    "avif": ("AVIF", {}),
    "bmp": ("BMP", {}),
    "tiff": ("TIFF", {}),
}
in_each_format = pytest.mark.parametrize(("image_format", "settings"), list(FORMATS.values()), ids=list(FORMATS))


def encoded(image: Image.Image, image_format: str, **settings: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, image_format, **settings)
    return stream.getvalue()


def checked(path: Path, content: bytes) -> PhotoFacts:
    """Write a file and read it as a scan does."""
    path.write_bytes(content)
    return read_facts(path, state_of(path.stat()))


def refused(read: Callable[[], object]) -> UnusablePhotoError:
    with pytest.raises(UnusablePhotoError) as caught:
        read()
    return caught.value


def zero_filled(content: bytes, share: float) -> bytes:
    """Return a file of the same length whose end is zero."""
    kept = round(share * len(content))
    return content[:kept] + bytes(len(content) - kept)


def in_black(bottom: float) -> Image.Image:
    """Return a scene whose lower part is all black."""
    pixels = np.array(scenes.scene(1, WIDTH, HEIGHT))
    pixels[round((1 - bottom) * HEIGHT) :] = 0
    return Image.fromarray(pixels)


def on_black() -> Image.Image:
    """Return a scene turned before a black wall."""
    return scenes.scene(2, WIDTH, HEIGHT).rotate(20, translate=(0, -60))


def vignetted() -> Image.Image:
    """Return a scene that grows dark towards its corners, with noise in what is nearly black."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    away = np.hypot(rows / HEIGHT - 0.3, columns / WIDTH - 0.5)[..., np.newaxis]
    noise = np.random.default_rng(1).normal(0, 1.0, (HEIGHT, WIDTH, 3))
    levels = np.asarray(scenes.scene(3, WIDTH, HEIGHT)) * np.clip(1 - 1.6 * away, 0, 1)
    return Image.fromarray(np.clip(levels + noise * (levels > 0), 0, 255).astype(np.uint8))


@in_each_format
@pytest.mark.parametrize("share", [0.3, 0.5, 0.8])
def test_zeros_in_the_place_of_the_end_are_refused_by_every_reader(
    tmp_path: Path, image_format: str, settings: dict[str, object], share: float
) -> None:
    content = zero_filled(encoded(scenes.scene(1, WIDTH, HEIGHT), image_format, **settings), share)
    path = tmp_path / "a.img"

    errors = [
        refused(lambda: checked(path, content)),
        refused(lambda: read_photo(path, 32)),
        refused(lambda: read_thumbnail(path, 32)),
    ]

    assert {error.kind for error in errors} == {ProblemKind.UNREADABLE}
    assert {error.reason for error in errors} == {errors[0].reason}
    assert all(error.is_lasting for error in errors)


@in_each_format
@pytest.mark.parametrize(
    "image",
    [
        Image.new("RGB", (WIDTH, HEIGHT)),
        Image.new("RGB", (WIDTH, HEIGHT), "white"),
        in_black(0.1),
        in_black(0.5),
        in_black(0.9),
        in_black(0.5).transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        on_black(),
        on_black().transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        vignetted(),
        vignetted().transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    ],
    ids=[
        "black",
        "white",
        *(f"{name}" for name in ("bar", "half", "most", "top", "turned", "turned down")),
        "dark",
        "up",
    ],
)
def test_black_and_flat_pictures_are_sound(
    tmp_path: Path, image_format: str, settings: dict[str, object], image: Image.Image
) -> None:
    assert checked(tmp_path / "a.img", encoded(image, image_format, **settings)).width == WIDTH


@in_each_format
def test_zeros_behind_the_end_are_padding(tmp_path: Path, image_format: str, settings: dict[str, object]) -> None:
    content = encoded(scenes.scene(1, WIDTH, HEIGHT), image_format, **settings)

    assert checked(tmp_path / "a.img", content + bytes(5000)).width == WIDTH


@pytest.mark.parametrize("image_format", ["AVIF", "WEBP"])
def test_zeros_at_the_end_of_a_cameras_notes_are_not_the_pictures(tmp_path: Path, image_format: str) -> None:
    exif = Image.Exif()
    exif[PADDED_NOTES] = bytes(2000)

    content = encoded(scenes.scene(1, WIDTH, HEIGHT), image_format, exif=exif)

    assert checked(tmp_path / "a.img", content).width == WIDTH


def test_film_behind_a_jpeg_may_end_in_zeros(tmp_path: Path) -> None:
    content = encoded(scenes.scene(1, WIDTH, HEIGHT), "JPEG") + b"\0\0\0\x18ftypmp42 a film" + bytes(5000)

    assert checked(tmp_path / "a.jpg", content).width == WIDTH


def test_cut_photos_are_problems_of_a_scan(tmp_path: Path) -> None:
    for place in range(3):
        scenes.write(tmp_path / "cat" / f"{place}.jpg", place)
    scene = scenes.scene(9, WIDTH, HEIGHT)
    for name, (image_format, settings) in FORMATS.items():
        content = zero_filled(encoded(scene, image_format, **settings), 0.6)
        (tmp_path / "cat" / f"{name}.{image_format.lower()}").write_bytes(content)

    found = survey(tmp_path, JobContext())

    assert found.collection.photo_count == 3
    assert len(found.collection.problems) == len(FORMATS)
    assert {problem.kind for problem in found.collection.problems} == {ProblemKind.UNREADABLE}
