"""A pattern says where photos go, and a wrong one is explained."""

from datetime import UTC, datetime

import pytest

from tlgui.photos.sorting.pattern import Filling, date_of, folders_and_name, pattern_problem

WREN = Filling("wren", True, "IMG_1", 0.29, datetime(2024, 5, 7, tzinfo=UTC))  # noqa: FBT003
UNSURE = Filling("not sure", False, "IMG_1", 1.0)  # noqa: FBT003


@pytest.mark.parametrize(
    ("pattern", "named", "unnamed"),
    [
        ("{class}/{name}", "wren/IMG_1", "not sure/IMG_1"),
        ("{class}", "wren/IMG_1", "not sure/IMG_1"),
        ("{class}/{year}/{month}/{name}", "wren/2024/05/IMG_1", "not sure/no date/no date/IMG_1"),
        ("{year}/{name}", "2024/IMG_1", "not sure/no date/IMG_1"),
        ("{name}", "IMG_1", "not sure/IMG_1"),
        ("{class}/{certainty}", "wren/20-29/IMG_1", "not sure/100/IMG_1"),
        ("birds {year}/{class} {certainty} {name}", "birds 2024/wren 29 IMG_1", "birds no date/not sure 100 IMG_1"),
    ],
)
def test_pattern_is_filled(pattern: str, named: str, unnamed: str) -> None:
    assert pattern_problem(pattern) == ""
    for filling, place in ((WREN, named), (UNSURE, unnamed)):
        folders, name = folders_and_name(pattern, filling)
        assert "/".join([*folders, name]) == place


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("{klass}/{name}", "“{klass}” is not known"),
        ("{class/{name}", "A brace"),
        ("{class}}/{name}", "A brace"),
        ("/{class}/{name}", "empty part"),
        ("{class}//{name}", "empty part"),
        ("", "empty part"),
        ("{class}/", "empty part"),
        ("{name}/{class}", "last part"),
        ("../{name}", "dots alone"),
        ("{class}/../{name}", "dots alone"),
        ("C:/{name}", "“:”"),
        ("{class}\\{name}", "“\\”"),
        ("CON/{name}", "Windows"),
        ("{class}./{name}", "dot"),
        ("{}/{name}", "“{}” is not known"),
    ],
)
def test_wrong_pattern_is_explained(pattern: str, words: str) -> None:
    problem = pattern_problem(pattern)
    assert words in problem
    assert problem.endswith(".")


def test_long_names_are_shortened_and_impossible_times_are_no_date() -> None:
    long = Filling("ä" * 120, True, "y" * 250, 1.0)  # noqa: FBT003
    folders, name = folders_and_name("{class} {class}/{class}-{name}", long)
    assert all(len(part.encode()) <= 255 for part in (*folders, name))
    assert folders_and_name("{class}/{name}", long)[1] == "y" * 250
    assert date_of(1e20) is None
