"""JSON objects from files are read field by field; every message names field and object, the rule and the value."""

import json
import math
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from tlgui.learning.recipes.fields import Fields
from tlgui.learning.recipes.recipe import Head
from tlgui.learning.recipes.validation import FieldError


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def taken(value: Any, take: Callable[[Fields], object]) -> object:  # noqa: ANN401 - anything that JSON holds
    return take(Fields({"a": value}, "thing"))


@pytest.mark.parametrize(
    ("value", "take", "expected"),
    [
        (" as\nit was ", lambda fields: fields.text("a"), " as\nit was "),
        (7, lambda fields: fields.whole("a", 0, 7), 7),
        (7, lambda fields: fields.number("a", 0), 7.0),
        (0.5, lambda fields: fields.measure("a"), 0.5),
        (False, lambda fields: fields.truth("a"), False),
        ("blue", lambda fields: fields.choice("a", Colour), Colour.BLUE),
        ("x", lambda fields: fields.known("a", ("x", "y")), "x"),
        ("2026-01-01T12:00:00", lambda fields: fields.time("a", has_offset=False), "2026-01-01T12:00:00"),
        ("2026-01-01T12:00:00+01:00", lambda fields: fields.time("a", has_offset=True), "2026-01-01T12:00:00+01:00"),
        (["b", "c"], lambda fields: fields.names("a", 2), ("b", "c")),
        ([1, None], lambda fields: fields.items("a", 2), [1, None]),
        ([["b", 1]], lambda fields: fields.rows("a", 2, (str, int)), [["b", 1]]),
        ({"b": "c"}, lambda fields: fields.group("a").texts(), {"b": "c"}),
        ({"dropout": 0.5}, lambda fields: fields.settings("a", Head), Head(dropout=0.5)),
        (None, lambda fields: fields.is_null("a"), True),
    ],
)
def test_value_that_keeps_its_rule_is_returned(
    value: object, take: Callable[[Fields], object], expected: object
) -> None:
    assert taken(value, take) == expected


@pytest.mark.parametrize(
    ("value", "take", "rule"),
    [
        (3, lambda fields: fields.text("a"), "must be a word; it is “3”"),
        ("x" * 5, lambda fields: fields.text("a", 4), "must have at most 4 characters; it has 5"),
        (8, lambda fields: fields.whole("a", 0, 7), "must be from 0 to 7; it is 8"),
        (1.0, lambda fields: fields.whole("a", 0, 7), "must be a whole number; it is “1.0”"),
        (math.inf, lambda fields: fields.number("a"), "must be from -1e+300 to 1e+300; it is inf"),
        (-1, lambda fields: fields.number("a", 0, 1), "must be from 0 to 1; it is -1"),
        ("NaN", lambda fields: fields.measure("a"), "must be a number; it is “NaN”"),
        (1, lambda fields: fields.truth("a"), "must be true or false; it is “1”"),
        ("green", lambda fields: fields.choice("a", Colour), "must be one of red, blue; it is “green”"),
        ("z", lambda fields: fields.known("a", ("x", "y")), "must be one of x, y; it is “z”"),
        ("noon", lambda fields: fields.time("a", has_offset=False), "must be an ISO 8601 time; it is “noon”"),
        (
            "2026-01-01T12:00:00",
            lambda fields: fields.time("a", has_offset=True),
            "must be an ISO 8601 time with its offset; it is “2026-01-01T12:00:00”",
        ),
        ([""], lambda fields: fields.names("a", 2), "must hold names of 1 to 4096 characters; it holds “”"),
        (["b", "b"], lambda fields: fields.names("a", 2), "must hold different names; it holds “b” twice"),
        ([], lambda fields: fields.names("a", 2, fewest=1), "must have at least 1 entries; it has 0"),
        ([1, 2], lambda fields: fields.items("a", 1), "must have at most 1 entries; it has 2"),
        ([["b", True]], lambda fields: fields.rows("a", 1, (str, int)), "must hold rows of a word, a whole number"),
        ([["b"]], lambda fields: fields.rows("a", 1, (str, int)), "it holds “['b']”"),
        ([], lambda fields: fields.group("a"), "must be a group of fields; it is “[]”"),
        ({"dropout": 2.0}, lambda fields: fields.settings("a", Head), "Dropout must be from 0 to 0.9; it is 2"),
        ({"units": 2}, lambda fields: fields.settings("a", Head), "Head has no setting “units”"),
    ],
)
def test_value_against_its_rule_is_refused_with_field_rule_and_value(
    value: object, take: Callable[[Fields], object], rule: str
) -> None:
    with pytest.raises(FieldError) as caught:
        taken(value, take)

    assert str(caught.value).startswith("“a” in “thing” ")
    assert rule in str(caught.value)


def test_missing_field_is_named() -> None:
    with pytest.raises(FieldError, match="“b” in “thing” is missing"):
        taken(1, lambda fields: fields.whole("b", 0, 1))


def test_null_is_no_number_but_an_unknown_measure() -> None:
    assert math.isnan(Fields({"loss": None}, "history").measure("loss"))
    with pytest.raises(FieldError, match="“loss” in “history” is missing"):
        Fields({}, "history").measure("loss")


@pytest.mark.parametrize("data", [None, [], "text", 3])
def test_what_is_no_object_has_no_fields(data: object) -> None:
    with pytest.raises(FieldError, match="“thing” must be a group of fields"):
        Fields(data, "thing")


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b" " * 101, b"9" * 5000])
def test_file_without_an_object_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "run.json").write_bytes(content)

    with pytest.raises(FieldError, match=r"“run\.json” cannot be read"):
        Fields.read(tmp_path / "run.json", 100, "run")


def test_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(json.dumps({"name": "Quick"}))

    assert Fields.read(tmp_path / "run.json", 100, "run").text("name") == "Quick"
    with pytest.raises(FieldError, match=r"“gone\.json” cannot be read: it is not there"):
        Fields.read(tmp_path / "gone.json", 100, "run")
