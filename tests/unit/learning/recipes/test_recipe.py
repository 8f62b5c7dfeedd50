import dataclasses
import json
import os
from pathlib import Path

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
        small_photos="smaller backbone",
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
