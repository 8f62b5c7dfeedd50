"""Finds photos in files and folders of any layout, such as those dropped on the Predict page."""

import os
from collections.abc import Sequence
from pathlib import Path

from tlgui.photos.scanning.listing import Entry, entries_of, has_photo_content, is_folder, is_hidden, looks_like_photo
from tlgui.progress import JobContext, Progress, Stage


def find_photos(paths: Sequence[Path], context: JobContext) -> list[Path]:
    """Return the files among `paths` as they are, and for each folder the photos in it and below it, sorted.

    A folder that cannot be opened is returned itself, so that reading it raises the reason; so is a named file that is
    not a photo. Hidden files and circular links are ignored.

    Args:
        paths: Files and folders, as dropped or typed.
        context: Receives the number found; its checkpoint is called before each file and folder.

    Raises:
        Cancelled: The user pressed Stop.
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
            entries = list(entries_of(current, context))
        except OSError:
            photos.append(current)
            continue
        shown = [entry for entry in entries if not is_hidden(entry.name)]
        waiting += [Path(entry.path) for entry in shown if entry.is_folder]
        photos += [Path(entry.path) for entry in shown if not entry.is_folder and _is_photo(entry)]
        context.report(Progress(Stage.SCANNING, found_before + len(photos)))
    return sorted(photos, key=lambda path: path.parts)


def _is_photo(entry: Entry) -> bool:
    """Return whether a file is to be read: a photo by its name or its content."""
    return looks_like_photo(entry.name) or (entry.state is not None and has_photo_content(entry))
