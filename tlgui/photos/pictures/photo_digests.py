"""SHA-256 digests of photos' bytes, kept in an index so that an unchanged file is not read again.

The index is a cache: see `tlgui.files.caches` for a damaged one, or one that another process has locked.
"""

import contextlib
import hashlib
import itertools
import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from io import BufferedReader
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self, TypeAlias, TypeGuard

from tlgui.files import caches, is_damage, open_regular, opened_read_only

# Some file systems store times in steps of 2 seconds: two changes within one step leave the same time.
_SETTLED_NS = 3 * 10**9
_ROWS_BETWEEN_COMMITS = 512
# About 200 bytes each. A larger index is emptied.
_MOST_ROWS = 2_000_000
# How long to wait while another process writes to the index.
_LOCK_TIMEOUT_SECONDS = 0.5
_KEYS_A_QUERY = 500

# A photo, its digest, and the state of its file when it was indexed.
_Indexed: TypeAlias = tuple[Path, bytes, tuple[int, ...]]


def kept_digests(paths: Iterable[Path]) -> dict[Path, bytes]:
    """Return the digests that the index has of photos; no photo's bytes are read, and nothing is written.

    Args:
        paths: The photos.

    Returns:
        The SHA-256 of each photo whose file did not change since it was indexed; empty if the index is damaged, missing
        or locked by another process.
    """
    found: dict[Path, bytes] = {}
    index = _index()
    if index is None or not index.exists():
        return found
    try:
        with contextlib.closing(opened_read_only(index, _LOCK_TIMEOUT_SECONDS)) as connection:
            rest = iter(paths)
            while some := list(itertools.islice(rest, _KEYS_A_QUERY)):
                found.update((path, digest) for path, digest, _ in _unchanged(_found(connection, some)))
    except sqlite3.Error as error:
        caches.warn_unusable(index, error)
        return {}
    return found


class Content(NamedTuple):
    """What was read of a photo's file.

    Args:
        digest: SHA-256 of its bytes, 32 bytes.
        data: Its bytes; None where they are too many.
        status: Of the file that was read.
    """

    digest: bytes
    data: bytes | None
    status: os.stat_result


