"""Filtering and sorting the photos of a collection: plain values and functions, without Qt."""

import heapq
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from tlgui.photos.collection import Collection, Part, Photo, PhotoClass, Split
from tlgui.photos.facts import PhotoFacts
from tlgui.photos.health.findings import Finding, FindingKind, Report
from tlgui.ui.session.photo_selection import PhotoNote, PhotoSelection

# Sorting holds the GIL, which blocks the window; this many items take about 10 ms.
_SLICE = 4000
_DIGITS = re.compile(r"(\d+)")
_NS = 1_000_000_000

_T = TypeVar("_T")
# One type for the keys of all orders; lists are compared element by element.
_Key = list[Any]
_Keyed = tuple[_Key, int]


@dataclass(frozen=True, slots=True)
class PhotoItem:
    """One photo in the grid.

    Args:
        path: The file.
        class_name: Its class; the name of its folder if it has none.
        part: Its part of the split; None if it is not used, or the split is not known yet.
        facts: The facts about it.
        is_left_out: Whether the user left it out.
        is_usable: Whether it is a photo of a class, left out or not.
        group: The number of its group in a finding; files of one group belong together.
        note: What a model said of it, where photos are shown with that.
        is_confirmed: Whether its class was called right.
    """

    path: Path
    class_name: str
    part: Part | None = None
    facts: PhotoFacts | None = None
    is_left_out: bool = False
    is_usable: bool = True
    group: int = 0
    note: PhotoNote | None = None
    is_confirmed: bool = False

    @property
    def can_be_confirmed(self) -> bool:
        """Whether a model named another class than the photo has now, and the user did not decide yet."""
        is_doubted = self.note is not None and self.note.named != self.class_name
        return is_doubted and self.is_usable and not self.is_left_out and not self.is_confirmed


class PhotoUse(Enum):
    """A filter by what photos are used for."""

    ANY = "any"
    TRAINING = "training"
    VALIDATION = "validation"
    TEST = "test"
    LEFT_OUT = "left out"


class PhotoOrder(Enum):
    """The sort order of photos."""

    TOGETHER = "together"
    NAME = "name"
    TAKEN = "taken"
    SIZE = "size"


@dataclass(frozen=True, slots=True)
class PhotoQuery:
    """A selection of photos, and their order.

    Args:
        class_names: The classes; empty for all.
        finding: The kind of the finding whose files to show; None for all photos.
        selection: The photos to show instead; None for those of the classes or of the finding.
        text: A part of the file name, in any case.
        use: What the photos are used for.
        order: The sort order.
        is_descending: Whether the order is reversed.
    """

    class_names: frozenset[str] = frozenset()
    finding: FindingKind | None = None
    text: str = ""
    use: PhotoUse = PhotoUse.ANY
    order: PhotoOrder = PhotoOrder.NAME
    is_descending: bool = False
    selection: PhotoSelection | None = None


@dataclass(frozen=True)
class Album:
    """The data that the photo grid shows.

    Args:
        collection: The photos.
        facts: The facts about them.
        report: The findings.
        split: The split; None if it is not known.
        doubts: The photos of the finding `OTHER_CLASS`, with what a model said of them.
        confirmed: The photos whose class was called right.
    """

    collection: Collection
    facts: Mapping[Path, PhotoFacts]
    report: Report = field(default_factory=Report)
    split: Split | None = None
    doubts: PhotoSelection | None = None
    confirmed: frozenset[Path] = frozenset()

    @cached_property
    def _by_path(self) -> dict[Path, Photo]:
        return {photo.path: photo for photo in (*self.collection.photos(), *self.collection.left_out)}

    @cached_property
    def _left_out(self) -> frozenset[Path]:
        return frozenset(photo.path for photo in self.collection.left_out)

    @cached_property
    def _kept_apart(self) -> dict[Path, Part]:
        # Without training photos, which are most.
        split = self.split
        if split is None:
            return {}
        return {photo.path: part for part in (Part.VALIDATION, Part.TEST) for photo in split.part(part)}

    def finding(self, kind: FindingKind | None) -> Finding | None:
        """Return the finding of a kind, or None if there is none."""
        return next((finding for finding in self.report.findings if finding.kind is kind), None)

    def items(self, query: PhotoQuery) -> Iterator[PhotoItem]:
        """Yield the photos in the scope of `query`, before its filters."""
        if query.selection is not None:
            yield from self._selected_items(query.selection)
            return
        if query.finding is not None:
            yield from self._found_items(self.finding(query.finding))
            return
        names = query.class_names
        for photo_class in self.collection.classes:
            if not names or photo_class.name in names:
                yield from map(self._photo_item, photo_class.photos)
        for photo in self.collection.left_out:
            if not names or photo.class_name in names:
                yield self._photo_item(photo, is_left_out=True)

    def _selected_items(self, selection: PhotoSelection) -> Iterator[PhotoItem]:
        # Photos that were moved since are at home in another class now, and not shown any more.
        for path in selection.paths:
            if path in self._by_path:
                yield self._noted(self._found_item(path, 0), selection)

    def _noted(self, item: PhotoItem, selection: PhotoSelection) -> PhotoItem:
        return replace(item, note=selection.notes.get(item.path), is_confirmed=item.path in self.confirmed)

    def _found_items(self, finding: Finding | None) -> Iterator[PhotoItem]:
        if finding is not None and finding.kind is FindingKind.OTHER_CLASS and self.doubts is not None:
            yield from (item for item in self._selected_items(self.doubts) if not item.is_confirmed)
            return
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


