"""Whether two models that judged the same photos differ by more than chance."""

from collections.abc import Iterable
from dataclasses import dataclass

from tlgui.learning.assessment.binomial import at_most_probability
from tlgui.learning.trust import PhotoJudgement

_SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True)
class PairedResult:
    """How often two models are right on the same photos.

    Args:
        photo_count: Photos that both judged.
        first_right: How many of them the first model names rightly.
        second_right: How many of them the second model names rightly.
        only_first_right: Photos that only the first model names rightly.
        only_second_right: Photos that only the second model names rightly.
        p_value: How probable a difference as large as this, or larger, is between models that are equally good, 0..1.
    """

    photo_count: int
    first_right: int
    second_right: int
    only_first_right: int
    only_second_right: int
    p_value: float

    @property
    def is_more_than_chance(self) -> bool:
        """Whether equally good models would differ so much on at most 1 of 20 such sets of photos."""
        return self.p_value <= _SIGNIFICANT


def compare_judgements(first: Iterable[PhotoJudgement], second: Iterable[PhotoJudgement]) -> PairedResult:
    """Compare two models on the photos that both judged.

    A photo is the same where its place, its bytes and its class are: one that was changed or moved to another class
    between the trainings is not counted.

    Args:
        first: The judgements of the first model.
        second: The judgements of the second model.
    """
    rights = {_identity(judgement): judgement.is_right for judgement in first}
    both = [
        (rights[_identity(judgement)], judgement.is_right) for judgement in second if _identity(judgement) in rights
    ]
    only_first = sum(a and not b for a, b in both)
    only_second = sum(b and not a for a, b in both)
    return PairedResult(
        photo_count=len(both),
        first_right=sum(a for a, _ in both),
        second_right=sum(b for _, b in both),
        only_first_right=only_first,
        only_second_right=only_second,
        p_value=mcnemar(only_first, only_second),
    )


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the exact two-sided p-value of McNemar's test.

    Photos on which both models are right, or both wrong, say nothing of the difference. Of the others, equally good
    models would win half each. Source: Q. McNemar, "Note on the sampling error of the difference between correlated
    proportions or percentages", Psychometrika 12 (1947), 153-157; the exact binomial form is valid for few photos too.

    Args:
        only_first: Photos that only the first model names rightly.
        only_second: Photos that only the second model names rightly.

    Example:
        >>> round(mcnemar(1, 9), 4), round(mcnemar(4, 6), 4), mcnemar(0, 0)
        (0.0215, 0.7539, 1.0)
    """
    fewer, total = min(only_first, only_second), only_first + only_second
    return min(1.0, 2 * at_most_probability(fewer, total, 0.5))


def _identity(judgement: PhotoJudgement) -> tuple[str, str, str]:
    return judgement.place, judgement.digest, judgement.class_name
