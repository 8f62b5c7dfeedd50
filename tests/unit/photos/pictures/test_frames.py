from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests import odd_pictures, pictures
from tests.odd_pictures import scene
from tlgui.photos.facts import Traits
from tlgui.photos.pictures.decode import decode_photo, read_photo, read_thumbnail


@pytest.mark.parametrize("suffix", [".gif", ".png", ".webp", ".tif", ".avif"])
def test_blank_first_frame_is_passed_over(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    odd_pictures.write_blank_first_frame(path)

    for photo in (read_photo(path), read_thumbnail(path, 96)):
        assert np.abs(photo.astype(int) - scene()).mean() < 6
    assert decode_photo(path, 32).traits is Traits.NONE


def test_first_frame_that_shows_something_is_read(tmp_path: Path) -> None:
    frames = [Image.fromarray(scene()), Image.fromarray(255 - scene())]
    frames[0].save(tmp_path / "a.png", save_all=True, append_images=frames[1:])

    np.testing.assert_array_equal(read_photo(tmp_path / "a.png"), scene())


def test_fade_in_is_shown_where_it_is_clear(tmp_path: Path) -> None:
    odd_pictures.write_fade_in(tmp_path / "a.png")

    photo = read_photo(tmp_path / "a.png")

    assert np.abs(photo.astype(int) - scene() // 2).max() <= 1


def test_animation_of_blank_frames_is_of_one_colour(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("white", "red", "blue")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])

    photo = decode_photo(tmp_path / "a.gif")

    assert photo.traits is Traits.ONE_COLOUR
    assert (photo.pixels == 255).all()


def test_animation_that_is_cut_short_shows_its_frames_before(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    frames = [Image.new("RGB", (WIDTH, HEIGHT), "white") for WIDTH, HEIGHT in ((96, 64),)]
    frames += [Image.fromarray(scene()), Image.fromarray(pictures.pixels(96, 64))]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    path.write_bytes(path.read_bytes()[:-2500])

    assert np.abs(read_photo(path).astype(int) - scene()).mean() < 20
