"""Numbers in words claim neither more nor less than they are."""

import pytest

from tlgui.learning.results import StopReason
from tlgui.text.numbers import (
    count,
    duration_in_words,
    percent,
    size_in_words,
    stop_reason_in_words,
    whole_percent,
)


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.0, "0.0 %"), (0.00001, "0.1 %"), (0.8659, "86.6 %"), (0.99999, "99.9 %"), (1.0, "100.0 %")],
)
def test_percent_keeps_all_and_none_for_what_is_all_and_none(share: float, words: str) -> None:
    assert percent(share) == words


def test_only_all_is_a_hundred_per_cent_without_decimals() -> None:
    shares = (1.0, 0.9999, 0.874, 0.0004, 0.0)
    assert [whole_percent(share) for share in shares] == ["100 %", "99 %", "87 %", "1 %", "0 %"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "a few seconds"),
        (4.9, "a few seconds"),
        (23.0, "about 25 seconds"),
        (59.0, "about 1 minute"),
        (119.0, "about 2 minutes"),
        (3599.0, "about 1 hour"),
        (5400.0, "about 1 hour 30 minutes"),
        (7 * 3600.0 + 590, "about 7 hours 10 minutes"),
        (12 * 3600.0 + 1200, "about 12 hours"),
        (47.9 * 3600.0, "about 2 days"),
        (5 * 86400.0, "about 5 days"),
        (float("inf"), "unknown"),
        (float("nan"), "unknown"),
    ],
)
def test_duration_is_said_as_people_say_it(seconds: float, words: str) -> None:
    assert duration_in_words(seconds) == words


@pytest.mark.parametrize(
    ("word", "number", "words"),
    [
        ("photo", 1, "1 photo"),
        ("photo", 4317, "4,317 photos"),
        ("class", 2, "2 classes"),
        ("near copy", 3, "3 near copies"),
        ("file", 0, "0 files"),
    ],
)
def test_count_has_the_right_noun(word: str, number: int, words: str) -> None:
    assert count(word, number) == words


@pytest.mark.parametrize(
    ("size", "words"), [(12, "12 bytes"), (999_600, "1.0 MB"), (14_200_000, "14.2 MB"), (3_600_000_000, "3.6 GB")]
)
def test_size_has_a_unit_that_fits(size: int, words: str) -> None:
    assert size_in_words(size) == words


def test_every_reason_to_stop_has_words() -> None:
    sentences = {stop_reason_in_words(reason, 1) for reason in StopReason}

    assert len(sentences) == len(StopReason)
    assert all("after 1 epoch" in sentence and "1 epochs" not in sentence for sentence in sentences)
