"""What a benchmark found: a figure beside what it is held against, and the table of them."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured number.

    Args:
        benchmark: Which benchmark it comes from.
        what: What was measured, with its unit.
        value: The number.
        target: The most it may be, or the least where `more_is_better`; None where there is no target.
        beside: What was measured in the same run to hold it against, as words; empty for nothing.
        more_is_better: Whether the target is the least instead of the most.
    """

    benchmark: str
    what: str
    value: float
    target: float | None = None
    beside: str = ""
    more_is_better: bool = False

    @property
    def verdict(self) -> str:
        """Whether the target was reached, in a word; empty without one."""
        if self.target is None:
            return ""
        is_reached = self.value >= self.target if self.more_is_better else self.value <= self.target
        return "reached" if is_reached else "MISSED"


def ratio(value: float, other: float, what: str) -> str:
    """Return how many times `other` the value is, as words for `Figure.beside`."""
    return f"{value / other:.2f} x {what} ({number(other)})" if other else f"{what}: {number(other)}"


def number(value: float) -> str:
    """Return a number with three digits that count."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a Markdown table."""
    rows = [
        "| benchmark | measured | figure | target | verdict | in the same run |",
        "| --- | --- | ---: | ---: | --- | --- |",
    ]
    for figure in figures:
        sign = "≥ " if figure.more_is_better else "≤ "
        target = "" if figure.target is None else sign + number(figure.target)
        cells = (figure.benchmark, figure.what, number(figure.value), target, figure.verdict, figure.beside)
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)
