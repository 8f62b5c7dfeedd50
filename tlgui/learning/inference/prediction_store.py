"""Predictions on disk, found by the content of the photo and the model that made them.

A second drop of the same photos needs no network, and a run that was interrupted goes on where it stopped. A store is
one SQLite file for all predictions of one model. An entry is used only if its checksum is right. A store is a cache:
what cannot be read is predicted again, and what cannot be written is not kept; see `tlgui.files.caches`.
"""

import hashlib
import math
import sqlite3
import struct
import threading
import time
import zlib
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from tlgui.files import caches, is_damage
from tlgui.learning.data import feature_cache

FOLDER = "predictions"
MOST_CLASSES = 16
"""The most classes that are kept of a photo, the most probable ones."""
LARGEST_BYTES = 1 << 30
"""Of all stores together; those used longest ago are deleted first. It also limits a single store: two million photos.
"""

_VERSION = 1
# How long to wait for another process that writes; predicting again is no great loss.
_LOCK_TIMEOUT_SECONDS = 1.0
# How long a store that another process held is left alone, so that not every batch waits for it.
_REST_SECONDS = 5.0
_KEYS_A_QUERY = 500
# Predictions that wait while another process holds the store; later ones are not kept.
_MOST_WAITING = 4096
# The share of the oldest predictions that goes when a store is full.
_SHARE_TO_DROP = 4
_HEAD = struct.Struct("<Hfd")
_BYTES_A_CLASS = 8
_NONE = math.nan


class KeptPrediction(NamedTuple):
    """What is kept of one prediction; `UNREADABLE` where the photo cannot be read.

    Args:
        classes: The most probable classes, most probable first, as indices in output order.
        probabilities: Their probabilities, each a float32.
        distance: See `Prediction`; a float32.
        taken: When the photo was taken, in seconds since 1970; None where its file does not say.
        look: See `Prediction`.
    """

    classes: tuple[int, ...]
    probabilities: tuple[float, ...]
    distance: float | None
    taken: float | None
    look: bytes


UNREADABLE = KeptPrediction((), (), None, None, b"")


