"""How many photos lie in a class by chance, told from hard photos, of which a weak classifier has many."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tlgui.learning.arrays import FloatArray, Labels
from tlgui.learning.assessment.label_noise import mislabelled_probabilities

Flips = NDArray[np.bool_]


def _told(
    class_count: int, flipped_share: float, *, is_weak: bool, photos: int = 4000
) -> tuple[FloatArray, Labels, Flips]:
    """Return what a calibrated classifier says, the labels, and which of them were flipped.

    A sure classifier is right in about 9 of 10 photos, a weak one in 5 to 7.
    """
    rng = np.random.default_rng([class_count, round(100 * flipped_share), is_weak])
    logits = rng.normal(0, 1, (photos, class_count))
    logits[np.arange(photos), rng.integers(0, class_count, photos)] += rng.normal(2.0 if is_weak else 5.0, 1.5, photos)
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = odds / odds.sum(axis=1, keepdims=True)
    drawn = (probabilities.cumsum(axis=1) < rng.random((photos, 1))).sum(axis=1)
    true = drawn.clip(0, class_count - 1)
    flipped = rng.random(photos) < flipped_share
    labels = np.where(flipped, true + rng.integers(1, class_count, photos), true) % class_count
    return probabilities.astype(np.float32), labels, flipped


@pytest.mark.parametrize("class_count", [3, 10])
@pytest.mark.parametrize("is_weak", [False, True])
def test_clean_labels_leave_little_to_look_at(class_count: int, *, is_weak: bool) -> None:
    probabilities, labels, _ = _told(class_count, 0.0, is_weak=is_weak)

    is_listed = mislabelled_probabilities(probabilities, labels) >= 0.05

    assert (probabilities.argmax(axis=1) != labels).mean() > (0.2 if is_weak else 0.03)
    assert is_listed.mean() < 0.04


@pytest.mark.parametrize("class_count", [3, 10])
@pytest.mark.parametrize("share", [0.03, 0.1])
@pytest.mark.parametrize("temperature", [0.6, 1.0, 1.6])
def test_probabilities_are_true_whatever_the_temperature(class_count: int, share: float, temperature: float) -> None:
    probabilities, labels, flipped = _told(class_count, share, is_weak=False)
    powers = probabilities ** (1 / temperature)
    told = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)

    found = mislabelled_probabilities(told, labels)

    # A chance class may be the right one, which is no flipped label.
    expected = flipped.sum() * class_count / (class_count - 1)
    assert float(found.sum()) == pytest.approx(expected, rel=0.35)
    is_sure = found > 0.9
    assert flipped[is_sure].mean() > 0.85


def test_few_classes_and_few_photos_have_values_too() -> None:
    assert mislabelled_probabilities(np.zeros((0, 3), np.float32), np.zeros(0, np.intp)).shape == (0,)
    assert mislabelled_probabilities(np.ones((4, 1), np.float32), np.zeros(4, np.intp)).tolist() == [0.0] * 4
    certain = np.tile(np.array([[1.0, 0.0]], np.float32), (6, 1))
    found = mislabelled_probabilities(certain, np.array([0, 0, 0, 0, 0, 1]))
    assert np.isfinite(found).all()
    assert found.argmax() == 5
    same = mislabelled_probabilities(np.full((50, 2), 0.5, np.float32), np.arange(50) % 2)
    assert (same <= 0.5).all()
