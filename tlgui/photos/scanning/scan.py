"""The folder the user picked becomes a `Collection`: its classes, and a list of everything left out with the reason.

First the folders are listed, which is quick and decides what is a class. Then the files that are new, or changed since
they were last read, are opened: only as far as it takes to know that they are photos that can be used. What is found
out is kept, so that an unchanged folder is listed and nothing more.
"""

import contextlib
import gc
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tlgui import files
from tlgui.cancellation import relayed
from tlgui.errors import CollectionError, StorageError
from tlgui.photos.collection import Collection, Photo, PhotoClass, Problem, ProblemKind
from tlgui.photos.facts import FileState, PhotoFacts
from tlgui.photos.names import shown_name
from tlgui.photos.scanning.duplicates import Groups, PhotoPairs
from tlgui.photos.scanning.fact_reading import read_all
from tlgui.photos.scanning.listing import (
    Layout,
    Listed,
    Remembered,
    list_layout,
)
from tlgui.photos.scanning.photo_groups import relations_of
from tlgui.photos.storage.choices import Choices
from tlgui.photos.storage.facts_store import FactsStore, Known, Refusal
from tlgui.progress import Event, JobContext

_TINY_SIDE = 32
# Below this nobody can tell what is on it, whatever the others in the collection are like.
_LEAST_SIDE = 8
_TINY_SHARE = 0.9
_KEPT_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class CollectionListed(Event):
    """The names in the folder are known, or some of them; whether the photos can be read is still being found out.

    Args:
        collection: The classes, with all files that look like photos.
    """

    collection: Collection


@dataclass(frozen=True, slots=True)
class Survey:
    """What reading a folder gives.

    Args:
        collection: The classes and photos, and what is left out.
        facts: What is known of each photo that can be used, those that the user left out among them.
        refused: The files that look like photos and cannot be used, with their state when that was found out.
        linked: The class folders that are links to folders elsewhere.
        near: Photos that show nearly the same, two or more each, byte-for-byte copies included.
        candidates: Pairs of photos that may show nearly the same, the closest first.
    """

    collection: Collection
    facts: Mapping[Path, PhotoFacts]
    refused: Mapping[Path, FileState] = field(default_factory=dict)
    linked: tuple[Path, ...] = ()
    near: Groups = ()
    candidates: PhotoPairs = ()


def scan(folder: Path, context: JobContext) -> Collection:
    """Find the classes and photos in a folder, as `survey` does, and return the collection alone."""
    return survey(folder, context).collection


def survey(folder: Path, context: JobContext) -> Survey:
    """Find the classes and photos in a folder and what is known of each photo; nothing in it is changed.

    The folder holds one subfolder for each class, or `train`, `validation` and `test` (also `val`, `valid`; in any
    case) that hold the class subfolders. A class without a usable photo is a problem, not a class.

    Args:
        folder: The folder the user picked.
        context: Told of the collection as it is listed (`CollectionListed`) and of how many photos are read; asked
            many times a second whether to go on, even while the disk does not answer.

    Returns:
        The collection, possibly with one class or none, so that its problems can be shown, and the facts.

    Raises:
        CollectionError: The folder is not there, is not a folder, or may not be opened.
        Cancelled: The user pressed Stop. What was read until then is kept for the next time.
    """
    with _no_garbage_collected():
        return relayed(lambda inner: _survey(folder.absolute(), inner), context)


