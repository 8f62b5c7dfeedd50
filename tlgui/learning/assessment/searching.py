"""Finds where a function of one number is smallest."""

import math
from collections.abc import Callable

_GOLDEN = (math.sqrt(5) - 1) / 2


def minimum(function: Callable[[float], float], low: float, high: float, precision: float) -> float:
    """Return where a function with one minimum has it, by golden-section search.

    Args:
        function: The function.
        low: The lower end of the range that is searched.
        high: Its upper end.
        precision: How near the result is to the minimum.

    Example:
        >>> round(minimum(lambda x: (x - 2) ** 2, 0.0, 10.0, 1e-6), 4)
        2.0
    """
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = function(left), function(right)
    while high - low > precision:
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = function(right)
    return (low + high) / 2