def arrange(album: Album, query: PhotoQuery, checkpoint: Callable[[], None] = lambda: None) -> list[PhotoItem]:
    """Return the photos that a query selects, in its order.

    Args:
        album: The photos.
        query: The query.
        checkpoint: Called regularly; raises `Cancelled` if the result is no longer needed.
    """
    wanted = [item for item in _checked(album.items(query), checkpoint) if _is_wanted(item, query)]
    if query.order is PhotoOrder.TOGETHER:
        return wanted[::-1] if query.is_descending else wanted
    key = _KEYS[query.order]
    keyed = [(key(item), place) for place, item in enumerate(_checked(wanted, checkpoint))]
    slices = [_slice(keyed, start, query, checkpoint) for start in range(0, len(keyed), _SLICE)]
    merged = heapq.merge(*slices, reverse=query.is_descending) if len(slices) > 1 else (slices or [[]])[0]
    return [wanted[place] for _, place in _checked(merged, checkpoint)]


def lies_in(item: PhotoItem, photo_class: PhotoClass) -> bool:
    """Return whether a photo belongs to a class, or a file that is no photo lies in or below one of its folders."""
    if item.is_usable:
        return item.class_name == photo_class.name
    return any(item.path.is_relative_to(folder) for folder in photo_class.folders)


def natural_key(name: str) -> _Key:
    """Return the sort key of a name: numbers by value, so that “photo 10” follows “photo 9”, and text in any case."""
    # Text and numbers alternate, so that elements of one type are compared.
    return [int(piece) if place % 2 else piece for place, piece in enumerate(_DIGITS.split(name.casefold()))]


def _checked(items: Iterable[_T], checkpoint: Callable[[], None]) -> Iterator[_T]:
    for number, item in enumerate(items):
        if number % 64 == 0:
            checkpoint()
        yield item


def _is_wanted(item: PhotoItem, query: PhotoQuery) -> bool:
    is_found = query.finding is not None or query.selection is not None
    if is_found and query.class_names and item.class_name not in query.class_names:
        return False
    if query.use is not PhotoUse.ANY and query.use.value != (
        PhotoUse.LEFT_OUT.value if item.is_left_out else item.part
    ):
        return False
    return not query.text or query.text.casefold() in item.path.name.casefold()


def _slice(keyed: list[_Keyed], start: int, query: PhotoQuery, checkpoint: Callable[[], None]) -> Sequence[_Keyed]:
    checkpoint()
    return sorted(keyed[start : start + _SLICE], reverse=query.is_descending)


def _name_key(item: PhotoItem) -> _Key:
    return natural_key(item.path.name)


def _taken_key(item: PhotoItem) -> _Key:
    """Return the time when it was taken; the time of the file's last change if that is not known."""
    facts = item.facts
    if facts is None:
        return [0.0]
    return [facts.taken if facts.taken is not None else facts.state.changed_ns / _NS]


def _size_key(item: PhotoItem) -> _Key:
    return [item.facts.state.size if item.facts is not None else 0]


_KEYS: dict[PhotoOrder, Callable[[PhotoItem], _Key]] = {
    PhotoOrder.NAME: _name_key,
    PhotoOrder.TAKEN: _taken_key,
    PhotoOrder.SIZE: _size_key,
}
