"""Stores the facts of a collection's photos, so that a photo is read again only when its size or time changed.

It is a cache in SQLite, never among the photos: a damaged store is made anew (see `tlgui.files.caches`). Where the disk
refuses it, or another process has locked it, it stays as it is, and the facts are kept in memory while it is open. With
it, the second scan of 100,000 files takes 3.7 to 4.4 s.
"""

import contextlib
import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TypeGuard

import numpy as np
from numpy.typing import NDArray

from tlgui import files
from tlgui.files import caches
from tlgui.photos.collection import ProblemKind
from tlgui.photos.facts import MINIATURE_BYTES, FileState, PhotoFacts
from tlgui.photos.places import all_inside
from tlgui.photos.storage.facts_pack import DamagedPackError, Pack, Row, Unpacked, facts_in, packed, unpacked

# Increased with every change in how facts are measured, so that older ones are discarded.
_VERSION = 6
# Of all stores together; those of the collections not opened for longest are deleted first. 100,000 photos take 50 MB.
LARGEST_BYTES = 2**30
_LOCK_TIMEOUT_SECONDS = 5.0
# The facts in later packs replace those in earlier ones. Miniatures are seldom needed and have a table of their own.
_TABLES = {
    "pack": "(id INTEGER PRIMARY KEY, places BLOB, facts BLOB, words BLOB, digest BLOB)",
    "refusal": "(path BLOB PRIMARY KEY, size INTEGER, changed_ns INTEGER, kind TEXT, reason TEXT) WITHOUT ROWID",
    "miniature": "(path BLOB PRIMARY KEY, pixels BLOB) WITHOUT ROWID",
    "relation": "(key BLOB, name TEXT, groups TEXT, PRIMARY KEY (key, name))",
}
_MOST_PACKS = 8

PlaceGroups = list[list[int]]
"""Groups of photos, by their index in the collection's order."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file cannot be used, valid while its state is the same.

    Args:
        state: The file's state when it was read.
        kind: The kind of the resulting problem.
        reason: One sentence for the user.
        is_lasting: Whether the file's content is the reason, not the disk or the memory; only then it is stored.
    """

    state: FileState
    kind: ProblemKind
    reason: str
    is_lasting: bool = True


Known = PhotoFacts | Refusal

# A state that no file has.
_UNKNOWN: tuple[Row, Sequence[str]] = (-1, -1), ()


class StoredFacts:
    """The content of a store. Each file is taken once, so that what is left belongs to files that are gone.

    Args:
        packs: In the order in which they were stored.
        refusals: By place.
    """

    def __init__(self, packs: Iterable[Unpacked] = (), refusals: Mapping[str, Refusal] | None = None) -> None:
        self._refusals = dict(refusals or {})
        self._facts: dict[str, tuple[Row, Sequence[str]]] = {}
        for pack in packs:
            for place, row in pack.rows.items():
                self._facts[place] = row, pack.words

    def take(self, place: str, state: FileState) -> Known | None:
        """Remove and return the facts or the refusal of a file; None where it was never read or has changed."""
        refusal = self._refusals.pop(place, None)
        row, words = self._facts.pop(place, _UNKNOWN)
        if refusal is not None and refusal.state == state:
            return refusal
        return facts_in(row, words, state) if row[:2] == state else None

    def left(self) -> set[str]:
        """Return the places that were not taken."""
        return self._facts.keys() | self._refusals.keys()

    def facts(self) -> dict[str, PhotoFacts]:
        """Take the facts that are left, and return them by place."""
        found = {}
        for place in list(self._facts):
            # One by one: freeing the rows of 100,000 photos in one go blocks the window.
            row, words = self._facts.pop(place)
            found[place] = facts_in(row, words, FileState(*row[:2]))
        return found


