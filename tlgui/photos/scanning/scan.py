"""Turns the folder that the user picked into a `Collection`: its classes, and everything left out with the reason.

**A scan reads headers and remembers.** The folders are listed first, which decides what is a class. Then files that are
new or changed are opened as far as their header, their end and their camera's notes; pixels are decoded only where one
of these is odd. The facts are stored by size and time, so that the next scan lists names alone. On two cores, with JPEG
files of 640 x 480 pixels, the first scan of 1,000 to 100,000 files is 15 to 28 times as fast as Pillow opening and
loading each in one thread; the second scan of 100,000 takes 3.7 to 4.4 s, and the first classes are reported after 1 s.

Files that cannot be used become problems here, before the photos are divided.
"""

import contextlib
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tlgui import files, garbage_collection
from tlgui.cancellation import run_in_daemon
from tlgui.errors import CollectionError, StorageError
from tlgui.photos.collection import Collection, Photo, PhotoClass, Problem, ProblemKind
from tlgui.photos.facts import FileState, PhotoFacts
from tlgui.photos.layouts import LayoutChoice
from tlgui.photos.names import shown_name
from tlgui.photos.scanning.chosen_labels import chosen_labels
from tlgui.photos.scanning.duplicates import Groups, PhotoPairs
from tlgui.photos.scanning.fact_reading import read_all
from tlgui.photos.scanning.listed_photos import Listed, Listing, ListingReader, Remembered
from tlgui.photos.scanning.listing import Folder, list_tree
from tlgui.photos.scanning.offers import offers_of
from tlgui.photos.scanning.photo_groups import relations_of
from tlgui.photos.storage.choices import Choices
from tlgui.photos.storage.facts_store import FactsStore, Known, Refusal
from tlgui.progress import Event, JobContext

_KEPT_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class CollectionListed(Event):
    """The folder is listed, as a whole or in part; no photo has been opened yet.

    Args:
        collection: The classes, with all files that have names of photos.
    """

    collection: Collection


@dataclass(frozen=True, slots=True)
class Survey:
    """The result of a scan.

    Args:
        collection: The classes and photos, and what is left out.
        facts: The facts of each usable photo, including those that the user left out.
        refused: The files with names of photos that cannot be used, with their state when they were read.
        linked: The class folders that are links to folders elsewhere.
        nested: The folders inside class folders that hold photos.
        near: Photos that show nearly the same, two or more each, byte-for-byte copies included.
        candidates: Pairs of photos that may show nearly the same, the closest first.
    """

    collection: Collection
    facts: Mapping[Path, PhotoFacts]
    refused: Mapping[Path, FileState] = field(default_factory=dict)
    linked: tuple[Path, ...] = ()
    nested: tuple[Path, ...] = ()
    near: Groups = ()
    candidates: PhotoPairs = ()


def scan(folder: Path, context: JobContext) -> Collection:
    """Find the classes and photos in a folder.

    Args:
        folder: As for `survey`.
        context: As for `survey`.

    Returns:
        The collection of `survey`.

    Raises:
        CollectionError: As for `survey`.
        Cancelled: As for `survey`.

    Example:
        >>> import tempfile
        >>> from tlgui.photos.samples import draw_sample_photos
        >>> with tempfile.TemporaryDirectory() as parent:
        ...     draw_sample_photos(Path(parent) / "samples", photos_per_class=3, size=48)
        ...     collection = scan(Path(parent) / "samples", JobContext())
        >>> collection.class_names, collection.photo_count
        (('boats', 'flowers', 'trees'), 9)
    """
    return survey(folder, context).collection


def survey(folder: Path, context: JobContext, choice: LayoutChoice | None = None) -> Survey:
    """Find the classes and photos in a folder, and the facts of each photo; nothing in the folder is changed.

    The folder is read as the user chose (`LayoutChoice`), else as `scanning/layout.py` decides. A class without a
    usable photo is a problem, not a class.

    Args:
        folder: The folder the user picked.
        context: Receives the collection as it is listed (`CollectionListed`) and the number of photos read; its
            checkpoint is called many times a second, even while the disk does not answer.
        choice: How the folder is to be read, now and in later scans; None for what was chosen before.

    Returns:
        The collection, possibly with one class or none, so that its problems can be shown, and the facts.

    Raises:
        CollectionError: The folder is not there, is not a folder, or may not be opened; or the table of `choice` cannot
            be used.
        Cancelled: The user pressed Stop. The facts read until then are stored for the next scan.
    """
    # It takes a third of the time among so many objects that stay.
    with garbage_collection.paused():
        return run_in_daemon(lambda inner: _survey(folder.absolute(), inner, choice), context)


def _survey(folder: Path, context: JobContext, choice: LayoutChoice | None) -> Survey:
    choices = Choices(files.workspace_path(folder), folder)
    arrivals = choices.arrivals()
    arrival = max(arrivals.values(), default=-1) + 1
    remembered = Remembered(choices.shown_names(), arrivals, arrival, choice or choices.layout(), choices.labels())
    reader = ListingReader(remembered)
    left_out = choices.left_out()

    def read(root: Folder) -> None:
        context.report(CollectionListed(_collection(folder, reader.read(root), left_out)))

    root = list_tree(folder, context, read)
    listing = _final_listing(root, remembered, reader, choices)
    if choice is not None:
        _store_choice(choices, choice, listing)
    context.report(CollectionListed(_collection(folder, listing, left_out)))
    with FactsStore(folder) as store:
        known = _known(store, listing, context)
        _check_is_there(folder)
        facts, refused, usable = _sorted_out(listing, known)
        _record(choices, usable, remembered)
        collection = _collection(folder, usable, left_out)
        relations = relations_of(collection, facts, store)
    collection = replace(collection, groups=relations.together, short_side=_short_side(collection, facts))
    return Survey(
        collection,
        facts,
        refused,
        tuple(listing.linked),
        tuple(listing.nested),
        relations.near,
        relations.candidates,
    )


