"""Makes percentages true: one temperature for all logits, and how far the percentages are from the truth.

A network is calibrated if of the photos of which it says 80 %, it names 8 in 10 rightly. Dividing all logits by one
temperature changes no best class, and calibrates most networks about as well as methods with more numbers. Source of
temperature and calibration error: C. Guo et al., "On calibration of modern neural networks", ICML 2017.

The temperature minimises the negative log likelihood of photos that the network was not trained on. Two terms, which
lose their effect as photos are added, keep few photos from promising too much:

- One photo more is counted, which was named wrongly. A hundred photos that are all right then give about 99 %, where
  the likelihood alone would give 100 %. Source: the targets of J. Platt, "Probabilistic outputs for support vector
  machines", 1999, which follow Laplace's rule of succession.
- The logarithm of the temperature has a normal prior of mean 0 and standard deviation 1, so that it stays near 1 with a
  handful of photos.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tlgui.learning.arrays import FloatArray, Labels
from tlgui.learning.assessment.searching import minimum
from tlgui.learning.trust import Reliability, ReliabilityBin

SMALLEST_TEMPERATURE = 0.05
LARGEST_TEMPERATURE = 20.0
BIN_COUNT = 10
"""Ranges of a reliability diagram: each tenth from 0 to 1, as people speak of percentages."""

# In place of 0, which has no logarithm.
_SMALLEST = np.finfo(np.float32).tiny
# The likelihood is computed some 40 times: of more numbers, every second photo is taken, or every third, and so on.
_MOST_NUMBERS = 2_000_000
_PRECISION = 1e-4
_FEWEST_CLASSES = 2

_Logs = NDArray[np.float64]


def fit_temperature(probabilities: FloatArray, labels: Labels) -> float:
    """Find the temperature that makes probabilities true.

    Args:
        probabilities: float32 of shape (photos, classes), of photos that the network was not trained on.
        labels: True classes as indices in output order, shape (photos,).

    Returns:
        What logits are to be divided by, from `SMALLEST_TEMPERATURE` to `LARGEST_TEMPERATURE`; 1 without photos or with
        a single class.
    """
    count, classes = probabilities.shape
    if not count or classes < _FEWEST_CLASSES:
        return 1.0
    step = math.ceil(count * classes / _MOST_NUMBERS)
    objective = _Objective(_logs(probabilities[::step]), labels[::step], count)
    low, high = math.log(SMALLEST_TEMPERATURE), math.log(LARGEST_TEMPERATURE)
    return float(
        np.clip(math.exp(minimum(objective, low, high, _PRECISION)), SMALLEST_TEMPERATURE, LARGEST_TEMPERATURE)
    )


def calibrated(probabilities: FloatArray, temperature: float) -> FloatArray:
    """Return the probabilities of a network whose logits are divided by a temperature.

    Args:
        probabilities: float32 of shape (photos, classes): a softmax of the logits, or any whose rows sum to 1.
        temperature: Greater than 0; 1 changes nothing.

    Returns:
        float32 of the same shape; p ** (1 / temperature), divided by the sum of each row.

    Example:
        >>> surer = calibrated(np.array([[0.8, 0.2]], np.float32), temperature=0.5)
        >>> round(float(surer[0, 0]), 3)
        0.941
    """
    if temperature == 1.0 or not probabilities.size:
        return probabilities
    powers: FloatArray = np.log(np.maximum(probabilities, _SMALLEST), dtype=np.float32)
    powers /= np.float32(temperature)
    powers -= powers.max(axis=1, keepdims=True)
    np.exp(powers, out=powers)
    powers /= powers.sum(axis=1, keepdims=True)
    return powers


def cross_calibrated(probabilities: FloatArray, labels: Labels, folds: NDArray[np.intp]) -> FloatArray:
    """Return probabilities calibrated by temperatures that were fitted without the photo that they are applied to.

    What is measured on them is not made too good by the photos' part in the temperature.

    Args:
        probabilities: As for `fit_temperature`.
        labels: As for `fit_temperature`.
        folds: The fold of each photo, shape (photos,): the temperature of its photos is fitted on those of the others.

    Returns:
        float32 of the same shape.
    """
    result = probabilities.copy()
    for fold in np.unique(folds):
        own = folds == fold
        result[own] = calibrated(probabilities[own], fit_temperature(probabilities[~own], labels[~own]))
    return result


def reliability(probabilities: FloatArray, labels: Labels) -> Reliability:
    """Measure how true probabilities are.

    Args:
        probabilities: float32 of shape (photos, classes).
        labels: True classes as indices in output order, shape (photos,).

    Returns:
        `BIN_COUNT` ranges of the probability of the best class, and the expected calibration error over them; an error
        of 0 without photos.

    Example:
        >>> sure = np.tile(np.array([[0.85, 0.15]], np.float32), (10, 1))
        >>> measured = reliability(sure, np.array([0] * 7 + [1] * 3))
        >>> round(measured.calibration_error, 3), measured.bins[8].photo_count, measured.bins[8].right_count
        (0.15, 10, 7)
    """
    if not len(labels):
        return reliability_of(np.zeros(0, np.float32), np.zeros(0, np.bool_))
    return reliability_of(probabilities.max(axis=1), probabilities.argmax(axis=1) == labels)


def reliability_of(best: FloatArray, is_right: NDArray[np.bool_]) -> Reliability:
    """Measure how true the probabilities of the best classes are.

    Args:
        best: Probability of the best class, shape (photos,).
        is_right: Whether it is the true class, shape (photos,).

    Returns:
        As `reliability`.
    """
    count = len(best)
    places = np.clip((best * BIN_COUNT).astype(np.intp), 0, BIN_COUNT - 1)
    counts = np.bincount(places, minlength=BIN_COUNT)
    rights = np.bincount(places, is_right, BIN_COUNT)
    sums = np.bincount(places, best, BIN_COUNT)
    error = float(np.abs(rights - sums).sum() / count) if count else 0.0
    return Reliability(_bins(counts.tolist(), rights.tolist(), sums.tolist()), min(error, 1.0))


def _bins(counts: Sequence[int], rights: Sequence[float], sums: Sequence[float]) -> tuple[ReliabilityBin, ...]:
    edges = [place / BIN_COUNT for place in range(BIN_COUNT + 1)]
    return tuple(
        ReliabilityBin(
            low=low,
            high=high,
            photo_count=count,
            right_count=round(right),
            mean_probability=min(total / count, 1.0) if count else (low + high) / 2,
        )
        for low, high, count, right, total in zip(edges[:-1], edges[1:], counts, rights, sums, strict=True)
    )


class _Objective:
    """What the temperature minimises, as a function of its logarithm: the mean over photos, in nats.

    Args:
        logs: Logarithms of the probabilities, shape (rows, classes).
        labels: True classes, shape (rows,).
        count: The photos that the rows stand for.
    """

    def __init__(self, logs: _Logs, labels: Labels, count: int) -> None:
        rows = np.arange(len(labels))
        true = logs[rows, labels]
        without_label = logs.copy()
        without_label[rows, labels] = -np.inf
        # Of the photo more that is named wrongly: it is like these, but of the class that is the best after the label.
        pseudo_share = 1 / (count + 2)
        self._target = float(((1 - pseudo_share) * true + pseudo_share * without_label.max(axis=1)).mean())
        self._logs = logs
        self._count = count

    def __call__(self, log_temperature: float) -> float:
        scaled = self._logs * math.exp(-log_temperature)
        highest = scaled.max(axis=1, keepdims=True)
        scaled -= highest
        normalizer = float((np.log(np.exp(scaled).sum(axis=1)) + highest[:, 0]).mean())
        prior = log_temperature**2 / (2 * self._count)
        return normalizer - self._target * math.exp(-log_temperature) + prior


def _logs(probabilities: FloatArray) -> _Logs:
    logs: _Logs = np.log(np.maximum(probabilities, _SMALLEST), dtype=np.float64)
    return logs
