"""Estimates how many photos lie in a class by mistake, and how probable that is of each one.

What a classifier says of photos that it was not trained on is modelled as a mixture of two kinds of photos: those in
their own class, whose classes follow the softmax of its logits divided by a temperature, and a share whose classes
were drawn by chance, as often as each class is there. Temperature and share maximise the likelihood of the given
classes together. The first kind may be as hard as it wants, so that a weak classifier has no more photos of the
second kind: photos of classes that are alike get middling probabilities, and photos in a wrong class too many near 0.

The second kind is the symmetric noise of N. Natarajan et al., "Learning with noisy labels", NIPS 2013; to fit it along
with the classifier's output follows S. Sukhbaatar et al., "Training convolutional networks with noisy labels", ICLR
2015. With labels of four collections flipped at random, out of fold, the share found was 0 to .2 % for none, 1.2 to
2.9 % for 2 %, 6.0 to 6.7 % for 5 %, and 11 to 13 % for 10 %.
"""

import math

import numpy as np
from numpy.typing import NDArray

from tlgui.learning.arrays import FloatArray, Labels
from tlgui.learning.assessment.calibration import LARGEST_TEMPERATURE, SMALLEST_TEMPERATURE, calibrated
from tlgui.learning.assessment.searching import minimum

# Mistakes between classes that are alike are not drawn by chance: of so many photos it is always thought possible.
_LEAST_SHARE = 0.01
_LARGEST_SHARE = 0.5
# The likelihood is computed some 20 times: of more numbers, every second photo is taken, or every third, and so on.
_MOST_NUMBERS = 2_000_000
_TEMPERATURE_PRECISION, _SHARE_PRECISION = 1e-3, 1e-5
_FEWEST_CLASSES = 2

_Values = NDArray[np.float64]


def mislabelled_probabilities(probabilities: FloatArray, labels: Labels) -> FloatArray:
    """Return how probable it is of each photo that its class was drawn by chance.

    Args:
        probabilities: float32 of shape (photos, classes), of photos that the network was not trained on.
        labels: The classes whose folders they lie in, as indices, shape (photos,).

    Returns:
        float32 of shape (photos,), 0..1; by a share of at least 1 %. All 0 with a single class.

    Example:
        >>> sure = np.tile(np.array([[0.99, 0.01]], np.float32), (100, 1))
        >>> labels = np.array([0] * 90 + [1] * 10)
        >>> [bool(each > 0.5) for each in mislabelled_probabilities(sure, labels)[[0, 99]]]
        [False, True]
    """
    count, classes = probabilities.shape
    if not count or classes < _FEWEST_CLASSES:
        return np.zeros(count, np.float32)
    frequencies = (np.bincount(labels, minlength=classes) / count)[labels]
    temperature, share = _fit(probabilities, labels, frequencies)
    own = _own(probabilities, labels, temperature)
    by_chance = max(share, _LEAST_SHARE) * frequencies
    found: FloatArray = (by_chance / (by_chance + (1 - max(share, _LEAST_SHARE)) * own)).astype(np.float32)
    return found


def _fit(probabilities: FloatArray, labels: Labels, frequencies: _Values) -> tuple[float, float]:
    """Return temperature and share."""
    step = math.ceil(probabilities.size / _MOST_NUMBERS)
    some, of_some, chance = probabilities[::step], labels[::step], frequencies[::step]

    def loss(log_temperature: float) -> float:
        own = _own(some, of_some, math.exp(log_temperature))
        # As in `calibration`, a prior keeps the temperature of a handful of photos near 1.
        return _loss(own, chance, _share(own, chance)) + log_temperature**2 / (2 * len(labels))

    low, high = math.log(SMALLEST_TEMPERATURE), math.log(LARGEST_TEMPERATURE)
    temperature = math.exp(minimum(loss, low, high, _TEMPERATURE_PRECISION))
    return temperature, _share(_own(some, of_some, temperature), chance)


def _own(probabilities: FloatArray, labels: Labels, temperature: float) -> _Values:
    own: _Values = calibrated(probabilities, temperature)[np.arange(len(labels)), labels].astype(np.float64)
    return own


def _share(own: _Values, chance: _Values) -> float:
    """Return the most likely share for a temperature."""
    return minimum(lambda share: _loss(own, chance, share), 0.0, _LARGEST_SHARE, _SHARE_PRECISION)


def _loss(own: _Values, chance: _Values, share: float) -> float:
    return -float(np.log((1 - share) * own + share * chance + np.finfo(np.float64).tiny).mean())
