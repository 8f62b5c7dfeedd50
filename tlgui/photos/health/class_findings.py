"""Findings about classes: too few photos, far fewer than others, or names that differ only in case or accents."""

import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path

from tlgui.photos.collection import Collection, PhotoClass
from tlgui.photos.counting import counted
from tlgui.photos.destinations import Destinations
from tlgui.photos.health.findings import Finding, FindingKind, MoveInto, Severity
from tlgui.photos.names import plain_key

_ENOUGH_PHOTOS = 20
_FAR_FEWER = 1 / 4
_NAMES_SHOWN = 5


def class_findings(collection: Collection) -> Iterator[Finding]:
    """Yield the findings about the names and sizes of classes.

    Args:
        collection: The photos, by class.
    """
    yield from _similar_names(collection)
    few = [item for item in collection.classes if len(item.photos) < _ENOUGH_PHOTOS]
    if few:
        missing = [(item, _ENOUGH_PHOTOS - len(item.photos)) for item in few]
        yield Finding(
            FindingKind.FEW_PHOTOS,
            Severity.DOUBT,
            f"{counted(len(few), 'class has', 'classes have')} fewer than {_ENOUGH_PHOTOS} photos",
            f"That is little to learn from and to check on. {_to_add(missing)}",
            tuple(_paths(item) for item in few),
        )
    yield from _unequal([item for item in collection.classes if item not in few])


def _unequal(classes: Sequence[PhotoClass]) -> Iterator[Finding]:
    if len(classes) < 2:
        return
    middle = statistics.median_high(len(item.photos) for item in classes)
    small = [item for item in classes if len(item.photos) < _FAR_FEWER * middle]
    if small:
        missing = [(item, middle // 2 - len(item.photos)) for item in small]
        yield Finding(
            FindingKind.UNEQUAL_CLASSES,
            Severity.DOUBT,
            f"{counted(len(small), 'class has', 'classes have')} far fewer photos than the others",
            f"The others have about {middle:,}. A model takes rare classes for common ones. {_to_add(missing)}",
            tuple(_paths(item) for item in small),
        )


def _to_add(missing: Sequence[tuple[PhotoClass, int]]) -> str:
    """Return how many photos each class lacks, as a sentence: “Add 12 photos to “wren”.”."""
    (item, number), *others = missing[:_NAMES_SHOWN]
    shown = [f"{counted(number, 'photo')} to “{item.name}”"]
    shown += [f"{number:,} to “{item.name}”" for item, number in others]
    more = len(missing) - len(shown)
    rest = [f"some to {counted(more, 'more class', 'more classes')}"] if more else []
    words = [*shown, *rest]
    return f"Add {', '.join(words)}."


def _similar_names(collection: Collection) -> Iterator[Finding]:
    by_key: dict[str, list[PhotoClass]] = {}
    for item in collection.classes:
        by_key.setdefault(plain_key(item.name), []).append(item)
    similar = [sorted(items, key=_size, reverse=True) for key, items in by_key.items() if key and len(items) > 1]
    if not similar:
        return
    moves = _moves_into_larger(collection, similar)
    what = "Move the photos of the smaller into the larger." if moves else "Show both under one name."
    names = "; ".join(" and ".join(f"“{item.name}”" for item in items) for items in similar[:_NAMES_SHOWN])
    yield Finding(
        FindingKind.SIMILAR_NAMES,
        Severity.HARM,
        f"{counted(sum(map(len, similar)), 'class name')} differ only in case, spaces or accents",
        f"{names}: if they are one class, the model is taught a difference that is not there. {what}",
        tuple(_paths(item) for items in similar for item in items[1:]),
        MoveInto(moves) if moves else None,
        f"&Move {counted(len(moves), 'photo')} into the larger class" if moves else "",
    )


def _moves_into_larger(collection: Collection, similar: list[list[PhotoClass]]) -> tuple[tuple[Path, Path], ...]:
    """Return the moves of photos from smaller classes into the larger ones; none where the classes have no folders."""
    if collection.layout.is_labelled:
        return ()
    to = Destinations(collection)
    return tuple(
        (photo.path, to.folder_in(photo.path, large))
        for large, *others in similar
        for item in others
        for photo in item.photos
    )


def _paths(photo_class: PhotoClass) -> tuple[Path, ...]:
    return tuple(photo.path for photo in photo_class.photos)


def _size(photo_class: PhotoClass) -> int:
    return len(photo_class.photos)
