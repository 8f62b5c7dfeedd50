"""Removes temporary files that killed processes and earlier versions left; see `temporary` for how they are named."""

import contextlib
import json
import os
import re
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tlgui.files.locks import OwnerLock, is_owned
from tlgui.files.names import APP_NAME
from tlgui.files.places import cache_folder, data_folder, home_problem
from tlgui.files.temporary import LOCK_NAME, NOTES_NAME, PROCESS_NAME, system_folder

_MOST_NOTES_BYTES = 16 * 2**20
_DAY_SECONDS = 24 * 60 * 60.0
# Versions before 0.2 noted no owner: what they left is told by its name, its content and its age.
_OLD_TEMPORARY = re.compile(rf"{APP_NAME}-(compare-)?[a-z0-9_]{{8}}")
_OLD_CONTENT = frozenset(
    {
        *("model.keras", "model.tflite", "model.onnx", "model.tlmodel", "savedmodel"),
        *("saved_model.pb", "fingerprint.pb", "variables", "assets", "assets.extra"),
    }
)
_BESIDE = re.compile(rf"\.{APP_NAME}-(?:([0-9a-f]{{16}})-[0-9]+|[a-z0-9_]{{8}})")
_OLD_IN_CACHE = re.compile(r"tmp[a-z0-9_]{8}")
# Below the cache folder and the data folder.
_CACHES = ("", "pasted", "photos")
# Caches of earlier versions, which nothing reads any more.
_OLD_CACHES = ("networks",)
_DATA = ("", "models", "workspaces/*", "workspaces/*/mendings", "workspaces/*/runs/*", "workspaces/*/trash/*")
_STAMP_NAME = "swept"


def sweep(finish: Callable[[Path], None] = lambda _: None) -> None:
    """Remove temporary files of processes that have ended; those of a running process stay.

    Args:
        finish: Called with each folder that was left beside a target, before it is removed: it may hold an export that
            still has to be put in place.
    """
    with contextlib.suppress(OSError):
        for entry in os.scandir(system_folder()):
            if entry.name.startswith(f"{APP_NAME}-") and entry.is_dir(follow_symlinks=False) and _is_ours(entry):
                if found := PROCESS_NAME.fullmatch(entry.name):
                    _sweep_process(Path(entry.path), found[1], finish)
                elif _OLD_TEMPORARY.fullmatch(entry.name) and _is_old_leftover(Path(entry.path)):
                    shutil.rmtree(entry.path, ignore_errors=True)
    if _is_time_for_own_folders():
        _sweep_own_folders(finish)


def _is_ours(entry: "os.DirEntry[str]") -> bool:
    with contextlib.suppress(OSError):
        return not hasattr(os, "getuid") or entry.stat(follow_symlinks=False).st_uid == os.getuid()
    return False


def _sweep_process(folder: Path, token: str, finish: Callable[[Path], None]) -> None:
    lock = OwnerLock(folder / LOCK_NAME)
    with contextlib.suppress(OSError):
        # On a disk without locks it cannot be told whether its owner still runs.
        if not lock.acquire(0) or not lock.is_held:
            return
        try:
            for place in _noted_places(folder):
                _sweep_place(place, f".{APP_NAME}-{token}-", finish)
            # While it is locked, so that a process that is just starting does not take the same folder.
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            lock.release()
        if os.name == "nt":
            # A file that is open cannot be removed there.
            shutil.rmtree(folder, ignore_errors=True)


def _noted_places(folder: Path) -> list[Path]:
    """Return the folders that a process noted; a line that was cut off is skipped."""
    try:
        with (folder / NOTES_NAME).open("rb") as stream:
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


def _sweep_place(place: Path, beginning: str, finish: Callable[[Path], None]) -> None:
    """Remove what one process left in a folder, by the token in its names; links are not followed."""
    with contextlib.suppress(OSError):
        for entry in list(os.scandir(place)):
            if entry.name.startswith(beginning):
                _remove(entry, finish)


def _remove(entry: "os.DirEntry[str]", finish: Callable[[Path], None]) -> None:
    if entry.is_dir(follow_symlinks=False):
        finish(Path(entry.path))
        shutil.rmtree(entry.path, ignore_errors=True)
    elif entry.is_file(follow_symlinks=False):
        with contextlib.suppress(OSError):
            Path(entry.path).unlink()


def _is_old_leftover(folder: Path) -> bool:
    """Return whether a folder in the system's temporary folder was left by an earlier version of the program."""
    with contextlib.suppress(OSError):
        is_private = os.name == "nt" or stat.S_IMODE(folder.stat().st_mode) == stat.S_IRWXU
        return is_private and {path.name for path in folder.iterdir()} <= _OLD_CONTENT and _age(folder) > _DAY_SECONDS
    return False


def _is_time_for_own_folders() -> bool:
    """Return whether the program's own folders were last swept more than a day ago, and note that they are now."""
    if home_problem():
        return False
    with contextlib.suppress(OSError):
        stamp = cache_folder() / _STAMP_NAME
        if not stamp.exists() or abs(time.time() - stamp.stat().st_mtime) > _DAY_SECONDS:
            stamp.touch()
            return True
    return False


def _sweep_own_folders(finish: Callable[[Path], None]) -> None:
    """Remove files without a note: of earlier versions, or whose notes were lost in a restart of the computer."""
    with contextlib.suppress(OSError):
        for entry in _entries(cache_folder(), _CACHES):
            if _BESIDE.fullmatch(entry.name) or _OLD_IN_CACHE.fullmatch(entry.name):
                _remove_unowned(entry, finish)
        for name in _OLD_CACHES:
            shutil.rmtree(cache_folder() / name, ignore_errors=True)
    with contextlib.suppress(OSError):
        for entry in _entries(data_folder(), _DATA):
            if _BESIDE.fullmatch(entry.name):
                _remove_unowned(entry, finish)


def _entries(folder: Path, patterns: tuple[str, ...]) -> "Iterator[os.DirEntry[str]]":
    for pattern in patterns:
        for place in folder.glob(pattern) if pattern else [folder]:
            with contextlib.suppress(OSError):
                yield from list(os.scandir(place))


def _remove_unowned(entry: "os.DirEntry[str]", finish: Callable[[Path], None]) -> None:
    found = _BESIDE.fullmatch(entry.name)
    owner = system_folder() / f"{APP_NAME}-{found[1]}" if found is not None and found[1] else None
    if _age(Path(entry.path)) > _DAY_SECONDS and not (owner is not None and is_owned(owner / LOCK_NAME)):
        _remove(entry, finish)


def _age(path: Path) -> float:
    """Return the seconds since a file, or a folder or anything in it, was last modified; 0 where that is unknown."""
    try:
        times = [path.lstat().st_mtime]
        if path.is_dir():
            times += [inner.lstat().st_mtime for inner in path.rglob("*")]
        return time.time() - max(times)
    except OSError:
        return 0.0
