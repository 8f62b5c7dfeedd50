"""Each setting has its effect, and the same copy of the same photo is always augmented in the same way."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.pictures import write_jpeg
from tlgui.errors import Cancelled, PhotoError
from tlgui.learning.data.augmentation import Augmenter, CopyId, previews
from tlgui.learning.recipes.recipe import EVERY_EPOCH, Augmentation
from tlgui.photos.pictures.decode import read_photo
from tlgui.progress import JobContext

SIZE = 32
COPIES = [CopyId(b"photo", number) for number in range(1, 25)]
EVERYTHING = Augmentation(
    rotation=30,
    shift_horizontal=0.2,
    shift_vertical=0.2,
    shear=10,
    zoom=0.3,
    flip_horizontal=True,
    brightness=0.3,
    flip_vertical=True,
    contrast=0.3,
    smallest_crop=0.5,
)


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    """Return smooth colours that differ everywhere, as a batch of the same photo for every copy."""
    y, x = np.mgrid[:SIZE, :SIZE] * (200.0 / SIZE) + 20
    return np.repeat(np.stack([x, y, (x + y) / 2], axis=-1)[np.newaxis], len(COPIES), axis=0).astype(np.float32)


def _change(photo: np.ndarray, seed: int = 1, **settings: object) -> np.ndarray:
    return Augmenter(Augmentation(**settings), seed)(photo, COPIES)  # type: ignore[arg-type]  # checked when it is made


@pytest.mark.parametrize("fill_mode", ["nearest", "reflect", "wrap", "constant"])
def test_zero_strength_is_the_identity_to_the_bit(photo: np.ndarray, fill_mode: str) -> None:
    np.testing.assert_array_equal(_change(photo, fill_mode=fill_mode), photo)


def test_pixels_may_be_bytes(photo: np.ndarray) -> None:
    pixels = photo.astype(np.uint8)

    changed = _change(pixels)

    assert changed.dtype == np.float32
    np.testing.assert_array_equal(changed, pixels)


@pytest.mark.parametrize(("setting", "axis"), [("flip_horizontal", 1), ("flip_vertical", 0)])
def test_flip_mirrors_about_half_of_the_copies_and_nothing_else(photo: np.ndarray, setting: str, axis: int) -> None:
    changed = _change(photo, **{setting: True})

    mirrored = [np.array_equal(copy, np.flip(photo[0], axis)) for copy in changed]
    untouched = [np.array_equal(copy, photo[0]) for copy in changed]
    assert all(one != other for one, other in zip(mirrored, untouched, strict=True))
    assert 6 <= sum(mirrored) <= 18


def test_single_copy_that_may_be_mirrored_is_not_the_photo_once_more(photo: np.ndarray) -> None:
    augmenter = Augmenter(Augmentation(flip_horizontal=True), 1)

    changed = augmenter(photo[:8], [CopyId(bytes([place]), 1) for place in range(8)])

    np.testing.assert_array_equal(changed, photo[:8, :, ::-1])


def test_mirrors_of_each_epoch_are_drawn_photo_by_photo(photo: np.ndarray) -> None:
    augmenter = Augmenter(Augmentation(flip_horizontal=True, when=EVERY_EPOCH), 1)

    changed = augmenter(photo, [CopyId(bytes([place]), 1) for place in range(len(photo))])

    assert 6 <= sum(np.array_equal(copy, photo[0][:, ::-1]) for copy in changed) <= 18


def test_two_flips_are_drawn_apart(photo: np.ndarray) -> None:
    changed = _change(photo, flip_horizontal=True, flip_vertical=True)

    turned = [np.array_equal(copy, photo[0][::-1, ::-1]) for copy in changed]
    assert 0 < sum(turned) < 12


def test_horizontal_shift_moves_columns_and_is_bounded(photo: np.ndarray) -> None:
    changed = _change(photo, shift_horizontal=0.25)

    # The first channel grows with the column, the second with the row.
    np.testing.assert_allclose(changed[..., 1], photo[..., 1], atol=1e-2)
    centre = (changed[:, SIZE // 2, SIZE // 2, 0] - photo[:, SIZE // 2, SIZE // 2, 0]) / (200.0 / SIZE)
    assert np.abs(centre).max() <= 0.25 * SIZE + 0.01
    assert centre.min() < -2
    assert centre.max() > 2


def test_vertical_shift_moves_rows(photo: np.ndarray) -> None:
    changed = _change(photo, shift_vertical=0.25)

    np.testing.assert_allclose(changed[..., 0], photo[..., 0], atol=1e-2)
    assert np.abs(changed[..., 1] - photo[..., 1]).max() > 10


def test_zoom_keeps_the_centre_and_scales_around_it(photo: np.ndarray) -> None:
    changed = _change(photo, zoom=0.5)

    middle = slice(SIZE // 2 - 1, SIZE // 2 + 1)
    np.testing.assert_allclose(changed[:, middle, middle].mean((1, 2)), photo[:, middle, middle].mean((1, 2)), atol=0.1)
    # Within the middle, where nothing is filled in, the slope of the colours is 1 over the zoom: 2/3 to 2.
    slopes = (changed[:, 16, 18, 0] - changed[:, 16, 14, 0]) / (4 * 200.0 / SIZE)
    assert slopes.min() == pytest.approx(0.75, abs=0.1)
    assert 1.2 < slopes.max() <= 2.01


def test_rotation_turns_about_the_centre_without_changing_distances(photo: np.ndarray) -> None:
    changed = _change(photo, rotation=90)

    gradient_x = (changed[:, 16, 18, :2] - changed[:, 16, 14, :2]) / (4 * 200.0 / SIZE)
    np.testing.assert_allclose(np.linalg.norm(gradient_x, axis=-1), 1, atol=0.02)
    angles = np.degrees(np.arctan2(gradient_x[:, 1], gradient_x[:, 0]))
    assert np.abs(angles).max() <= 90.5
    assert np.abs(angles).max() > 45
    assert angles.min() < 0 < angles.max()


def test_shear_slants_and_keeps_rows_in_place(photo: np.ndarray) -> None:
    changed = _change(photo, shear=40)

    np.testing.assert_allclose(changed[..., 1], photo[..., 1], atol=1e-2)
    assert np.abs(changed[:, 4, 16, 0] - photo[:, 4, 16, 0]).max() > 10


def test_brightness_shifts_all_pixels_alike_and_stays_in_range(photo: np.ndarray) -> None:
    changed = _change(photo, brightness=0.1)

    shifts = changed - photo
    np.testing.assert_allclose(shifts, shifts[:, :1, :1, :1].repeat(SIZE, 1).repeat(SIZE, 2).repeat(3, 3), atol=1e-2)
    assert np.abs(shifts).max() <= 0.1 * 255 + 0.01
    assert shifts.min() < -5 < 5 < shifts.max()
    strong = _change(photo, brightness=0.9)
    assert strong.min() == 0
    assert strong.max() == 255


def test_contrast_scales_around_the_mean_of_each_channel(photo: np.ndarray) -> None:
    changed = _change(photo, contrast=0.2)

    means = photo.mean((1, 2), keepdims=True)
    np.testing.assert_allclose(changed.mean((1, 2), keepdims=True), means, atol=1e-2)
    factors = (changed - means)[:, 0, 0, 0] / (photo - means)[:, 0, 0, 0]
    np.testing.assert_allclose(changed - means, (photo - means) * factors[:, None, None, None], atol=1e-2)
    assert 0.8 <= factors.min() < 0.9
    assert 1.1 < factors.max() <= 1.2


def test_crop_shows_a_part_within_the_photo_that_is_large_enough(photo: np.ndarray) -> None:
    smallest = 0.3

    # What would be filled in is black, and nothing of the photo is.
    changed = _change(photo, smallest_crop=smallest, fill_mode="constant")

    assert changed.min() >= photo.min() - 1e-3
    assert changed.max() <= photo.max() + 1e-3
    # The first channel grows with the column, the second with the row: their range tells the sides of the part.
    whole = np.ptp(photo[0, :, :, 0])
    across = (changed[:, 0, -1, 0] - changed[:, 0, 0, 0]) / whole
    down = (changed[:, -1, 0, 1] - changed[:, 0, 0, 1]) / whole
    shares, aspects = across * down, across / down
    assert shares.min() >= smallest - 1e-4
    assert shares.min() < 0.5 < 0.8 < shares.max() <= 1 + 1e-4
    assert aspects.min() >= 3 / 4 - 1e-4
    assert aspects.min() < 0.9 < 1.1 < aspects.max() <= 4 / 3 + 1e-4
    lefts = (changed[:, 0, 0, 0] - photo[0, 0, 0, 0]) / whole
    assert lefts.min() < 0.05
    assert lefts.max() > 0.2


def test_new_kinds_of_change_leave_copies_as_they_were() -> None:
    old = replace(EVERYTHING, flip_vertical=False, contrast=0.0, smallest_crop=1.0)
    dots = np.zeros((2, 5, 5, 3), np.float32)
    dots[:, 2, 2] = 200

    changed = Augmenter(old, 7)(dots, [CopyId(b"a", 1), CopyId(b"b", 2)])

    # As the version made them that knew neither crops, contrast nor the second flip.
    np.testing.assert_allclose(changed[0, 1:3, 2, 0], [24.9, 25.1], atol=0.1)
    np.testing.assert_allclose(
        changed[1, 2:4, :, 0], [[10.7, 24.9, 45.6, 10.7, 10.7], [10.7, 69.4, 140.1, 15.7, 10.7]], atol=0.1
    )


@pytest.mark.parametrize(
    ("fill_mode", "outside"), [("constant", 0.0), ("nearest", 60.0), ("reflect", 60.0), ("wrap", 200.0)]
)
def test_fill_mode_fills_the_space_left_empty(fill_mode: str, outside: float) -> None:
    striped = np.full((len(COPIES), SIZE, SIZE, 3), 60, np.float32)
    striped[:, :, SIZE // 2 :] = 200

    changed = _change(striped, shift_horizontal=0.3, fill_mode=fill_mode)

    # Where the photo was moved to the right, its left edge was filled in.
    moved_right = (changed[:, 16] < 130).sum(axis=1)[:, 0] > 20 if fill_mode != "wrap" else None
    edge = changed[:, 16, 1, 0]
    assert outside in np.round(edge if moved_right is None else edge[moved_right], 1)


def test_copy_follows_from_seed_photo_and_number_alone(photo: np.ndarray) -> None:
    augmenter = Augmenter(EVERYTHING, 1)
    together = augmenter(photo, COPIES)

    np.testing.assert_array_equal(Augmenter(EVERYTHING, 1)(photo, COPIES), together)
    np.testing.assert_allclose(augmenter(photo[:1], COPIES[5:6])[0], together[5], atol=1e-3)
    assert not np.allclose(Augmenter(EVERYTHING, 2)(photo, COPIES)[0], together[0], atol=1)
    assert not np.allclose(together[0], together[1], atol=1)
    assert not np.allclose(augmenter(photo[:1], [CopyId(b"other", 1)])[0], together[0], atol=1)


def test_changing_one_strength_leaves_the_other_changes_alone(photo: np.ndarray) -> None:
    alone = _change(photo, shift_vertical=0.2)
    with_shift = _change(photo, shift_vertical=0.2, shift_horizontal=0.2)

    np.testing.assert_allclose(with_shift[..., 1], alone[..., 1], atol=1e-2)


def test_previews_are_changed_photos_in_order(tmp_path: Path) -> None:
    red = write_jpeg(tmp_path / "red.jpg", colour=(200, 30, 30))
    blue = write_jpeg(tmp_path / "blue.jpg", colour=(30, 30, 200))

    plain = previews([red, blue, red], Augmentation(), 40, 1, JobContext())
    changed = previews([red, red], EVERYTHING, 40, 1, JobContext())

    assert [(picture.width, picture.height, len(picture.rgb)) for picture in plain] == [(40, 40, 4800)] * 3
    np.testing.assert_allclose(np.frombuffer(plain[1].rgb, np.uint8), read_photo(blue, 40).ravel(), atol=1)
    assert plain[0].rgb == plain[2].rgb
    assert changed[0].rgb != changed[1].rgb


def test_previews_name_a_photo_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(PhotoError, match=r"gone\.jpg"):
        previews([tmp_path / "gone.jpg"], EVERYTHING, 40, 1, JobContext())


def test_previews_stop(tmp_path: Path) -> None:
    def stop() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        previews([write_jpeg(tmp_path / "red.jpg")], EVERYTHING, 40, 1, JobContext(checkpoint=stop))
