from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests import odd_pictures, pictures
from tlgui.photos.facts import Traits
from tlgui.photos.pictures import colours
from tlgui.photos.pictures.colours import to_shown
from tlgui.photos.pictures.decode import decode_photo, read_photo, read_thumbnail

RED, BLUE = (255, 0, 0), (0, 0, 255)


def colour_of(path: Path) -> tuple[int, ...]:
    """Return the colour in the middle of a photo, read in each of the ways that must agree on it."""
    colours = [
        photo[photo.shape[0] // 2, photo.shape[1] // 2]
        for photo in (read_photo(path), read_photo(path, 32), read_thumbnail(path, 32))
    ]
    np.testing.assert_allclose(colours[1:], [colours[0]] * 2, atol=3)
    return tuple(int(value) for value in colours[0])


def save(path: Path, image: Image.Image, profile: bytes, **options: Any) -> Path:  # noqa: ANN401 - options of Pillow
    image.save(path, icc_profile=profile, **options)
    return path


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif", "a.avif"])
def test_colours_are_what_the_profile_says(tmp_path: Path, name: str) -> None:
    path = save(tmp_path / name, Image.new("RGB", (64, 48), RED), pictures.swapped_profile(), quality=95)

    np.testing.assert_allclose(colour_of(path), BLUE, atol=6)


def test_profile_of_srgb_changes_nothing(tmp_path: Path) -> None:
    from_profile = pictures.swapped_profile().replace("Swap".encode("utf-16-be"), "sRGB".encode("utf-16-be"))
    photo = Image.fromarray(pictures.pixels())

    np.testing.assert_array_equal(read_photo(save(tmp_path / "a.png", photo, from_profile)), pictures.pixels())


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "CMYK"])
@pytest.mark.parametrize(
    "profile", [b"no profile", pictures.swapped_profile()[:200], pictures.swapped_profile()[:128] + bytes(400)]
)
def test_damaged_profile_is_ignored(tmp_path: Path, mode: str, profile: bytes) -> None:
    image = Image.new("RGB", (64, 48), (128, 128, 128)).convert(mode)
    path = save(tmp_path / "a.tif", image, profile)

    np.testing.assert_allclose(colour_of(path), (128, 128, 128), atol=2)


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_profile_for_other_pixels_is_ignored(tmp_path: Path, mode: str) -> None:
    image = Image.new("RGB", (64, 48), (128, 128, 128)).convert(mode)

    np.testing.assert_allclose(
        colour_of(save(tmp_path / "a.jpg", image, pictures.swapped_profile(), quality=95)), (128, 128, 128), atol=3
    )


def test_transparent_parts_are_white_and_the_others_follow_the_profile(tmp_path: Path) -> None:
    image = Image.new("RGBA", (64, 48), (0, 0, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 32, 48))
    photo = read_photo(save(tmp_path / "a.png", image, pictures.swapped_profile()))

    np.testing.assert_allclose(photo[:, :31].reshape(-1, 3), [BLUE] * (31 * 48), atol=3)
    np.testing.assert_array_equal(photo[:, 33:], np.full((48, 31, 3), 255))


def test_palette_follows_the_profile(tmp_path: Path) -> None:
    image = Image.new("RGB", (64, 48), RED).convert("P")

    np.testing.assert_allclose(colour_of(save(tmp_path / "a.png", image, pictures.swapped_profile())), BLUE, atol=3)


def test_lab_pixels_are_read(tmp_path: Path) -> None:
    Image.new("LAB", (64, 48), (255, 128, 128)).save(tmp_path / "a.tif")

    np.testing.assert_allclose(colour_of(tmp_path / "a.tif"), (255, 255, 255), atol=6)


def _kinds() -> dict[str, Image.Image]:
    generator = np.random.default_rng(5)
    colours = Image.fromarray(generator.integers(0, 256, (131, 173, 4), np.uint8))
    grey = colours.getchannel("R")
    return {
        "RGB": colours.convert("RGB"),
        "RGBA": colours,
        "L": grey,
        "LA": grey.convert("LA"),
        "1": grey.convert("1"),
        "P": colours.convert("RGB").quantize(99),
        "I;16": Image.fromarray(generator.integers(0, 65536, (131, 173)).astype(np.uint16)),
        "I": Image.fromarray(generator.integers(-5, 70_000, (131, 173)).astype(np.int32)),
        "F": Image.fromarray(generator.normal(0, 3, (131, 173)).astype(np.float32)),
        "CMYK": colours.convert("RGB").convert("CMYK"),
    }


