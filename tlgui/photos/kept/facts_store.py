"""What is known of a collection's photos, kept on disk, so that a photo is read once and then only when it changed.

It lies with the caches, never among the photos: a damaged store is begun anew, and a disk that refuses it costs time:
then what is found out is kept in memory, for as long as the store is open.
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
from tlgui.photos.collection import ProblemKind
from tlgui.photos.facts import MINIATURE_BYTES, FileState, PhotoFacts
from tlgui.photos.kept.facts_pack import DamagedPackError, Pack, Row, Unpacked, facts_in, packed, unpacked
from tlgui.photos.places import all_inside

# Raised whenever facts are found out in another way, so that older ones are not trusted.
_VERSION = 4
_PATIENCE_SECONDS = 5.0
# Facts lie in packs, of which later ones replace what earlier ones say. Miniatures are seldom needed, and lie apart.
_TABLES = {
    "pack": "(id INTEGER PRIMARY KEY, places BLOB, facts BLOB, words BLOB, digest BLOB)",
    "refusal": "(path BLOB PRIMARY KEY, size INTEGER, changed_ns INTEGER, kind TEXT, reason TEXT) WITHOUT ROWID",
    "miniature": "(path BLOB PRIMARY KEY, pixels BLOB) WITHOUT ROWID",
    "relation": "(key BLOB, name TEXT, groups TEXT, PRIMARY KEY (key, name))",
}
_MOST_PACKS = 8
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

# A state that no file has.
_UNKNOWN: tuple[Row, Sequence[str]] = (-1, -1), ()


class StoredFacts:
    """What a store knows. Each file is asked for once: what is left then is known of files that are gone.

    Args:
        packs: In the order in which they were made.
        refusals: By the place inside the folder.
    """

    def __init__(self, packs: Iterable[Unpacked] = (), refusals: Mapping[str, Refusal] | None = None) -> None:
        self._refusals = dict(refusals or {})
        self._facts: dict[str, tuple[Row, Sequence[str]]] = {}
        for pack in packs:
            words = pack.words
            self._facts.update([(place, (row, words)) for place, row in pack.rows.items()])

    def take(self, place: str, state: FileState) -> Known | None:
        """Return what is known of a file, or None where it was never read or has changed."""
        refusal = self._refusals.pop(place, None)
        row, words = self._facts.pop(place, _UNKNOWN)
        if refusal is not None and refusal.state == state:
            return refusal
        return facts_in(row, words, state) if row[:2] == state else None

    def left(self) -> set[str]:
        """Return the places that nobody asked for."""
        return self._facts.keys() | self._refusals.keys()

    def facts(self) -> dict[str, PhotoFacts]:
        """Return the facts that nobody asked for, by place."""
        return {place: facts_in(row, words, FileState(*row[:2])) for place, (row, words) in self._facts.items()}


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
        """Put what came in many pieces together, so that it is read faster."""
        count = 0
        with self._guarded() as connection:
            (count,) = connection.execute("SELECT count(*) FROM pack").fetchone()
        if count > _MOST_PACKS:
            self._rewrite(self.read().facts())

    def put(self, known: Mapping[str, Known]) -> None:
        """Keep what was found out, by the place inside the folder; what was known of the same photos is replaced."""
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
        """Keep what a closer look found.

        Args:
            facts: Of each photo.
            miniatures: Of the same photos.
        """
        places = list(all_inside(facts, self._folder))
        self.put(dict(zip(places, facts.values(), strict=True)))
        self._put_miniatures([(_bytes(place), miniatures[path]) for place, path in zip(places, facts, strict=True)])

    def put_refused(self, refusals: Mapping[Path, Refusal]) -> None:
        """Keep why photos cannot be used that a scan took for sound."""
        places = all_inside(refusals, self._folder)
        self.put(dict(zip(places, refusals.values(), strict=True)))

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
                if number is not None and isinstance(pixels, bytes) and len(pixels) == MINIATURE_BYTES:
                    found[number] = np.frombuffer(pixels, np.uint8)
        return found

    def moved(self, pairs: Iterable[tuple[Path, Path]]) -> None:
        """Let photos that were moved keep what is known of them; the next scan forgets the old places.

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
        """Drop what is known of files that are no longer there."""
        if not places:
            return
        gone = set(places)
        known = self.read().facts()
        self._rewrite({place: fact for place, fact in known.items() if place not in gone})
        rows = [(_bytes(place),) for place in gone]
        self._change(lambda connection: connection.executemany("DELETE FROM refusal WHERE path = ?", rows))
        self._change(lambda connection: connection.executemany("DELETE FROM miniature WHERE path = ?", rows))

    def groups(self, key: bytes, name: str) -> PlaceGroups | None:
        """Return the groups that were last kept under a name, if it was with this `key`; otherwise None."""
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
        """Keep groups, by their name, in the stead of those that were kept before."""
        rows = [(key, name, json.dumps(found)) for name, found in groups.items()]

        def put(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM relation")
            connection.executemany("INSERT INTO relation VALUES (?, ?, ?)", rows)

        self._change(put)

    def _rewrite(self, facts: Mapping[str, PhotoFacts]) -> None:
        """Keep these facts, in one pack, in the stead of all others."""

        def rewrite(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM pack")
            _add_pack(connection, facts)

        self._change(rewrite)

    def _put_miniatures(self, rows: Sequence[tuple[bytes, bytes]]) -> None:
        self._change(lambda connection: connection.executemany("INSERT OR REPLACE INTO miniature VALUES (?, ?)", rows))

    def _change(self, work: Callable[[sqlite3.Connection], object]) -> None:
        """Do all of `work` or nothing; what the disk refuses goes into memory, or into a store begun anew."""
        for _ in range(2):
            with self._guarded() as connection:
                with connection:
                    work(connection)
                return

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[sqlite3.Connection]:
        """Give the connection; where the disk refuses, or the store is damaged, go on with another one."""
        if self._connection is None:
            raise RuntimeError("the store is not open")
        try:
            yield self._connection
        except (sqlite3.Error, DamagedPackError) as error:
            if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & _PRIMARY in _REFUSALS:
                self._go_on_in_memory(self._connection)
            else:
                self._begin_anew(self._connection)

    def _go_on_in_memory(self, refused: sqlite3.Connection) -> None:
        """Copy the store into memory as far as it can be read, and leave the one on disk as it is."""
        self._connection = _in_memory()
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
                return _ready(files.opened_database(path, _PATIENCE_SECONDS))
            # It is damaged: what it knew is found out again.
            path.unlink(missing_ok=True)
    return _in_memory()


def _in_memory() -> sqlite3.Connection:
    return _ready(sqlite3.connect(":memory:"))


def _ready(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Return a connection to a sound store of this version, begun anew where it is of another one."""
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
    # Surrogates stand in for bytes of a name that are no text.
    return place.encode("utf-8", "surrogatepass")


def _text(place: bytes) -> str:
    return place.decode("utf-8", "surrogatepass")
