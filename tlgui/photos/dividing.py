"""Assigns photos to the parts of a split: by a hash rank, class by class, groups together.

Photos of one arrival are assigned before those of the next, so that photos which are added later move no earlier one.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tlgui.gui_priority import free_in_portions
from tlgui.photos.collection import Part, Photo

Rank = tuple[bytes, str]
"""The position of a photo in the order in which parts are filled: a hash, then the path, so that no two are equal."""

_Ranked = tuple[Rank, Photo]


class _Unit(NamedTuple):
    """Photos that are assigned to one part together: one photo, or those of a group that arrived together."""

    rank: Rank
    photos: Sequence[Photo]


def divide(
    free: Mapping[str, Sequence[Photo]],
    shares: Mapping[str, tuple[float, float]],
    groups: Sequence[Sequence[Path]],
    rank_of: Callable[[Photo], Rank],
) -> dict[Path, Part]:
    """Assign photos to the three parts.

    Args:
        free: The photos, by class.
        shares: For each class the share for validation and the share for test, each 0..1.
        groups: Photos that come into one part; a photo that joins a group later follows the photos of it that arrived
            first.
        rank_of: Returns the rank of a photo; other ranks divide differently.

    Returns:
        The part of each photo. A class of two photos or more has at least one for training, and one for each part
        with a share while there are enough, even where that takes a group apart.
    """
    arrivals: dict[int, dict[str, list[_Ranked]]] = {}
    for name, photos in free.items():
        for photo in photos:
            if photo.arrival not in arrivals:
                arrivals[photo.arrival] = {known: [] for known in free}
            arrivals[photo.arrival][name].append((rank_of(photo), photo))
    assignment = _Assignment(shares, _group_of(free, groups))
    for _, ranked in sorted(arrivals.items()):
        assignment.add(ranked)
        for new in ranked.values():
            free_in_portions(new)
    return assignment.parts


def _group_of(free: Mapping[str, Sequence[Photo]], groups: Sequence[Sequence[Path]]) -> dict[Path, int]:
    """Return the group number of each photo that is in a group."""
    if not groups:
        return {}
    known = {photo.path for photos in free.values() for photo in photos}
    return {path: number for number, group in enumerate(groups) for path in group if path in known}


class _Assignment:
    """The parts assigned so far.

    Hashing a path costs more than all other work on a photo, so each path is looked up once or twice only: a
    collection may have 100,000.

    Args:
        shares: Of each class, for validation and for test.
        group_of: The group of each photo that is in one.
    """

    def __init__(self, shares: Mapping[str, tuple[float, float]], group_of: Mapping[Path, int]) -> None:
        self.parts: dict[Path, Part] = {}
        self._shares = shares
        self._group_of = group_of
        self._group_parts: dict[int, Part] = {}
        self._counts: dict[str, Counter[Part]] = {name: Counter() for name in shares}

    def add(self, ranked: Mapping[str, Sequence[_Ranked]]) -> None:
        """Assign the photos of one arrival, given by class."""
        wanted = {name: self._wanted(name, len(new)) for name, new in ranked.items()}
        of_class: dict[str, list[_Unit]] = {name: [] for name in ranked}
        for unit in self._units(self._not_joining(ranked)):
            if len(unit.photos) > 1 and len({photo.class_name for photo in unit.photos}) > 1:
                self._place(unit.photos, self._part_by_share(unit, wanted))
            else:
                of_class[unit.photos[0].class_name].append(unit)
        for name, own_units in of_class.items():
            self._add_class(name, own_units, wanted[name])
            free_in_portions(own_units)
        for name, new in ranked.items():
            self._keep_one_for_training(name, new)

    def _wanted(self, name: str, count: int) -> dict[Part, int]:
        """Return how many photos a class is to have in each part after `count` new ones are assigned."""
        total = sum(self._counts[name].values()) + count
        validation, test = self._shares[name]
        most = max(total - 1, 0)
        for_validation = min(max(1, round(total * validation)), most) if validation else 0
        for_test = min(max(1, round(total * test)), most - for_validation) if test else 0
        return {Part.VALIDATION: for_validation, Part.TEST: for_test}

    def _not_joining(self, ranked: Mapping[str, Sequence[_Ranked]]) -> list[_Ranked]:
        """Place the photos whose group has a part already, and return the others."""
        everything = [one for new in ranked.values() for one in new]
        if not self._group_parts:
            return everything
        others = []
        for one in everything:
            group = self._group_of.get(one[1].path)
            part = self._group_parts.get(group) if group is not None else None
            if part is None:
                others.append(one)
            else:
                self._place([one[1]], part)
        return others

    def _units(self, ranked: Iterable[_Ranked]) -> list[_Unit]:
        """Join the photos of one group into a unit, which has the lowest rank among them."""
        if not self._group_of:
            return [_Unit(rank, (photo,)) for rank, photo in _in_order(ranked)]
        units = []
        together: dict[int, list[Photo]] = {}
        for rank, photo in _in_order(ranked):
            group = self._group_of.get(photo.path)
            if group is None:
                units.append(_Unit(rank, (photo,)))
            elif group in together:
                together[group].append(photo)
            else:
                together[group] = [photo]
                units.append(_Unit(rank, together[group]))
        return units

    def _part_by_share(self, unit: _Unit, wanted: Mapping[str, Mapping[Part, int]]) -> Part:
        """Return the part for photos of several classes: by their rank, unless a class would exceed its share."""
        place = int.from_bytes(unit.rank[0]) / 256 ** len(unit.rank[0])
        validation, test = self._shares[unit.photos[0].class_name]
        part = Part.VALIDATION if place < validation else Part.TEST if place >= 1 - test else Part.TRAINING
        sizes = Counter(photo.class_name for photo in unit.photos)
        fits = all(self._counts[name][part] + size <= wanted[name].get(part, 0) for name, size in sizes.items())
        return part if fits else Part.TRAINING

    def _add_class(self, name: str, units: Sequence[_Unit], wanted: Mapping[Part, int]) -> None:
        """Assign a class: the lowest ranks to validation, the highest to test, the rest to training."""
        counts = self._counts[name]
        left = list(units)
        for part, order in ((Part.VALIDATION, 1), (Part.TEST, -1)):
            room = wanted[part] - counts[part]
            placed: list[Photo] = []
            others = []
            for unit in left[::order]:
                if len(unit.photos) <= room:
                    placed += unit.photos
                    room -= len(unit.photos)
                else:
                    others.append(unit)
            self._place(placed, part)
            left = others[::order]
            if wanted[part] and not counts[part]:
                left = self._force(left[::order], part)[::order]
        self._place([photo for unit in left for photo in unit.photos], Part.TRAINING)

    def _force(self, units: Sequence[_Unit], part: Part) -> list[_Unit]:
        """Place the smallest unit in a part; where there is only one unit, its first photo."""
        if len(units) > 1:
            self._place(min(units, key=lambda unit: len(unit.photos)).photos, part)
        elif units and len(units[0].photos) > 1:
            # All photos are of one group; without one in this part the class could not be evaluated.
            self._place(units[0].photos[:1], part)
        return self._left(units)

    def _keep_one_for_training(self, name: str, new: Sequence[_Ranked]) -> None:
        """Move a photo to training where groups drew all photos of a new class into other parts."""
        counts = self._counts[name]
        if new and len(new) == sum(counts.values()) > 1 and not counts[Part.TRAINING]:
            path = max(new)[1].path
            counts[self.parts[path]] -= 1
            counts[Part.TRAINING] += 1
            self.parts[path] = Part.TRAINING

    def _left(self, units: Sequence[_Unit]) -> list[_Unit]:
        """Return the units that have photos without a part, with these photos alone."""
        left = []
        for unit in units:
            photos = tuple(photo for photo in unit.photos if photo.path not in self.parts)
            if photos:
                left.append(_Unit(unit.rank, photos))
        return left

    def _place(self, photos: Sequence[Photo], part: Part) -> None:
        for photo in photos:
            self.parts[photo.path] = part
        for name, count in Counter(photo.class_name for photo in photos).items():
            self._counts[name][part] += count
        for photo in photos if self._group_of else ():
            if (group := self._group_of.get(photo.path)) is not None:
                self._group_parts.setdefault(group, part)


def _in_order(ranked: Iterable[_Ranked]) -> Iterator[_Ranked]:
    """Yield photos by rank; sorted in 256 buckets, because one long sort holds the GIL and stalls the GUI thread."""
    buckets: list[list[_Ranked]] = [[] for _ in range(256)]
    for one in ranked:
        buckets[one[0][0][0]].append(one)
    for bucket in buckets:
        yield from sorted(bucket)