@contextlib.contextmanager
def _no_garbage_collected() -> Iterator[None]:
    """Keep Python from searching for what is forgotten: among many objects that stay, that is a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _survey(folder: Path, context: JobContext) -> Survey:
    choices = Choices(files.workspace_path(folder), folder)
    arrivals = choices.arrivals()
    remembered = Remembered(choices.shown_names(), arrivals, max(arrivals.values(), default=-1) + 1)
    left_out = choices.left_out()

    def listed(layout: Layout) -> None:
        context.report(CollectionListed(_collection(folder, layout, left_out)))

    layout = list_layout(folder, context, remembered, listed)
    with FactsStore(folder) as store:
        known = _known(store, layout, context)
        _check_is_there(folder)
        facts, refused, usable = _judged(layout, known)
        _record(choices, usable, remembered)
        collection = _collection(folder, usable, left_out)
        relations = relations_of(collection, facts, store)
    collection = replace(collection, groups=relations.together)
    return Survey(collection, facts, refused, tuple(layout.linked), relations.near, relations.candidates)


def _collection(folder: Path, layout: Layout, left_out: frozenset[Path]) -> Collection:
    classes = []
    without: list[Photo] = []
    for name, items in sorted(layout.photos.items()):
        photos = [item.photo for item in items]
        if left_out:
            without += [photo for photo in photos if photo.path in left_out]
            photos = [photo for photo in photos if photo.path not in left_out]
        if photos:
            classes.append(PhotoClass(name, tuple(photos), tuple(layout.class_folders[name])))
    return Collection(folder, tuple(classes), tuple(layout.problems), tuple(without))


def _known(store: FactsStore, layout: Layout, context: JobContext) -> dict[str, Known]:
    """Return what is known of every file that looks like a photo, after reading those that are new or changed."""
    known: dict[str, Known] = {}
    waiting = []
    stored = store.read()
    for item in layout.listed():
        found = stored.take(item.place, item.state)
        if found is not None:
            known[item.place] = found
        else:
            waiting.append(item)
    fresh: dict[str, Known] = {}
    try:
        for read in read_all(waiting, context):
            known.update(read)
            fresh.update(read)
            if len(fresh) >= _KEPT_AT_ONCE:
                store.put(fresh)
                fresh = {}
    finally:
        store.put(fresh)
    store.put_together()
    if not layout.problems:
        store.forget(stored.left())
    return known


def _check_is_there(folder: Path) -> None:
    try:
        folder.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        message = f"The folder “{shown_name(folder)}” was removed while it was read."
        raise CollectionError(message, "Choose another folder.") from error
    except OSError:
        # A network drive that went away may come back; what was read is of use until then.
        return


def _judged(layout: Layout, known: Mapping[str, Known]) -> tuple[dict[Path, PhotoFacts], dict[Path, FileState], Layout]:
    """Divide the files that look like photos into those that can be used and those that cannot.

    Returns:
        The facts of the first, the states of the others, and the layout with the first alone and all problems.
    """
    facts: dict[Path, PhotoFacts] = {}
    refused: dict[Path, FileState] = {}
    usable: dict[str, list[Listed]] = {}
    problems = list(layout.problems)
    least = _least_side(known)
    for name, items in layout.photos.items():
        good = usable.setdefault(name, [])
        for item in items:
            found = known[item.place]
            if isinstance(found, PhotoFacts) and found.width >= least and found.height >= least:
                facts[item.photo.path] = found
                good.append(item)
            else:
                refused[item.photo.path] = found.state
                problems.append(problem_of(item.photo.path, found))
    problems += _empty_classes(layout, usable)
    problems.sort(key=lambda problem: problem.path)
    return facts, refused, replace(layout, photos=usable, problems=problems)


def problem_of(path: Path, known: Known) -> Problem:
    """Return the problem that a file which cannot be used makes of itself.

    Args:
        path: The file.
        known: Why it cannot be used: what refused it, or that it is too small.
    """
    if isinstance(known, Refusal):
        return Problem(path, known.kind, known.reason, (path,))
    reason = f"It measures only {known.width} x {known.height} pixels, too few for a photo."
    return Problem(path, ProblemKind.TINY, reason, (path,))


def empty_class(folder: Path) -> Problem:
    """Return the problem of a class folder without a photo that can be used."""
    return Problem(folder, ProblemKind.EMPTY_CLASS, "No photo in this folder can be used, so it is not a class.")


def _least_side(known: Mapping[str, Known]) -> int:
    """Return below which side a picture is no photo, but one of those that web pages count their readers with.

    Where nearly all are small, as handwritten digits of 28 pixels are, they are what the collection is about.
    """
    found = [min(fact.width, fact.height) for fact in known.values() if isinstance(fact, PhotoFacts)]
    small = sum(side < _TINY_SIDE for side in found)
    return _LEAST_SIDE if small > _TINY_SHARE * len(found) else _TINY_SIDE


def _record(choices: Choices, usable: Layout, remembered: Remembered) -> None:
    """Keep which photos are new in this reading; a disk that refuses it costs the split its stability, no scan."""
    new = {item.place: remembered.arrival for item in usable.listed() if item.place not in remembered.arrivals}
    if new:
        with contextlib.suppress(StorageError):
            choices.record_arrivals(new)


def _empty_classes(layout: Layout, usable: Mapping[str, Sequence[Listed]]) -> Iterator[Problem]:
    explained = {problem.path for problem in layout.problems}
    for name, items in usable.items():
        folder = layout.class_folders[name][0]
        if not items and folder not in explained:
            yield empty_class(folder)