class PhotoDigests:
    """Computes the SHA-256 of photos' bytes, or finds it in the index; a context manager, safe to use from threads.

    The index has the digest of a file under its path, together with its size, modification time, change time and inode
    number. The bytes are read if any of these differs, or if the file was changed in the last 3 seconds. An index that
    cannot be read or written is not used.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._database: caches.CacheDatabase | None = None
        self._connection: sqlite3.Connection | None = None
        self._uncommitted = 0
        self._is_writable = True

    def __enter__(self) -> Self:
        """Open the index; a damaged one is replaced."""
        if (index := _index()) is not None:
            self._database = caches.CacheDatabase(index, _prepare, _LOCK_TIMEOUT_SECONDS, in_any_thread=True)
            self._connection = self._database.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Commit new digests, also after an exception."""
        with self._guarded() as connection:
            if connection is not None:
                connection.commit()
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def __call__(self, path: Path) -> bytes:
        """Return the SHA-256 of a photo's bytes, 32 bytes.

        Args:
            path: The photo.

        Raises:
            OSError: The file cannot be read, or is a pipe or a device.
        """
        known = self.known(path)
        if known is not None:
            return known
        with open_regular(path) as stream:
            return self.read(path, stream).digest

    def known(self, path: Path) -> bytes | None:
        """Return the digest that the index has of a photo; None where it has none or the file was changed since.

        Args:
            path: The photo, whose bytes are not read.

        Raises:
            OSError: The file is gone.
        """
        return self._get(_key(path), _state(path.stat()))

    def unchanged(self, paths: Sequence[Path]) -> dict[Path, tuple[bytes, float]]:
        """Return the digests that the index has of photos whose files did not change since they were indexed.

        Args:
            paths: The photos, at most a few hundred; no file is opened.

        Returns:
            For each of them the SHA-256 of its bytes, and when it was changed, in seconds since 1970.
        """
        found: list[_Indexed] = []
        with self._guarded() as connection:
            if connection is not None:
                found = _found(connection, paths)
        return {path: (digest, status.st_mtime) for path, digest, status in _unchanged(found)}

    def read(self, path: Path, stream: BufferedReader, most_bytes: int = 0) -> Content:
        """Compute the digest of an opened photo, and put it into the index.

        Args:
            path: The photo.
            stream: Its file, at the beginning.
            most_bytes: A file of at most so many bytes is read into memory, which is returned; 0, the default, reads
                any file in pieces.

        Raises:
            OSError: The file cannot be read.
        """
        started_ns = time.time_ns()
        status = os.fstat(stream.fileno())
        data = stream.read(status.st_size + 1) if status.st_size <= most_bytes else None
        if data is None or len(data) > status.st_size:  # it is large, or has grown since
            stream.seek(0)
            data, digest = None, hashlib.file_digest(stream, "sha256").digest()
        else:
            digest = hashlib.sha256(data).digest()
        state = _state(status)
        _, changed_ns, moved_ns, _ = state
        if _state(os.fstat(stream.fileno())) == state and started_ns - max(changed_ns, moved_ns) > _SETTLED_NS:
            self._put(_key(path), state, digest)
        return Content(digest, data, status)

    def _get(self, key: bytes, state: tuple[int, ...]) -> bytes | None:
        with self._guarded() as connection:
            if connection is not None:
                query = (
                    "SELECT digest FROM digests WHERE key = ? AND size = ? AND mtime = ? AND ctime = ? AND inode = ?"
                )
                row = connection.execute(query, (key, *state)).fetchone()
                if row is not None and _is_digest(row[0]):
                    return row[0]
        return None

    def _put(self, key: bytes, state: tuple[int, ...], digest: bytes) -> None:
        with self._guarded() as connection:
            if connection is not None and self._is_writable:
                row = (key, *state, digest)
                connection.execute("INSERT OR REPLACE INTO digests VALUES (?, ?, ?, ?, ?, ?)", row)
                self._uncommitted += 1
                if self._uncommitted >= _ROWS_BETWEEN_COMMITS:
                    connection.commit()
                    self._uncommitted = 0

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[sqlite3.Connection | None]:
        """Yield the connection to one thread at a time; repair damage, and stop writing if the disk refuses."""
        with self._lock:
            try:
                yield self._connection
            except sqlite3.Error as error:
                self._go_on_after(error)

    def _go_on_after(self, error: sqlite3.Error) -> None:
        if self._connection is None or self._database is None:
            return
        if is_damage(error):
            self._connection.close()
            self._connection = self._database.reopen(error)
        elif self._is_writable:
            # Reading may still work. Each further write would wait for the lock as long as this one.
            self._is_writable = False
            caches.warn_unusable(self._database.path, error)


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA synchronous = NORMAL")
    columns = "key BLOB PRIMARY KEY, size INTEGER, mtime INTEGER, ctime INTEGER, inode INTEGER, digest BLOB"
    # Nothing is written if the table exists, so that an index on a read-only disk is still readable.
    connection.execute(f"CREATE TABLE IF NOT EXISTS digests ({columns}) WITHOUT ROWID")
    (count,) = connection.execute("SELECT count(*) FROM digests").fetchone()
    if count > _MOST_ROWS:
        connection.execute("DELETE FROM digests")


def _index() -> Path | None:
    return caches.cache_path(f"digests{caches.DATABASE_SUFFIX}")


def _key(path: Path) -> bytes:
    return hashlib.sha256(os.fsencode(path)).digest()[:16]


def _found(connection: sqlite3.Connection, paths: Sequence[Path]) -> list[_Indexed]:
    """Return what the index has of photos, whether their files have changed or not."""
    path_of = {_key(path): path for path in paths}
    marks = ", ".join("?" * len(path_of))
    query = f"SELECT key, digest, size, mtime, ctime, inode FROM digests WHERE key IN ({marks})"
    # All rows are fetched: an open query would keep other processes from writing.
    rows = connection.execute(query, list(path_of)).fetchall()
    return [(path_of[key], digest, tuple(state)) for key, digest, *state in rows if _is_digest(digest)]


def _unchanged(found: Iterable[_Indexed]) -> Iterator[tuple[Path, bytes, os.stat_result]]:
    """Yield the photos whose files did not change since they were indexed, with their digests."""
    for path, digest, state in found:
        with contextlib.suppress(OSError):
            status = os.stat(path)  # noqa: PTH116 - a method of Path takes twice as long
            if state == _state(status):
                yield path, digest, status


def _is_digest(found: object) -> TypeGuard[bytes]:
    return isinstance(found, bytes) and len(found) == hashlib.sha256().digest_size


def _state(status: os.stat_result) -> tuple[int, int, int, int]:
    """Return size, modification time, change time and inode number, the last reduced to the 63 bits of SQLite."""
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino % 2**63