@pytest.mark.parametrize("mode", list(_kinds()))
@pytest.mark.parametrize("profile", [None, pictures.swapped_profile()], ids=["plain", "profile"])
def test_strips_of_a_picture_have_the_colours_of_the_whole(
    mode: str, profile: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = _kinds()[mode]
    image.info["icc_profile"] = profile
    whole = np.asarray(to_shown(image).image)
    assert whole.shape[:2] == (131, 173)
    monkeypatch.setattr(colours, "_STRIP_PIXELS", 2000)

    np.testing.assert_array_equal(np.asarray(to_shown(image).image), whole)


@pytest.mark.parametrize("mode", list(_kinds()))
def test_very_large_picture_made_smaller_on_the_way_is_that_made_smaller_at_the_end(
    mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = _kinds()[mode]
    whole = to_shown(image).image
    monkeypatch.setattr(colours, "_STRIP_PIXELS", 2000)
    monkeypatch.setattr(colours, "REDUCED_PIXELS", 2000)

    smaller = to_shown(image, (50, 40)).image

    if mode in {"RGB", "L"}:
        # Nothing is to be done with its colours.
        assert smaller.size == image.size
    else:
        assert smaller.size == (58, 44)
        np.testing.assert_array_equal(np.asarray(smaller), np.asarray(whole.reduce(3)))


def test_what_is_hidden_by_transparency_does_not_bleed_into_what_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = np.zeros((200, 200, 4), np.uint8)
    pixels[:, :100] = (255, 0, 0, 255)
    pixels[:, 100:] = (0, 0, 255, 0)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    monkeypatch.setattr(colours, "_STRIP_PIXELS", 2000)
    monkeypatch.setattr(colours, "REDUCED_PIXELS", 2000)

    photo = read_photo(tmp_path / "a.png", 10).astype(int)

    # Red and white, and what lies between the two.
    assert (photo[:, :, 0] >= 254).all()
    np.testing.assert_array_equal(photo[:, :, 1], photo[:, :, 2])


def shape_on_transparency(colour: tuple[int, int, int], alpha: int = 255) -> Image.Image:
    image = Image.new("RGBA", (96, 64), (*colour, 0))
    image.paste((*colour, alpha), (30, 20, 60, 44))
    return image


@pytest.mark.parametrize("suffix", [".png", ".webp", ".tif"])
def test_white_shape_on_transparency_is_seen_before_black(tmp_path: Path, suffix: str) -> None:
    shape_on_transparency((255, 255, 255)).save(tmp_path / f"a{suffix}", lossless=True)

    photo = decode_photo(tmp_path / f"a{suffix}")

    assert photo.traits is Traits.NONE
    assert (photo.pixels[25:40, 35:55] == 255).all()
    assert (photo.pixels[:15] == 0).all()


def test_nearly_white_shape_is_seen_before_black_in_strips_and_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shape_on_transparency((252, 253, 255), 200).save(tmp_path / "a.png")
    whole = read_photo(tmp_path / "a.png")
    monkeypatch.setattr(colours, "_STRIP_PIXELS", 500)

    assert (whole[:15] == 0).all()
    np.testing.assert_array_equal(read_photo(tmp_path / "a.png"), whole)


def test_shape_that_is_seen_before_white_is_laid_over_it(tmp_path: Path) -> None:
    for name, colour in {"black.png": (0, 0, 0), "grey.png": (200, 200, 200)}.items():
        shape_on_transparency(colour).save(tmp_path / name)

        photo = read_photo(tmp_path / name)

        assert (photo[:15] == 255).all()
        assert (photo[30, 45] == colour).all()


@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "P", "CMYK"])
def test_picture_of_one_colour_has_that_trait(tmp_path: Path, mode: str) -> None:
    Image.new("RGB", (60, 40), (90, 120, 30)).convert(mode).save(tmp_path / "a.tif")
    Image.fromarray(pictures.pixels(60, 40)).convert(mode).save(tmp_path / "b.tif")

    assert decode_photo(tmp_path / "a.tif", 16).traits is Traits.ONE_COLOUR
    assert decode_photo(tmp_path / "b.tif", 16).traits is Traits.NONE


@pytest.mark.parametrize(("name", "factor"), [("12 bits", 16), ("10 bits", 4), ("16 bits", 257)])
def test_colours_of_16_bits_look_like_those_of_8(tmp_path: Path, name: str, factor: int) -> None:
    path = tmp_path / f"{name}.png"
    odd_pictures.write_16_bit_colours(path, factor)

    photo = decode_photo(path)

    np.testing.assert_allclose(photo.pixels.astype(int), odd_pictures.scene().astype(int), atol=1)
    assert photo.traits is (Traits.NONE if factor == 257 else Traits.PARTIAL_RANGE)
