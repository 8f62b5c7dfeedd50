"""Answers get what the photos' files say of themselves, and photos that cannot be read get nothing."""

from dataclasses import replace
from pathlib import Path

from tests.pictures import write_jpeg
from tests.unit.text.tables.rows import WREN
from tlgui.learning.answers.photo_facts import with_facts


def test_facts_are_those_of_each_photo_in_order(tmp_path: Path) -> None:
    photos = [write_jpeg(tmp_path / f"{number:03}.jpg", 40 + number, 30) for number in range(70)]
    torn = tmp_path / "torn.jpg"
    torn.write_bytes(b"no photo")
    paths = [*photos, torn, tmp_path / "gone.jpg"]

    found = list(with_facts(replace(WREN, path=path, facts=None) for path in paths))

    assert [each.path for each in found] == paths
    assert [each.facts.width for each in found if each.facts is not None] == [40 + number for number in range(70)]
    assert [each.facts for each in found[-2:]] == [None, None]
