"""The folder the user picked becomes a `Collection`: its classes, and a list of everything left out with the reason.

First the folders are listed, which is quick and decides what is a class; then every photo is read through in a few
threads, so that a damaged one is found now and not in the middle of a training.
"""

import itertools
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

from tlgui.errors import CollectionError
from tlgui.photos.collection import Collection, Photo, PhotoClass, Problem, ProblemKind
from tlgui.photos.decode import IMAGE_SUFFIXES, UnusablePhotoError, check_photo
from tlgui.photos.listing import Entry, Layout, is_folder, is_hidden, list_folder, list_layout
from tlgui.progress import Countdown, JobContext, Progress, Stage

_THREADS = min(8, (os.cpu_count() or 1) + 1)
_QUEUED = 4 * _THREADS
# How long Stop may go unheard while a single photo is slow to read.
_PATIENCE_SECONDS = 0.1


def scan(folder: Path, context: JobContext) -> Collection:
    """Find the classes and photos in a folder and check that each photo can be used; nothing is changed.

    The folder holds one subfolder for each class, or `train`, `validation` and `test` (also `val`, `valid`; in any
    case) that hold the class subfolders. A class without a usable photo is a problem, not a class.

    Args:
        folder: The folder the user picked.
        context: Told how many photos are checked; asked before each file whether to go on.

    Returns:
        The collection, possibly with one class or none, so that its problems can be shown.

    Raises:
        CollectionError: The folder is not there, is not a folder, or may not be opened.
        Cancelled: The user pressed Stop.
    """
    folder = folder.absolute()
    layout = list_layout(folder, context)
    problems = list(layout.problems)
    usable: dict[str, list[Photo]] = {name: [] for name in layout.class_folders}
    for photo, problem in _checked(layout.photos, context):
        if problem is None:
            usable[photo.class_name].append(photo)
        else:
            problems.append(problem)
    if not is_folder(folder):
        raise CollectionError(f"The folder “{folder.name}” was removed while it was read.", "Choose another folder.")
    problems += _empty_classes(layout, usable)
    classes = tuple(PhotoClass(name, tuple(photos)) for name, photos in sorted(usable.items()) if photos)
    return Collection(folder, classes, tuple(sorted(problems, key=lambda problem: problem.path)))


def find_photos(paths: Sequence[Path], context: JobContext) -> list[Path]:
    """Return the files among `paths` as they are, and for each folder the photos in it and below it, sorted.

    A folder that cannot be opened is returned itself, so that whoever reads it learns why; so is a file that is no
    photo, when it was named. Hidden files and links that lead round in circles are passed over.

    Args:
        paths: Files and folders, as dropped or typed.
        context: Told how many were found; asked before each file and folder whether to go on.
    """
    found: dict[Path, None] = {}
    visited: set[str] = set()
    for path in paths:
        context.checkpoint()
        if is_folder(path):
            found.update(dict.fromkeys(_photos_below(path, visited, len(found), context)))
        else:
            found[path] = None
    return list(found)


def _photos_below(folder: Path, visited: set[str], found_before: int, context: JobContext) -> list[Path]:
    photos: list[Path] = []
    waiting = [folder]
    while waiting:
        current = waiting.pop()
        # A link can lead back to where the search came from, or to a folder that was also dropped.
        real = os.path.realpath(current)
        if real in visited:
            continue
        visited.add(real)
        try:
            entries = list_folder(current, context)
        except OSError:
            photos.append(current)
            continue
        shown = [entry for entry in entries if not is_hidden(entry.path.name)]
        waiting += [entry.path for entry in shown if entry.is_folder]
        photos += [entry.path for entry in shown if not entry.is_folder and _has_image_suffix(entry)]
        context.report(Progress(Stage.SCANNING, found_before + len(photos)))
    return sorted(photos, key=lambda path: path.parts)


def _has_image_suffix(entry: Entry) -> bool:
    return entry.path.suffix.lower() in IMAGE_SUFFIXES


def _checked(photos: Iterable[Photo], context: JobContext) -> Iterator[tuple[Photo, Problem | None]]:
    """Check photos in a few threads, a few ahead of what is asked for, and yield them in order."""
    photos = tuple(photos)
    countdown = Countdown(len(photos))
    context.report(Progress(Stage.SCANNING, 0, len(photos)))
    remaining = iter(photos)
    running: deque[tuple[Photo, Future[Problem | None]]] = deque()
    pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="scan")
    try:
        for done in range(1, len(photos) + 1):
            for photo in itertools.islice(remaining, _QUEUED - len(running)):
                running.append((photo, pool.submit(_problem_with, photo)))
            photo, future = running[0]
            _await(future, context)
            running.popleft()
            yield photo, future.result()
            context.report(Progress(Stage.SCANNING, done, len(photos), countdown.seconds_left(done)))
    finally:
        # A photo that is being read cannot be stopped; nobody waits for it.
        pool.shutdown(wait=not running, cancel_futures=True)


def _await(future: Future[Problem | None], context: JobContext) -> None:
    context.checkpoint()
    while not future.done():
        wait([future], _PATIENCE_SECONDS)
        context.checkpoint()


def _problem_with(photo: Photo) -> Problem | None:
    try:
        check_photo(photo.path)
    except UnusablePhotoError as error:
        return Problem(photo.path, error.kind, error.reason)
    return None


def _empty_classes(layout: Layout, usable: dict[str, list[Photo]]) -> Iterator[Problem]:
    explained = {problem.path for problem in layout.problems}
    for name, photos in usable.items():
        folder = layout.class_folders[name][0]
        if not photos and folder not in explained:
            reason = "No photo in this folder can be used, so it is not a class."
            yield Problem(folder, ProblemKind.EMPTY_CLASS, reason)
