"""The recipe Best takes the smaller backbone for small photos, and no other recipe changes."""

from dataclasses import replace
from pathlib import Path

import pytest

from tlgui.learning.backbones.catalog import BACKBONE_TITLES
from tlgui.learning.backbones.photo_sizes import for_photos
from tlgui.learning.recipes.built_in import BEST, BUILT_IN
from tlgui.learning.recipes.recipe import (
    EMBEDDED_BACKBONE,
    LARGER_BACKBONE,
    NO_WEIGHTS,
    SAME_BACKBONE,
    SHIPPED_BACKBONES,
    Recipe,
)
from tlgui.photos.collection import Collection


def _collection(short_side: int) -> Collection:
    return Collection(Path("/photos"), (), short_side=short_side)


@pytest.mark.parametrize("short_side", [260, 300, 3024])
def test_large_photos_keep_the_larger_backbone(short_side: int) -> None:
    assert (BEST.backbone, BEST.input_size) == (LARGER_BACKBONE, 260)
    assert for_photos(BEST, _collection(short_side)) == BEST


@pytest.mark.parametrize("short_side", [28, 128, 259])
def test_small_photos_get_the_smaller_backbone_and_its_input(short_side: int) -> None:
    fitted = for_photos(BEST, _collection(short_side))

    assert fitted == replace(BEST, backbone=EMBEDDED_BACKBONE, input_size=224)
    assert for_photos(fitted, _collection(short_side)) == fitted


def test_unknown_sizes_keep_the_larger_backbone() -> None:
    assert for_photos(BEST, _collection(0)) == BEST


def test_input_of_the_users_is_what_photos_are_held_against() -> None:
    smaller, larger = replace(BEST, input_size=160), replace(BEST, input_size=320)

    assert for_photos(smaller, _collection(200)) == smaller
    assert for_photos(smaller, _collection(120)).input_size == 160
    assert for_photos(larger, _collection(300)).backbone == EMBEDDED_BACKBONE


@pytest.mark.parametrize(
    "recipe",
    [
        *(recipe for recipe in BUILT_IN.values() if recipe is not BEST),
        replace(BEST, small_photos=SAME_BACKBONE),
        replace(BEST, weights=NO_WEIGHTS),
        replace(BEST, weights="/home/me/lite2.h5"),
        Recipe(backbone="vgg16", small_photos=BEST.small_photos),
    ],
    ids=lambda recipe: f"{recipe.name} {recipe.weights} {recipe.small_photos}",
)
def test_every_other_recipe_keeps_its_backbone(recipe: Recipe) -> None:
    assert for_photos(recipe, _collection(28)) == recipe


def test_blocks_have_the_same_names_in_both_backbones() -> None:
    names = [[name for name, _layer in BACKBONE_TITLES[backbone].blocks] for backbone in SHIPPED_BACKBONES]

    assert names[0] == names[1]
