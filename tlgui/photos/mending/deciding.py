"""Leaves no copies behind where a picture with two labels gets one: the spare copy is left out in the same mending.

Byte-for-byte copies are left out; and where a picture has exactly one photo in each of its classes, also the photo that
was moved to another that shows nearly the same. Of a burst with a few photos in the wrong class, all stay in use.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tlgui.photos.collection import Collection
from tlgui.photos.counting import counted
from tlgui.photos.facts import PhotoFacts
from tlgui.photos.health.findings import FindingKind, LeaveOut, Mending, MoveInto, MoveToBin, Report, Together


def without_spare_copies(
    mending: Mending, report: Report, collection: Collection, facts: Mapping[Path, PhotoFacts]
) -> Mending:
    """Return a mending that also leaves out the copies it would otherwise leave behind in one class.

    Args:
        mending: What the user asked for.
        report: The findings before it.
        collection: The photos before it.
        facts: The facts about them.

    Returns:
        The mending itself where no picture with two labels gets one of them, else the whole of both.
    """
    if isinstance(mending, Together):
        *before, last = mending.mendings
        whole = without_spare_copies(last, report, collection, facts)
        return Together((*before, *whole.mendings), whole.note) if isinstance(whole, Together) else mending
    if not isinstance(mending, LeaveOut | MoveInto | MoveToBin):
        return mending
    groups = next((item.groups for item in report.findings if item.kind is FindingKind.TWO_LABELS), ())
    if not groups:
        return mending
    goals = dict(mending.moves) if isinstance(mending, MoveInto) else dict.fromkeys(mending.paths)
    touched = [group for group in groups if not goals.keys().isdisjoint(group)]
    classes = _classes(collection) if touched else {}
    spare = tuple(path for group in touched for path in _spare(group, goals, classes, facts))
    if not spare:
        return mending
    if isinstance(mending, LeaveOut):
        return LeaveOut((*mending.paths, *spare))
    note = f"{counted(len(spare), 'copy was', 'copies were')} left out, because the class has the same picture already."
    return Together((LeaveOut(spare), mending), note)


def _classes(collection: Collection) -> dict[Path, str]:
    """Return the class of each photo, and of each class folder."""
    folders = {folder: item.name for item in collection.classes for folder in item.folders}
    return folders | {photo.path: photo.class_name for photo in collection.photos()}


def _spare(
    group: Sequence[Path],
    goals: Mapping[Path, Path | None],
    classes: Mapping[Path, str],
    facts: Mapping[Path, PhotoFacts],
) -> list[Path]:
    """Return the photos of a picture with two labels that would be copies of another in its only class."""
    after = {path: _class_after(path, goals, classes) for path in group}
    used = [path for path in group if after[path] is not None]
    if len({after[path] for path in used}) != 1:
        return []
    is_one_each = len({classes.get(path) for path in group}) == len(group)
    # Those that were in the class before go before those that come.
    used.sort(key=lambda path: path in goals)
    spare, digests = [], set[bytes]()
    for place, path in enumerate(used):
        digest = _digest(facts.get(path))
        if place and (digest in digests or (is_one_each and path in goals)):
            spare.append(path)
        digests.add(digest or str(path).encode())
    return spare


def _class_after(path: Path, goals: Mapping[Path, Path | None], classes: Mapping[Path, str]) -> str | None:
    """Return the class of a photo after the mending; None where it is not used any more."""
    if path not in goals:
        return classes.get(path)
    goal = goals[path]
    return classes.get(goal, goal.name) if goal is not None else None


def _digest(facts: PhotoFacts | None) -> bytes | None:
    return facts.look.digest if facts is not None and facts.look is not None else None
