"""A recipe is what `--recipe`, `--set` and `--weights` say; what they get wrong is explained."""

import dataclasses
from pathlib import Path

import pytest

from tlgui.cli.recipe_options import chosen_recipe, compared_recipes, with_weights_file
from tlgui.errors import SettingError
from tlgui.learning.recipes.built_in import BALANCED, BUILT_IN, QUICK, VGG16_FROZEN
from tlgui.learning.recipes.recipe import Recipe, recipe_text


def test_recipe_is_found_by_name_and_changed_by_settings() -> None:
    recipe = chosen_recipe("Balanced", [("head.dense_units", "128"), ("epochs", "5")])

    assert (recipe.name, recipe.head.dense_units, recipe.epochs) == ("Better", 128, 5)
    assert recipe.head.dropout == BALANCED.head.dropout


def test_recipe_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(recipe_text(QUICK.with_value("epochs", "7")), encoding="utf-8")

    assert chosen_recipe(str(path), []).epochs == 7


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        ("quik", [], "quik"),
        ("quick", [("head.sense_units", "1")], "head.sense_units"),
        ("quick", [("epochs", "many")], "epochs"),
        ("quick", [("epochs", "0")], "from 1 to"),
    ],
)
def test_recipe_that_is_wrong_is_told_with_a_hint(name: str, settings: list[tuple[str, str]], words: str) -> None:
    with pytest.raises(SettingError, match=words) as caught:
        chosen_recipe(name, settings)

    assert caught.value.hint


def test_name_with_a_byte_that_is_no_text_is_taken_as_it_can_be_shown() -> None:
    assert chosen_recipe("quick", [("name", "caf\udce9\x1b")]).name == "caf\\xe9\\x1b"


def test_recipes_to_compare_are_all_unless_some_are_named(tmp_path: Path) -> None:
    weights = tmp_path / "vgg16.h5"
    weights.touch()

    every = compared_recipes([], [("seed", "7")], [("vgg16", weights)])
    named = compared_recipes(["balanced", "quick"], [], [])

    assert [recipe.name for recipe in every] == [recipe.name for recipe in BUILT_IN.values()]
    assert {recipe.seed for recipe in every} == {7}
    assert {recipe.weights for recipe in every if recipe.backbone == "vgg16"} == {str(weights)}
    assert named == (BALANCED, QUICK)


def test_recipe_whose_name_is_mistyped_is_guessed() -> None:
    with pytest.raises(SettingError) as caught:
        chosen_recipe("ballanced", [])

    assert caught.value.hint.startswith("Did you mean “balanced”?")


@pytest.mark.parametrize(("recipe", "weights"), [(VGG16_FROZEN, "vgg16.h5"), (QUICK, QUICK.weights)])
def test_weights_file_goes_to_its_backbone(recipe: Recipe, weights: str) -> None:
    given = with_weights_file(recipe, {"vgg16": Path("vgg16.h5")})

    assert given == dataclasses.replace(recipe, weights=str(Path(weights).absolute()) if "." in weights else weights)