class PredictionStore:
    """The predictions of one model; a context manager, safe to use from threads, and processes may share the file.

    Args:
        identity: Identifies the model, see `OpenedModel`; empty for a model of which nothing is kept.
        class_count: Its classes.
        folder: The folder of the stores; by default `predictions` in the user's cache folder.

    Example:
        >>> import tempfile
        >>> photo = hashlib.sha256(b"the bytes of a photo").digest()
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with PredictionStore(b"a model", class_count=2, folder=Path(folder)) as store:
        ...         store.put(photo, KeptPrediction((1, 0), (0.75, 0.25), None, None, b""))
        ...         store.flush()
        ...         store.find([photo])[photo].probabilities
        (0.75, 0.25)
    """

    def __init__(self, identity: bytes, class_count: int, folder: Path | None = None) -> None:
        self._identity = identity
        self._class_count = class_count
        self._folder = folder
        self._lock = threading.Lock()
        self._database: caches.CacheDatabase | None = None
        self._connection: sqlite3.Connection | None = None
        self._waiting: dict[bytes, bytes] = {}
        self._is_writable = True
        self._rests_until = 0.0

    def __enter__(self) -> Self:
        """Open the store; a damaged one is replaced, and one that the disk refuses counts as empty."""
        folder = self._folder or caches.cache_path(FOLDER)
        if self._identity and folder is not None:
            path = folder / f"{_name(self._identity)}{caches.DATABASE_SUFFIX}"
            caches.evict(folder, LARGEST_BYTES, suffix=caches.DATABASE_SUFFIX, keep=path)
            self._database = caches.CacheDatabase(path, _prepare, _LOCK_TIMEOUT_SECONDS, in_any_thread=True)
            self._connection = self._database.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Write what was put in, also after an exception."""
        self._rests_until = 0.0
        self.flush()
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    @property
    def is_open(self) -> bool:
        """Whether predictions are kept at all."""
        return self._connection is not None

    def find(self, photos: Sequence[bytes]) -> dict[bytes, KeptPrediction]:
        """Return the intact predictions that are kept of photos.

        Args:
            photos: The SHA-256 of their bytes.
        """
        found: dict[bytes, KeptPrediction] = {}
        for start in range(0, len(photos), _KEYS_A_QUERY):
            for photo, data in self._rows(photos[start : start + _KEYS_A_QUERY]):
                if (kept := _unpacked(data, self._class_count)) is not None:
                    found[photo] = kept
        return found

    def put(self, photo: bytes, kept: KeptPrediction) -> None:
        """Keep a prediction; it is written by the next `flush`.

        Args:
            photo: SHA-256 of the photo's bytes.
            kept: The prediction.
        """
        if self._is_writable and self._connection is not None and len(self._waiting) < _MOST_WAITING:
            self._waiting[photo] = _packed(kept)

    def flush(self) -> None:
        """Write what was put in: it outlasts the end of this process, however that comes."""
        if not self._waiting or time.monotonic() < self._rests_until:
            return
        rows = [(photo, data, _checksum(photo, data)) for photo, data in self._waiting.items()]
        with self._lock:
            if self._connection is None or not self._is_writable:
                self._waiting.clear()
                return
            try:
                self._write(self._connection, rows)
            except sqlite3.Error as error:
                self._go_on_after(error)
            else:
                self._waiting.clear()

    def _write(self, connection: sqlite3.Connection, rows: Sequence[tuple[bytes, bytes, int]]) -> None:
        with connection:
            if _used_bytes(connection) > LARGEST_BYTES:
                _drop_oldest(connection)
            connection.executemany("INSERT OR REPLACE INTO predictions VALUES (?, ?, ?)", rows)

    def _rows(self, photos: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
        marks = ", ".join("?" * len(photos))
        query = f"SELECT photo, data, checksum FROM predictions WHERE photo IN ({marks})"
        with self._lock:
            if self._connection is None or time.monotonic() < self._rests_until:
                return []
            try:
                # All rows are fetched: an open query would keep other processes from writing.
                rows = self._connection.execute(query, photos).fetchall()
            except sqlite3.Error as error:
                self._go_on_after(error)
                return []
        return [(photo, data) for photo, data, checksum in rows if _is_intact(photo, data, checksum)]

    def _go_on_after(self, error: sqlite3.Error) -> None:
        """Replace a damaged store; write no more if the disk refuses, and later if another process is writing."""
        if self._connection is None or self._database is None:
            return
        if _is_busy(error):
            self._rests_until = time.monotonic() + _REST_SECONDS
        elif is_damage(error):
            self._connection.close()
            self._connection = self._database.reopen(error)
        elif self._is_writable:
            self._is_writable = False
            caches.warn_unusable(self._database.path, error)


def _prepare(connection: sqlite3.Connection) -> None:
    # What the end of this process leaves is whole; after a power cut a store may have to be made again. So predictions
    # can be written as they are made, without waiting for the disk.
    connection.execute("PRAGMA synchronous = OFF")
    # Nothing is written if the table exists, so that a store on a read-only disk is still readable. Rows have their
    # place by the order in which they came, and so the oldest are found.
    columns = "photo BLOB PRIMARY KEY, data BLOB, checksum INTEGER"
    connection.execute(f"CREATE TABLE IF NOT EXISTS predictions ({columns})")


def _used_bytes(connection: sqlite3.Connection) -> int:
    pages, free, size = (
        int(connection.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size


def _drop_oldest(connection: sqlite3.Connection) -> None:
    first, last = connection.execute("SELECT min(rowid), max(rowid) FROM predictions").fetchone()
    if first is not None:
        connection.execute("DELETE FROM predictions WHERE rowid <= ?", (first + (last - first) // _SHARE_TO_DROP,))


def _is_busy(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def _name(identity: bytes) -> str:
    """Return the name of a store: another one once photos are decoded, or predictions are kept, in another way."""
    versions = f"{_VERSION} {feature_cache.FORMAT_VERSION} ".encode()
    return hashlib.sha256(versions + identity).hexdigest()


def _checksum(photo: bytes, data: bytes) -> int:
    return zlib.crc32(data, zlib.crc32(photo))


def _is_intact(photo: object, data: object, checksum: object) -> bool:
    return isinstance(photo, bytes) and isinstance(data, bytes) and checksum == _checksum(photo, data)


def _packed(kept: KeptPrediction) -> bytes:
    count = min(len(kept.classes), MOST_CLASSES)
    distance = _NONE if kept.distance is None else kept.distance
    taken = _NONE if kept.taken is None else kept.taken
    head = _HEAD.pack(count, distance, taken)
    return head + struct.pack(f"<{count}I{count}f", *kept.classes[:count], *kept.probabilities[:count]) + kept.look


def _unpacked(data: bytes, class_count: int) -> KeptPrediction | None:
    """Return what was packed; None where it is not what this model can have said."""
    if data == _packed(UNREADABLE):
        return UNREADABLE
    try:
        count, distance, taken = _HEAD.unpack_from(data)
        numbers = struct.unpack_from(f"<{count}I{count}f", data, _HEAD.size)
    except struct.error:
        return None
    classes, probabilities = numbers[:count], numbers[count:]
    if not classes or max(classes) >= class_count:
        return None
    look = data[_HEAD.size + count * _BYTES_A_CLASS :]
    return KeptPrediction(
        classes,
        probabilities,
        None if math.isnan(distance) else distance,
        None if math.isnan(taken) else taken,
        look,
    )
