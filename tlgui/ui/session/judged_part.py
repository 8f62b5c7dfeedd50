"""The photos behind the numbers of a run: what its model said of each, where each is now, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from tlgui.learning.assessment.doubts import rank_doubts
from tlgui.learning.results import Evaluation
from tlgui.learning.trust import JudgedBy, PhotoJudgement, counted
from tlgui.photos.collection import Part
from tlgui.photos.names import one_line
from tlgui.text.numbers import count
from tlgui.ui.session.photo_selection import PhotoNote, PhotoSelection

_PARTS = {Part.TEST: JudgedBy.TEST, Part.VALIDATION: JudgedBy.VALIDATION}


class PhotoState(Enum):
    """What became of a photo after it was judged."""

    UNCHANGED = "unchanged"
    CONFIRMED = "its class is right"
    LEFT_OUT = "left out"
    MOVED = "in another class"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where the judged photos are now.

    Args:
        paths: The path of each photo that is still in the collection, by the place where it was judged.
        states: What became of it, by the same place; unchanged ones are not in it.
    """

    paths: Mapping[str, Path] = field(default_factory=dict)
    states: Mapping[str, PhotoState] = field(default_factory=dict)

    def state(self, place: str) -> PhotoState:
        """Return what became of the photo that was judged at `place`."""
        return self.states.get(place, PhotoState.UNCHANGED if place in self.paths else PhotoState.GONE)


@dataclass(frozen=True, slots=True)
class JudgedPart:
    """The photos that were judged in one way.

    Args:
        judgements: What the model said of each.
        whereabouts: Where they are now.
        cells: The judgements by class and named class, most first.
        mistakes: The judgements that were wrong and still wait for an answer, those first of which it was surest: not
            of photos whose class was called right, or that were left out, moved to another class, or are gone.
    """

    judgements: tuple[PhotoJudgement, ...]
    whereabouts: Whereabouts
    cells: Mapping[tuple[str, str], tuple[PhotoJudgement, ...]]
    mistakes: tuple[PhotoJudgement, ...]

    @property
    def mistake_count(self) -> int:
        """All wrong judgements, answered or not."""
        return sum(len(found) for (class_name, named), found in self.cells.items() if class_name != named)

    def of_class(self, name: str) -> tuple[PhotoJudgement, ...]:
        """Return the judgements of the photos of a class, the wrong ones first."""
        cells = [found for (class_name, _), found in self.cells.items() if class_name == name]
        both = [judgement for found in cells for judgement in found]
        return tuple(sorted(both, key=lambda judgement: judgement.is_right))

    def selection(
        self, title: str, judgements: Sequence[PhotoJudgement], current: PhotoJudgement | None = None
    ) -> PhotoSelection:
        """Return photos to be shown together.

        Args:
            title: What they are.
            judgements: Some of the judgements, in the order in which the photos are shown.
            current: The one to begin with; None for the first.
        """
        return _selection(self.whereabouts, title, judgements, current)

    def all_mistakes(self, current: PhotoJudgement | None = None) -> PhotoSelection:
        """Return the selection of all mistakes that wait for an answer, beginning with `current`."""
        title = f"{count('photo', len(self.mistakes))} that it called something else, the surest first"
        return self.selection(title, self.mistakes, current)

    def cell(self, class_name: str, named: str) -> PhotoSelection | None:
        """Return the selection of the photos of a class that were called `named`; None where there is none."""
        found = self.cells.get((class_name, named), ())
        if not found:
            return None
        number, name = count("photo", len(found)), one_line(class_name)
        how = "recognised" if class_name == named else f"called “{one_line(named)}”"
        order = sorted(found, key=lambda each: each.probability, reverse=class_name != named)
        return self.selection(f"{number} of “{name}” that it {how}", order)


@dataclass(frozen=True, slots=True)
class JudgedRun:
    """The judgements of a run.

    Args:
        parts: Its photos by how they were judged; parts without a photo are not in it.
        whereabouts: Where the photos are now.
        doubts: The photos that look more like another class, as far as it pays to look at them; None without any.
    """

    parts: Mapping[JudgedBy, JudgedPart] = field(default_factory=dict)
    whereabouts: Whereabouts = field(default_factory=Whereabouts)
    doubts: PhotoSelection | None = None

    def behind(self, evaluation: Evaluation | None) -> JudgedPart | None:
        """Return the photos behind the numbers of an evaluation; None where they were not stored."""
        if evaluation is None:
            return None
        judged_by = JudgedBy.OUT_OF_FOLD if evaluation.is_out_of_fold else _PARTS.get(evaluation.part or Part.TRAINING)
        return self.parts.get(judged_by) if judged_by is not None else None

    @property
    def confirmed(self) -> frozenset[Path]:
        """The photos whose class was called right."""
        where = self.whereabouts
        return frozenset(where.paths[place] for place, state in where.states.items() if state is PhotoState.CONFIRMED)


def judged_run(judgements: Sequence[PhotoJudgement], whereabouts: Whereabouts) -> JudgedRun:
    """Return the judgements of a run by how the photos were judged."""
    by_part: dict[JudgedBy, list[PhotoJudgement]] = {}
    for judgement in judgements:
        by_part.setdefault(judgement.judged_by, []).append(judgement)
    parts = {part: judged_part(by_part[part], whereabouts) for part in JudgedBy if part in by_part}
    return JudgedRun(parts, whereabouts, _doubts(judgements, whereabouts))


def judged_part(judgements: Sequence[PhotoJudgement], whereabouts: Whereabouts) -> JudgedPart:
    """Return judgements with their cells and mistakes."""
    wrong = [each for each in judgements if not each.is_right]
    waiting = [each for each in wrong if whereabouts.state(each.place) is PhotoState.UNCHANGED]
    waiting.sort(key=lambda each: (-each.probability, each.own_probability, each.place))
    return JudgedPart(tuple(judgements), whereabouts, counted(judgements), tuple(waiting))


def _selection(
    where: Whereabouts, title: str, judgements: Sequence[PhotoJudgement], current: PhotoJudgement | None = None
) -> PhotoSelection:
    shown = [each for each in judgements if where.state(each.place) not in {PhotoState.GONE, PhotoState.MOVED}]
    # Photos that were dealt with come last.
    shown.sort(key=lambda each: where.state(each.place) is not PhotoState.UNCHANGED)
    notes = {where.paths[each.place]: _note(each) for each in shown}
    return PhotoSelection(
        title,
        tuple(notes),
        notes,
        len(judgements) - len(shown),
        where.paths.get(current.place) if current is not None else None,
    )


def _doubts(judgements: Sequence[PhotoJudgement], where: Whereabouts) -> PhotoSelection | None:
    """Return the photos that look more like another class, of those that wait for an answer; None without any."""
    confirmed = {each.digest for each in judgements if where.state(each.place) is PhotoState.CONFIRMED}
    ranked = rank_doubts(judgements, confirmed)
    waiting = [each for each in ranked if where.state(each.place) is PhotoState.UNCHANGED]
    return _selection(where, "Photos that look more like another class", waiting) if waiting else None


def _note(judgement: PhotoJudgement) -> PhotoNote:
    return PhotoNote(judgement.class_name, judgement.named, judgement.probability)
