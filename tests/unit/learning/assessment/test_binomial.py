"""The exact tail of the binomial distribution."""

import math

import pytest

from tlgui.learning.assessment.binomial import at_most_probability


@pytest.mark.parametrize(
    ("count", "total", "share"),
    [(0, 0, 0.5), (0, 10, 0.1), (3, 40, 0.05), (25, 1_000, 0.02), (7, 7, 0.5), (900, 1_000, 0.9)],
)
def test_probability_is_the_exact_sum(count: int, total: int, share: float) -> None:
    exact = math.fsum(math.comb(total, k) * share**k * (1 - share) ** (total - k) for k in range(count + 1))
    assert at_most_probability(count, total, share) == pytest.approx(exact, rel=1e-9)


def test_probability_of_many_photos_is_exact_too() -> None:
    # By symmetry, P(X <= n) = 1/2 of 2n + 1 photos with a share of one half.
    assert at_most_probability(50_000, 100_001, 0.5) == pytest.approx(0.5, rel=1e-8)
