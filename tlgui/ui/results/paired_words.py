"""Whether two runs differ by more than chance, in words: by photos that both judged and neither was trained on."""

from collections.abc import Sequence

from tlgui.learning.assessment.mcnemar import PairedResult, compare_judgements
from tlgui.learning.trust import JudgedBy
from tlgui.text.accuracy import difference_in_words
from tlgui.ui.session.judged_part import JudgedRun
from tlgui.ui.text.run_words import RunRow

_UNKNOWN = (
    "Whether the difference is more than chance is not known: of at least one of them, what it said of each photo was "
    "not kept. A new training keeps it."
)
_NO_SAME_PHOTOS = "They were judged by different photos, so their difference may be that of the photos."


def compared_pair(runs: Sequence[RunRow]) -> tuple[RunRow, RunRow] | None:
    """Return the two runs that are tested: the most accurate ones, in the order of `runs`; None without two models."""
    measured = [run for run in runs if run.run is not None and run.evaluation is not None]
    if len(measured) < 2:
        return None
    best = sorted(measured, key=lambda run: run.evaluation.accuracy if run.evaluation else 0.0, reverse=True)[:2]
    first, second = (run for run in measured if run in best)
    return first, second


def same_photos(first: JudgedRun, second: JudgedRun) -> PairedResult | None:
    """Compare two runs on the cleanest photos that both judged in the same way; None where there are none."""
    for part in JudgedBy:
        if part in first.parts and part in second.parts:
            result = compare_judgements(first.parts[part].judgements, second.parts[part].judgements)
            if result.photo_count:
                return result
    return None


def pair_in_words(
    first: RunRow, second: RunRow, first_judged: JudgedRun, second_judged: JudgedRun, *, is_of_more: bool = False
) -> str:
    """Return how two runs differ on the same photos, and whether that is more than chance.

    Args:
        first: A run.
        second: Another one.
        first_judged: What the model of the first one said of each photo.
        second_judged: The same of the second.
        is_of_more: Whether they are the two most accurate of more runs.
    """
    if not first_judged.parts or not second_judged.parts:
        return _UNKNOWN
    result = same_photos(first_judged, second_judged)
    if result is None:
        return _NO_SAME_PHOTOS
    words = difference_in_words(result, f"“{first.name}”", f"“{second.name}”")
    return f"These are the two most accurate. {words}" if is_of_more else words
