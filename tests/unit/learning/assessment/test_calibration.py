"""A temperature makes percentages true, and how true they are is measured as in the literature."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tlgui.learning.arrays import FloatArray, Labels
from tlgui.learning.assessment.calibration import (
    LARGEST_TEMPERATURE,
    SMALLEST_TEMPERATURE,
    calibrated,
    cross_calibrated,
    fit_temperature,
    reliability,
)


def softmax(logits: NDArray[np.float64]) -> FloatArray:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: FloatArray = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
    return shares


def drawn(count: int, temperature: float, classes: int = 5, seed: int = 1) -> tuple[FloatArray, Labels]:
    """Return probabilities of logits that are `temperature` times too large, and labels drawn from the true ones."""
    rng = np.random.default_rng(seed)
    logits = 2.5 * rng.normal(size=(count, classes))
    cumulated = softmax(logits).cumsum(axis=1)
    labels = (rng.random((count, 1)) > cumulated).sum(axis=1).clip(0, classes - 1)
    return softmax(logits * temperature), labels


def all_right(count: int, probability: float = 0.8) -> tuple[FloatArray, Labels]:
    rows = np.tile(np.array([[probability, 1 - probability]], np.float32), (count, 1))
    return rows, np.zeros(count, np.intp)


@pytest.mark.parametrize("temperature", [0.3, 1.0, 3.0])
def test_temperature_of_exaggerated_logits_is_found(temperature: float) -> None:
    probabilities, labels = drawn(20_000, temperature)
    assert fit_temperature(probabilities, labels) == pytest.approx(temperature, rel=0.04)


def test_calibration_makes_percentages_true_and_names_no_other_class() -> None:
    probabilities, labels = drawn(20_000, 0.4)
    better = calibrated(probabilities, fit_temperature(probabilities, labels))
    assert reliability(probabilities, labels).calibration_error > 0.15
    assert reliability(better, labels).calibration_error < 0.01
    assert (better.argmax(axis=1) == probabilities.argmax(axis=1)).all()
    assert better.dtype == np.float32
    assert np.allclose(better.sum(axis=1), 1, atol=1e-6)


def test_calibrated_probabilities_are_those_of_divided_logits() -> None:
    logits = np.random.default_rng(2).normal(size=(50, 4)) * 3
    assert np.allclose(calibrated(softmax(logits), 0.6), softmax(logits / 0.6), atol=1e-6)


def test_all_right_photos_promise_no_more_than_their_number_allows() -> None:
    for count, least in ((10, 0.8), (100, 0.97), (1000, 0.99)):
        probabilities, labels = all_right(count)
        sure = float(calibrated(probabilities, fit_temperature(probabilities, labels))[0, 0])
        assert least < sure <= 1 - 1 / (count + 2) + 1e-3


def test_a_photo_or_two_change_little() -> None:
    for count in (1, 2):
        probabilities, labels = all_right(count)
        assert 0.6 < fit_temperature(probabilities, labels) < 1.8
        assert 0.6 < fit_temperature(probabilities, 1 - labels) < 3.0


def test_labels_that_are_all_wrong_leave_no_class_sure() -> None:
    probabilities, labels = all_right(300, 0.99)
    temperature = fit_temperature(probabilities, 1 - labels)
    assert temperature == pytest.approx(LARGEST_TEMPERATURE, rel=0.05)
    assert calibrated(probabilities, temperature).max() < 0.6


def test_temperature_stays_within_its_bounds_for_certain_outputs() -> None:
    rows = np.array([[1.0, 0.0, 0.0]] * 500, np.float32)
    for label in (0, 1):
        temperature = fit_temperature(rows, np.full(500, label, np.intp))
        assert SMALLEST_TEMPERATURE <= temperature <= LARGEST_TEMPERATURE
        assert np.isfinite(calibrated(rows, temperature)).all()


@pytest.mark.parametrize("shape", [(0, 3), (4, 1)])
def test_nothing_to_fit_on_leaves_the_temperature_at_1(shape: tuple[int, int]) -> None:
    assert fit_temperature(np.ones(shape, np.float32), np.zeros(shape[0], np.intp)) == 1.0


def test_many_photos_of_many_classes_are_thinned_out_evenly() -> None:
    probabilities, labels = drawn(30_000, 0.5, classes=200)
    assert fit_temperature(probabilities, labels) == pytest.approx(0.5, rel=0.05)


def test_cross_calibration_uses_the_temperature_of_the_other_folds() -> None:
    sure, labels = all_right(400, 0.9)
    doubtful = labels.copy()
    doubtful[:200:2] = 1
    folds = np.repeat([0, 1], 200)
    result = cross_calibrated(sure, doubtful, folds)
    # The second half is always right, so that the first one is judged as if it were too, and the other way round.
    assert result[0, 0] > 0.98
    assert result[-1, 0] < 0.6


def test_reliability_counts_each_photo_in_one_bin() -> None:
    probabilities = np.array([[0.95, 0.05], [0.65, 0.35], [0.6, 0.4], [0.0, 1.0]], np.float32)
    measured = reliability(probabilities, np.array([0, 1, 0, 1]))
    assert [each.photo_count for each in measured.bins] == [0, 0, 0, 0, 0, 0, 2, 0, 0, 2]
    assert [each.right_count for each in measured.bins[6:10:3]] == [1, 2]
    assert measured.bins[6].mean_probability == pytest.approx(0.625)
    assert measured.bins[0].mean_probability == pytest.approx(0.05)
    assert (measured.bins[0].low, measured.bins[-1].high) == (0.0, 1.0)
    # (|1 - 1.25| + |2 - 1.95|) / 4
    assert measured.calibration_error == pytest.approx(0.075)


def test_reliability_of_no_photos_has_empty_bins() -> None:
    measured = reliability(np.zeros((0, 3), np.float32), np.zeros(0, np.intp))
    assert measured.calibration_error == 0
    assert {each.photo_count for each in measured.bins} == {0}
