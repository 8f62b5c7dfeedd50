"""Which photos ended a helper process that opened them, kept on disk, so that they do not end another at every start.

A photo is known by its place, size and time: one that is replaced is tried again. The list lies with the caches; where
the disk refuses it, such a photo costs a helper each time.
"""

import contextlib
import hashlib
import os
import threading
from pathlib import Path

from tlgui import files

_NAME = "crashes.txt"
_DIGEST_BYTES = 16
_LINE_BYTES = 2 * _DIGEST_BYTES + 1
# A list that grew longer is begun anew.
_MOST_BYTES = 20_000 * _LINE_BYTES


class CrashList:
    """The list; may be used by several threads, and several processes add to it at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: frozenset[str] = frozenset()
        self._state: tuple[str, int, int] | None = None

    def has(self, key: str) -> bool:
        """Return whether a photo ended a helper, by its `crash_key`."""
        with self._lock, contextlib.suppress(OSError):
            self._read()
            return key in self._known
        return False

    def add(self, key: str) -> None:
        """Keep that a photo ended a helper."""
        with self._lock, contextlib.suppress(OSError):
            path = _path()
            is_long = path.exists() and path.stat().st_size > _MOST_BYTES
            # So short a line is written in one go, whoever else writes.
            with path.open("w" if is_long else "a", encoding="ascii") as stream:
                stream.write(key + "\n")

    def _read(self) -> None:
        path = _path()
        try:
            status = path.stat()
        except FileNotFoundError:
            self._known, self._state = frozenset(), None
            return
        state = str(path), status.st_size, status.st_mtime_ns
        if state != self._state:
            self._known = frozenset(path.read_text(encoding="ascii", errors="replace").split())
            self._state = state


def crash_key(path: Path) -> str:
    """Return what a photo is known by while its file stays as it is; nothing that is listed where it is gone."""
    try:
        status = os.stat(path)  # noqa: PTH116 - for every photo
    except OSError:
        return ""
    what = f"{path}\0{status.st_size}\0{status.st_mtime_ns}"
    # Surrogates stand in for bytes of a name that are no text.
    return hashlib.blake2b(what.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()


def _path() -> Path:
    return files.cache_folder() / _NAME
