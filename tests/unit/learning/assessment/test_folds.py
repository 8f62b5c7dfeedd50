"""Folds have equally many photos of each class, and no group of near copies is in two of them."""

from pathlib import Path

import numpy as np
import pytest

from tlgui.learning.assessment.folds import divide_into_folds, groups_among


def sizes(
    labels: np.typing.NDArray[np.intp], folds: np.typing.NDArray[np.intp], fold_count: int = 5
) -> list[list[int]]:
    """Return the photos of each class in each fold."""
    return [
        np.bincount(folds[labels == label], minlength=fold_count).tolist() for label in range(int(labels.max()) + 1)
    ]


def test_every_class_is_spread_evenly() -> None:
    labels = np.repeat([0, 1, 2], [4000, 21, 13])
    folds = divide_into_folds(labels, [], 5, seed=1)
    for counts in sizes(labels, folds):
        assert max(counts) - min(counts) <= 1
    assert max(np.bincount(folds)) - min(np.bincount(folds)) <= 1


def test_groups_stay_together_and_classes_even() -> None:
    rng = np.random.default_rng(3)
    labels = np.repeat(np.arange(4), 100)
    shuffled = rng.permutation(400)
    groups = [shuffled[start : start + 4].tolist() for start in range(0, 200, 4)]
    folds = divide_into_folds(labels, groups, 5, seed=1)
    assert all(len(set(folds[group].tolist())) == 1 for group in groups)
    for counts in sizes(labels, folds):
        assert max(counts) - min(counts) <= 3


def test_a_class_with_fewer_photos_than_folds_has_them_in_different_ones() -> None:
    labels = np.array([0] * 10 + [1, 1] + [2])
    folds = divide_into_folds(labels, [], 5, seed=1)
    assert len(set(folds[10:12].tolist())) == 2
    assert folds.min() >= 0


def test_one_group_of_all_photos_is_one_fold() -> None:
    folds = divide_into_folds(np.array([0, 0, 1, 1]), [[0, 1, 2, 3]], 5, seed=1)
    assert len(set(folds.tolist())) == 1


def test_seed_decides() -> None:
    labels = np.repeat([0, 1], 50)
    first, again, other = (divide_into_folds(labels, [[3, 70]], 5, seed) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


def test_no_photos_have_no_folds() -> None:
    assert len(divide_into_folds(np.zeros(0, np.intp), [], 5, seed=1)) == 0


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ([("a", "b")], [[0, 1]]),
        ([("c", "missing", "a"), ("b", "missing")], [[2, 0]]),
        ([], []),
    ],
)
def test_groups_are_those_of_the_photos_at_hand(groups: list[tuple[str, ...]], expected: list[list[int]]) -> None:
    paths = [Path(name) for name in "abc"]
    assert groups_among(paths, [[Path(name) for name in group] for group in groups]) == expected
