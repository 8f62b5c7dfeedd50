import dataclasses
import json
import os
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from tlgui.errors import SettingError
from tlgui.files import write_text
from tlgui.learning.recipes import recipe as recipes
from tlgui.learning.recipes.built_in import BALANCED, BUILT_IN, QUICK, THOROUGH
from tlgui.learning.recipes.recipe import (
    AFTER_HEAD,
    EVERY_EPOCH,
    FORMAT_VERSION,
    FROM_START,
    Augmentation,
    EarlyStopping,
    FineTuning,
    Head,
    Recipe,
    SplitSettings,
    load_recipe,
    recipe_text,
)
from tlgui.learning.recipes.validation import Choices, Limits

GROUPS = (Recipe, Head, EarlyStopping, FineTuning, SplitSettings, Augmentation)


def saved(path: Path, data: object) -> Path:
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


@pytest.mark.parametrize("recipe", BUILT_IN.values(), ids=list(BUILT_IN))
def test_built_in_recipe_survives_saving(tmp_path: Path, recipe: Recipe) -> None:
    path = tmp_path / "recipe.json"
    path.write_text(recipe_text(recipe), encoding="utf-8")

    assert load_recipe(path) == recipe


def test_every_setting_survives_saving(tmp_path: Path) -> None:
    changed = Recipe(
        name="Größe “42” 🎉",
        description="two\nlines",
        backbone="vgg16",
        weights="/somewhere/weights.h5",
        input_size=150,
        preprocessing="0 to 1",
        cut_layer="block4_pool",
        pooling="flatten",
        head=Head(dense_units=300, dropout=0.4, output="sigmoid", feature_dropout=0.2),
        optimizer="rmsprop",
        learning_rate=2e-5,
        momentum=0.5,
        weight_decay=0.01,
        schedule="cosine",
        warm_up=1.5,
        label_smoothing=0.2,
        class_weighting="balanced",
        epochs=50,
        batch_size=16,
        most_batches=100,
        early_stopping=EarlyStopping(
            enabled=False, patience=9, watch="accuracy", keep_best=False, target_accuracy=0.99
        ),
        fine_tuning=FineTuning("sgd", 1e-4, 0.8, 0.01, "constant", 2.0, 3, FROM_START, "block4"),
        split=SplitSettings(validation=0.3, test=0.1, use_own=False),
        augmentation=Augmentation(
            rotation=40.0,
            shift_horizontal=0.2,
            shift_vertical=0.2,
            shear=20.0,
            zoom=0.2,
            flip_horizontal=True,
            brightness=0.1,
            fill_mode="reflect",
            copies=4,
            flip_vertical=True,
            contrast=0.3,
            smallest_crop=0.5,
            when=EVERY_EPOCH,
            keep_photo=False,
        ),
        seed=7,
    )
    for group, default in (
        (changed, Recipe()),
        (changed.head, Head()),
        (changed.early_stopping, EarlyStopping()),
        (changed.fine_tuning, FineTuning()),
        (changed.split, SplitSettings()),
        (changed.augmentation, Augmentation()),
    ):
        for item in dataclasses.fields(group):
            assert getattr(group, item.name) != getattr(default, item.name), f"{item.name} is not changed"
    path = tmp_path / "recipe.json"
    path.write_text(recipe_text(changed), encoding="utf-8")

    assert load_recipe(path) == changed


