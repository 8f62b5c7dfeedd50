"""Photos whose pixels turn out to be unreadable after the scan leave the collection as if the scan had known it.

A scan reads headers. Whether a photo can be decoded is known once it is: in the closer look, in a training or in an
evaluation. What these find is kept by size and time as what a scan finds is, so a file that changed is tried again.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from tlgui.photos.collection import Collection, PhotoClass, Problem
from tlgui.photos.facts import FileState
from tlgui.photos.pictures.decode import read_thumbnail
from tlgui.photos.pictures.header import state_now
from tlgui.photos.pictures.opening import UnusablePhotoError
from tlgui.photos.scanning.scan import Survey, empty_class, problem_of
from tlgui.photos.storage.facts_store import FactsStore, Refusal

_SMALL = 16


def refusal(path: Path, state: FileState, error: UnusablePhotoError) -> Refusal:
    """Return why a photo cannot be used; it is lasting only where the file is still as it was when it was tried.

    Args:
        path: The photo.
        state: Its state when it was listed.
        error: What reading it ended with.
    """
    return Refusal(state, error.kind, error.reason, is_lasting=error.is_lasting and state_now(path) == state)


def without_unreadable(survey: Survey, refusals: Mapping[Path, Refusal]) -> Survey:
    """Return a survey without photos that cannot be read, which become problems of the collection.

    Args:
        survey: What was known before. Its groups are those of all photos, and are to be found anew.
        refusals: Why each photo cannot be used; those that are not in the survey are passed over.
    """
    new = {path: refused for path, refused in refusals.items() if path in survey.facts}
    if not new:
        return survey
    collection = survey.collection
    left_out = tuple(photo for photo in collection.left_out if photo.path not in new)
    classes = [
        replace(item, photos=tuple(photo for photo in item.photos if photo.path not in new))
        for item in collection.classes
    ]
    problems = [*collection.problems, *(problem_of(path, refused) for path, refused in new.items())]
    problems += _emptied(classes, {photo.class_name for photo in left_out}, collection)
    problems.sort(key=lambda problem: problem.path)
    return replace(
        survey,
        collection=replace(
            collection,
            classes=tuple(item for item in classes if item.photos),
            problems=tuple(problems),
            left_out=left_out,
        ),
        facts={path: fact for path, fact in survey.facts.items() if path not in new},
        refused={**survey.refused, **{path: refused.state for path, refused in new.items()}},
    )


def keep_refusals(folder: Path, paths: Iterable[Path]) -> None:
    """Keep which photos cannot be read, so that the next scan of their collection knows.

    Each is tried once more: one that was being changed when it was read, or lay on a disk that went away, is not
    called damaged.

    Args:
        folder: The collection's folder.
        paths: The photos that could not be read.
    """
    found: dict[Path, Refusal] = {}
    for path in paths:
        refused = _refusal_now(path)
        if refused is not None:
            found[path] = refused
    if found:
        with FactsStore(folder) as store:
            store.put_refused(found)


def _refusal_now(path: Path) -> Refusal | None:
    state = state_now(path)
    if state is None:
        return None
    try:
        read_thumbnail(path, _SMALL)
    except UnusablePhotoError as error:
        return refusal(path, state, error)
    return None


def _emptied(classes: Iterable[PhotoClass], left_out_of: set[str], collection: Collection) -> Iterator[Problem]:
    explained = {problem.path for problem in collection.problems}
    for item in classes:
        if not item.photos and item.name not in left_out_of and item.folders and item.folders[0] not in explained:
            yield empty_class(item.folders[0])
