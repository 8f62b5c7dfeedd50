"""Values are checked against their rules, and messages state the rule and the value."""

import dataclasses
from typing import Any, get_type_hints

import pytest

from tlgui.errors import SettingError
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.recipes.recipe import (
    Augmentation,
    EarlyStopping,
    FineTuning,
    Head,
    Recipe,
    SplitSettings,
)
from tlgui.learning.recipes.validation import Choices, FieldError, Limits, Text, check_value

GROUPS = (Recipe, Head, EarlyStopping, FineTuning, SplitSettings, Augmentation)


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
        ({"augmentation": {"copies": -1}}, "Copies must be from 0 to 50; it is -1"),
        ({"augmentation": {"rotation": 10**400}}, "Rotation must be a number"),
        ({"name": 5}, "Name must be a word; it is “5”"),
        (
            {"backbone": "vgg17"},
            "Backbone must be one of efficientnet-lite0, efficientnet-lite2, vgg16.*; it is “vgg17”",
        ),
        ({"seed": 2**31}, "Seed must be from 0 to 2147483647; it is 2147483648"),
        ({"epochs": 10**400}, "Epochs must be from 1 to 10000 epochs; it is a number of more than 15 digits"),
    ],
)
def test_value_against_its_rule_is_refused_with_the_rule_and_the_value(data: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingError, match=words):
        Recipe.from_json(data)


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


@pytest.mark.parametrize("setting", ["name", "description", "weights", "cut_layer", "fine_tuning.from_block"])
def test_text_longer_than_any_name_is_refused(setting: str) -> None:
    with pytest.raises(SettingError, match=r"at most \d+ characters; it has 100000"):
        QUICK.with_value(setting, "n" * 100_000)


@pytest.mark.parametrize(
    ("value", "kind", "rule", "message"),
    [
        (4, int, Limits(5, 9, "photos"), "Size must be from 5 to 9 photos; it is 4"),
        (True, int, Limits(0, 9), "Size must be a whole number; it is “True”"),
        (float("nan"), float, Limits(0, 1), "Size must be from 0 to 1; it is nan"),
        ("big", str, Choices(("small", "large")), "Size must be one of small, large; it is “big”"),
        ("x" * 9, str, Text(8), "Size must have at most 8 characters; it has 9"),
        ([], dict, None, "Size must be a group of fields; it is “[]”"),
        (1, list, None, "Size must be a list; it is “1”"),
        pytest.param(10**5000, str, None, "Size must be a word; it is “a number of more than 15 digits”", id="huge"),
    ],
)
def test_refusal_states_the_rule_and_the_value(
    value: object, kind: type, rule: Limits | Choices | Text | None, message: str
) -> None:
    with pytest.raises(FieldError) as caught:
        check_value(value, kind, rule, "Size")

    assert str(caught.value) == message


def test_verbatim_text_is_kept_as_received() -> None:
    typed = " two\nlines \udcff"

    assert check_value(typed, str, Text(20, is_verbatim=True), "Name") == typed
    assert check_value(typed, str, Text(20), "Name") == "two lines \\xff"
