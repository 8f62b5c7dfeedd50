"""Deals photos out to the parts of a split: by lots, class by class, groups together, earlier photos never moved."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tlgui.photos.collection import Part, Photo

Lot = tuple[bytes, str]
"""Where a photo stands in the order in which parts are dealt out; no two have the same."""

_Drawn = tuple[Lot, Photo]


class _Unit(NamedTuple):
    """Photos that come into one part, those of one arrival and one class or several; often a single one."""

    lot: Lot
    photos: Sequence[Photo]


def divide(
    free: Mapping[str, Sequence[Photo]],
    shares: Mapping[str, tuple[float, float]],
    groups: Sequence[Sequence[Path]],
    lot_of: Callable[[Photo], Lot],
) -> dict[Path, Part]:
    """Deal out photos to the three parts.

    Photos are dealt out arrival by arrival, so that those of an earlier one lie as they would without the later ones.

    Args:
        free: The photos, by class.
        shares: For each class which share of it is for validation, and which for test.
        groups: Photos that come into one part; where a later photo joins a group, it goes where the earliest lies.
        lot_of: Other lots divide otherwise.

    Returns:
        The part of each photo. A class of two photos or more has at least one for training, and one for each part
        with a share while there are enough, even where that takes a group apart.
    """
    arrivals: dict[int, dict[str, list[_Drawn]]] = {}
    for name, photos in free.items():
        for photo in photos:
            if photo.arrival not in arrivals:
                arrivals[photo.arrival] = {known: [] for known in free}
            arrivals[photo.arrival][name].append((lot_of(photo), photo))
    dealer = _Dealer(shares, _group_of(free, groups))
    for _, drawn in sorted(arrivals.items()):
        dealer.deal(drawn)
    return dealer.parts


def _group_of(free: Mapping[str, Sequence[Photo]], groups: Sequence[Sequence[Path]]) -> dict[Path, int]:
    """Return which group each photo is in that is in one."""
    if not groups:
        return {}
    known = {photo.path for photos in free.values() for photo in photos}
    return {path: number for number, group in enumerate(groups) for path in group if path in known}


class _Dealer:
    """What was dealt out so far.

    A hundred thousand photos are dealt out, and to look up a path takes longer than all else: it is done once or twice.

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

    def deal(self, drawn: Mapping[str, Sequence[_Drawn]]) -> None:
        """Deal out the photos of one arrival, given by class."""
        wanted = {name: self._wanted(name, len(new)) for name, new in drawn.items()}
        of_class: dict[str, list[_Unit]] = {name: [] for name in drawn}
        for unit in self._units(self._not_joining(drawn)):
            if len(unit.photos) > 1 and len({photo.class_name for photo in unit.photos}) > 1:
                self._place(unit.photos, self._part_by_share(unit, wanted))
            else:
                of_class[unit.photos[0].class_name].append(unit)
        for name, own_units in of_class.items():
            self._deal_class(name, own_units, wanted[name])
        for name, new in drawn.items():
            self._keep_one_to_learn_from(name, new)

    def _wanted(self, name: str, count: int) -> dict[Part, int]:
        """Return how many photos a class has in each part once so many new ones are dealt out."""
        total = sum(self._counts[name].values()) + count
        validation, test = self._shares[name]
        most = max(total - 1, 0)
        for_validation = min(max(1, round(total * validation)), most) if validation else 0
        for_test = min(max(1, round(total * test)), most - for_validation) if test else 0
        return {Part.VALIDATION: for_validation, Part.TEST: for_test}

    def _not_joining(self, drawn: Mapping[str, Sequence[_Drawn]]) -> list[_Drawn]:
        """Place the photos whose group lies somewhere already, and return the others."""
        everything = [one for new in drawn.values() for one in new]
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

    def _units(self, drawn: Iterable[_Drawn]) -> list[_Unit]:
        """Put the photos of one group together; the first lot among them is that of all."""
        if not self._group_of:
            return [_Unit(lot, (photo,)) for lot, photo in _in_order(drawn)]
        units = []
        together: dict[int, list[Photo]] = {}
        for lot, photo in _in_order(drawn):
            group = self._group_of.get(photo.path)
            if group is None:
                units.append(_Unit(lot, (photo,)))
            elif group in together:
                together[group].append(photo)
            else:
                together[group] = [photo]
                units.append(_Unit(lot, together[group]))
        return units

    def _part_by_share(self, unit: _Unit, wanted: Mapping[str, Mapping[Part, int]]) -> Part:
        """Return the part for photos of several classes: as the lot falls, while none of them gets too many of it."""
        place = int.from_bytes(unit.lot[0]) / 256 ** len(unit.lot[0])
        validation, test = self._shares[unit.photos[0].class_name]
        part = Part.VALIDATION if place < validation else Part.TEST if place >= 1 - test else Part.TRAINING
        sizes = Counter(photo.class_name for photo in unit.photos)
        fits = all(self._counts[name][part] + size <= wanted[name].get(part, 0) for name, size in sizes.items())
        return part if fits else Part.TRAINING

    def _deal_class(self, name: str, units: Sequence[_Unit], wanted: Mapping[Part, int]) -> None:
        """Deal out a class: validation from the front, test from the back, and training is what lies between them."""
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
        """Give a part one unit at least, the smallest; where there is only one unit, its first photo."""
        if len(units) > 1:
            self._place(min(units, key=lambda unit: len(unit.photos)).photos, part)
        elif units and len(units[0].photos) > 1:
            # All photos are of one group. Without one to check on, nobody would learn how the class does.
            self._place(units[0].photos[:1], part)
        return self._left(units)

    def _keep_one_to_learn_from(self, name: str, new: Sequence[_Drawn]) -> None:
        """Take a photo back where all of a class came to lie with copies of them that are not for training."""
        counts = self._counts[name]
        if new and len(new) == sum(counts.values()) > 1 and not counts[Part.TRAINING]:
            path = max(new)[1].path
            counts[self.parts[path]] -= 1
            counts[Part.TRAINING] += 1
            self.parts[path] = Part.TRAINING

    def _left(self, units: Sequence[_Unit]) -> list[_Unit]:
        """Return what is not placed yet."""
        left = []
        for unit in units:
            photos = tuple(photo for photo in unit.photos if photo.path not in self.parts)
            if photos:
                left.append(_Unit(unit.lot, photos))
        return left

    def _place(self, photos: Sequence[Photo], part: Part) -> None:
        for photo in photos:
            self.parts[photo.path] = part
        for name, count in Counter(photo.class_name for photo in photos).items():
            self._counts[name][part] += count
        for photo in photos if self._group_of else ():
            if (group := self._group_of.get(photo.path)) is not None:
                self._group_parts.setdefault(group, part)


def _in_order(drawn: Iterable[_Drawn]) -> Iterator[_Drawn]:
    """Yield photos in the order of their lots. To sort all of them at once would keep Python from all other threads."""
    drawers: list[list[_Drawn]] = [[] for _ in range(256)]
    for one in drawn:
        drawers[one[0][0][0]].append(one)
    for drawer in drawers:
        yield from sorted(drawer)
