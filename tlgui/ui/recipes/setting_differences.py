"""The differences between recipes, with the labels of the form."""

from collections.abc import Sequence
from typing import NamedTuple

from tlgui.learning.recipes.recipe import Recipe
from tlgui.ui.recipes.setting_values import is_used, recipe_value, value_in_words
from tlgui.ui.recipes.setting_words import AUGMENTATION, SETTINGS, setting_name

NOT_USED = "not used"
# Augmentation settings with the default value change no photo.
_UNCHANGED = Recipe()
_AMOUNTS = frozenset(AUGMENTATION) - {f"augmentation.{name}" for name in ("when", "copies", "keep_photo", "fill_mode")}


class Difference(NamedTuple):
    """One setting that differs between recipes.

    Args:
        label: Its label.
        values: Its value in each recipe, in words; `NOT_USED` where the recipe does not use it.
    """

    label: str
    values: tuple[str, ...]


def differences(recipes: Sequence[Recipe]) -> tuple[Difference, ...]:
    """Return the settings in which `recipes` differ, in the order of the form.

    The names of the recipes are not compared. A setting that no recipe uses, such as the patience without early
    stopping, is no difference.

    Args:
        recipes: The recipes to compare.
    """
    rows = (Difference(setting_name(path), tuple(_value(recipe, path) for recipe in recipes)) for path in SETTINGS)
    return tuple(row for row in rows if len(set(row.values)) > 1)


def _value(recipe: Recipe, path: str) -> str:
    is_neutral = path in _AMOUNTS and recipe_value(recipe, path) == recipe_value(_UNCHANGED, path)
    return value_in_words(recipe, path) if is_used(recipe, path) and not is_neutral else NOT_USED
