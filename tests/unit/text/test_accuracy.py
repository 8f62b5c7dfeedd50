"""Accuracies in words claim neither more nor less than they are."""

import pytest

from tests.evaluations import evaluation_of, one_class_only
from tlgui.learning.assessment.mcnemar import PairedResult
from tlgui.learning.results import Evaluation, Interval
from tlgui.text.accuracy import (
    accuracy_in_few_words,
    accuracy_in_words,
    accuracy_notes,
    difference_in_words,
    share_or_none,
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
        (0.75, 0.671, 0.8149, "About 3 in 4 right (75.0 %, between 67 and 82)"),
        (0.86, 0.85, 0.87, "About 9 in 10 right (86.0 %, between 85 and 87)"),
        (0.65, 0.6, 0.7, "About 6 in 10 right (65.0 %, between 60 and 70)"),
        (0.25, 0.2, 0.3, "About 1 in 4 right (25.0 %, between 20 and 30)"),
        (0.05, 0.01, 0.1, "About 1 in 20 right (5.0 %, between 1 and 10)"),
        (0.01, 0.0, 0.02, "Hardly any right (1.0 %, between 0 and 2)"),
    ],
)
def test_accuracy_says_a_rough_count_the_number_and_its_range(
    accuracy: float, low: float, high: float, words: str
) -> None:
    assert accuracy_in_words(evaluation(accuracy, low, high)) == words


def test_accuracy_without_photos_claims_nothing() -> None:
    assert accuracy_in_words(evaluation(0.0, 0.0, 1.0, photo_count=0)) == "No photos to judge it by"


def test_model_that_names_one_class_alone_is_told_as_that() -> None:
    evaluation = one_class_only()

    assert accuracy_in_words(evaluation) == (
        "No better than always naming “robin” (90.0 %, between 79 and 96; balanced 50.0 %)"
    )
    assert accuracy_in_few_words(evaluation) == "No better than always naming “robin” (90.0 %; balanced 50.0 %)"
    assert accuracy_notes(evaluation) == (
        "Always naming “robin” is right for 90.0 % of these photos.",
        "Balanced, each class counts the same, however few photos it has.",
        "It recognised no photo of “wren”.",
    )


def test_model_within_the_range_of_chance_is_told_as_perhaps_no_better() -> None:
    evaluation = evaluation_of(("robin", "wren"), ((54, 0), (5, 1)))

    assert accuracy_in_words(evaluation).startswith("Perhaps no better than always naming “robin” (91.7 %, ")
    assert "More photos to judge it by would show whether it is better." in accuracy_notes(evaluation)


def test_model_that_beats_the_largest_class_has_its_rough_count_and_no_notes() -> None:
    evaluation = evaluation_of(("robin", "wren"), ((90, 10), (10, 90)))

    assert accuracy_in_words(evaluation) == "About 9 in 10 right (90.0 %, between 85 and 94)"
    assert accuracy_notes(evaluation) == ()


def test_unequal_classes_have_the_balanced_accuracy_beside_the_accuracy() -> None:
    evaluation = evaluation_of(("robin", "wren"), ((95, 5), (10, 40)))

    assert accuracy_in_words(evaluation) == "About 9 in 10 right (90.0 %, between 84 and 94; balanced 87.5 %)"


def test_many_missed_classes_are_counted() -> None:
    names = [f"kind {number}" for number in range(6)]
    confusion = [[20 if column == 0 else 0 for column in range(6)] for _ in range(6)]

    notes = accuracy_notes(evaluation_of(names, confusion))

    assert notes[-1] == "It recognised no photo of “kind 1”, “kind 2”, “kind 3” and 2 more classes."


def test_name_of_a_class_stays_on_one_line() -> None:
    evaluation = evaluation_of(("two\nlines", "wren"), ((9, 0), (6, 0)))

    assert "“two\\x0alines”" in accuracy_in_words(evaluation)


def test_class_without_photos_has_a_dash_for_a_share() -> None:
    assert share_or_none(None) == "—"
    assert share_or_none(0.0) == "0.0 %"


@pytest.mark.parametrize(
    ("first", "second", "p_value", "ending"),
    [
        (351, 328, 0.001, " The difference is more than chance."),
        (330, 328, 0.8, " The difference may be chance."),
        (328, 328, 1.0, ""),
    ],
)
def test_difference_of_two_models_says_whether_it_is_more_than_chance(
    first: int, second: int, p_value: float, ending: str
) -> None:
    result = PairedResult(372, first, second, first - 320, second - 320, p_value)
    assert difference_in_words(result, "Thorough", "Quick") == (
        f"On the same 372 photos, Thorough was right {first} times and Quick {second} times.{ending}"
    )


def test_models_without_a_photo_in_common_are_not_compared() -> None:
    assert difference_in_words(PairedResult(0, 0, 0, 0, 0, 1.0), "Thorough", "Quick") == ""
