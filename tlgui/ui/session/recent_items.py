"""What is known of folders and models used before: whether they are still there, a photo, how good, and when.

All of it is read on threads: a folder may lie on a disk that answers slowly, or not at all.
"""

import os
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, Signal
from typing_extensions import override

from tlgui import files
from tlgui.errors import TlguiError
from tlgui.learning.model_file.archive import read_summary
from tlgui.learning.runs.run import Run
from tlgui.learning.runs.store import RunStore
from tlgui.photos.pictures.formats import IMAGE_SUFFIXES
from tlgui.ui.session.owned_pool import owned_pool

_MOST_FOLDERS = 40
_MOST_ENTRIES = 2000
_THREADS = 2


@dataclass(frozen=True, slots=True)
class RecentItem:
    """A folder or a model used before.

    Args:
        path: The folder, or the model's file.
        is_there: Whether it is there now.
        photo: A photo of it; None where none was found.
        accuracy: How often its model is right; None where there is no model, or none that was measured.
        changed: When it was trained; None where it was not.
    """

    path: Path
    is_there: bool = True
    photo: Path | None = None
    accuracy: float | None = None
    changed: datetime | None = None


class RecentItems(QObject):
    """Looks at folders and models in the background.

    Signals:
        described: A `RecentItem`.

    Args:
        parent: The owner.
    """

    described = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._relay = _Relay()
        self._relay.done.connect(self.described)
        self._pool = owned_pool(self, _THREADS)

    def look_at(self, path: Path) -> None:
        """Have `described` emitted for a folder or a model file."""
        self._pool.start(_Task(path, self._relay))


def describe(path: Path) -> RecentItem:
    """Return what is known of a folder or a model file; too slow for the GUI thread."""
    if files.is_folder(path):
        return _folder(path)
    return _model(path) if files.is_file(path) else RecentItem(path, is_there=False)


def first_photo(folder: Path) -> Path | None:
    """Return a photo in `folder`, by the names of its files; None where a short search finds none."""
    waiting, seen = deque([folder]), 0
    while waiting and seen < _MOST_FOLDERS:
        seen += 1
        folders, photos = [], []
        for entry in _entries(waiting.popleft()):
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                folders.append(Path(entry.path))
            elif Path(entry.name).suffix.lower() in IMAGE_SUFFIXES:
                photos.append(Path(entry.path))
        if photos:
            return min(photos)
        # The first photo of the first class is found before other classes are listed.
        waiting.extendleft(sorted(folders, reverse=True))
    return None


class _Relay(QObject):
    """Passes what was found to the thread of the window; may outlive its owner."""

    done = Signal(object)


class _Task(QRunnable):
    def __init__(self, path: Path, relay: _Relay) -> None:
        super().__init__()
        self._path = path
        self._relay = relay

    @override
    def run(self) -> None:
        self._relay.done.emit(describe(self._path))


def _folder(folder: Path) -> RecentItem:
    run = _run_in_use(folder)
    accuracy = run.model.evaluation.accuracy if run and run.model and run.model.evaluation else None
    return RecentItem(folder, photo=first_photo(folder), accuracy=accuracy, changed=run.created_at if run else None)


def _run_in_use(folder: Path) -> Run | None:
    """Return the run of a folder that was in use last, or else the newest that has a model."""
    store = RunStore(files.workspace_path(folder))
    runs = [run for run in store.runs() if run.has_model]
    active = store.active_id
    return next((run for run in runs if run.id == active), runs[0] if runs else None)


def _model(path: Path) -> RecentItem:
    try:
        evaluation = read_summary(path).evaluation
        changed = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
    except (TlguiError, OSError):
        # It is told when it is opened.
        return RecentItem(path)
    return RecentItem(path, accuracy=evaluation.accuracy if evaluation is not None else None, changed=changed)


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as listing:
            for _, entry in zip(range(_MOST_ENTRIES), listing, strict=False):
                yield entry
    except OSError:
        # What cannot be listed has no photo to show.
        return