def test_settings_that_are_not_named_take_their_defaults(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.json", {"tlgui_recipe": 1, "epochs": 3, "head": {"dense_units": 8}})

    assert load_recipe(path) == Recipe(epochs=3, head=Head(dense_units=8))


def test_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("\ufeff" + recipe_text(BALANCED), encoding="utf-8")

    assert load_recipe(path) == BALANCED


@pytest.mark.parametrize(
    "content",
    [b"", b"not json", b"\xff\xfe\x00", b"[" * 200_000, b'{"tlgui_recipe": 1, "epochs": ' + b"9" * 5000 + b"}"],
    ids=["empty", "no json", "no text", "nested too deep", "5000 digits"],
)
def test_file_that_is_not_json_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "holiday.json"
    path.write_bytes(content)

    with pytest.raises(SettingError, match=r"“holiday\.json” cannot be read as a recipe") as caught:
        load_recipe(path)

    assert caught.value.hint


@pytest.mark.parametrize(
    "data", [[], 5, None, {}, {"epochs": 3}, {"tlgui_recipe": "1"}, {"tlgui_recipe": True}, {"tlgui_recipe": 0}]
)
def test_json_that_is_no_recipe_is_refused(tmp_path: Path, data: object) -> None:
    with pytest.raises(SettingError, match=r"“a\.json” is not a recipe"):
        load_recipe(saved(tmp_path / "a.json", data))


def test_recipe_of_a_newer_version_asks_for_an_update_whatever_it_holds(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.json", {"tlgui_recipe": FORMAT_VERSION + 1, "something_new": 1})

    with pytest.raises(SettingError, match="saved by a newer tlgui") as caught:
        load_recipe(path)

    assert "Update" in caught.value.hint


@pytest.mark.parametrize("make", ["missing", "folder"])
def test_file_that_cannot_be_opened_is_named(tmp_path: Path, make: str) -> None:
    path = tmp_path / "a.json"
    if make == "folder":
        path.mkdir()

    with pytest.raises(SettingError, match=r"“a\.json” cannot be opened"):
        load_recipe(path)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"epoch": 3}, "Recipe has no setting “epoch”"),
        ({"early_stopping": {"patients": 3}}, "Early stopping has no setting “patients”"),
        ({"early_stopping": 3}, "Early stopping must be a group of settings; it is “3”"),
        ({"head": None}, "Head must be a group of settings"),
        ({"epochs": True}, "Epochs must be a whole number; it is “True”"),
        ({"epochs": 3.0}, "Epochs must be a whole number; it is “3.0”"),
        ({"epochs": "3"}, "Epochs must be a whole number; it is “3”"),
        ({"epochs": None}, "Epochs must be a whole number"),
        ({"epochs": [3]}, "Epochs must be a whole number"),
        ({"learning_rate": True}, "Learning rate must be a number; it is “True”"),
        ({"learning_rate": float("nan")}, "Learning rate must be from 1e-07 to 10; it is nan"),
        ({"learning_rate": float("inf")}, "Learning rate must be from 1e-07 to 10; it is inf"),
        ({"augmentation": {"flip_horizontal": 1}}, "Flip horizontal must be true or false; it is “1”"),
        ({"augmentation": {"copies": -1}}, "Copies must be from 0 to 50 copies; it is -1"),
        ({"augmentation": {"rotation": 10**400}}, "Rotation must be a number"),
        ({"name": 5}, "Name must be a word; it is “5”"),
        ({"backbone": "vgg17"}, "Backbone must be one of efficientnet-lite0, vgg16.*; it is “vgg17”"),
        ({"seed": 2**31}, "Seed must be from 0 to 2147483647; it is 2147483648"),
        ({"epochs": 10**400}, "Epochs must be from 1 to 10000 epochs; it is a number of more than 15 digits"),
    ],
)
def test_bad_value_in_a_file_is_refused_with_its_rule(tmp_path: Path, data: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingError, match=words):
        load_recipe(saved(tmp_path / "a.json", {"tlgui_recipe": 1, **data}))


def test_message_stays_short_whatever_was_received() -> None:
    with pytest.raises(SettingError) as caught:
        Recipe(pooling="x" * 10_000)

    assert len(caught.value.message) < 200


def test_whole_number_passes_as_a_fraction_and_becomes_one() -> None:
    rotation = Augmentation(rotation=15).rotation

    assert rotation == 15
    assert type(rotation) is float


def _rules() -> list[tuple[type, dataclasses.Field[Any]]]:
    return [(group, item) for group in GROUPS for item in dataclasses.fields(group)]


def test_every_number_has_limits() -> None:
    for group, item in _rules():
        if get_type_hints(group)[item.name] in {int, float}:
            assert isinstance(item.metadata.get("rule"), Limits), f"{group.__name__}.{item.name}"


