"""Estimates from learning curves which class would gain most from more photos.

The share of mistakes of a network falls as a power of the number of its training photos, in many fields over many
orders of magnitude. Source: J. Hestness et al., "Deep learning scaling is predictable, empirically", arXiv 1712.00409
(2017). A power is fitted to the mistakes of heads that were trained on parts of the photos. It says what would become
of the mistakes of a class if the collection grew at the same rate; photos of one class alone help that class most, and
the estimate goes no further than twice as many.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tlgui.learning.arrays import Labels
from tlgui.learning.assessment.mcnemar import mcnemar
from tlgui.learning.learning_curve import ClassCurve, LearningCurve, MorePhotos

# The slope of one class is drawn towards that of all, as if such slopes had a standard deviation of .2: the mistakes of
# few photos say little of it.
_PRIOR_INFORMATION = 1 / 0.2**2
_SIGNIFICANT = 0.05
# A gain that is worth the words: 1 in 100 photos of a class.
_LEAST_GAIN = 0.01
# Photos are asked for until a fifth of the mistakes are gone.
_MISTAKES_LEFT = 0.8

_Right = NDArray[np.bool_]


def learning_curve(
    shares: Sequence[float],
    training_counts: Sequence[int],
    is_right: _Right,
    labels: Labels,
    class_names: Sequence[str],
) -> LearningCurve:
    """Return the curve of heads that were trained on parts of the photos.

    Args:
        shares: Shares of the photos that the heads were trained on, ascending, the last one 1.
        training_counts: How many photos that are, for one head.
        is_right: Whether the heads of each share name each photo rightly, shape (shares, photos).
        labels: Classes of the photos as indices of `class_names`, shape (photos,).
        class_names: The classes in output order.
    """
    logs = np.log(np.asarray(shares, np.float64))
    common, _ = _slope(is_right, logs)
    curves, gaining = [], []
    is_steep = _is_gain(is_right, _SIGNIFICANT)
    for index, name in enumerate(class_names):
        own = is_right[:, labels == index]
        if not own.shape[1]:
            continue
        slope, information = _slope(own, logs)
        drawn = (information * slope + _PRIOR_INFORMATION * common) / (information + _PRIOR_INFORMATION)
        curve = ClassCurve(name, own.shape[1], tuple(own.sum(axis=1).tolist()), max(0.0, drawn))
        curves.append(curve)
        if is_steep or _is_gain(own, _SIGNIFICANT / len(class_names)):
            gaining.append(curve)
    return LearningCurve(
        shares=tuple(shares),
        training_counts=tuple(training_counts),
        photo_count=len(labels),
        right_counts=tuple(is_right.sum(axis=1).tolist()),
        classes=tuple(curves),
        advice=_advice(gaining),
    )


def _slope(is_right: _Right, logs: NDArray[np.float64]) -> tuple[float, float]:
    """Fit a power law to mistakes.

    Args:
        is_right: As for `learning_curve`.
        logs: Logarithms of the shares.

    Returns:
        The power by which they fall, and how much the photos say of it: the inverse of its variance if the mistakes
        were counted on other photos each time, which understates it.
    """
    # Half a mistake more, so that none has a logarithm.
    wrong = (~is_right).sum(axis=1) + 0.5
    distances = logs - np.average(logs, weights=wrong)
    information = float((wrong * distances**2).sum())
    return -float((wrong * distances * np.log(wrong)).sum()) / information, information


def _is_gain(is_right: _Right, significance: float) -> bool:
    """Return whether all photos train a head that is better than one of the smallest share, by more than chance."""
    fewest, all_photos = is_right[0], is_right[-1]
    lost, won = int((fewest & ~all_photos).sum()), int((all_photos & ~fewest).sum())
    return won > lost and mcnemar(lost, won) <= significance


def _advice(curves: Sequence[ClassCurve]) -> MorePhotos | None:
    """Return which class of some would gain most from each photo more; None where none would gain enough."""
    steepest = max(curves, key=lambda curve: _wrong_share(curve) * curve.slope, default=None)
    if steepest is None or steepest.slope == 0.0:
        return None
    wanted = steepest.photo_count * (_MISTAKES_LEFT ** (-1 / max(steepest.slope, 0.1)) - 1)
    more = _rounded(min(wanted, steepest.photo_count))
    wrong = _wrong_share(steepest)
    expected = wrong * (1 + more / steepest.photo_count) ** -steepest.slope
    if wrong - expected < _LEAST_GAIN:
        return None
    return MorePhotos(steepest.name, more, 1 - wrong, 1 - expected)


def _wrong_share(curve: ClassCurve) -> float:
    return 1 - curve.right_counts[-1] / curve.photo_count


def _rounded(number: float) -> int:
    """Return a number of photos as one would say it: 1 to 9, then 10, 15, 20, 30 … 100, 150, 200, 300 …."""
    if number < 10:
        return max(1, round(number))
    unit = int(10 ** math.floor(math.log10(number)))
    step = unit // 2 if number < 2 * unit else unit
    return step * round(number / step)
