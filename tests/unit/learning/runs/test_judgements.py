"""The judgements of a run are read as they were written, and a file that breaks a rule is refused as a whole."""

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tlgui.errors import StorageError
from tlgui.learning.runs.judgements import read_judgements, write_judgements
from tlgui.learning.trust import JudgedBy, PhotoJudgement

JUDGEMENTS = (
    PhotoJudgement("robin/1.jpg", "ab" * 32, "robin", "robin", 0.75, 0.75, JudgedBy.OUT_OF_FOLD),
    PhotoJudgement("wren/2.jpg", "", "wren", "robin", 1.0, 0.0, JudgedBy.VALIDATION, 0.25),
    PhotoJudgement("wren/\udcff.jpg", "", "wren", "dunnock", 0.5, 0.4, JudgedBy.TEST),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "judgements.json.gz"
    write_judgements(path, JUDGEMENTS)
    return path


def test_judgements_are_read_as_they_were_written(path: Path) -> None:
    assert read_judgements(path) == JUDGEMENTS


def test_no_judgements_are_written_and_read(path: Path) -> None:
    write_judgements(path, ())
    assert read_judgements(path) == ()


def test_the_same_judgements_give_the_same_file(path: Path) -> None:
    before = path.read_bytes()
    write_judgements(path, JUDGEMENTS)
    assert path.read_bytes() == before


def test_a_run_of_an_earlier_version_has_none(tmp_path: Path) -> None:
    assert read_judgements(tmp_path / "missing") == ()


def test_a_file_that_is_cut_off_has_none(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-12])
    assert read_judgements(path) == ()


def test_a_file_that_unpacks_to_too_much_has_none(path: Path) -> None:
    path.write_bytes(gzip.compress(b" " * (129 << 20)))
    assert read_judgements(path) == ()


def _set(field: str, value: object) -> Callable[[dict[str, Any]], None]:
    return lambda listed: listed.update({field: value})


def _put(field: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(listed: dict[str, Any]) -> None:
        listed[field][1] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        _set("format_version", 2),
        _set("places", ["a"]),
        _set("digests", ["", ""]),
        _set("kinds", ["test", "guessed"]),
        _set("probabilities", None),
        _put("places", 5),
        _put("places", "x" * 5000),
        _put("digests", "AB" * 32),
        _put("digests", "ab"),
        _put("class_numbers", 3),
        _put("class_numbers", -1),
        _put("class_numbers", value=True),
        _put("named_numbers", 1.0),
        _put("named_numbers", 10**30),
        _put("probabilities", 1.5),
        _put("probabilities", float("nan")),
        _put("probabilities", "0.5"),
        _put("own_probabilities", -0.1),
        _put("judged_by", 3),
        _put("mislabelled", 1.5),
        _put("mislabelled", "0.5"),
        _set("mislabelled", [None]),
        lambda listed: listed.pop("probabilities"),
    ],
)
def test_a_file_that_breaks_a_rule_has_none(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    listed = json.loads(gzip.decompress(path.read_bytes()))
    change(listed)
    path.write_bytes(gzip.compress(json.dumps(listed).encode()))
    assert read_judgements(path) == ()


def test_a_column_that_is_not_known_is_passed_over(path: Path) -> None:
    listed = json.loads(gzip.decompress(path.read_bytes()))
    listed["distances"] = [None, 0.5, None]
    path.write_bytes(gzip.compress(json.dumps(listed).encode()))
    assert read_judgements(path) == JUDGEMENTS


def test_a_file_of_an_earlier_version_does_not_tell_how_probable_a_wrong_class_is(path: Path) -> None:
    listed = json.loads(gzip.decompress(path.read_bytes()))
    del listed["mislabelled"]
    path.write_bytes(gzip.compress(json.dumps(listed).encode()))
    assert read_judgements(path) == tuple(replace(each, mislabelled=None) for each in JUDGEMENTS)


def test_a_disk_that_refuses_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        write_judgements(tmp_path / "missing" / "judgements.json.gz", JUDGEMENTS)
