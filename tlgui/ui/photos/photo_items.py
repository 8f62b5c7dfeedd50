"""Which photos the Photos page shows, and in which order: plain values, worked out on any thread."""

import heapq
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from tlgui.photos.collection import Collection, Part, Photo, PhotoClass, Split
from tlgui.photos.facts import PhotoFacts
from tlgui.photos.health.findings import Finding, FindingKind, Report

# Sorting holds Python for as long as it takes, and the window with it; so many take about 10 ms.
_SLICE = 4000
_DIGITS = re.compile(r"(\d+)")
_NS = 1_000_000_000

_Thing = TypeVar("_Thing")
# Lists are compared element by element, so one type serves all orders.
_Key = list[Any]
_Keyed = tuple[_Key, int]


@dataclass(frozen=True, slots=True)
class PhotoItem:
    """One photo as the grid shows it.

    Args:
        path: The file.
        class_name: Its class; where it is in none, the name of its folder.
        part: What it is used for; None where it is not used, or nobody knows yet.
        facts: What is known of it.
        is_left_out: Whether the user left it out.
        is_usable: Whether it is a photo of a class, left out or not.
        group: Which files of a finding belong together: those of the same number.
    """

    path: Path
    class_name: str
    part: Part | None = None
    facts: PhotoFacts | None = None
    is_left_out: bool = False
    is_usable: bool = True
    group: int = 0


class Use(Enum):
    """Which photos to show by what they are used for."""

    ANY = "any"
    TRAINING = "training"
    VALIDATION = "validation"
    TEST = "test"
    LEFT_OUT = "left out"


class Order(Enum):
    """By what to sort."""

    TOGETHER = "together"
    NAME = "name"
    TAKEN = "taken"
    SIZE = "size"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user wants to see.

    Args:
        class_names: The classes; empty for all.
        finding: The line of the report whose files to show; None for all photos.
        text: What the file's name has in it, in any case.
        use: What the photos are used for.
        order: By what they are sorted.
        is_descending: Whether the last one comes first.
    """

    class_names: frozenset[str] = frozenset()
    finding: FindingKind | None = None
    text: str = ""
    use: Use = Use.ANY
    order: Order = Order.NAME
    is_descending: bool = False


@dataclass(frozen=True)
class Album:
    """All there is to show.

    Args:
        collection: The photos.
        facts: What is known of them.
        report: What is wrong with them.
        split: Who is used for what, or None where nobody knows.
    """

    collection: Collection
    facts: Mapping[Path, PhotoFacts]
    report: Report = field(default_factory=Report)
    split: Split | None = None

    @cached_property
    def _by_path(self) -> dict[Path, Photo]:
        return {photo.path: photo for photo in (*self.collection.photos(), *self.collection.left_out)}

    @cached_property
    def _left_out(self) -> frozenset[Path]:
        return frozenset(photo.path for photo in self.collection.left_out)

    @cached_property
    def _kept_apart(self) -> dict[Path, Part]:
        # Most photos are for training: those are not listed.
        split = self.split
        if split is None:
            return {}
        return {photo.path: part for part in (Part.VALIDATION, Part.TEST) for photo in split.part(part)}

    def finding(self, kind: FindingKind | None) -> Finding | None:
        """Return the line of the report of a kind, if there is one."""
        return next((finding for finding in self.report.findings if finding.kind is kind), None)

    def items(self, wish: Wish) -> Iterator[PhotoItem]:
        """Yield what `wish` is about, whatever it filters."""
        if wish.finding is not None:
            yield from self._found_items(self.finding(wish.finding))
            return
        names = wish.class_names
        for photo_class in self.collection.classes:
            if not names or photo_class.name in names:
                yield from map(self._photo_item, photo_class.photos)
        for photo in self.collection.left_out:
            if not names or photo.class_name in names:
                yield self._photo_item(photo, is_left_out=True)

    def _found_items(self, finding: Finding | None) -> Iterator[PhotoItem]:
        for group, paths in enumerate(finding.groups if finding is not None else ()):
            for path in paths:
                yield self._found_item(path, group)

    def _found_item(self, path: Path, group: int) -> PhotoItem:
        photo = self._by_path.get(path)
        if photo is None:
            return PhotoItem(path, path.parent.name, None, self.facts.get(path), is_usable=False, group=group)
        return self._photo_item(photo, group, is_left_out=path in self._left_out)

    def _photo_item(self, photo: Photo, group: int = 0, *, is_left_out: bool = False) -> PhotoItem:
        path = photo.path
        part = None
        if self.split is not None and not is_left_out:
            part = self._kept_apart.get(path, Part.TRAINING)
        return PhotoItem(path, photo.class_name, part, self.facts.get(path), is_left_out, is_usable=True, group=group)


def arrange(album: Album, wish: Wish, checkpoint: Callable[[], None] = lambda: None) -> list[PhotoItem]:
    """Return what to show, in order.

    Args:
        album: All there is.
        wish: What of it.
        checkpoint: Asked now and then whether to go on; raises where nobody wants the answer any more.
    """
    wanted = [item for item in _checked(album.items(wish), checkpoint) if _is_wanted(item, wish)]
    if wish.order is Order.TOGETHER:
        return wanted[::-1] if wish.is_descending else wanted
    key = _KEYS[wish.order]
    keyed = [(key(item), place) for place, item in enumerate(_checked(wanted, checkpoint))]
    slices = [_slice(keyed, start, wish, checkpoint) for start in range(0, len(keyed), _SLICE)]
    merged = heapq.merge(*slices, reverse=wish.is_descending) if len(slices) > 1 else (slices or [[]])[0]
    return [wanted[place] for _, place in _checked(merged, checkpoint)]


def lies_in(item: PhotoItem, photo_class: PhotoClass) -> bool:
    """Return whether a photo is one of a class; any other file, whether it lies in one of the class's folders."""
    return item.class_name == photo_class.name if item.is_usable else item.path.parent in photo_class.folders


