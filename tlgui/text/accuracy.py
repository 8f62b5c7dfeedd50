"""Accuracies in words, the same in the window and on the command line."""

import math

from tlgui.learning.assessment.mcnemar import PairedResult
from tlgui.learning.results import Baseline, Evaluation, Interval
from tlgui.photos.counting import listed
from tlgui.photos.names import one_line
from tlgui.text.numbers import count, percent

_NOT_MEASURED = "No photos to judge it by"
_ROUGH_SHARES = ((1, 20), (1, 4), (3, 4), *((tenths, 10) for tenths in range(1, 10)))


def accuracy_in_words(evaluation: Evaluation) -> str:
    """Describe how often a model is right.

    Args:
        evaluation: Its metrics.

    Returns:
        Words such as “About 9 in 10 right (86.6 %, between 83 and 90)”, with the balanced accuracy where the classes
        are unequal. A model that does not beat the largest class is described by that: “No better than always naming
        “robin” (90.0 %, between 80 and 96; balanced 50.0 %)”.
    """
    if evaluation.photo_count == 0:
        return _NOT_MEASURED
    figures = f"{percent(evaluation.accuracy)}, {_interval(evaluation.interval)}{_balanced(evaluation)}"
    return f"{_verdict(evaluation)} ({figures})"


def accuracy_in_few_words(evaluation: Evaluation) -> str:
    """Describe how often a model is right without the range, such as “About 9 in 10 right (86.6 %)”.

    Args:
        evaluation: Its metrics.

    Returns:
        As `accuracy_in_words`, without the range.
    """
    if evaluation.photo_count == 0:
        return _NOT_MEASURED
    return f"{_verdict(evaluation)} ({percent(evaluation.accuracy)}{_balanced(evaluation)})"


def accuracy_notes(evaluation: Evaluation) -> tuple[str, ...]:
    """Explain an accuracy that flatters a model.

    Args:
        evaluation: Its metrics.

    Returns:
        Sentences on what always naming the largest class reaches, what balanced means, and which classes were never
        recognised, as far as they apply.
    """
    notes, baseline = [], evaluation.baseline
    if baseline is not None and not baseline.is_beaten:
        notes.append(
            f"Always naming {_quoted(baseline.class_name)} is right for {percent(baseline.accuracy)} of these photos."
        )
        if evaluation.accuracy > baseline.accuracy:
            notes.append("More photos to judge it by would show whether it is better.")
    if evaluation.is_unequal:
        notes.append("Balanced, each class counts the same, however few photos it has.")
    missed = [one_line(result.name) for result in evaluation.classes if result.recall == 0.0]
    if missed and evaluation.photo_count:
        notes.append(f"It recognised no photo of {listed(missed)}.")
    return tuple(notes)


def no_better_in_words(accuracy: float, baseline: Baseline) -> str:
    """Describe a model that does not beat the largest class.

    Args:
        accuracy: Its accuracy, 0..1.
        baseline: What always naming the largest class reaches.

    Returns:
        “No better than always naming “robin””, or “Perhaps no better …” for a higher accuracy.
    """
    no = "Perhaps no" if accuracy > baseline.accuracy else "No"
    return f"{no} better than always naming {_quoted(baseline.class_name)}"


def difference_in_words(result: PairedResult, first: str, second: str) -> str:
    """Describe whether one of two models is better on the same photos.

    Args:
        result: How they compare.
        first: What the first model is called.
        second: What the second model is called.

    Returns:
        Sentences such as “On the same 372 photos, Thorough was right 351 times and Quick 328 times. The difference is
        more than chance.”; empty where they judged no photo in common.
    """
    if not result.photo_count:
        return ""
    times = (
        f"On the same {count('photo', result.photo_count)}, {one_line(first)} was right "
        f"{count('time', result.first_right)} and {one_line(second)} {count('time', result.second_right)}."
    )
    if result.is_more_than_chance:
        return f"{times} The difference is more than chance."
    return times if result.first_right == result.second_right else f"{times} The difference may be chance."


def interval_ends(interval: Interval) -> tuple[int, int]:
    """Return both ends of an interval in whole per cent, rounded outwards so that it never becomes narrower.

    Args:
        interval: The interval, as shares of 0..1.
    """
    return _floored(interval.low * 100), math.ceil(round(interval.high * 100, 6))


def share_or_none(share: float | None) -> str:
    """Return a share as a percentage, and “—” for None: a class without photos has no share that was recognised."""
    return "—" if share is None else percent(share)


def _verdict(evaluation: Evaluation) -> str:
    baseline = evaluation.baseline
    if baseline is None or baseline.is_beaten:
        return _share_in_words(evaluation.accuracy)
    return no_better_in_words(evaluation.accuracy, baseline)


def _balanced(evaluation: Evaluation) -> str:
    return f"; balanced {percent(evaluation.balanced_accuracy)}" if evaluation.is_unequal else ""


def _quoted(name: str) -> str:
    return f"“{one_line(name)}”"


def _share_in_words(share: float) -> str:
    """Return a share as a rough count that never claims more than it is."""
    if share >= 1.0:
        return "All right"
    if share >= 0.995:
        return "More than 99 in 100 right"
    if share >= 0.95:
        return f"About {round(share * 100)} in 100 right"
    if share < 0.05:
        return "Hardly any right"
    part, whole = min(_ROUGH_SHARES, key=lambda rough: _distance(share, *rough))
    return f"About {part} in {whole} right"


def _distance(share: float, part: int, whole: int) -> tuple[float, float]:
    """Return how far a share is from `part` in `whole`; of two that are equally near, the smaller one comes first."""
    return round(abs(part / whole - share), 9), part / whole


def _interval(interval: Interval) -> str:
    low, high = interval_ends(interval)
    return f"between {low} and {high}"


def _floored(value: float) -> int:
    # Rounded a little first, so that 0.29 * 100 = 28.999999999999996 is 29.
    return math.floor(round(value, 6))
