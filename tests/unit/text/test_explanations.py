"""Where a model looked is said by thirds of the photo."""

from pathlib import Path

import pytest

from tlgui.learning.results import Explanation
from tlgui.text.explanations import explanation_in_words, place_in_words


def explanation(rows: list[str]) -> Explanation:
    """Return the grid that is drawn with digits from 0 to 9."""
    values = tuple(int(digit) / 9 for row in rows for digit in row)
    return Explanation(Path("a.jpg"), "robin", 0.9321, len(rows), len(rows[0]), values)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (["0000000", "0000000", "0000000", "0000000", "4200000", "9500000", "7300000"], "mostly the lower left"),
        (["0000597", "0000269", "0000012", "0000000", "0000000", "0000000", "0000000"], "mostly the upper right"),
        (["000", "090", "000"], "mostly the middle"),
        (["00000", "01110", "02920", "01110", "00000"], "mostly the middle"),
        (["999", "111", "000"], "mostly the upper part"),
        (["0000", "0000", "9999", "9999"], "mostly the lower part"),
        (["009", "009", "009"], "mostly the right side"),
        (["090", "090", "090"], "mostly the middle, from top to bottom"),
        (["000", "999", "000"], "mostly a band across the middle"),
        (["999", "999", "999"], "all over the photo"),
        (["909", "000", "909"], "all over the photo"),
        # Weak places everywhere do not hide the one that counts.
        (["2222222", "2222222", "2222222", "2222222", "2222222", "2222298", "2222289"], "mostly the lower right"),
        (["07", "00"], "mostly the upper right"),
    ],
)
def test_place_is_named_by_thirds(rows: list[str], words: str) -> None:
    assert place_in_words(explanation(rows)) == words


def test_sentence_names_the_class_and_its_share() -> None:
    assert explanation_in_words(explanation(["900", "000", "000"])) == (
        "The model in use says “robin”, 93.2 % sure. It looked at: mostly the upper left."
    )
    assert (
        explanation_in_words(explanation(["000", "000"]))
        == "The model in use says “robin”, 93.2 % sure. No single place speaks for it."
    )