class FactsStore:
    """The stored facts of one collection; used in a `with` block and by one thread.

    Args:
        folder: The collection's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._database: caches.CacheDatabase | None = None
        self._connection: sqlite3.Connection | None = None

    def __enter__(self) -> "FactsStore":
        """Open the store, or make it."""
        self._database = _database(self._folder)
        found = self._database.open() if self._database is not None else None
        self._connection = found or _in_memory()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def read(self) -> StoredFacts:
        """Return the whole content."""
        with self._guarded() as connection:
            rows = connection.execute("SELECT places, facts, words, digest FROM pack ORDER BY id").fetchall()
            refused = connection.execute("SELECT path, size, changed_ns, kind, reason FROM refusal").fetchall()
            try:
                refusals = {
                    _text(place): Refusal(FileState(size, changed_ns), ProblemKind(kind), reason)
                    for place, size, changed_ns, kind, reason in refused
                }
                return StoredFacts([unpacked(Pack(*row)) for row in rows], refusals)
            except (AttributeError, TypeError, ValueError) as error:
                raise DamagedPackError from error
        return StoredFacts()

    def put_together(self) -> None:
        """Merge the packs into one where there are many, which is faster to read."""
        count = 0
        with self._guarded() as connection:
            (count,) = connection.execute("SELECT count(*) FROM pack").fetchone()
        if count > _MOST_PACKS:
            self._rewrite(self.read().facts())

    def put(self, known: Mapping[str, Known]) -> None:
        """Store facts and refusals, by place; earlier ones of the same photos are replaced."""
        facts = {place: item for place, item in known.items() if isinstance(item, PhotoFacts)}
        refused = [
            (_bytes(place), *item.state, item.kind.value, item.reason)
            for place, item in known.items()
            if isinstance(item, Refusal) and item.is_lasting
        ]

        if not facts and not refused:
            return

        def put(connection: sqlite3.Connection) -> None:
            _add_pack(connection, facts)
            connection.executemany("DELETE FROM refusal WHERE path = ?", [(_bytes(place),) for place in facts])
            connection.executemany("INSERT OR REPLACE INTO refusal VALUES (?, ?, ?, ?, ?)", refused)

        self._change(put)

    def put_looked_at(self, facts: Mapping[Path, PhotoFacts], miniatures: Mapping[Path, bytes]) -> None:
        """Store the results of a closer look.

        Args:
            facts: The facts of each photo.
            miniatures: The miniature of each photo.
        """
        places = list(all_inside(facts, self._folder))
        self.put(dict(zip(places, facts.values(), strict=True)))
        self._put_miniatures([(_bytes(place), miniatures[path]) for place, path in zip(places, facts, strict=True)])

    def put_refused(self, refusals: Mapping[Path, Refusal]) -> None:
        """Store the refusals of photos that a scan had accepted."""
        places = all_inside(refusals, self._folder)
        self.put(dict(zip(places, refusals.values(), strict=True)))

    def miniatures(self, paths: Sequence[Path]) -> NDArray[np.uint8]:
        """Return the miniatures of photos.

        Args:
            paths: The photos.

        Returns:
            uint8 array of shape (number of paths, `MINIATURE_BYTES`), in their order; zeros where none is stored.
        """
        found = np.zeros((len(paths), MINIATURE_BYTES), np.uint8)
        numbers = {_bytes(place): number for number, place in enumerate(all_inside(paths, self._folder))}
        with self._guarded() as connection:
            for place, pixels in connection.execute("SELECT path, pixels FROM miniature"):
                number = numbers.get(place)
                if number is not None and isinstance(pixels, bytes) and len(pixels) == MINIATURE_BYTES:
                    found[number] = np.frombuffer(pixels, np.uint8)
        return found

    def moved(self, pairs: Iterable[tuple[Path, Path]]) -> None:
        """Copy what is stored of photos to their new places; the next scan forgets the old ones.

        Args:
            pairs: The old and the new path of each.
        """
        ways = list(pairs)
        if not ways:
            return
        old, new = (list(all_inside([way[end] for way in ways], self._folder)) for end in (0, 1))
        known, pixels = self.read().facts(), self.miniatures([before for before, _ in ways])
        self.put({after: known[before] for before, after in zip(old, new, strict=True) if before in known})
        self._put_miniatures([(_bytes(after), row.tobytes()) for after, row in zip(new, pixels, strict=True)])

    def forget(self, places: Collection[str]) -> None:
        """Delete what is stored of files that are gone, by place."""
        if not places:
            return
        gone = set(places)
        known = self.read().facts()
        self._rewrite({place: fact for place, fact in known.items() if place not in gone})
        rows = [(_bytes(place),) for place in gone]
        self._change(lambda connection: connection.executemany("DELETE FROM refusal WHERE path = ?", rows))
        self._change(lambda connection: connection.executemany("DELETE FROM miniature WHERE path = ?", rows))

    def groups(self, key: bytes, name: str) -> PlaceGroups | None:
        """Return the groups that were stored under a name with this key; None where there are none."""
        row: tuple[str] | None = None
        with self._guarded() as connection:
            query = "SELECT groups FROM relation WHERE key = ? AND name = ?"
            row = connection.execute(query, (key, name)).fetchone()
        try:
            groups: object = json.loads(row[0]) if row is not None else None
        except (TypeError, ValueError, RecursionError):
            return None
        return groups if _are_groups(groups) else None

    def put_groups(self, key: bytes, groups: Mapping[str, PlaceGroups]) -> None:
        """Store groups by name, and delete all that were stored before."""
        rows = [(key, name, json.dumps(found)) for name, found in groups.items()]

        def put(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM relation")
            connection.executemany("INSERT INTO relation VALUES (?, ?, ?)", rows)

        self._change(put)

    def _rewrite(self, facts: Mapping[str, PhotoFacts]) -> None:
        """Replace all facts by these, in one pack."""

        def rewrite(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM pack")
            _add_pack(connection, facts)

        self._change(rewrite)

    def _put_miniatures(self, rows: Sequence[tuple[bytes, bytes]]) -> None:
        self._change(lambda connection: connection.executemany("INSERT OR REPLACE INTO miniature VALUES (?, ?)", rows))

    def _change(self, work: Callable[[sqlite3.Connection], object]) -> None:
        """Do `work` in a transaction; where that fails, once more in memory or in a new store."""
        for _ in range(2):
            with self._guarded() as connection:
                with connection:
                    work(connection)
                return

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection; replace it where the disk refuses or the store is damaged."""
        if self._connection is None:
            raise RuntimeError("the store is not open")
        try:
            yield self._connection
        except (sqlite3.Error, DamagedPackError) as error:
            self._replace(self._connection, error)

    def _replace(self, failed: sqlite3.Connection, error: Exception) -> None:
        """Go on with a new store where it is damaged; otherwise with a copy in memory of what can be read."""
        copy = _in_memory()
        if not files.is_damage(error):
            with contextlib.suppress(sqlite3.Error):
                failed.backup(copy)
        failed.close()
        found = self._database.reopen(error) if self._database is not None else None
        self._connection = found or copy


