"""What tells the bytes of a photo from all others, without reading them again while the file stays as it is."""

import contextlib
import hashlib
import os
import sqlite3
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tlgui.files import cache_folder

# A file changed twice within this may look the same after both, on disks that keep time by the second or two.
_SETTLED_NS = 3 * 10**9
_ROWS_BETWEEN_COMMITS = 512
# Some 200 bytes each: the index is begun anew beyond it.
_MOST_ROWS = 2_000_000


class PhotoDigests:
    """Gives the SHA-256 of photos' bytes; a context manager, to be used from several threads.

    The digest of a file is kept on disk under its path with its size, times and number; once any of them is another,
    or where the file was changed only moments ago, its bytes are read. A kept digest that cannot be read costs time,
    nothing else.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._uncommitted = 0

    def __enter__(self) -> Self:
        """Open the index; a damaged one is begun anew, and where the disk refuses there is none."""
        with contextlib.suppress(OSError):
            path = cache_folder() / "digests.sqlite"
            try:
                self._open(path)
            except sqlite3.OperationalError:
                self._close()
            except sqlite3.Error:
                self._close()
                path.unlink(missing_ok=True)
                with contextlib.suppress(sqlite3.Error):
                    self._open(path)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Keep what was found out, after a Stop too."""
        with self._lock, contextlib.suppress(sqlite3.Error):
            if self._connection is not None:
                self._connection.commit()
        self._close()

    def __call__(self, path: Path) -> bytes:
        """Return the digest of a photo's bytes, 32 bytes long.

        Raises:
            OSError: The file cannot be read.
        """
        state = _state(path.stat())
        key = hashlib.sha256(os.fsencode(path)).digest()[:16]
        known = self._get(key, state)
        if known is not None:
            return known
        asked_ns = time.time_ns()
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").digest()
            after = _state(os.fstat(stream.fileno()))
        _, changed_ns, moved_ns, _ = state
        if after == state and asked_ns - max(changed_ns, moved_ns) > _SETTLED_NS:
            self._put(key, state, digest)
        return digest

    def _get(self, key: bytes, state: tuple[int, ...]) -> bytes | None:
        with self._lock, contextlib.suppress(sqlite3.Error):
            if self._connection is not None:
                query = (
                    "SELECT digest FROM digests WHERE key = ? AND size = ? AND mtime = ? AND ctime = ? AND inode = ?"
                )
                row = self._connection.execute(query, (key, *state)).fetchone()
                if row is not None and isinstance(row[0], bytes) and len(row[0]) == hashlib.sha256().digest_size:
                    return row[0]
        return None

    def _put(self, key: bytes, state: tuple[int, ...], digest: bytes) -> None:
        with self._lock, contextlib.suppress(sqlite3.Error):
            if self._connection is not None:
                row = (key, *state, digest)
                self._connection.execute("INSERT OR REPLACE INTO digests VALUES (?, ?, ?, ?, ?, ?)", row)
                self._uncommitted += 1
                if self._uncommitted >= _ROWS_BETWEEN_COMMITS:
                    self._connection.commit()
                    self._uncommitted = 0

    def _open(self, path: Path) -> None:
        # Another tlgui may be writing; it is not worth a long wait.
        connection = sqlite3.connect(path, timeout=0.5, check_same_thread=False)
        self._connection = connection
        connection.execute("PRAGMA synchronous = NORMAL")
        columns = "key BLOB PRIMARY KEY, size INTEGER, mtime INTEGER, ctime INTEGER, inode INTEGER, digest BLOB"
        with contextlib.suppress(sqlite3.OperationalError):  # one on a read-only disk can still be read
            connection.execute(f"CREATE TABLE IF NOT EXISTS digests ({columns}) WITHOUT ROWID")
        (count,) = connection.execute("SELECT count(*) FROM digests").fetchone()
        if count > _MOST_ROWS:
            connection.execute("DELETE FROM digests")

    def _close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None


def _state(status: os.stat_result) -> tuple[int, int, int, int]:
    """Return what changes when a file does; the number in 63 bits, which is what SQLite takes."""
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino % 2**63