def natural_key(name: str) -> _Key:
    """Return what to sort a name by, so that “photo 10” comes after “photo 9” and case does not matter."""
    # Text and numbers take turns, so that like is compared with like.
    return [int(piece) if place % 2 else piece for place, piece in enumerate(_DIGITS.split(name.casefold()))]


def _checked(things: Iterable[_Thing], checkpoint: Callable[[], None]) -> Iterator[_Thing]:
    for number, thing in enumerate(things):
        if number % 1024 == 0:
            checkpoint()
        yield thing


def _is_wanted(item: PhotoItem, wish: Wish) -> bool:
    if wish.finding is not None and wish.class_names and item.class_name not in wish.class_names:
        return False
    if wish.use is not Use.ANY and wish.use.value != (Use.LEFT_OUT.value if item.is_left_out else item.part):
        return False
    return not wish.text or wish.text.casefold() in item.path.name.casefold()


def _slice(keyed: list[_Keyed], start: int, wish: Wish, checkpoint: Callable[[], None]) -> Sequence[_Keyed]:
    checkpoint()
    return sorted(keyed[start : start + _SLICE], reverse=wish.is_descending)


def _name_key(item: PhotoItem) -> _Key:
    return natural_key(item.path.name)


def _taken_key(item: PhotoItem) -> _Key:
    """Return when it was taken, or where nobody knows, when the file was last changed."""
    facts = item.facts
    if facts is None:
        return [0.0]
    return [facts.taken if facts.taken is not None else facts.state.changed_ns / _NS]


def _size_key(item: PhotoItem) -> _Key:
    return [item.facts.state.size if item.facts is not None else 0]


_KEYS: dict[Order, Callable[[PhotoItem], _Key]] = {
    Order.NAME: _name_key,
    Order.TAKEN: _taken_key,
    Order.SIZE: _size_key,
}
