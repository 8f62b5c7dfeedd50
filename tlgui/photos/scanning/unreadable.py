"""Removes photos from a survey whose pixels cannot be decoded, and stores them for the next scan.

A scan reads headers; that a photo cannot be decoded is found later, in the closer look, in a training or in an
evaluation. Such a photo becomes a problem of the collection **before the photos are divided**, so that the shares of
the split hold for the photos that are used. The refusal is stored by size and time, so a changed file is tried again.
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
    """Return the refusal of a photo; it is lasting only where the file has not changed since it was listed.

    Args:
        path: The photo.
        state: Its state when it was listed.
        error: What was raised when it was read.
    """
    return Refusal(state, error.kind, error.reason, is_lasting=error.is_lasting and state_now(path) == state)


def without_unreadable(survey: Survey, refusals: Mapping[Path, Refusal]) -> Survey:
    """Return a survey in which photos that cannot be read are problems.

    Args:
        survey: The survey before. Its groups may name the removed photos and must be computed again.
        refusals: The refusal of each photo; photos that are not in the survey are ignored.
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
    """Store which photos cannot be read, for the next scan of their collection.

    Each is read once more, so that a photo which was being changed, or lay on a disk that went away, is not stored.

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
