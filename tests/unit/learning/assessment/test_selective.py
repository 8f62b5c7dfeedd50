"""The promise “wrong at most so often”: kept on photos that nothing was chosen by."""

from collections.abc import Callable

import numpy as np
import pytest

from tlgui.learning.arrays import FloatArray, Labels
from tlgui.learning.assessment.selective import fewest_photos, promises
from tlgui.learning.trust import WRONG_AT_MOST, Promise

_SPLITS = 300


def _judged(
    rng: np.random.Generator, count: int, mean: float, spread: float, sharpness: float = 1.0
) -> tuple[FloatArray, Labels]:
    """Return photos of four classes as a model would judge them.

    Args:
        rng: The dice.
        count: Photos.
        mean: Mean of the log odds of the best class; a lower one is a more difficult collection.
        spread: Standard deviation of the log odds.
        sharpness: What the log odds are multiplied by for the true share of right answers; 1 for a calibrated model.
    """
    odds = np.maximum(rng.normal(mean, spread, count), -0.5)
    best = rng.integers(0, 4, count)
    probabilities = np.empty((count, 4), np.float32)
    highest = 1 / (1 + np.exp(-odds))
    probabilities[:] = ((1 - highest) / 3)[:, None]
    probabilities[np.arange(count), best] = highest
    is_right = rng.random(count) < 1 / (1 + np.exp(-sharpness * odds))
    return probabilities, np.where(is_right, best, (best + 1) % 4)


def _wrong_share_of(probabilities: FloatArray, labels: Labels) -> Callable[[float], float]:
    """Return a function that gives the wrong share of the photos that are named at a threshold."""
    highest = probabilities.max(axis=1)
    wrong = (probabilities.argmax(axis=1) != labels)[np.argsort(-highest)].cumsum()

    def wrong_share(threshold: float) -> float:
        named = int((highest >= threshold).sum())
        return float(wrong[named - 1] / named) if named else 0.0

    return wrong_share


@pytest.mark.parametrize(
    ("mean", "spread", "sharpness", "count"),
    [
        pytest.param(7, 4, 1.0, 600, id="easy"),
        pytest.param(4, 3, 1.0, 1_500, id="middling"),
        pytest.param(2, 2.5, 1.0, 4_000, id="hard"),
        pytest.param(4, 3, 0.6, 1_500, id="too sure of itself"),
    ],
)
def test_promise_is_kept_on_fresh_photos(mean: float, spread: float, sharpness: float, count: int) -> None:
    rng = np.random.default_rng(5)
    wrong_share = _wrong_share_of(*_judged(rng, 200_000, mean, spread, sharpness))
    given = broken = broken_in_a_test = 0
    for _ in range(_SPLITS):
        promise = promises(*_judged(rng, count, mean, spread, sharpness))[1]
        if promise.threshold is not None:
            given += 1
            broken += wrong_share(promise.threshold) > promise.wrong_at_most
            as_many = _wrong_share_of(*_judged(rng, count, mean, spread, sharpness))
            broken_in_a_test += as_many(promise.threshold) > promise.wrong_at_most
    assert given >= 0.95 * _SPLITS
    assert broken <= 0.05 * _SPLITS
    # Also where the new photos are only as many as the old ones, and add their own chance.
    assert broken_in_a_test <= 0.05 * _SPLITS


def test_threshold_names_nearly_what_could_be_named() -> None:
    rng = np.random.default_rng(6)
    probabilities, labels = _judged(rng, 400_000, 4, 3)
    order = np.argsort(-probabilities.max(axis=1))
    wrong = np.cumsum((probabilities.argmax(axis=1) != labels)[order]) / np.arange(1, len(order) + 1)
    possible = float((wrong <= 0.05).nonzero()[0].max() + 1) / len(order)
    shares = [promises(*_judged(rng, 4_000, 4, 3))[1].named_share for _ in range(20)]
    assert min(shares) > possible - 0.06


def test_stricter_promise_names_fewer_photos() -> None:
    for seed in range(20):
        found = promises(*_judged(np.random.default_rng(seed), 3_000, 4, 3))
        shares = [promise.named_share for promise in found]
        assert [promise.wrong_at_most for promise in found] == list(WRONG_AT_MOST)
        assert shares == sorted(shares, reverse=True)
        for index in range(4):
            of_class = [promise.class_named_shares[index] for promise in found]
            assert of_class == sorted(of_class, reverse=True)


def test_class_that_is_often_wrong_has_a_higher_threshold() -> None:
    rng = np.random.default_rng(7)
    probabilities, labels = _judged(rng, 6_000, 4, 2)
    best = probabilities.argmax(axis=1)
    # Half of what is named as the last class is another one, where the model is not very sure.
    spoilt = (best == 3) & (probabilities.max(axis=1) < 0.97) & (rng.random(len(best)) < 0.5)
    labels = np.where(spoilt, 0, labels)
    thresholds = promises(probabilities, labels)[1].class_thresholds
    first, last = thresholds[0], thresholds[3]
    assert first is not None
    assert last is not None
    assert last > first
    named = (best == 3) & (probabilities.max(axis=1) >= last)
    assert (labels[named] != 3).mean() <= 0.05


def _without_promise(found: tuple[Promise, ...]) -> bool:
    return all(
        promise.threshold is None
        and promise.named_share == 0.0
        and set(promise.class_thresholds) == {None}
        and set(promise.class_named_shares) == {0.0}
        for promise in found
    )


def test_too_few_photos_allow_no_promise() -> None:
    two_each = np.array([[0.99, 0.01]] * 2 + [[0.01, 0.99]] * 2, np.float32)
    assert _without_promise(promises(two_each, np.array([0, 0, 1, 1])))
    assert _without_promise(promises(np.zeros((0, 2), np.float32), np.zeros(0, np.intp)))


@pytest.mark.parametrize("index", range(len(WRONG_AT_MOST)))
def test_promise_follows_from_the_fewest_photos_that_are_named_rightly(index: int) -> None:
    count = fewest_photos(WRONG_AT_MOST[index])
    sure = np.tile(np.array([[0.97, 0.03]], np.float32), (count, 1))
    assert promises(sure, np.zeros(count, np.intp))[index].threshold == 0.0
    assert promises(sure[1:], np.zeros(count - 1, np.intp))[index].threshold is None


def test_labels_all_wrong_allow_no_promise() -> None:
    probabilities, _ = _judged(np.random.default_rng(8), 2_000, 6, 2)
    assert _without_promise(promises(probabilities, (probabilities.argmax(axis=1) + 1) % 4))


def test_rare_class_gets_no_promise_of_its_own_beside_a_frequent_one() -> None:
    labels = np.array([0] * 4_000 + [1] * 20)
    probabilities = np.where(labels[:, None] == np.arange(2), 0.98, 0.02).astype(np.float32)
    found = promises(probabilities, labels)[1]
    assert found.threshold == 0.0
    assert found.class_thresholds == (0.0, None)
    assert found.class_named_shares == (1.0, 0.0)


def test_photos_all_alike_are_all_named_or_none() -> None:
    probabilities = np.full((1_000, 2), 0.5, np.float32)
    assert _without_promise(promises(probabilities, np.arange(1_000) % 2))


def test_100_000_photos_of_forty_classes_get_thresholds() -> None:
    rng = np.random.default_rng(9)
    probabilities = rng.dirichlet(np.full(40, 0.02), 100_000).astype(np.float32)
    labels = (probabilities.cumsum(axis=1) < rng.random((100_000, 1))).sum(axis=1).clip(0, 39)
    found = promises(probabilities, labels)[0]
    assert found.threshold is not None
    assert None not in found.class_thresholds
