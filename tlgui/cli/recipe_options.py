"""The recipes that the options `--recipe`, `--set` and `--weights` describe."""

import argparse
import dataclasses
import difflib
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from tlgui import files
from tlgui.errors import SettingError
from tlgui.learning.recipes.built_in import BUILT_IN
from tlgui.learning.recipes.recipe import BACKBONE_IDS, Recipe, load_recipe


def chosen_recipe(name: str, settings: Sequence[tuple[str, str]]) -> Recipe:
    """Return the recipe of `--recipe` with the values of `--set`.

    Args:
        name: The id of a built-in recipe, or the path of a recipe file.
        settings: Paths of settings with their values as typed, such as `("head.dense_units", "128")`.

    Example:
        >>> chosen_recipe("quick", [("head.dense_units", "128")]).head.dense_units
        128

    Raises:
        SettingError: No such recipe or setting, or a value against its rule.
    """
    if name.lower() in BUILT_IN:
        recipe = BUILT_IN[name.lower()]
    elif Path(name).suffix.lower() == ".json":
        recipe = load_recipe(Path(name))
    else:
        close = difflib.get_close_matches(name.lower(), BUILT_IN, 1)
        meant = f"Did you mean “{close[0]}”? " if close else ""
        known = ", ".join(BUILT_IN)
        raise SettingError(f"There is no recipe “{name}”.", f"{meant}Choose one of {known}, or a recipe file (.json).")
    for setting, value in settings:
        try:
            recipe = recipe.with_value(setting, value)
        except SettingError as error:
            error.hint = error.hint or f"“{shlex.join(['tlgui', 'recipes', '--show', name])}” shows every setting."
            raise
    return recipe


def recipe_of(arguments: argparse.Namespace) -> Recipe:
    """Return the recipe of a command that takes one.

    Args:
        arguments: The values of `--recipe`, `--set` and `--weights`.

    Raises:
        SettingError: As `compared_recipes`.
    """
    recipe = chosen_recipe(arguments.recipe, arguments.settings)
    if arguments.weights is None:
        return recipe
    _check_weights_file(arguments.weights)
    return with_weights_file(recipe, {recipe.backbone: arguments.weights})


def compared_recipes(
    names: Sequence[str], settings: Sequence[tuple[str, str]], weights: Sequence[tuple[str, Path]]
) -> tuple[Recipe, ...]:
    """Return the recipes to compare: those named, or all that are built in.

    Args:
        names: Ids of built-in recipes, and paths of recipe files.
        settings: Settings that all of them get, as for `chosen_recipe`.
        weights: Ids of backbones with their weights files.

    Raises:
        SettingError: No such recipe, setting, backbone or file, or a value against its rule.
    """
    for backbone, path in weights:
        if backbone not in BACKBONE_IDS:
            raise SettingError(f"There is no backbone “{backbone}”.", f"Choose one of {', '.join(BACKBONE_IDS)}.")
        _check_weights_file(path)
    chosen = [chosen_recipe(name, settings) for name in names or BUILT_IN]
    return tuple(with_weights_file(recipe, dict(weights)) for recipe in chosen)


def with_weights_file(recipe: Recipe, weights: Mapping[str, Path]) -> Recipe:
    """Return `recipe` with the weights file for its backbone, if there is one.

    Args:
        recipe: The recipe.
        weights: Weights files by the ids of their backbones.
    """
    if (path := weights.get(recipe.backbone)) is None:
        return recipe
    return dataclasses.replace(recipe, weights=str(path.absolute()))


def _check_weights_file(path: Path) -> None:
    if not files.is_file(path):
        raise SettingError(f"The weights file {path} is not there.", "Give another file, or leave --weights out.")
