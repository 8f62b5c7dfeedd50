"""The 95 % confidence interval of a share of photos."""

import math

from tlgui.learning.results import Interval

# The 97.5 % quantile of the normal distribution: 95 % lie between it and its negative.
_Z_95 = 1.959963984540054


def wilson_interval(right: int, total: int) -> Interval:
    """Return the 95 % confidence interval of a share, by Wilson's score interval without continuity correction.

    Unlike the normal approximation it stays within 0..1, and is valid for few photos and for shares near 0 and 1.
    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the
    American Statistical Association 22 (1927), 209-212.

    Args:
        right: Photos that were predicted correctly.
        total: All photos; 0 gives the interval 0 to 1.

    Example:
        >>> interval = wilson_interval(right=9, total=10)
        >>> round(interval.low, 3), round(interval.high, 3)
        (0.596, 0.982)
    """
    if total == 0:
        return Interval(0.0, 1.0)
    share = right / total
    weight = _Z_95**2 / total
    middle = (share + weight / 2) / (1 + weight)
    half = _Z_95 / (1 + weight) * math.sqrt(share * (1 - share) / total + weight / (4 * total))
    # The formula is exact at 0 and 1, but rounding is not.
    return Interval(
        0.0 if right == 0 else max(0.0, middle - half),
        1.0 if right == total else min(1.0, middle + half),
    )
