"""Looks keep which photos are alike, are the same for the same training vectors, and are unknown where nothing is."""

import numpy as np
import pytest

from tlgui.learning.arrays import FloatArray
from tlgui.learning.assessment.look_space import MOST_NUMBERS, look_space
from tlgui.learning.assessment.unit_vectors import unit_vectors


def some_features(count: int, length: int = 300, seed: int = 1) -> FloatArray:
    """Return features as of a network: never negative, and different in some directions more than in others."""
    rng = np.random.default_rng(seed)
    hidden = rng.standard_normal((count, 20))
    mixing = np.random.default_rng(0).standard_normal((20, length))
    return np.maximum(hidden @ mixing + 0.1 * rng.standard_normal((count, length)), 0).astype(np.float32)


def looks_of(features: FloatArray, training: FloatArray) -> FloatArray:
    space = look_space(unit_vectors(training))
    assert space is not None
    found = space.looks(features)
    return np.stack([np.frombuffer(look, "<f2") for look in found]).astype(np.float32)


def test_looks_are_unit_vectors_of_few_numbers() -> None:
    looks = looks_of(some_features(50, seed=2), some_features(2000))
    assert looks.shape == (50, MOST_NUMBERS)
    np.testing.assert_allclose(np.linalg.norm(looks, axis=1), 1, atol=2e-3)


def test_photos_that_are_alike_have_alike_looks() -> None:
    features = some_features(200, seed=2)
    looks = looks_of(features, some_features(2000))
    centred = unit_vectors(unit_vectors(features) - unit_vectors(some_features(2000)).mean(axis=0))
    np.testing.assert_allclose(looks @ looks.T, centred @ centred.T, atol=0.1)
    expected, found = (np.argsort(-(rows @ rows.T), axis=1)[:, 1:6] for rows in (centred, looks))
    shared = [len({*ours} & {*theirs}) for ours, theirs in zip(found.tolist(), expected.tolist(), strict=True)]
    assert np.mean(shared) > 4


def test_same_training_vectors_give_the_same_looks() -> None:
    features, training = some_features(5, seed=2), some_features(700)
    first = look_space(unit_vectors(training))
    second = look_space(unit_vectors(training.copy()))
    assert first is not None
    assert second is not None
    assert first.looks(features) == second.looks(features)


@pytest.mark.parametrize("count", [2, 10])
def test_few_training_photos_give_shorter_looks(count: int) -> None:
    space = look_space(unit_vectors(some_features(count)))
    assert space is not None
    assert space.length == count - 1
    assert len(space.looks(some_features(1, seed=3))[0]) == 2 * (count - 1)


def test_training_photos_that_do_not_differ_give_no_space() -> None:
    assert look_space(unit_vectors(some_features(1))) is None
    assert look_space(unit_vectors(np.repeat(some_features(1), 9, axis=0))) is None


def test_features_that_say_nothing_have_no_look() -> None:
    space = look_space(unit_vectors(some_features(50)))
    assert space is not None
    features = some_features(4, seed=2)
    features[0], features[1, 3], features[2, 5] = 0, np.nan, np.inf
    assert [bool(look) for look in space.looks(features)] == [False, False, False, True]
