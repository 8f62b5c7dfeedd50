"""What an evaluation derives from its classes: the balanced accuracy, and whether the largest class is beaten."""

import pickle

import pytest

from tests.evaluations import evaluation_of, one_class_only
from tlgui.learning.results import Baseline


def test_model_that_names_the_largest_class_alone_does_not_beat_it() -> None:
    evaluation = one_class_only()

    assert evaluation.accuracy == 0.9
    assert evaluation.baseline == Baseline("robin", 0.9, is_beaten=False)
    assert evaluation.balanced_accuracy == 0.5
    assert evaluation.is_unequal


@pytest.mark.parametrize(
    ("confusion", "is_beaten"),
    [
        # One more photo than the largest class has lies within the range of chance.
        (((54, 0), (5, 1)), False),
        (((54, 0), (0, 6)), True),
        # All right, and too few photos to tell.
        (((11, 0), (0, 1)), False),
        (((10, 0), (0, 10)), True),
        (((6, 4), (4, 6)), False),
        (((80, 20), (20, 80)), True),
    ],
)
def test_largest_class_is_beaten_where_the_range_of_the_accuracy_lies_above_its_share(
    confusion: tuple[tuple[int, ...], ...], *, is_beaten: bool
) -> None:
    evaluation = evaluation_of(("robin", "wren"), confusion)

    assert evaluation.baseline is not None
    assert evaluation.baseline.is_beaten is is_beaten
    assert (evaluation.interval.low > evaluation.baseline.accuracy) is is_beaten


def test_photos_of_one_class_have_no_baseline() -> None:
    assert evaluation_of(("robin", "wren"), ((9, 1), (0, 0))).baseline is None


def test_balanced_accuracy_gives_each_class_with_photos_the_same_weight() -> None:
    evaluation = evaluation_of(("owl", "robin", "wren"), ((90, 0, 10), (5, 5, 0), (0, 0, 0)))

    assert evaluation.accuracy == pytest.approx(95 / 110)
    assert evaluation.balanced_accuracy == pytest.approx((0.9 + 0.5) / 2)


@pytest.mark.parametrize(("counts", "is_unequal"), [((15, 10), False), ((16, 10), True), ((10, 10, 0), False)])
def test_classes_are_unequal_from_half_as_many_photos_more(counts: tuple[int, ...], *, is_unequal: bool) -> None:
    names = [f"class {number}" for number in range(len(counts))]
    confusion = [[count if row == column else 0 for column in range(len(counts))] for row, count in enumerate(counts)]

    assert evaluation_of(names, confusion).is_unequal is is_unequal


def test_derived_values_cross_between_processes() -> None:
    evaluation = one_class_only()

    assert pickle.loads(pickle.dumps(evaluation)) == evaluation
