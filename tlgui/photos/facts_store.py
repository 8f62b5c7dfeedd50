"""What is known of a collection's photos, kept on disk, so that a photo is read once and then only when it changed.

It lies with the caches, never among the photos: a damaged store is begun anew, and a disk that refuses it costs time:
then what is found out is kept in memory, for as long as the store is open.
"""

import contextlib
import json
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from tlgui import files
from tlgui.photos.collection import ProblemKind
from tlgui.photos.facts import MINIATURE_BYTES, FileState, Look, PhotoFacts
from tlgui.photos.places import all_inside

# Raised whenever facts are found out in another way, so that older ones are not trusted.
_VERSION = 3
_PATIENCE_SECONDS = 5.0
# Miniatures are most of the bytes and seldom needed: apart, the others are read in half the time.
_TABLES = {
    "photo": """(
        path BLOB PRIMARY KEY, size INTEGER, changed_ns INTEGER, kind TEXT, reason TEXT,
        width INTEGER, height INTEGER, format TEXT, taken REAL, camera TEXT,
        fingerprint INTEGER, brightness REAL, highlights REAL, sharpness REAL, digest BLOB
    ) WITHOUT ROWID""",
    "miniature": "(path BLOB PRIMARY KEY, pixels BLOB) WITHOUT ROWID",
    "relation": "(key BLOB, name TEXT, groups TEXT, PRIMARY KEY (key, name))",
}
_IN_MEMORY = ":memory:"
_NOWHERE = b"\0"
# The disk is full, read-only or out of order, or another process writes: none of it says that the store is damaged.
_REFUSALS = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
    }
)
# The upper bits of an error's number say more than is asked here.
_PRIMARY = 0xFF
_SIGN = 1 << 63

PlaceGroups = list[list[int]]
"""Photos that belong together, by their place in the collection's order."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file cannot be used, as long as it stays as it is.

    Args:
        state: The file's state when this was found out.
        kind: The group it is listed under.
        reason: One sentence.
        is_lasting: Whether it follows from the file's content, and not from the state of the disk or the memory; only
            then it is kept.
    """

    state: FileState
    kind: ProblemKind
    reason: str
    is_lasting: bool = True


Known = PhotoFacts | Refusal


class StoredFacts:
    """What a store knows. Each file is asked for once: what is left then is known of files that are gone.

    Args:
        rows: By the place inside the folder, as they lie in the store.
    """

    def __init__(self, rows: dict[str, tuple[Any, ...]]) -> None:
        self._rows = rows

    def take(self, place: str, state: FileState) -> Known | None:
        """Return what is known of a file, or None where it was never read, has changed, or what is kept is nonsense."""
        row = self._rows.pop(place, None)
        if row is None or row[1] != state.size or row[2] != state.changed_ns:
            return None
        try:
            return _known(row, state)
        except (TypeError, ValueError):
            return None

    def left(self) -> tuple[str, ...]:
        """Return the places that nobody asked for."""
        return tuple(self._rows)


