"""Features on disk, found by the content of the photo they were computed from.

The backbone runs once over each photo. A later training on the same photos reads the features instead: on 4,000 photos
and two cores it takes 4 seconds in all, and after 40 new photos only these are computed. Photos that were renamed or
moved keep their features, because the key is a digest of their bytes.

A store is one SQLite file for all features of one backbone with one set of settings. An entry is used only if its
checksum is right. An error of a store (full disk, read-only disk, damaged file, another process) never fails a
training: what cannot be read is computed again, and what cannot be written is not kept; see `tlgui.files.caches`.
"""

import contextlib
import hashlib
import logging
import sqlite3
import zlib
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from tlgui.files import caches, is_damage
from tlgui.learning.arrays import FloatArray
from tlgui.learning.recipes.recipe import ORIGINAL

# Raised when photos are decoded differently, as features of them change then. 2: colour profiles are applied. 3: a JPEG
# is decoded at the smallest size that has 1.5 times the side of the input, before twice that side.
FORMAT_VERSION = 3
# Of all stores together; the least recently used ones are deleted first. It also limits a single store.
LARGEST_BYTES = 8 * 2**30
_ROWS_BETWEEN_COMMITS = 512
_PAGE_BYTES = 4096
# How long to wait while another process writes; computing features again is no great loss.
_LOCK_TIMEOUT_SECONDS = 1.0

_log = logging.getLogger(__name__)


def vector_key(digest: bytes, copy: int = ORIGINAL) -> bytes:
    """Return the key of the features of one version of a photo.

    Args:
        digest: SHA-256 of the photo's bytes, 32 bytes.
        copy: The number of an augmented copy, from 1; `ORIGINAL` for the photo itself.
    """
    return digest + copy.to_bytes(2, "little")


def feature_stores() -> list[Path]:
    """Return the files of all stores, the most recently used one first."""
    folder = caches.cache_path("features")
    if folder is None:
        return []
    try:
        states = [(path.stat().st_mtime_ns, path) for path in folder.glob(f"*{caches.DATABASE_SUFFIX}")]
    except OSError as error:
        caches.warn_unusable(folder, error)
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
        self._database: caches.CacheDatabase | None = None
        self._connection: sqlite3.Connection | None = None
        self._keys: set[bytes] = set()
        self._uncommitted = 0
        self._is_writable = True
        self._has_warned = False

    def __enter__(self) -> Self:
        """Open the store; a damaged one is replaced, and one that the disk refuses to open counts as empty."""
        digest = hashlib.sha256(f"{FORMAT_VERSION} {self._name}".encode()).hexdigest()
        folder = self._folder or caches.cache_path("features")
        if folder is not None:
            path = folder / f"{digest}{caches.DATABASE_SUFFIX}"
            caches.evict(folder, LARGEST_BYTES, suffix=caches.DATABASE_SUFFIX, keep=path)
            self._database = caches.CacheDatabase(path, self._prepare, _LOCK_TIMEOUT_SECONDS)
            self._connection = self._database.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Commit what was put in, also after an exception."""
        if self._connection is not None:
            try:
                self._connection.commit()
            except sqlite3.Error as error:
                self._warn(f"the features computed last are not kept: {error}")
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
        if vector is None or len(vector) != self._length:
            self._warn("an entry is damaged, and is computed again")
            return None
        return vector

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
        except sqlite3.Error as error:
            if is_damage(error):
                self._recover(error)
                return
            self._is_writable = False
            self._warn(f"no more features are kept: {error}")
            with contextlib.suppress(sqlite3.Error):
                self._connection.rollback()

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA max_page_count = {LARGEST_BYTES // _PAGE_BYTES}")
        # Nothing is written if the table exists, so that a store on a read-only disk is still readable.
        connection.execute("CREATE TABLE IF NOT EXISTS features (key BLOB PRIMARY KEY, vector BLOB, checksum INTEGER)")
        self._keys = {key for (key,) in connection.execute("SELECT key FROM features")}

    def _recover(self, error: sqlite3.Error) -> None:
        """Close the store, and replace its file if it is damaged."""
        self._close()
        if self._database is not None:
            self._connection = self._database.reopen(error)

    def _warn(self, text: str) -> None:
        """Log the first failure of this store: there may be one for every photo."""
        if not self._has_warned and self._database is not None:
            self._has_warned = True
            _log.warning("In the store of features %s %s.", self._database.path, text)

    def _close(self) -> None:
        """Close the store; from then on the cache is empty."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        self._keys = set()
