"""What tells the bytes of a photo from all others, without reading them again while the file stays as it is."""

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

# A file changed twice within this may look the same after both, on disks that keep time by the second or two.
_SETTLED_NS = 3 * 10**9
_ROWS_BETWEEN_COMMITS = 512
# Some 200 bytes each: the index is begun anew beyond it.
_MOST_ROWS = 2_000_000
# Another tlgui may be writing; it is not worth a long wait.
_PATIENCE_SECONDS = 0.5
_KEYS_AT_ONCE = 500


def kept_digests(paths: Iterable[Path]) -> dict[Path, bytes]:
    """Return the digests of photos that are kept from earlier; no photo's bytes are read, and nothing is written.

    Returns:
        For each photo whose file is as it was the SHA-256 of its bytes; none where the index is damaged, is not there
        or is held by another process.
    """
    found: dict[Path, bytes] = {}
    try:
        with contextlib.closing(opened_read_only(_index(), _PATIENCE_SECONDS)) as connection:
            rest = iter(paths)
            while some := list(itertools.islice(rest, _KEYS_AT_ONCE)):
                found.update(_kept(connection, some))
    except (OSError, sqlite3.Error):
        return {}
    return found


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
        """Keep what was found out, after a Stop too."""
        with self._lock, contextlib.suppress(sqlite3.Error):
            if self._connection is not None:
                self._connection.commit()
        self._close()

    def __call__(self, path: Path) -> bytes:
        """Return the digest of a photo's bytes, 32 bytes long.

        Raises:
            OSError: The file cannot be read, or is a pipe or a device.
        """
        state = _state(path.stat())
        key = _key(path)
        known = self._get(key, state)
        if known is not None:
            return known
        asked_ns = time.time_ns()
        with open_regular(path) as stream:
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
        connection = self._connection = opened_database(path, _PATIENCE_SECONDS, in_any_thread=True)
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


def _index() -> Path:
    return cache_folder() / "digests.sqlite"


def _key(path: Path) -> bytes:
    return hashlib.sha256(os.fsencode(path)).digest()[:16]


def _kept(connection: sqlite3.Connection, paths: Sequence[Path]) -> Iterator[tuple[Path, bytes]]:
    """Yield those of some photos whose files are as they were, with their digests."""
    path_of = {_key(path): path for path in paths}
    marks = ", ".join("?" * len(path_of))
    query = f"SELECT key, digest, size, mtime, ctime, inode FROM digests WHERE key IN ({marks})"
    # All rows at once: a query left open would keep others from writing.
    for key, digest, *state in connection.execute(query, list(path_of)).fetchall():
        with contextlib.suppress(OSError):
            if _is_digest(digest) and tuple(state) == _state(path_of[key].stat()):
                yield path_of[key], digest


def _is_digest(found: object) -> TypeGuard[bytes]:
    return isinstance(found, bytes) and len(found) == hashlib.sha256().digest_size


def _state(status: os.stat_result) -> tuple[int, int, int, int]:
    """Return what changes when a file does; the number in 63 bits, which is what SQLite takes."""
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino % 2**63
