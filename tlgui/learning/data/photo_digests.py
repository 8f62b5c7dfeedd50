"""SHA-256 digests of photos' bytes, kept in an index so that an unchanged file is not read again."""

import contextlib
import hashlib
import itertools
import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeGuard

from tlgui.files import cache_folder, open_regular, opened_database, opened_read_only

# Some file systems store times in steps of 2 seconds: two changes within one step leave the same time.
_SETTLED_NS = 3 * 10**9
_ROWS_BETWEEN_COMMITS = 512
# About 200 bytes each. A larger index is emptied.
_MOST_ROWS = 2_000_000
# How long to wait while another process writes to the index.
_LOCK_TIMEOUT_SECONDS = 0.5
_KEYS_A_QUERY = 500


def kept_digests(paths: Iterable[Path]) -> dict[Path, bytes]:
    """Return the digests that the index has of photos; no photo's bytes are read, and nothing is written.

    Args:
        paths: The photos.

    Returns:
        The SHA-256 of each photo whose file did not change since it was indexed; empty if the index is damaged, missing
        or locked by another process.
    """
    found: dict[Path, bytes] = {}
    try:
        with contextlib.closing(opened_read_only(_index(), _LOCK_TIMEOUT_SECONDS)) as connection:
            rest = iter(paths)
            while some := list(itertools.islice(rest, _KEYS_A_QUERY)):
                found.update(_kept(connection, some))
    except (OSError, sqlite3.Error):
        return {}
    return found


class PhotoDigests:
    """Computes the SHA-256 of photos' bytes, or finds it in the index; a context manager, safe to use from threads.

    The index has the digest of a file under its path, together with its size, modification time, change time and inode
    number. The bytes are read if any of these differs, or if the file was changed in the last 3 seconds. An index that
    cannot be read or written is not used.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._uncommitted = 0

    def __enter__(self) -> Self:
        """Open the index; a damaged one is replaced."""
        with contextlib.suppress(OSError):
            path = _index()
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
        """Commit new digests, also after an exception."""
        with self._lock, contextlib.suppress(sqlite3.Error):
            if self._connection is not None:
                self._connection.commit()
        self._close()

    def __call__(self, path: Path) -> bytes:
        """Return the SHA-256 of a photo's bytes, 32 bytes.

        Args:
            path: The photo.

        Raises:
            OSError: The file cannot be read, or is a pipe or a device.
        """
        state = _state(path.stat())
        key = _key(path)
        known = self._get(key, state)
        if known is not None:
            return known
        started_ns = time.time_ns()
        with open_regular(path) as stream:
            digest = hashlib.file_digest(stream, "sha256").digest()
            after = _state(os.fstat(stream.fileno()))
        _, changed_ns, moved_ns, _ = state
        if after == state and started_ns - max(changed_ns, moved_ns) > _SETTLED_NS:
            self._put(key, state, digest)
        return digest

    def _get(self, key: bytes, state: tuple[int, ...]) -> bytes | None:
        with self._lock, contextlib.suppress(sqlite3.Error):
            if self._connection is not None:
                query = (
                    "SELECT digest FROM digests WHERE key = ? AND size = ? AND mtime = ? AND ctime = ? AND inode = ?"
                )
                row = self._connection.execute(query, (key, *state)).fetchone()
                if row is not None and _is_digest(row[0]):
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
        connection = self._connection = opened_database(path, _LOCK_TIMEOUT_SECONDS, in_any_thread=True)
        connection.execute("PRAGMA synchronous = NORMAL")
        columns = "key BLOB PRIMARY KEY, size INTEGER, mtime INTEGER, ctime INTEGER, inode INTEGER, digest BLOB"
        with contextlib.suppress(sqlite3.OperationalError):  # an index on a read-only disk is still readable
            connection.execute(f"CREATE TABLE IF NOT EXISTS digests ({columns}) WITHOUT ROWID")
        (count,) = connection.execute("SELECT count(*) FROM digests").fetchone()
        if count > _MOST_ROWS:
            connection.execute("DELETE FROM digests")

    def _close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None


def _index() -> Path:
    return cache_folder() / "digests.sqlite"


def _key(path: Path) -> bytes:
    return hashlib.sha256(os.fsencode(path)).digest()[:16]


def _kept(connection: sqlite3.Connection, paths: Sequence[Path]) -> Iterator[tuple[Path, bytes]]:
    """Yield the photos whose files did not change since they were indexed, with their digests."""
    path_of = {_key(path): path for path in paths}
    marks = ", ".join("?" * len(path_of))
    query = f"SELECT key, digest, size, mtime, ctime, inode FROM digests WHERE key IN ({marks})"
    # All rows are fetched: an open query would keep other processes from writing.
    for key, digest, *state in connection.execute(query, list(path_of)).fetchall():
        with contextlib.suppress(OSError):
            if _is_digest(digest) and tuple(state) == _state(path_of[key].stat()):
                yield path_of[key], digest


def _is_digest(found: object) -> TypeGuard[bytes]:
    return isinstance(found, bytes) and len(found) == hashlib.sha256().digest_size


def _state(status: os.stat_result) -> tuple[int, int, int, int]:
    """Return size, modification time, change time and inode number, the last reduced to the 63 bits of SQLite."""
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino % 2**63
