"""Judgements of photos, as a run leaves them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from tlgui.learning.trust import JudgedBy, PhotoJudgement
from tlgui.ui.session.judged_part import JudgedRun, PhotoState, Whereabouts, judged_run

FOLDER = Path("/photos")


def judged(
    place: str, named: str, probability: float = 0.9, judged_by: JudgedBy = JudgedBy.TEST, *, own: float = 0.05
) -> PhotoJudgement:
    """Return what a model says of the photo at a place, whose class is its folder."""
    class_name = place.split("/")[0]
    own = probability if named == class_name else own
    return PhotoJudgement(place, "", class_name, named, probability, own, judged_by)


def run_of(
    judgements: Sequence[PhotoJudgement], states: dict[str, PhotoState] | None = None, gone: Iterable[str] = ()
) -> JudgedRun:
    """Return the judgements of a run, with photos that are all there but those in `gone`."""
    paths = {each.place: FOLDER / each.place for each in judgements if each.place not in set(gone)}
    return judged_run(judgements, Whereabouts(paths, states or {}))