@pytest.mark.parametrize(("group", "item"), _rules(), ids=lambda value: getattr(value, "name", None))
def test_both_ends_of_a_rule_are_allowed_and_nothing_beyond(group: type, item: dataclasses.Field[Any]) -> None:
    rule = item.metadata.get("rule")
    if isinstance(rule, Limits):
        kind = get_type_hints(group)[item.name]
        for value in (rule.low, rule.high):
            assert getattr(group(**{item.name: kind(value)}), item.name) == value
        step = 1 if kind is int else 1e-8
        for value in (rule.low - step, rule.high + step):
            with pytest.raises(SettingError):
                group(**{item.name: kind(value)})
    elif isinstance(rule, Choices):
        for word in rule.values:
            assert getattr(group(**{item.name: word}), item.name) == word
        with pytest.raises(SettingError):
            group(**{item.name: rule.values[0].upper()})


@pytest.mark.parametrize(
    ("setting", "text", "expected"),
    [
        ("epochs", "5", Recipe(epochs=5)),
        ("learning_rate", "1e-4", Recipe(learning_rate=0.0001)),
        ("learning_rate", "1", Recipe(learning_rate=1.0)),
        ("head.dense_units", "128", Recipe(head=Head(dense_units=128))),
        ("augmentation.flip_horizontal", "True", Recipe(augmentation=Augmentation(flip_horizontal=True))),
        ("split.use_own", "false", Recipe(split=SplitSettings(use_own=False))),
        ("augmentation.fill_mode", "wrap", Recipe(augmentation=Augmentation(fill_mode="wrap"))),
        ("name", "5", Recipe(name="5")),
    ],
)
def test_typed_value_replaces_one_setting(setting: str, text: str, expected: Recipe) -> None:
    assert Recipe().with_value(setting, text) == expected


def test_replacing_a_value_keeps_the_others_and_the_original() -> None:
    replaced = BALANCED.with_value("head.dropout", "0.7")

    assert replaced.head == dataclasses.replace(BALANCED.head, dropout=0.7)
    assert dataclasses.replace(replaced, head=BALANCED.head) == BALANCED
    assert BALANCED.head.dropout == 0.5


@pytest.mark.parametrize(
    ("setting", "text", "words"),
    [
        ("epoch", "5", "There is no setting “epoch”"),
        ("", "5", "There is no setting “”"),
        ("head.", "5", "There is no setting “head.”"),
        ("head.units", "5", "There is no setting “head.units”"),
        ("epochs.more", "5", "There is no setting “epochs.more”"),
        ("with_value", "5", "There is no setting “with_value”"),
        ("head", "5", "“head” is a group of settings"),
        ("epochs", "5.5", "“epochs” must be a whole number; it is “5.5”"),
        ("epochs", "many", "“epochs” must be a whole number"),
        ("learning_rate", "fast", "“learning_rate” must be a number"),
        ("learning_rate", "nan", "Learning rate must be from"),
        ("epochs", "0", "Epochs must be from 1 to 10000 epochs; it is 0"),
        ("split.use_own", "yes", "Use own must be true or false; it is “yes”"),
        ("split.use_own", "1", "Use own must be true or false"),
        ("pooling", "mean", "Pooling must be one of average, max, flatten; it is “mean”"),
    ],
)
def test_typed_value_against_the_rules_is_refused(setting: str, text: str, words: str) -> None:
    with pytest.raises(SettingError, match=words):
        Recipe().with_value(setting, text)


def test_unknown_setting_is_answered_with_those_there_are() -> None:
    with pytest.raises(SettingError) as caught:
        Recipe().with_value("head.units", "5")
    assert caught.value.hint == "Known here: dense_units, dropout, output, feature_dropout."

    with pytest.raises(SettingError) as caught:
        Recipe().with_value("head", "5")
    assert caught.value.hint == "Set one of head.dense_units, head.dropout, head.output, head.feature_dropout."


def test_quick_recipe_needs_nothing_but_what_is_shipped() -> None:
    assert QUICK.backbone == recipes.EMBEDDED_BACKBONE
    assert QUICK.weights == recipes.SHIPPED


def test_recipe_file_begins_with_the_name() -> None:
    assert list(json.loads(recipe_text(QUICK)))[:3] == ["tlgui_recipe", "name", "description"]


