"""What is known of a collection's photos, kept on disk, so that a photo is read once and then only when it changed.

It lies with the caches, never among the photos: a damaged store is begun anew, and a disk that refuses it costs time.
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

from tlgui import files
from tlgui.photos.collection import ProblemKind
from tlgui.photos.facts import FileState, Look, PhotoFacts
from tlgui.photos.places import inside

# Raised whenever facts are found out in another way, so that older ones are not trusted.
_VERSION = 2
_PATIENCE_SECONDS = 5.0
_TABLE = """
CREATE TABLE photo (
    path BLOB PRIMARY KEY, size INTEGER, changed_ns INTEGER, kind TEXT, reason TEXT,
    width INTEGER, height INTEGER, format TEXT, taken REAL, camera TEXT,
    fingerprint INTEGER, brightness REAL, sharpness REAL, digest BLOB, miniature BLOB
) WITHOUT ROWID
"""
_GROUPS_TABLE = "CREATE TABLE kept_groups (key BLOB PRIMARY KEY, groups TEXT)"
_SIGN = 1 << 63


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

    def read(self) -> dict[str, Known]:
        """Return all that is known, by the place inside the folder, with forward slashes."""
        if self._connection is None:
            return {}
        try:
            return {_text(row[0]): _known(row) for row in self._connection.execute("SELECT * FROM photo")}
        except (sqlite3.Error, TypeError, ValueError, UnicodeError):
            self._begin_anew()
            return {}

    def put(self, facts: Mapping[Path, Known]) -> None:
        """Keep what was found out; what was known of the same photos before is replaced."""
        self.put_places({inside(path, self._folder): known for path, known in facts.items()})

    def put_places(self, known: Mapping[str, Known]) -> None:
        """Keep what was found out, by the place inside the folder."""
        rows = [_row(place, item) for place, item in known.items() if isinstance(item, PhotoFacts) or item.is_lasting]
        self._change(f"INSERT OR REPLACE INTO photo VALUES ({', '.join('?' * 15)})", rows)

    def forget(self, places: Iterable[str]) -> None:
        """Drop what is known of files that are no longer there."""
        self._change("DELETE FROM photo WHERE path = ?", [(_bytes(place),) for place in places])

    def groups(self, key: bytes) -> list[list[str]] | None:
        """Return the groups that were last kept, as places, if it was under `key`; otherwise None."""
        if self._connection is None:
            return None
        try:
            row = self._connection.execute("SELECT groups FROM kept_groups WHERE key = ?", (key,)).fetchone()
            groups: object = json.loads(row[0]) if row is not None else None
        except (sqlite3.Error, TypeError, ValueError):
            return None
        return groups if _are_groups(groups) else None

    def put_groups(self, key: bytes, groups: Sequence[Sequence[str]]) -> None:
        """Keep groups of places in the stead of those that were kept before."""
        self._change("DELETE FROM kept_groups WHERE key != ?", [(key,)])
        self._change("INSERT OR REPLACE INTO kept_groups VALUES (?, ?)", [(key, json.dumps(groups))])

    def _change(self, statement: str, rows: list[tuple[Any, ...]]) -> None:
        if self._connection is None or not rows:
            return
        try:
            with self._connection:
                self._connection.executemany(statement, rows)
        except sqlite3.OperationalError:
            # The disk is full or read-only, or another process writes: the photos are read again next time.
            return
        except sqlite3.Error:
            self._begin_anew()

    def _begin_anew(self) -> None:
        if self._connection is not None:
            self._connection.close()
        with contextlib.suppress(OSError):
            _path(self._folder).unlink()
        self._connection = _opened(self._folder)


def _path(folder: Path) -> Path:
    return files.cache_folder() / "photos" / f"{files.workspace_path(folder).name}.sqlite"


def _opened(folder: Path) -> sqlite3.Connection | None:
    """Open the store of a collection; None where the disk has no place for it."""
    try:
        path = _path(folder)
        path.parent.mkdir(exist_ok=True)
        for _ in range(2):
            with contextlib.suppress(sqlite3.DatabaseError):
                return _connected(path)
            # It is damaged: what it knew is found out again.
            path.unlink(missing_ok=True)
    except OSError:
        return None
    return None


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_PATIENCE_SECONDS)
    try:
        # A crash of the computer may cost the store, which is then begun anew; nobody waits for the disk.
        connection.execute("PRAGMA synchronous = OFF")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version != _VERSION:
            with connection:
                for name, statement in (("photo", _TABLE), ("kept_groups", _GROUPS_TABLE)):
                    connection.execute(f"DROP TABLE IF EXISTS {name}")
                    connection.execute(statement)
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


def _look_columns(look: Look | None) -> Iterator[Any]:
    if look is None:
        return iter([None] * 5)
    # SQLite's integers have a sign.
    fingerprint = look.fingerprint - 2 * _SIGN if look.fingerprint >= _SIGN else look.fingerprint
    return iter([fingerprint, look.brightness, look.sharpness, look.digest, look.miniature])


def _known(row: tuple[Any, ...]) -> Known:
    _, size, changed_ns, kind, reason, width, height, image_format, taken, camera, fingerprint, *rest = row
    state = FileState(size, changed_ns)
    if kind is not None:
        return Refusal(state, ProblemKind(kind), reason)
    look = None if fingerprint is None else Look(fingerprint % (2 * _SIGN), *rest)
    # The same few names stand for all photos, whatever their number.
    return PhotoFacts(state, width, height, sys.intern(image_format), taken, sys.intern(camera), look)


def _are_groups(groups: object) -> TypeGuard[list[list[str]]]:
    return isinstance(groups, list) and all(
        isinstance(group, list) and all(isinstance(place, str) for place in group) for group in groups
    )


def _bytes(place: str) -> bytes:
    # Surrogates stand in for bytes of a name that are no text.
    return place.encode("utf-8", "surrogatepass")


def _text(place: bytes) -> str:
    return place.decode("utf-8", "surrogatepass")
