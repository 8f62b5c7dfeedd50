"""A cache of many small files, each found by a digest: thumbnails, and pictures for the network.

A file appears whole or not at all, so that no reader sees a part of it. The files that were not used for longest are
deleted (see `tlgui.files.caches`). Where the disk is full or read-only, nothing is kept.
"""

import errno
import threading
import time
from pathlib import Path

from tlgui.files import caches
from tlgui.files.reading import read_regular
from tlgui.files.temporary import path_beside

# The folder is measured after so much was written, so it may exceed its limit by that.
_MEASURED_AFTER_BYTES = 32 << 20
_MEASURED_AFTER_SHARE = 1 / 16
_KEPT_SHARE = 0.75


class CacheFiles:
    """The files of one cache; thread-safe, and several processes may share the folder.

    Args:
        folder: Where they are; a name is a folder in the cache folder.
        limit_bytes: About how much they may take.
        marked_after_seconds: The time of use of a file is updated where it is older than this.
        spared_seconds: Files used within this time are not deleted; while these alone reach the limit, nothing more is
            kept. Otherwise a pass over more photos than there is room for would delete each file before its next use. 0
            by default, which spares none.
    """

    def __init__(
        self, folder: Path | str, limit_bytes: int, marked_after_seconds: float, spared_seconds: float = 0.0
    ) -> None:
        self._folder = folder
        self._limit = limit_bytes
        self._marked_after = marked_after_seconds
        self._spared = spared_seconds
        self._lock = threading.Lock()
        self._written = 0
        self._is_full = False
        self._has_warned = False

    def path(self, digest: str, suffix: str) -> Path | None:
        """Return the place of an entry; None where the disk refuses the cache folder.

        Args:
            digest: Names the entry, in hexadecimal digits.
            suffix: The end of the file's name.
        """
        folder = caches.cache_path(self._folder) if isinstance(self._folder, str) else self._folder
        return folder / digest[:2] / (digest[2:] + suffix) if folder is not None else None

    def read(self, entry: Path, most_bytes: int) -> bytes | None:
        """Return what an entry holds; None where there is none, or the disk refuses it.

        Args:
            entry: From `path`.
            most_bytes: The largest that an entry can be; a larger file is damaged.
        """
        try:
            if time.time() - entry.stat().st_mtime > self._marked_after:
                caches.mark_used(entry)
            return read_regular(entry, most_bytes)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            if error.errno == errno.EFBIG:
                caches.discard(entry, error)
            else:
                self._warn(entry, error)
            return None

    def write(self, entry: Path, data: bytes | memoryview) -> None:
        """Write an entry; does nothing where the cache is full of files in use, or the disk refuses.

        Args:
            entry: From `path`.
            data: What it is to hold.
        """
        if not self._is_full:
            try:
                _write(entry, data)
            except OSError as error:
                self._warn(entry, error)
                return
        self._measure_after(entry.parent.parent, len(data))

    def _warn(self, place: Path, error: OSError) -> None:
        """Log the first refusal: it would be the same for every photo."""
        with self._lock:
            is_first, self._has_warned = not self._has_warned, True
        if is_first:
            caches.warn_unusable(place, error)

    def _measure_after(self, folder: Path, written: int) -> None:
        often = min(max(_MEASURED_AFTER_BYTES, int(self._limit * _MEASURED_AFTER_SHARE)), self._limit)
        with self._lock:
            self._written += written
            is_time = self._written >= often
            if is_time:
                self._written = 0
        if is_time:
            spared_since = time.time() - self._spared if self._spared else None
            left = caches.evict(folder, self._limit, kept_share=_KEPT_SHARE, spared_since=spared_since)
            self._is_full = left > self._limit


def _write(entry: Path, data: bytes | memoryview) -> None:
    entry.parent.mkdir(parents=True, exist_ok=True)
    temporary = path_beside(entry)
    try:
        temporary.write_bytes(data)
        temporary.replace(entry)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