def _final_listing(root: Folder, remembered: Remembered, reader: ListingReader, choices: Choices) -> Listing:
    """Return the listing of the whole folder, with the labels of the table as it is now."""
    problem, hint, table = "", "", remembered.choice.table
    if table is not None:
        labels, problem, hint = chosen_labels(table, root, choices)
        reader = ListingReader(replace(remembered, labels=labels))
    listing = reader.read(root)
    layout = listing.layout
    listing.layout = replace(layout, offers=offers_of(root), table_problem=problem, table_hint=hint)
    return listing


def _store_choice(choices: Choices, choice: LayoutChoice, listing: Listing) -> None:
    """Store a choice that can be used; where the disk refuses, it holds for this scan alone."""
    if choice.table is not None and listing.layout.table_problem:
        raise CollectionError(listing.layout.table_problem, listing.layout.table_hint)
    with contextlib.suppress(StorageError):
        choices.choose_layout(choice)


def _collection(folder: Path, listing: Listing, left_out: frozenset[Path]) -> Collection:
    classes = []
    without: list[Photo] = []
    for name, items in sorted(listing.photos.items()):
        photos = [item.photo for item in items]
        if left_out:
            without += [photo for photo in photos if photo.path in left_out]
            photos = [photo for photo in photos if photo.path not in left_out]
        if photos:
            folders, labels = listing.class_folders.get(name, ()), listing.labels.get(name, ())
            classes.append(PhotoClass(name, tuple(photos), tuple(folders), tuple(labels)))
    return Collection(
        folder,
        tuple(classes),
        tuple(listing.problems),
        tuple(without),
        parts=tuple(listing.parts),
        layout=listing.layout,
    )


def _short_side(collection: Collection, facts: Mapping[Path, PhotoFacts]) -> int:
    """Return the median of the photos' shorter sides; 0 without photos."""
    sides = [min(facts[photo.path].width, facts[photo.path].height) for photo in collection.photos()]
    return statistics.median_low(sides) if sides else 0


def _known(store: FactsStore, listing: Listing, context: JobContext) -> dict[str, Known]:
    """Return the facts or refusal of every file, by place, after reading those that are new or changed."""
    known: dict[str, Known] = {}
    waiting = []
    stored = store.read()
    for item in listing.listed():
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
    if not listing.problems:
        store.forget(stored.left())
    return known


def _check_is_there(folder: Path) -> None:
    try:
        folder.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        message = f"The folder “{shown_name(folder)}” was removed while it was read."
        raise CollectionError(message, "Choose another folder.") from error
    except OSError:
        # A network drive that does not answer may come back; the facts read until then stay of use.
        return


def _sorted_out(
    listing: Listing, known: Mapping[str, Known]
) -> tuple[dict[Path, PhotoFacts], dict[Path, FileState], Listing]:
    """Separate the files that can be used from those that cannot.

    Returns:
        The facts of the first, the states of the others, and the listing with the first alone and all problems.
    """
    facts: dict[Path, PhotoFacts] = {}
    refused: dict[Path, FileState] = {}
    usable: dict[str, list[Listed]] = {}
    problems = list(listing.problems)
    for name, items in listing.photos.items():
        good = usable.setdefault(name, [])
        for item in items:
            found = known[item.place]
            if isinstance(found, PhotoFacts):
                facts[item.photo.path] = found
                good.append(item)
            else:
                refused[item.photo.path] = found.state
                problems.append(problem_of(item.photo.path, found))
    problems += _empty_classes(listing, usable)
    problems.sort(key=lambda problem: problem.path)
    return facts, refused, replace(listing, photos=usable, problems=problems)


def problem_of(path: Path, refusal: Refusal) -> Problem:
    """Return the problem of a file that cannot be used.

    Args:
        path: The file.
        refusal: Why it cannot.
    """
    return Problem(path, refusal.kind, refusal.reason, (path,))


def empty_class(folder: Path) -> Problem:
    """Return the problem of a class folder without a usable photo.

    Args:
        folder: The class folder.
    """
    return Problem(folder, ProblemKind.EMPTY_CLASS, "No photo in this folder can be used, so it is not a class.")


def _record(choices: Choices, usable: Listing, remembered: Remembered) -> None:
    """Store the arrivals of new photos; where the disk refuses, the scan succeeds and the split is less stable."""
    new = {item.place: remembered.arrival for item in usable.listed() if item.place not in remembered.arrivals}
    if new:
        with contextlib.suppress(StorageError):
            choices.record_arrivals(new)


def _empty_classes(listing: Listing, usable: Mapping[str, Sequence[Listed]]) -> Iterator[Problem]:
    explained = {problem.path for problem in listing.problems}
    for name, folders in listing.class_folders.items():
        if not usable.get(name) and folders[0] not in explained:
            yield empty_class(folders[0])
