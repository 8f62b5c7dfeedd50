"""Numbers in words claim neither more nor less than they are."""

import pytest

from tlgui.learning.results import Evaluation, Interval, StopReason
from tlgui.text.numbers import (
    accuracy_in_words,
    count,
    duration_in_words,
    percent,
    size_in_words,
    stop_reason_in_words,
)


def evaluation(accuracy: float, low: float, high: float, photo_count: int = 100) -> Evaluation:
    return Evaluation(None, photo_count, accuracy, Interval(low, high), 0.5, (), ())


@pytest.mark.parametrize(
    ("accuracy", "low", "high", "words"),
    [
        (0.866, 0.8312, 0.8955, "About 9 in 10 right (86.6 %, between 83 and 90)"),
        (1.0, 0.9, 1.0, "All right (100.0 %, between 90 and 100)"),
        (0.9996, 0.99, 0.9999, "More than 99 in 100 right (99.9 %, between 99 and 100)"),
        (0.97, 0.95, 0.98, "About 97 in 100 right (97.0 %, between 95 and 98)"),
        (0.5, 0.29, 0.71, "About 5 in 10 right (50.0 %, between 29 and 71)"),
        (0.05, 0.01, 0.1, "About 1 in 10 right (5.0 %, between 1 and 10)"),
        (0.01, 0.0, 0.02, "Hardly any right (1.0 %, between 0 and 2)"),
    ],
)
def test_accuracy_says_a_rough_count_the_number_and_its_range(
    accuracy: float, low: float, high: float, words: str
) -> None:
    assert accuracy_in_words(evaluation(accuracy, low, high)) == words


def test_accuracy_without_photos_claims_nothing() -> None:
    assert accuracy_in_words(evaluation(0.0, 0.0, 1.0, photo_count=0)) == "No photos to judge it by"


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.0, "0.0 %"), (0.00001, "0.1 %"), (0.8659, "86.6 %"), (0.99999, "99.9 %"), (1.0, "100.0 %")],
)
def test_percent_keeps_all_and_none_for_what_is_all_and_none(share: float, words: str) -> None:
    assert percent(share) == words


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
        ("changed copy", 3, "3 changed copies"),
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
