"""A list on disk of the photos that ended a helper process, so that they do not end another at every start.

A photo is identified by its path, size and modification time: one that is replaced is tried again. The list lies in the
cache folder. Where it cannot be written, such a photo ends a helper process each time it is opened.
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
    """The list; thread-safe, and several processes may append to it at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: frozenset[str] = frozenset()
        self._state: tuple[str, int, int] | None = None

    def has(self, key: str) -> bool:
        """Return whether the photo with this `crash_key` ended a helper process."""
        with self._lock, contextlib.suppress(OSError):
            self._read()
            return key in self._known
        return False

    def add(self, key: str) -> None:
        """Record that the photo with this `crash_key` ended a helper process."""
        with self._lock, contextlib.suppress(OSError):
            path = _path()
            is_long = path.exists() and path.stat().st_size > _MOST_BYTES
            # A line this short is appended in one write, so that lines of several processes do not mix.
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
    """Return the identity of a photo while its file stays unchanged; an empty string where it is gone."""
    try:
        status = os.stat(path)  # noqa: PTH116 - for every photo
    except OSError:
        return ""
    identity = f"{path}\0{status.st_size}\0{status.st_mtime_ns}"
    # Names that are not valid text contain surrogates.
    return hashlib.blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()


def _path() -> Path:
    return files.cache_folder() / _NAME
