"""Features kept on disk, found by the content of the photo they belong to.

A store is one SQLite file for everything that shares a backbone and its settings. A cache is a convenience: whatever
goes wrong with it (a full disk, a read-only one, a damaged file) costs time, never a training.
"""

import contextlib
import hashlib
import sqlite3
import zlib
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tlgui.files import cache_folder, opened_database

# Raised whenever photos are decoded otherwise: 2 obeys their colour profiles.
FORMAT_VERSION = 2
# All stores together; the ones not used for longest go first. One store stops to grow there.
LARGEST_BYTES = 8 * 2**30
_ROWS_BETWEEN_COMMITS = 512
_PAGE_BYTES = 4096
# Another tlgui may be writing; it is not worth a long wait.
_PATIENCE_SECONDS = 1.0

FloatArray = NDArray[np.float32]


def vector_key(digest: bytes, copy: int = 0) -> bytes:
    """Return what the features of a photo, or of a changed copy of it, are kept under.

    Args:
        digest: SHA-256 of the photo's bytes.
        copy: The copy's number; 0 is the photo itself.
    """
    return digest + copy.to_bytes(2, "little")


def feature_stores() -> list[Path]:
    """Return the files of all stores that there are, the one used last first."""
    try:
        states = [(path.stat().st_mtime_ns, path) for path in (cache_folder() / "features").glob("*.sqlite")]
    except OSError:
        return []
    return [path for _, path in sorted(states, reverse=True)]


def read_vector(connection: sqlite3.Connection, key: bytes) -> FloatArray | None:
    """Return the vector that a store keeps under `key`, or None where there is none that can be trusted.

    Raises:
        sqlite3.Error: The store is damaged, or another process holds it.
    """
    # All rows at once: a query left open would keep others from writing.
    rows = connection.execute("SELECT vector, checksum FROM features WHERE key = ?", (key,)).fetchall()
    for data, checksum in rows:
        if isinstance(data, bytes) and checksum == zlib.crc32(data, zlib.crc32(key)) and len(data) % 4 == 0:
            return np.frombuffer(data, "<f4")
    return None


class FeatureCache:
    """One store of feature vectors; a context manager.

    Args:
        name: Everything, beside the photo, that the features depend on.
        length: Numbers in each vector; an entry of another length is damaged.
        folder: Where stores lie; the user's cache folder where not given.
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
        """Open the store; a damaged one is begun anew, and where the disk refuses there is none."""
        digest = hashlib.sha256(f"{FORMAT_VERSION} {self._name}".encode()).hexdigest()
        try:
            folder = self._folder or cache_folder() / "features"
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return self
        path = folder / f"{digest}.sqlite"
        _make_room(folder, path)
        self._path = path
        try:
            self._open(path)
        except sqlite3.Error as error:
            self._recover(error)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Keep what was put in, after a Stop too."""
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.commit()
        self._close()

    def __contains__(self, key: bytes) -> bool:
        """Return whether there is an entry, sound or not; may be asked from any thread."""
        return key in self._keys

    def get(self, key: bytes) -> FloatArray | None:
        """Return the vector kept under `key`, or None where there is none that can be trusted."""
        if self._connection is None or key not in self._keys:
            return None
        try:
            vector = read_vector(self._connection, key)
        except sqlite3.Error as error:
            self._recover(error)
            return None
        return vector if vector is not None and len(vector) == self._length else None

    def put(self, key: bytes, vector: FloatArray) -> None:
        """Keep `vector` under `key`, in the place of what was there; no longer once the disk has refused."""
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
        self._connection = opened_database(path, _PATIENCE_SECONDS)
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute(f"PRAGMA max_page_count = {LARGEST_BYTES // _PAGE_BYTES}")
        with contextlib.suppress(sqlite3.OperationalError):  # a store on a read-only disk can still be read
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS features (key BLOB PRIMARY KEY, vector BLOB, checksum INTEGER)"
            )
        self._keys = {key for (key,) in self._connection.execute("SELECT key FROM features")}

    def _recover(self, error: sqlite3.Error) -> None:
        """Let the store go, and begin a new one where its file is damaged."""
        self._close()
        # An operational error is about the disk or another process; the file may be sound.
        if isinstance(error, sqlite3.OperationalError) or self._path is None:
            return
        with contextlib.suppress(OSError, sqlite3.Error):
            self._path.unlink(missing_ok=True)
            self._open(self._path)

    def _close(self) -> None:
        """Let the store go; from then on it is as if nothing were kept."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        self._keys = set()


def _make_room(folder: Path, keep: Path) -> None:
    """Delete the stores not used for longest, but not `keep`, until the rest is small enough."""
    # Another tlgui may be doing the same, and the disk may be read-only.
    with contextlib.suppress(OSError):
        if keep.exists():
            keep.touch()
        states = [(path.stat(), path) for path in folder.glob("*.sqlite")]
        total = 0
        for state, path in sorted(states, key=lambda item: item[0].st_mtime, reverse=True):
            total += state.st_size
            if total > LARGEST_BYTES and path != keep:
                path.unlink()
                total -= state.st_size