class FactsStore:
    """The facts of one collection on disk. Use it in a `with` block, and in one thread.

    Args:
        folder: The collection's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._connection: sqlite3.Connection | None = None

    def __enter__(self) -> "FactsStore":
        """Open the store, or begin a new one."""
        self._connection = _opened(self._folder)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def read(self) -> StoredFacts:
        """Return all that is known."""
        rows: dict[str, tuple[Any, ...]] = {}
        with self._guarded() as connection:
            rows = {_text(row[0]): row for row in connection.execute("SELECT * FROM photo")}
        return StoredFacts(rows)

    def put(self, known: Mapping[str, Known]) -> None:
        """Keep what was found out, by the place inside the folder; what was known of the same photos is replaced."""
        rows = [_row(place, item) for place, item in known.items() if isinstance(item, PhotoFacts) or item.is_lasting]
        self._change(f"INSERT OR REPLACE INTO photo VALUES ({', '.join('?' * 15)})", rows)

    def put_looked_at(self, facts: Mapping[Path, PhotoFacts], miniatures: Mapping[Path, bytes]) -> None:
        """Keep what a closer look found.

        Args:
            facts: Of each photo.
            miniatures: Of the same photos.
        """
        places = list(all_inside(facts, self._folder))
        self.put(dict(zip(places, facts.values(), strict=True)))
        rows = [(_bytes(place), miniatures[path]) for place, path in zip(places, facts, strict=True)]
        self._change("INSERT OR REPLACE INTO miniature VALUES (?, ?)", rows)

    def miniatures(self, paths: Sequence[Path]) -> NDArray[np.uint8]:
        """Return the miniatures of photos.

        Returns:
            uint8 array of shape (number of paths, `MINIATURE_BYTES`), in their order; zeros where none is kept.
        """
        found = np.zeros((len(paths), MINIATURE_BYTES), np.uint8)
        numbers = {_bytes(place): number for number, place in enumerate(all_inside(paths, self._folder))}
        with self._guarded() as connection:
            for place, pixels in connection.execute("SELECT path, pixels FROM miniature"):
                number = numbers.get(place)
                if number is not None and len(pixels) == MINIATURE_BYTES:
                    found[number] = np.frombuffer(pixels, np.uint8)
        return found

    def moved(self, pairs: Iterable[tuple[Path, Path]]) -> None:
        """Let photos that were moved, old and new path of each, keep what is known of them."""
        ways = list(pairs)
        old, new = (all_inside([way[end] for way in ways], self._folder) for end in (0, 1))
        # By way of places that no file has, so that two photos may change places.
        rows = [(_bytes(before), _NOWHERE + _bytes(after)) for before, after in zip(old, new, strict=True)]
        for table in ("photo", "miniature"):
            move = f"UPDATE OR REPLACE {table} SET path = ? WHERE path = ?"
            self._change(move, [(between, before) for before, between in rows])
            self._change(move, [(between.removeprefix(_NOWHERE), between) for _, between in rows])

    def forget(self, places: Iterable[str]) -> None:
        """Drop what is known of files that are no longer there."""
        rows = [(_bytes(place),) for place in places]
        for table in ("photo", "miniature"):
            self._change(f"DELETE FROM {table} WHERE path = ?", rows)

    def groups(self, key: bytes, name: str) -> PlaceGroups | None:
        """Return the groups that were last kept under a name, if it was with this `key`; otherwise None."""
        row: tuple[str] | None = None
        with self._guarded() as connection:
            query = "SELECT groups FROM relation WHERE key = ? AND name = ?"
            row = connection.execute(query, (key, name)).fetchone()
        try:
            groups: object = json.loads(row[0]) if row is not None else None
        except (TypeError, ValueError):
            return None
        return groups if _are_groups(groups) else None

    def put_groups(self, key: bytes, groups: Mapping[str, PlaceGroups]) -> None:
        """Keep groups, by their name, in the stead of those that were kept before."""
        self._change("DELETE FROM relation WHERE key != ?", [(key,)])
        rows = [(key, name, json.dumps(found)) for name, found in groups.items()]
        self._change("INSERT OR REPLACE INTO relation VALUES (?, ?, ?)", rows)

    def _change(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        # What the disk refuses goes into memory, or into the store that was begun anew.
        for _ in range(2):
            with self._guarded() as connection:
                with connection:
                    connection.executemany(statement, rows)
                return

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[sqlite3.Connection]:
        """Give the connection; where the disk refuses, or the store is damaged, go on with another one."""
        if self._connection is None:
            raise RuntimeError("the store is not open")
        try:
            yield self._connection
        except (sqlite3.Error, UnicodeError) as error:
            if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & _PRIMARY in _REFUSALS:
                self._go_on_in_memory(self._connection)
            else:
                self._begin_anew(self._connection)

    def _go_on_in_memory(self, refused: sqlite3.Connection) -> None:
        """Copy the store into memory as far as it can be read, and leave the one on disk as it is."""
        self._connection = _connected(_IN_MEMORY)
        with contextlib.suppress(sqlite3.Error):
            refused.backup(self._connection)
        refused.close()

    def _begin_anew(self, damaged: sqlite3.Connection) -> None:
        damaged.close()
        with contextlib.suppress(OSError):
            _path(self._folder).unlink()
        self._connection = _opened(self._folder)


def _path(folder: Path) -> Path:
    return files.cache_folder() / "photos" / f"{files.workspace_path(folder).name}.sqlite"


def _opened(folder: Path) -> sqlite3.Connection:
    """Open the store of a collection; one in memory where the disk has no place for it."""
    with contextlib.suppress(OSError):
        path = _path(folder)
        path.parent.mkdir(exist_ok=True)
        for _ in range(2):
            with contextlib.suppress(sqlite3.DatabaseError):
                return _connected(str(path))
            # It is damaged: what it knew is found out again.
            path.unlink(missing_ok=True)
    return _connected(_IN_MEMORY)


def _connected(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_PATIENCE_SECONDS)
    try:
        # A crash of the computer may cost the store, which is then begun anew; nobody waits for the disk.
        connection.execute("PRAGMA synchronous = OFF")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version != _VERSION:
            with connection:
                for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                    connection.execute(f"DROP TABLE {name}")
                for name, columns in _TABLES.items():
                    connection.execute(f"CREATE TABLE {name} {columns}")
                connection.execute(f"PRAGMA user_version = {_VERSION}")
        _check(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection) -> None:
    ((state,),) = connection.execute("PRAGMA quick_check(1)")
    if state != "ok":
        raise sqlite3.DatabaseError(state)


def _row(place: str, known: Known) -> tuple[Any, ...]:
    state = known.state
    start = (_bytes(place), state.size, state.changed_ns)
    if isinstance(known, Refusal):
        return (*start, known.kind.value, known.reason, *[None] * 10)
    facts = (None, None, known.width, known.height, known.format, known.taken, known.camera)
    return (*start, *facts, *_look_columns(known.look))


def _look_columns(look: Look | None) -> Sequence[Any]:
    if look is None:
        return [None] * 5
    # SQLite's integers have a sign.
    fingerprint = look.fingerprint - 2 * _SIGN if look.fingerprint >= _SIGN else look.fingerprint
    return (fingerprint, *look[1:])


def _known(row: tuple[Any, ...], state: FileState) -> Known:
    if row[3] is not None:
        return Refusal(state, ProblemKind(row[3]), row[4])
    _, _, _, _, _, width, height, image_format, taken, camera, fingerprint, *others = row
    look = Look(fingerprint % (2 * _SIGN), *others) if fingerprint is not None else None
    # The same few names stand for all photos, whatever their number.
    return PhotoFacts(state, width, height, sys.intern(image_format), taken, sys.intern(camera), look)


def _are_groups(groups: object) -> TypeGuard[PlaceGroups]:
    return isinstance(groups, list) and all(
        isinstance(group, list) and all(isinstance(place, int) for place in group) for group in groups
    )


def _bytes(place: str) -> bytes:
    # Surrogates stand in for bytes of a name that are no text.
    return place.encode("utf-8", "surrogatepass")


def _text(place: bytes) -> str:
    return place.decode("utf-8", "surrogatepass")
