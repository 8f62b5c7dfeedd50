"""Access to the settings of a recipe by path: value, rule, whether it is used, and the value in words."""

import dataclasses
import functools
from pathlib import Path
from typing import Any, get_type_hints

from tlgui.learning.backbones.catalog import BACKBONE_TITLES
from tlgui.learning.backbones.photo_sizes import has_smaller
from tlgui.learning.recipes.recipe import (
    AFTER_HEAD,
    COPIES,
    DOWNLOAD,
    EVERY_EPOCH,
    NEVER,
    NO_WEIGHTS,
    SHIPPED,
    Augmentation,
    FineTuning,
    Recipe,
)
from tlgui.learning.recipes.validation import Choices, Limits
from tlgui.photos.names import shown_name
from tlgui.ui.recipes.setting_words import SETTINGS

PERCENT = 100.0
_WEIGHTS = {SHIPPED: "come with tlgui", DOWNLOAD: "from the internet", NO_WEIGHTS: "none (random numbers)"}
_LEAVES_SPACE = ("rotation", "shift_horizontal", "shift_vertical", "shear", "zoom")


def recipe_value(recipe: Recipe, path: str) -> Any:  # noqa: ANN401 - settings are of four types
    """Return the setting at `path`, such as `"head.dense_units"`."""
    value: Any = recipe
    for name in path.split("."):
        value = getattr(value, name)
    return value


def with_setting(recipe: Recipe, path: str, value: Any) -> Recipe:  # noqa: ANN401 - settings are of four types
    """Return a copy of `recipe` with the setting at `path` replaced.

    Raises:
        SettingError: The value is against the setting's rule.
    """
    group, _, name = path.rpartition(".")
    if not group:
        return dataclasses.replace(recipe, **{name: value})
    changed = dataclasses.replace(recipe_value(recipe, group), **{name: value})
    return with_setting(recipe, group, changed)


@functools.cache
def setting_rule(path: str) -> tuple[type, Limits | Choices | None]:
    """Return the type of the setting at `path`, and the rule in the metadata of its field."""
    owner: type = Recipe
    *groups, name = path.split(".")
    for group in groups:
        owner = get_type_hints(owner)[group]
    item = next(item for item in dataclasses.fields(owner) if item.name == name)
    return get_type_hints(owner)[name], item.metadata.get("rule")


def is_share(path: str) -> bool:
    """Return whether the setting at `path` is a share of 0 to 1, shown as a percentage."""
    _, rule = setting_rule(path)
    return isinstance(rule, Limits) and not rule.unit and rule.high <= 1 and SETTINGS[path].is_share


def is_used(recipe: Recipe, path: str) -> bool:
    """Return whether the setting at `path` has an effect, given the other settings of `recipe`."""
    group, _, name = path.rpartition(".")
    if group == "augmentation":
        return _is_augmentation_used(recipe.augmentation, name)
    if group == "fine_tuning":
        return _is_fine_tuning_used(recipe.fine_tuning, name)
    if path in {"momentum", "weight_decay"}:
        return _has(recipe.optimizer, name)
    if path == "small_photos":
        return has_smaller(recipe)
    if path == "head.feature_dropout":
        return recipe.head.dense_units > 0
    if path == "early_stopping.patience":
        return recipe.early_stopping.enabled
    if path == "early_stopping.watch":
        return recipe.early_stopping.enabled or recipe.early_stopping.keep_best
    return True


def is_offered(recipe: Recipe, path: str) -> bool:
    """Return whether the setting at `path` can be changed on the form, given the other settings of `recipe`.

    Augmentation settings can be changed while no copies are made, because the previews show their effect.
    """
    if path.startswith("augmentation.") and path not in {"augmentation.copies", "augmentation.keep_photo"}:
        return is_used(with_setting(recipe, "augmentation.when", EVERY_EPOCH), path)
    return is_used(recipe, path)


def changes_photos(augmentation: Augmentation) -> bool:
    """Return whether a training uses augmented photos."""
    return augmentation.when == EVERY_EPOCH or augmentation.copies > 0


def value_in_words(recipe: Recipe, path: str) -> str:
    """Return the value of the setting at `path` in words, such as “20 %” or “validation loss”."""
    value = recipe_value(recipe, path)
    words = SETTINGS[path]
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return _number_in_words(path, value)
    if path == "backbone":
        return BACKBONE_TITLES[value].title
    if path == "weights":
        return weights_in_words(value)
    return words.choices.get(value, value)


def is_weights_file(weights: str) -> bool:
    """Return whether the weights of a recipe are a file of the user."""
    return weights not in _WEIGHTS


def weights_in_words(weights: str) -> str:
    """Return the source of the weights of a recipe, in a few words."""
    return _WEIGHTS.get(weights) or shown_name(Path(weights))


def _number_in_words(path: str, value: float) -> str:
    words, (_, rule) = SETTINGS[path], setting_rule(path)
    assert isinstance(rule, Limits)
    if value == rule.low and words.lowest:
        return words.lowest
    if value == rule.high and words.highest:
        return words.highest
    if is_share(path):
        return f"{value * PERCENT:g} %"
    number = f"{value:,}" if isinstance(value, int) else f"{value:g}"
    if path == "seed":
        return str(value)
    if rule.unit == "degrees":
        return f"{number}°"
    return f"{number} {unit_of(rule.unit, value)}".strip()


def unit_of(unit: str, number: float) -> str:
    """Return the unit of a number, in the singular where the number is 1."""
    if number != 1:
        return unit
    return unit.removesuffix("es" if unit.endswith("ches") else "s")


def _is_augmentation_used(augmentation: Augmentation, name: str) -> bool:
    if name == "when":
        return True
    if name == "copies":
        return augmentation.when == COPIES
    if name == "keep_photo":
        return augmentation.when == COPIES and augmentation.copies > 0
    if not changes_photos(augmentation):
        return False
    return name != "fill_mode" or any(getattr(augmentation, change) for change in _LEAVES_SPACE)


def _is_fine_tuning_used(tuning: FineTuning, name: str) -> bool:
    if name == "when":
        return True
    if name == "from_block":
        return tuning.when != NEVER
    # From the start, the optimizer of the recipe itself trains backbone and head together.
    return tuning.when == AFTER_HEAD and (name not in {"momentum", "weight_decay"} or _has(tuning.optimizer, name))


def _has(optimizer: str, name: str) -> bool:
    return optimizer in ({"sgd"} if name == "momentum" else {"adamw", "sgd"})
