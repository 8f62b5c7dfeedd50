"""The example says where a photo goes, and what is wrong with a pattern while it is typed."""

from pathlib import Path

import pytest

from tlgui.photos.sorting.pattern import pattern_problem
from tlgui.ui.predict.sort_choices import CHOICES, ExamplePhoto, example_line

# The 6th of May 2024.
PHOTO = ExamplePhoto(Path("/card/IMG_1.JPG"), "wren", 0.93, 1714979289.0)


def test_ready_patterns_are_right() -> None:
    assert [pattern_problem(choice.pattern) for choice in CHOICES] == [""] * len(CHOICES)


@pytest.mark.parametrize(
    ("pattern", "place"),
    [
        ("{class}/{name}", "sorted ▸ wren ▸ IMG_1.JPG"),
        ("{class}/{year}/{month}/{name}", "sorted ▸ wren ▸ 2024 ▸ 05 ▸ IMG_1.JPG"),
        ("{class}/{certainty}/{name}", "sorted ▸ wren ▸ 90-99 ▸ IMG_1.JPG"),
        ("{year} {class}/{certainty} {name}", "sorted ▸ 2024 wren ▸ 93 IMG_1.JPG"),
    ],
)
def test_example_says_where_a_photo_goes(pattern: str, place: str) -> None:
    assert example_line(pattern, Path("/x/sorted"), PHOTO) == f"For example: IMG_1.JPG goes to {place}"


@pytest.mark.parametrize(("name", "folder"), [("gull/tern", "gull_tern"), ("CON", "CON_"), ("..", "_")])
def test_class_with_a_name_that_no_folder_can_have_gets_the_nearest_one(name: str, folder: str) -> None:
    line = example_line("{class}/{name}", Path("/x/sorted"), ExamplePhoto(Path("a.jpg"), name))
    assert line == f"For example: a.jpg goes to sorted ▸ {folder} ▸ a.jpg"


def test_wrong_pattern_is_told_instead() -> None:
    assert "“{klass}” is not known" in example_line("{klass}/{name}", Path("/x/sorted"), PHOTO)


def test_photo_without_a_date_has_an_example_too() -> None:
    assert "▸ wren ▸ 20" in example_line("{class}/{year}/{name}", Path("/x/s"), ExamplePhoto(Path("a.jpg"), "wren"))