def test_recipe_of_the_first_version_reads_as_it_did(tmp_path: Path) -> None:
    first = {"tlgui_recipe": 1, "optimizer": "sgd", "learning_rate": 0.01, "augmentation": {"copies": 2}}

    recipe = load_recipe(saved(tmp_path / "a.json", first))

    assert recipe == Recipe(optimizer="sgd", learning_rate=0.01, augmentation=Augmentation(copies=2))
    assert recipe.is_cached


@pytest.mark.parametrize(
    ("augmentation", "numbers"),
    [
        (Augmentation(), (0,)),
        (Augmentation(copies=2), (0, 1, 2)),
        (Augmentation(copies=2, keep_photo=False), (1, 2)),
        (Augmentation(keep_photo=False), (0,)),
        (Augmentation(copies=2, when=EVERY_EPOCH), (0,)),
    ],
    ids=["none", "beside the photo", "instead of the photo", "no copy to stand in", "every epoch"],
)
def test_versions_of_a_photo_that_are_made_once(augmentation: Augmentation, numbers: tuple[int, ...]) -> None:
    assert augmentation.copy_numbers == numbers


@pytest.mark.parametrize(
    "recipe",
    [Recipe(fine_tuning=FineTuning(when=FROM_START)), Recipe(augmentation=Augmentation(when=EVERY_EPOCH))],
    ids=["trained from the start", "changed in every epoch"],
)
def test_features_that_change_with_each_epoch_are_not_cached(recipe: Recipe) -> None:
    assert not recipe.is_cached
    assert Recipe().is_cached
    assert Recipe(fine_tuning=FineTuning(when=AFTER_HEAD)).is_cached
    assert THOROUGH.is_cached


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("caf\udce9", "caf\\xe9"),
        ("half \ud83d of it", "half \\ud83d of it"),
        ("two\nlines\r\n", "two lines"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("zero\0byte", "zero\\x00byte"),
        ("turned \u202e round", "turned \\u202e round"),
        ("ordinary “ä” 🐦", "ordinary “ä” 🐦"),
    ],
)
def test_name_that_is_no_text_is_set_and_saved_as_it_can_be_shown(typed: str, name: str, tmp_path: Path) -> None:
    recipe = QUICK.with_value("name", typed).with_value("description", typed)

    path = tmp_path / "r.json"
    write_text(path, recipe_text(recipe))

    assert (recipe.name, recipe.description) == (name, name)
    assert load_recipe(path) == recipe


def test_half_a_character_in_a_recipe_file_becomes_a_stand_in(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text('{"tlgui_recipe": 2, "name": "\\ud800", "weights": "/photos/\\udce9.h5"}', encoding="utf-8")

    recipe = load_recipe(path)

    assert recipe.name == "\\ud800"
    assert recipe.weights == "/photos/\udce9.h5"


def test_path_of_weights_keeps_bytes_that_are_no_text(tmp_path: Path) -> None:
    recipe = dataclasses.replace(QUICK, weights="/photos/caf\udce9.h5")
    path = tmp_path / "r.json"

    write_text(path, recipe_text(recipe))

    assert load_recipe(path).weights == "/photos/caf\udce9.h5"


@pytest.mark.parametrize("setting", ["name", "description", "weights", "cut_layer", "fine_tuning.from_block"])
def test_text_longer_than_any_name_is_refused(setting: str) -> None:
    with pytest.raises(SettingError, match=r"at most \d+ characters; it has 100000"):
        QUICK.with_value(setting, "n" * 100_000)


def test_recipe_can_be_named_after_any_file() -> None:
    # A name of 255 bytes, none of which is text.
    assert len(QUICK.with_value("name", "\udcff" * 255).name) == 1020


def test_file_far_too_large_for_a_recipe_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_bytes(b" " * (2**20 + 1))

    with pytest.raises(SettingError, match=r"r\.json.*far too large"):
        load_recipe(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders")
def test_pipe_in_the_place_of_a_recipe_is_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "r.json"
    os.mkfifo(pipe)

    with pytest.raises(SettingError, match="pipe"):
        load_recipe(pipe)
