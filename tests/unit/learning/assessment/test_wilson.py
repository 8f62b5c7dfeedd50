"""Wilson's interval: published examples, and its bounds."""

import pytest

from tlgui.learning.assessment.wilson import wilson_interval


@pytest.mark.parametrize(
    ("right", "total", "low", "high"),
    [
        # R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998),
        # table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_interval_agrees_with_the_published_examples(right: int, total: int, low: float, high: float) -> None:
    interval = wilson_interval(right, total)
    assert interval.low == pytest.approx(low, abs=5e-5)
    assert interval.high == pytest.approx(high, abs=5e-5)


@pytest.mark.parametrize("total", [1, 2, 10, 1000, 100_000])
def test_wilson_interval_holds_the_share_and_stays_within_0_and_1(total: int) -> None:
    for right in {0, 1, total // 2, total - 1, total}:
        interval = wilson_interval(right, total)
        assert 0 <= interval.low <= right / total <= interval.high <= 1


def test_wilson_interval_without_photos_is_everything() -> None:
    interval = wilson_interval(0, 0)
    assert (interval.low, interval.high) == (0, 1)