def _database(folder: Path) -> caches.CacheDatabase | None:
    """Return the store of a collection, after evicting others; None where the disk refuses the cache folder."""
    path = caches.cache_path("photos", files.workspace_path(folder).name + caches.DATABASE_SUFFIX)
    if path is None:
        return None
    caches.evict(path.parent, LARGEST_BYTES, suffix=caches.DATABASE_SUFFIX, keep=path)
    return caches.CacheDatabase(path, _prepare, _LOCK_TIMEOUT_SECONDS)


def _in_memory() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    _prepare(connection)
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    """Make the tables where there is no store of this version, and check it for damage."""
    # A crash of the computer may damage the store, which is then made anew; in return no write waits for the disk.
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


def _check(connection: sqlite3.Connection) -> None:
    ((state,),) = connection.execute("PRAGMA quick_check(1)")
    if state != "ok":
        raise sqlite3.DatabaseError(state)


def _add_pack(connection: sqlite3.Connection, facts: Mapping[str, PhotoFacts]) -> None:
    if facts:
        pack = packed(facts)
        row = (pack.places, pack.rows, pack.words, pack.digest)
        connection.execute("INSERT INTO pack (places, facts, words, digest) VALUES (?, ?, ?, ?)", row)


def _are_groups(groups: object) -> TypeGuard[PlaceGroups]:
    return isinstance(groups, list) and all(
        isinstance(group, list) and all(isinstance(place, int) for place in group) for group in groups
    )


def _bytes(place: str) -> bytes:
    # A byte of a name that is not text is a surrogate.
    return place.encode("utf-8", "surrogatepass")


def _text(place: bytes) -> str:
    return place.decode("utf-8", "surrogatepass")
