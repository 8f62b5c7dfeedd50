"""The finding about photos that look more like another class than like their own to a model that never saw them.

It is a place to look first, not a verdict: which photos a model doubts is known only after a training, so whoever has
that model gives the photos, see `with_doubts`.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tlgui.photos.counting import counted
from tlgui.photos.health.findings import Finding, FindingKind, Report, Severity
from tlgui.photos.health.leaving_out import each
from tlgui.photos.health.order import in_order

_EXPLANATION = (
    "A model that was trained without {them} was surer of the class beside the arrow. That does not make {them} wrong: "
    "look at {each}, and move it, leave it out, or say that the class is right. A photo that you answered does not "
    "come back."
)


def with_doubts(report: Report, paths: Sequence[Path]) -> Report:
    """Return a report together with the finding about doubtful photos.

    Args:
        report: The report.
        paths: The photos, in the order in which they are worth looking at; none for the report alone.
    """
    if not paths:
        return report
    return replace(report, findings=in_order((*report.findings, _finding(paths))))


def _finding(paths: Sequence[Path]) -> Finding:
    is_one = len(paths) == 1
    what = f"{counted(len(paths), 'photo looks', 'photos look')} more like another class"
    return Finding(
        FindingKind.OTHER_CLASS,
        Severity.DOUBT,
        f"{what}: look at {'this one' if is_one else 'these'} first",
        _EXPLANATION.format(them="it" if is_one else "them", each="it" if is_one else "each"),
        each(paths),
    )
