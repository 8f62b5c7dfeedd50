"""Features on disk, found by the content of the photo they were computed from.

The backbone runs once over each photo. A later training on the same photos reads the features instead: on 4,000 photos
and two cores it takes 5 seconds in all, and after 40 new photos only these are computed. Photos that were renamed or
moved keep their features, because the key is a digest of their bytes.

A store is one SQLite file for all features of one backbone with one set of settings. An entry is used only if its
checksum is right. An error of a store (full disk, read-only disk, damaged file, another process) never fails a
training: what cannot be read is computed again, and what cannot be written is not kept.
"""

import contextlib
import hashlib
import os
import sqlite3
import zlib
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from tlgui.files import cache_folder, opened_database
from tlgui.files.eviction import delete_least_recently_used
from tlgui.learning.arrays import FloatArray
from tlgui.learning.recipes.recipe import ORIGINAL

# Raised when photos are decoded differently, as features of them change then. 2: colour profiles are applied.
FORMAT_VERSION = 2
# Of all stores together; the least recently used ones are deleted first. It also limits a single store.
LARGEST_BYTES = 8 * 2**30
_ROWS_BETWEEN_COMMITS = 512
_PAGE_BYTES = 4096
# How long to wait while another process writes; computing features again is no great loss.
_LOCK_TIMEOUT_SECONDS = 1.0


def vector_key(digest: bytes, copy: int = ORIGINAL) -> bytes:
    """Return the key of the features of one version of a photo.

    Args:
        digest: SHA-256 of the photo's bytes, 32 bytes.
        copy: The number of an augmented copy, from 1; `ORIGINAL` for the photo itself.
    """
    return digest + copy.to_bytes(2, "little")


def feature_stores() -> list[Path]:
    """Return the files of all stores, the most recently used one first."""
    try:
        states = [(path.stat().st_mtime_ns, path) for path in (cache_folder() / "features").glob("*.sqlite")]
    except OSError:
        return []
    return [path for _, path in sorted(states, reverse=True)]


def read_vector(connection: sqlite3.Connection, key: bytes) -> FloatArray | None:
    """Return the features that a store has for a key.

    Args:
        connection: The open store.
        key: From `vector_key`.

    Returns:
        float32 of shape (numbers,), or None if there is no entry or its checksum is wrong.

    Raises:
        sqlite3.Error: The store is damaged, or another process has locked it.
    """
    # All rows are fetched: an open query would keep other processes from writing.
    rows = connection.execute("SELECT vector, checksum FROM features WHERE key = ?", (key,)).fetchall()
    for data, checksum in rows:
        if isinstance(data, bytes) and checksum == zlib.crc32(data, zlib.crc32(key)) and len(data) % 4 == 0:
            return np.frombuffer(data, "<f4")
    return None


class FeatureCache:
    """One store of feature vectors; a context manager.

    Args:
        name: Identifies everything but the photo that the features depend on: backbone, weights, settings.
        length: Numbers in each vector; an entry of another length counts as damaged.
        folder: The folder of the store; by default `features` in the user's cache folder.

    Example:
        >>> import tempfile
        >>> key = vector_key(hashlib.sha256(b"the bytes of a photo").digest())
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with FeatureCache("a backbone", length=3, folder=Path(folder)) as cache:
        ...         cache.put(key, np.array([1, 2, 3], np.float32))
        ...     with FeatureCache("a backbone", length=3, folder=Path(folder)) as cache:
        ...         cache.get(key)
        array([1., 2., 3.], dtype=float32)
    """

    def __init__(self, name: str, length: int, folder: Path | None = None) -> None:
        self._name = name
        self._length = length
        self._folder = folder
        self._path: Path | None = None
        self._connection: sqlite3.Connection | None = None
        self._keys: set[bytes] = set()
        self._uncommitted = 0
        self._is_writable = True

    def __enter__(self) -> Self:
        """Open the store; a damaged one is replaced, and one that the disk refuses to open counts as empty."""
        digest = hashlib.sha256(f"{FORMAT_VERSION} {self._name}".encode()).hexdigest()
        try:
            folder = self._folder or cache_folder() / "features"
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return self
        path = folder / f"{digest}.sqlite"
        # The modification time marks the last use. It cannot be set on a new store, nor on a read-only disk.
        with contextlib.suppress(OSError):
            os.utime(path)
        delete_least_recently_used(folder, "*.sqlite", LARGEST_BYTES, keep=path)
        self._path = path
        try:
            self._open(path)
        except sqlite3.Error as error:
            self._recover(error)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Commit what was put in, also after an exception."""
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.commit()
        self._close()

    def __contains__(self, key: bytes) -> bool:
        """Return whether there is an entry, intact or damaged; safe to call from any thread."""
        return key in self._keys

    def get(self, key: bytes) -> FloatArray | None:
        """Return the features under a key.

        Args:
            key: From `vector_key`.

        Returns:
            float32 of shape (length,), or None if there is no intact entry.
        """
        if self._connection is None or key not in self._keys:
            return None
        try:
            vector = read_vector(self._connection, key)
        except sqlite3.Error as error:
            self._recover(error)
            return None
        return vector if vector is not None and len(vector) == self._length else None

    def put(self, key: bytes, vector: FloatArray) -> None:
        """Write features under a key; does nothing once the disk has refused a write.

        Args:
            key: From `vector_key`.
            vector: float32 of shape (length,).
        """
        if self._connection is None or not self._is_writable:
            return
        data = vector.astype("<f4").tobytes()
        try:
            self._connection.execute(
                "INSERT OR REPLACE INTO features VALUES (?, ?, ?)", (key, data, zlib.crc32(data, zlib.crc32(key)))
            )
            self._uncommitted += 1
            if self._uncommitted >= _ROWS_BETWEEN_COMMITS:
                self._connection.commit()
                self._uncommitted = 0
        except sqlite3.OperationalError:
            self._is_writable = False
            with contextlib.suppress(sqlite3.Error):
                self._connection.rollback()
        except sqlite3.Error as error:
            self._recover(error)

    def _open(self, path: Path) -> None:
        self._connection = opened_database(path, _LOCK_TIMEOUT_SECONDS)
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute(f"PRAGMA max_page_count = {LARGEST_BYTES // _PAGE_BYTES}")
        with contextlib.suppress(sqlite3.OperationalError):  # a store on a read-only disk is still readable
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS features (key BLOB PRIMARY KEY, vector BLOB, checksum INTEGER)"
            )
        self._keys = {key for (key,) in self._connection.execute("SELECT key FROM features")}

    def _recover(self, error: sqlite3.Error) -> None:
        """Close the store, and replace its file if it is damaged."""
        self._close()
        # An operational error is about the disk or another process; the file may be intact.
        if isinstance(error, sqlite3.OperationalError) or self._path is None:
            return
        with contextlib.suppress(OSError, sqlite3.Error):
            self._path.unlink(missing_ok=True)
            self._open(self._path)

    def _close(self) -> None:
        """Close the store; from then on the cache is empty."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        self._keys = set()
