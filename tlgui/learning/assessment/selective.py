"""Finds the thresholds from which on a model names a photo, so that a promise “wrong at most so often” is kept.

A threshold is accepted where the share of wrong answers among the photos named with it is at most what was promised,
at a confidence of 95 %: where the one-sided lower bound of the precision by C. J. Clopper and E. S. Pearson ("The use
of confidence or fiducial limits illustrated in the case of the binomial", Biometrika 26, 1934) reaches the promise.

Of many thresholds, some would be accepted by chance. So they are tested in an order that was fixed before, from strict
to lenient, and a sequence ends at the first one that is not accepted; all that were accepted before are then valid
together. Source: A. N. Angelopoulos et al., "Learn then test: calibrating predictive algorithms to achieve risk
control", arXiv 2110.01052 (2021), fixed-sequence testing. The strictest thresholds name too few photos to prove
anything, and where one sequence ends by chance another may go on. Therefore it begins at several places, among which
the 5 % are divided. By simulation, handing the error budget of one sequence on to the next, as the fallback procedure
does, would name about 1 % of the photos more; but then a promise that is only just kept is broken in more than 5 of 100
tests on as many new photos, by the chance that lies in these.
"""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tlgui.learning.arrays import FloatArray, Labels
from tlgui.learning.assessment.binomial import at_most_probability
from tlgui.learning.trust import WRONG_AT_MOST, Promise

_Counts = npt.NDArray[np.int64]

# The share of promises that may be broken: the confidence is 95 %.
_MISS = 0.05
# Thresholds fixed in advance, evenly spread over the log odds of the probability, strictest first; 0 names every photo.
_THRESHOLDS = np.append(1 / (1 + np.exp(-np.arange(10.0, -3.01, -0.1))), 0.0)
# Where a sequence begins. A calibrated model is wrong in 1 in 500, 100, 20 and 5 of the photos at these thresholds.
_STARTS = frozenset(int(np.argmin(np.abs(_THRESHOLDS - probability))) for probability in (0.998, 0.99, 0.95, 0.8, 0.0))


def promises(probabilities: FloatArray, labels: Labels) -> tuple[Promise, ...]:
    """Return the thresholds for each of `WRONG_AT_MOST`.

    Each promise holds with a confidence of 95 % by itself, overall and for one class; that all classes keep theirs at
    once is less probable. A stricter promise never has a lower threshold.

    Args:
        probabilities: float32 of shape (photos, classes), calibrated; of photos that the model was not trained on.
        labels: True classes as indices in output order, shape (photos,).

    Returns:
        One promise a share. Its thresholds are None where the photos are too few, or wrong too often.

    Example:
        >>> sure = np.tile(np.array([[0.97, 0.03]], np.float32), (300, 1))
        >>> [promise.threshold for promise in promises(sure, np.zeros(300, np.intp))]
        [0.0, 0.0, 0.0, None]
    """
    best = probabilities.argmax(axis=1) if len(labels) else np.zeros(0, np.intp)
    highest = probabilities.max(axis=1) if len(labels) else np.zeros(0, np.float32)
    is_wrong = best != labels
    every = _Named(highest, is_wrong)
    classes = [_Named(highest[best == index], is_wrong[best == index]) for index in range(int(probabilities.shape[1]))]
    return tuple(_promise(share, every, classes) for share in WRONG_AT_MOST)


def fewest_photos(wrong_at_most: float) -> int:
    """Return how many photos, all named rightly, are the fewest from which a promise follows.

    Example:
        >>> [fewest_photos(share) for share in WRONG_AT_MOST]
        [44, 90, 228, 459]
    """
    return math.ceil(math.log(_MISS / len(_STARTS)) / math.log1p(-wrong_at_most))


class _Named:
    """How many photos each threshold names, and how many of them wrongly.

    Args:
        highest: Probability of the best class, shape (photos,).
        is_wrong: Whether it is another class than the true one, shape (photos,).
    """

    def __init__(self, highest: FloatArray, is_wrong: npt.NDArray[np.bool_]) -> None:
        order = np.argsort(-highest, kind="stable")
        falling = -highest[order].astype(np.float64)
        self.photo_count = len(highest)
        self.named: _Counts = np.searchsorted(falling, -_THRESHOLDS, side="right").astype(np.int64)
        self.wrong: _Counts = np.concatenate([[0], np.cumsum(is_wrong[order], dtype=np.int64)])[self.named]

    def lowest(self, share: float) -> int | None:
        """Return the index of the lowest accepted threshold; None where none is."""
        lowest, is_going_on = None, False
        for index in range(len(_THRESHOLDS)):
            if index in _STARTS or is_going_on:
                is_going_on = self._is_accepted(index, share)
                lowest = index if is_going_on else lowest
        return lowest

    def named_share(self, index: int | None) -> float:
        """Return the share of the photos that a threshold names; 0 without a threshold."""
        return 0.0 if index is None or not self.photo_count else int(self.named[index]) / self.photo_count

    def _is_accepted(self, index: int, share: float) -> bool:
        named, wrong = int(self.named[index]), int(self.wrong[index])
        # The probability of at most the mean, or more, is far above 5 %; without a photo it is 1.
        if named == 0 or wrong >= share * named:
            return False
        return at_most_probability(wrong, named, share) <= _MISS / len(_STARTS)


def _promise(share: float, every: _Named, classes: Sequence[_Named]) -> Promise:
    lowest = every.lowest(share)
    of_classes = [named.lowest(share) for named in classes]
    return Promise(
        wrong_at_most=share,
        threshold=_threshold(lowest),
        named_share=every.named_share(lowest),
        class_thresholds=tuple(_threshold(index) for index in of_classes),
        class_named_shares=tuple(named.named_share(index) for named, index in zip(classes, of_classes, strict=True)),
    )


def _threshold(index: int | None) -> float | None:
    return None if index is None else float(_THRESHOLDS[index])
