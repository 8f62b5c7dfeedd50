"""Class names of any kind become folder names that every system takes, and no two of them become one folder."""

import unicodedata

import pytest

from tlgui.photos.folder_names import MOST_NAME_BYTES, folded, folder_names, name_problem, safe_name

ODD = (
    *("wren/robin", "..", ".", ".hidden", "CON", "con.txt", "LPT1", "aux .x", "wren.", "wren ", "wren. .", "a:b?"),
    *("", "   ", "\u200b", "line\nbreak", "\x1b[31m", "Thumbs.db", "ä" * 200, "😀" * 90, "x" * 300, "\udce9t\udce9"),
    *("a\\b", "COM¹", "conin$", "." * 300, " lead", "*"),
)


@pytest.mark.parametrize("name", ODD)
def test_every_name_becomes_one_that_is_taken_everywhere(name: str) -> None:
    safe = safe_name(name)

    assert name_problem(safe) == ""
    assert safe_name(safe) == safe
    assert len(safe.encode()) <= MOST_NAME_BYTES


@pytest.mark.parametrize("name", ["wren", "C++", "great tit (male) ♂", "Étourneau", "v1.5", "conifer", "_"])
def test_good_name_stays(name: str) -> None:
    assert safe_name(name) == name


def test_names_that_are_one_folder_somewhere_get_numbers() -> None:
    composed, decomposed = "Étourneau", unicodedata.normalize("NFD", "Étourneau")
    names = ("Wren", "wren", "WREN", "a/b", "a:b", "wren 2", composed, decomposed, "x" * 300, "x" * 301)

    found = folder_names(names)

    assert found["Wren"] == "Wren"
    assert found["wren"] == "wren 2"
    assert set(found) == set(names)
    assert len({folded(name) for name in found.values()}) == len(names)
    assert all(name_problem(name) == "" for name in found.values())
