"""Compares a collection's folder with its survey, by names, sizes and times alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tlgui.cancellation import run_in_daemon
from tlgui.errors import CollectionError
from tlgui.photos.collection import Collection, ProblemKind
from tlgui.photos.facts import FileState
from tlgui.photos.layouts import ClassSource
from tlgui.photos.scanning.listed_photos import ListingReader, Remembered
from tlgui.photos.scanning.listing import Folder, list_tree
from tlgui.photos.scanning.scan import Survey
from tlgui.progress import JobContext


@dataclass(frozen=True, slots=True)
class FolderChanges:
    """The differences between a folder and its survey; each sorted by path.

    Args:
        new: Files in class folders that look like photos and are not in the survey.
        gone: Files of the survey that are not in the folder.
        changed: Files with another size or time.
    """

    new: tuple[Path, ...] = ()
    gone: tuple[Path, ...] = ()
    changed: tuple[Path, ...] = ()

    def __bool__(self) -> bool:
        """Return whether there is any difference."""
        return bool(self.new or self.gone or self.changed)


def changes_on_disk(survey: Survey, context: JobContext) -> FolderChanges:
    """Compare a folder with its survey.

    All files of a folder that cannot be opened, as on a drive that was unplugged, are gone.

    Args:
        survey: The survey.
        context: Its checkpoint is called many times a second.

    Raises:
        Cancelled: The user pressed Stop.
    """
    known = {path: fact.state for path, fact in survey.facts.items()} | dict(survey.refused)
    collection = survey.collection
    try:
        root = run_in_daemon(
            lambda inner: list_tree(collection.folder, inner), JobContext(checkpoint=context.checkpoint)
        )
    except CollectionError:
        return FolderChanges(gone=tuple(sorted(known)))
    found = _found(root, collection)
    known |= {path: found[path] for path in _unlabelled(collection) if path in found}
    return FolderChanges(
        tuple(sorted(found.keys() - known.keys())),
        tuple(sorted(known.keys() - found.keys())),
        tuple(sorted(path for path in found.keys() & known.keys() if found[path] != known[path])),
    )


def _found(root: Folder, collection: Collection) -> dict[Path, FileState]:
    """Return the files that are photos of the collection or may become some: all, where a table has the labels."""
    if collection.layout.source is ClassSource.TABLE:
        return {folder.path / name: state for folder in root.below() for name, state in folder.photos}
    listing = ListingReader(Remembered(choice=collection.layout.choice)).read(root)
    return {item.photo.path: item.state for item in listing.listed()}


def _unlabelled(collection: Collection) -> Iterator[Path]:
    for problem in collection.problems:
        if problem.kind in {ProblemKind.WITHOUT_CLASS, ProblemKind.FOR_PREDICTION}:
            yield from problem.photos
