"""Findings about pictures that occur more than once: copies, near copies, contradicting labels, leaks between parts."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from tlgui.photos.collection import Collection, Part, Photo
from tlgui.photos.counting import counted
from tlgui.photos.facts import PhotoFacts
from tlgui.photos.health.feature_confirmation import NearGroups
from tlgui.photos.health.findings import Finding, FindingKind, LeaveOut, Severity
from tlgui.photos.health.leaving_out import leave_out_words
from tlgui.photos.scanning.duplicates import Groups, copies

_PART_RANKS = {Part.TEST: 0, Part.VALIDATION: 1, Part.TRAINING: 2, None: 3}


def copy_findings(collection: Collection, facts: Mapping[Path, PhotoFacts], near: NearGroups) -> Iterator[Finding]:
    """Yield the findings about pictures that occur more than once.

    A group is reported once: as one with two labels, else as a leak between parts, else as copies.

    Args:
        collection: The photos.
        facts: Those of each photo, in the order of the collection.
        near: The near copies, byte-for-byte copies included.
    """
    photos = {photo.path: photo for photo in collection.photos()}

    def classes(path: Path) -> object:
        return photos[path].class_name

    def part(path: Path) -> object:
        return photos[path].part

    two_labels = _differing(near.groups, classes)
    most = max((len({classes(path) for path in group}) for group in two_labels), default=0)
    yield from _two_labels(two_labels, near.by_features, "two" if most == 2 else "several")
    reported = {path for group in two_labels for path in group}
    leaks: Groups = ()
    if collection.has_own_split:
        leaks = _differing((*_without(near.groups, reported), *_without(collection.groups, reported)), part)
        leaks = _disjoint(leaks)
        yield from _leaks(leaks, photos, near.by_features)
    reported |= {path for group in leaks for path in group}
    exact = _without(copies(facts), reported)
    yield from _copies(exact, photos)
    # The first of each group of copies may be a near copy too; the others are reported.
    reported |= {path for group in exact for path in sorted(group, key=lambda path: _age(photos[path]))[1:]}
    groups = _without(near.groups, reported)
    yield from _near_copies(groups, facts, _apart(groups, near.by_features, collection.groups))


def _two_labels(groups: Groups, by_features: frozenset[Path], how_many: str) -> Iterator[Finding]:
    if groups:
        paths = tuple(path for group in groups for path in group)
        yield Finding(
            FindingKind.TWO_LABELS,
            Severity.HARM,
            f"{counted(len(groups), 'picture is', 'pictures are')} filed under {how_many} classes",
            f"The same picture has {how_many} labels, so one of them is wrong and the model learns from it. Move "
            "each to the class it belongs to: the copy that is not needed then is left out by itself. Or leave all of "
            "them out."
            f"{_look_first(groups, by_features)}",
            groups,
            LeaveOut(paths),
            leave_out_words(len(paths)),
        )


def _leaks(groups: Groups, photos: Mapping[Path, Photo], by_features: frozenset[Path]) -> Iterator[Finding]:
    if groups:
        spare = tuple(path for group in groups for path in _learned_from(group, photos))
        yield Finding(
            FindingKind.LEAKS,
            Severity.HARM,
            f"{counted(len(groups), 'picture is', 'pictures are')} in more than one part of the folder's split",
            "A model that is checked on pictures it has learned from, or on shots of the same moment, looks better "
            "than it is. Keep them in one part: leave out those it would learn from."
            f"{_look_first(groups, by_features)}",
            groups,
            LeaveOut(spare),
            leave_out_words(len(spare)),
        )


def _copies(groups: Groups, photos: Mapping[Path, Photo]) -> Iterator[Finding]:
    if groups:
        spare = tuple(path for group in groups for path in sorted(group, key=lambda path: _age(photos[path]))[1:])
        yield Finding(
            FindingKind.COPIES,
            Severity.DOUBT,
            f"{counted(len(spare), 'photo is a copy', 'photos are copies')} of {counted(len(groups), 'other')}",
            "The files are the same byte for byte. Copies teach nothing new, and make their picture count more than "
            "others.",
            groups,
            LeaveOut(spare),
            leave_out_words(len(spare), "copy", "copies"),
        )


def _near_copies(groups: Groups, facts: Mapping[Path, PhotoFacts], apart: int) -> Iterator[Finding]:
    if groups:
        spare = tuple(path for group in groups for path in sorted(group, key=lambda path: _quality(facts[path]))[:-1])
        number = sum(len(group) for group in groups)
        yield Finding(
            FindingKind.NEAR_COPIES,
            Severity.DOUBT,
            f"{counted(number, 'photo')} in {counted(len(groups), 'group')} look nearly the same",
            f"{_kept_words(number, apart)} You may keep only the largest and sharpest of each group.",
            groups,
            LeaveOut(spare),
            leave_out_words(len(spare)),
        )


def _kept_words(number: int, apart: int) -> str:
    """Return how near copies affect a model, where the split does not keep `apart` of them in one part."""
    by_features = "told by the backbone's features, may lie in two parts"
    if not apart:
        return (
            "They are always kept in one part of the split, so they do not make the model look better than it is; but "
            "many of a kind count more than others."
        )
    if apart == number:
        return (
            f"All of them, {by_features} of the split, so the model may look better than it is; and many of a kind "
            "count more than others."
        )
    return (
        "They are kept in one part of the split, so they do not make the model look better than it is; but "
        f"{apart:,} of them, {by_features}. Many of a kind also count more than others."
    )


def _look_first(groups: Groups, by_features: frozenset[Path]) -> str:
    """Return a note about the photos that only the features put into a group; empty where there are none."""
    number = sum(path in by_features for group in groups for path in group)
    if not number:
        return ""
    told = f"told by the backbone's features: look first whether {'it shows' if number == 1 else 'they show'} the same."
    return f" {counted(number, 'photo was', 'photos were')} {told}"


def _apart(groups: Groups, by_features: frozenset[Path], kept: Groups) -> int:
    """Return how many photos found by features the split does not keep together with another of their group."""
    numbers = {path: number for number, together in enumerate(kept) for path in together}
    apart = 0
    for group in groups:
        there = Counter(numbers[path] for path in group if path in numbers)
        apart += sum(path in by_features and there[numbers.get(path, -1)] < 2 for path in group)
    return apart


def _differing(groups: Sequence[Sequence[Path]], trait: Callable[[Path], object]) -> Groups:
    """Return the groups whose photos differ in a trait."""
    return tuple(tuple(group) for group in groups if len({trait(path) for path in group}) > 1)


def _without(groups: Sequence[Sequence[Path]], reported: set[Path]) -> Groups:
    """Return the groups without the photos reported already, where two or more are left."""
    left = (tuple(path for path in group if path not in reported) for group in groups)
    return tuple(group for group in left if len(group) > 1)


def _disjoint(groups: Groups) -> Groups:
    """Return the groups in which no photo was in an earlier one."""
    seen: set[Path] = set()
    found = []
    for group in groups:
        if seen.isdisjoint(group):
            found.append(group)
        seen.update(group)
    return tuple(found)


def _learned_from(group: Sequence[Path], photos: Mapping[Path, Photo]) -> list[Path]:
    """Return the photos of a leak that are not in its part for evaluation, test before validation."""
    best = min(_PART_RANKS[photos[path].part] for path in group)
    return [path for path in group if _PART_RANKS[photos[path].part] != best]


def _age(photo: Photo) -> tuple[int, int, str]:
    """Return the sort key that puts the original before its copies: “a (2).jpg” comes after “a.jpg”."""
    return photo.arrival, len(photo.path.name), str(photo.path)


def _quality(fact: PhotoFacts) -> tuple[int, float, int]:
    return fact.width * fact.height, fact.look.sharpness if fact.look else 0.0, fact.state.size
