"""Temporary files and folders that a kill cannot pile up.

Each process has a folder of its own below the system's, with a lock that the system releases when the process ends,
however it ends. What must lie beside its target, because a rename needs the same disk, carries the process's token in
its name, and the folder it lies in is noted first. So `sweep` knows at the next start what belongs to nobody any more.
"""

import atexit
import contextlib
import itertools
import json
import os
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tlgui.files.locks import OwnerLock
from tlgui.files.names import APP_NAME

_LOCK, _NOTES = "owner.lock", "places.jsonl"
_TOKEN = re.compile(rf"{APP_NAME}-([0-9a-f]{{16}})")
_MOST_NOTES_BYTES = 16 * 2**20
_TRIES = 5
# What versions before 0.2 left has no owner to ask for.
_OLD = re.compile(rf"{APP_NAME}-(compare-)?[a-z0-9_]{{8}}")
_OLD_SECONDS = 24 * 60 * 60.0


class _Process:
    """The temporary folder of this process, made when it is first needed."""

    def __init__(self) -> None:
        self.process_id = os.getpid()
        self._numbers = itertools.count(1)
        self._noted: set[Path] = set()
        self._lock: OwnerLock | None = None
        self._take_name()

    def make(self) -> Path:
        """Return the folder; raises `OSError` where the disk refuses it."""
        for _ in range(_TRIES):
            if self._lock is not None:
                break
            self.folder.mkdir(mode=0o700)
            lock = OwnerLock(self.folder / _LOCK)
            # Another process that sweeps may take a folder away that has no owner yet; then the next one is made.
            with contextlib.suppress(FileNotFoundError):
                if lock.acquire():
                    self._lock = lock
                    atexit.register(self.remove)
                    break
            self._take_name()
        return self.folder

    def _take_name(self) -> None:
        self.token = secrets.token_hex(8)
        self.folder = _system_folder() / f"{APP_NAME}-{self.token}"

    def note(self, place: Path) -> None:
        """Note that temporary files may lie in a folder."""
        if place in self._noted:
            return
        # Where nothing can be noted, something may be left; that is no reason not to work.
        with contextlib.suppress(OSError), (self.make() / _NOTES).open("a", encoding="ascii") as stream:
            stream.write(json.dumps(str(place)) + "\n")
        self._noted.add(place)

    def name_beside(self) -> str:
        return f".{APP_NAME}-{self.token}-{next(self._numbers)}"

    def remove(self) -> None:
        # A child that was forked must not take its parent's folder away.
        if self._lock is not None and self.process_id == os.getpid():
            self._lock.release()
            self._lock = None
            shutil.rmtree(self.folder, ignore_errors=True)


_processes: dict[int, _Process] = {}
# The system's folder, where this process has put its own in its place.
_replaced: list[Path] = []


def _this_process() -> _Process:
    number = os.getpid()
    if number not in _processes:
        _processes[number] = _Process()
    return _processes[number]


def process_folder() -> Path:
    """Return the temporary folder of this process, made if it is not there; it goes when the process ends.

    Raises:
        OSError: The system's temporary folder is full or cannot be written to.
    """
    return _this_process().make()


def use_for_libraries() -> None:
    """Let the temporary files of libraries go where this process's own are; those of TensorFlow outlive a kill."""
    with contextlib.suppress(OSError):
        folder = process_folder()
        if not _replaced:
            _replaced.append(_system_folder())
        os.environ["TMPDIR"] = tempfile.tempdir = str(folder)


def _system_folder() -> Path:
    return _replaced[0] if _replaced else Path(tempfile.gettempdir())


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give an empty folder that goes at the end of the block, or with the next `sweep` after a kill.

    Raises:
        OSError: As `process_folder`.
    """
    with tempfile.TemporaryDirectory(dir=process_folder(), ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextlib.contextmanager
def folder_beside(target: Path) -> Iterator[Path]:
    """Give an empty folder on the disk of `target`, beside it; it goes as that of `temporary_folder` does.

    Raises:
        OSError: The disk refused it.
    """
    process = _this_process()
    parent = target.parent.absolute()
    process.note(parent)
    folder = parent / process.name_beside()
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(finish: Callable[[Path], None] = lambda _: None) -> None:
    """Remove what processes left that are gone; what belongs to a living one, or has another name, stays.

    Args:
        finish: Called with each folder that was left beside a target, before it is removed: it may hold what is to be
            put in place.
    """
    parent = _system_folder()
    with contextlib.suppress(OSError):
        for entry in os.scandir(parent):
            if entry.name.startswith(f"{APP_NAME}-") and entry.is_dir(follow_symlinks=False) and _is_ours(entry):
                _sweep_folder(Path(entry.path), finish)


def _is_ours(entry: "os.DirEntry[str]") -> bool:
    with contextlib.suppress(OSError):
        return not hasattr(os, "getuid") or entry.stat(follow_symlinks=False).st_uid == os.getuid()
    return False


def _sweep_folder(folder: Path, finish: Callable[[Path], None]) -> None:
    found = _TOKEN.fullmatch(folder.name)
    if found is None:
        if _OLD.fullmatch(folder.name) and _age(folder) > _OLD_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
        return
    lock = OwnerLock(folder / _LOCK)
    with contextlib.suppress(OSError):
        if not lock.acquire():
            return
        try:
            for place in _noted_places(folder):
                _sweep_place(place, found[1], finish)
            # While it is locked, so that no process that was just starting takes it for its own.
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            lock.release()
        # Windows keeps a file that is open.
        shutil.rmtree(folder, ignore_errors=True)


def _noted_places(folder: Path) -> list[Path]:
    """Return the places that a process noted; a line that was cut off is passed over."""
    try:
        with (folder / _NOTES).open("rb") as stream:
            lines = stream.read(_MOST_NOTES_BYTES).splitlines()
    except OSError:
        return []
    places = []
    for line in lines:
        with contextlib.suppress(ValueError, RecursionError):
            place = json.loads(line)
            if isinstance(place, str) and "\0" not in place:
                places.append(Path(place))
    return places


def _sweep_place(place: Path, token: str, finish: Callable[[Path], None]) -> None:
    """Remove what one process left in a folder: folders of its own names alone, and no links."""
    with contextlib.suppress(OSError):
        for entry in list(os.scandir(place)):
            if entry.name.startswith(f".{APP_NAME}-{token}-") and entry.is_dir(follow_symlinks=False):
                finish(Path(entry.path))
                shutil.rmtree(entry.path, ignore_errors=True)


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0
