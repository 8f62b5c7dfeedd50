"""What a person decided about photos outside a collection, by the photos' content.

It is data of the user, in one SQLite file in the data folder: a decision survives another prediction, another model and
a restart, wherever the photo is moved. A photo may have a decision in several collections.

A decision belongs to a scope: the folder of the collection that the model in use was trained on, and the model's
classes. A model that was opened from a file belongs to no folder. A photo that was decided in one scope is found in
another where both ask the same question:

- The folder is the same, whatever the classes: the model was trained again, with more classes perhaps.
- The classes are the same, and one of the two has no folder: the model was opened from a file, or used by a command.
- The classes are the same, and the other folder is not there any more: the collection was moved, or renamed.

Two collections that are both there keep their decisions apart even where their classes have the same names, such as
“good” and “bad”: what is good of one may be bad of the other. Of several decisions that are found the newest counts,
by the order in which they were written, not by the clock, which may have been set back. Taking a decision back is
written too, so that an older one does not come to light.
"""

import hashlib
import itertools
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from tlgui import files
from tlgui.photos.names import writable
from tlgui.photos.storage.decision_file import DecisionFile, Pause, Row

_KEYS_A_QUERY = 500
_ROWS = "number, digest, folder, classes, class_name, decided_at"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about a photo.

    Args:
        class_name: The class that it shows.
        decided_at: When, as an ISO 8601 time with its offset.
    """

    class_name: str
    decided_at: str


@dataclass(frozen=True, slots=True)
class Scope:
    """What decisions belong to; see `scope_of`.

    Args:
        folder: The collection's folder, as bytes; empty where there is none.
        classes: A digest of the classes' names.
    """

    folder: bytes = b""
    classes: bytes = b""


@dataclass(frozen=True, slots=True)
class Change:
    """What `Decisions.decide` changed, for `Decisions.take_back`.

    Args:
        first: The number of the first row that was written.
        end: The number behind the last one.
        before: The rows that were replaced.
    """

    first: int = 0
    end: int = 0
    before: Sequence[Row] = field(default=(), repr=False)


class Decisions:
    """The decisions.

    Args:
        file: The file that holds them; None for the one in the user's data folder.
    """

    def __init__(self, file: DecisionFile | None = None) -> None:
        self._file = file if file is not None else DecisionFile()

    def of(self, digests: Iterable[bytes], scope: Scope, pause: Pause = lambda: None) -> dict[bytes, Decision]:
        """Return the decisions about photos.

        Args:
            digests: The SHA-256 of their bytes.
            scope: What is asked of them.
            pause: Called every 500 photos.

        Raises:
            StorageError: The disk refused.
        """
        return self._file.read(lambda connection: _found(connection, digests, scope, pause), {})

    def decide(
        self, digests: Iterable[bytes], decision: Decision | None, scope: Scope, pause: Pause = lambda: None
    ) -> Change:
        """Decide about photos, about all of them or none.

        Args:
            digests: The SHA-256 of their bytes.
            decision: What was decided; None takes back what was decided before.
            scope: What is asked of them.
            pause: Called every 500 photos.

        Returns:
            What `take_back` needs.

        Raises:
            StorageError: The disk refused; the decisions are as they were.
        """
        wanted = list(dict.fromkeys(digests))
        name, when = (None, "") if decision is None else (writable(decision.class_name), decision.decided_at)

        def write(connection: sqlite3.Connection) -> Change:
            keys = wanted if decision is not None else list(_found(connection, wanted, scope, pause))
            first, before = _next_number(connection), list[Row]()
            for some in _pieces(keys):
                pause()
                marks = ", ".join("?" * len(some))
                query = f"SELECT {_ROWS} FROM decision WHERE folder = ? AND classes = ? AND digest IN ({marks})"
                before += connection.execute(query, (scope.folder, scope.classes, *some)).fetchall()
                connection.executemany(
                    "INSERT OR REPLACE INTO decision (digest, folder, classes, class_name, decided_at)"
                    " VALUES (?, ?, ?, ?, ?)",
                    [(digest, scope.folder, scope.classes, name, when) for digest in some],
                )
            return Change(first, _next_number(connection), before)

        return self._file.write(write)

    def take_back(self, change: Change) -> int:
        """Restore what was decided before a change, except for photos that were decided about again since.

        Args:
            change: As `decide` returned it.

        Returns:
            How many photos were decided about again, in another window for example, and are left.

        Raises:
            StorageError: The disk refused; the decisions are as they were.
        """

        def restore(connection: sqlite3.Connection) -> int:
            deleted = connection.execute(
                "DELETE FROM decision WHERE number >= ? AND number < ?", (change.first, change.end)
            ).rowcount
            connection.executemany(f"INSERT OR IGNORE INTO decision ({_ROWS}) VALUES (?, ?, ?, ?, ?, ?)", change.before)
            return change.end - change.first - deleted

        return self._file.write(restore)


def scope_of(folder: Path | None, class_names: Iterable[str]) -> Scope:
    """Return what decisions belong to.

    Args:
        folder: The collection that the model in use belongs to; None where there is none.
        class_names: The classes of the model.
    """
    names = "\0".join(sorted(class_names)).encode("utf-8", "surrogatepass")
    place = b"" if folder is None else os.fsencode(os.path.normcase(os.path.realpath(folder)))
    return Scope(place, hashlib.sha256(names).digest())


def _found(
    connection: sqlite3.Connection, digests: Iterable[bytes], scope: Scope, pause: Pause
) -> dict[bytes, Decision]:
    """Return the newest decision about each photo that has one."""
    newest: dict[bytes, Row] = {}
    is_gone = lru_cache(None)(lambda folder: not files.is_folder(Path(os.fsdecode(folder))))
    for some in _pieces(digests):
        pause()
        marks = ", ".join("?" * len(some))
        query = f"SELECT {_ROWS} FROM decision WHERE digest IN ({marks}) AND (folder = ? OR classes = ?)"
        for row in connection.execute(query, (*some, scope.folder, scope.classes)).fetchall():
            number, digest, folder, classes, _, _ = row
            is_asked = folder == scope.folder or not folder or not scope.folder or is_gone(folder)
            # Without a folder, only the same classes are the same question.
            is_same = classes == scope.classes or bool(scope.folder and folder == scope.folder)
            if is_asked and is_same and (digest not in newest or newest[digest][0] < number):
                newest[digest] = row
    return {digest: Decision(row[4], row[5]) for digest, row in newest.items() if row[4] is not None}


def _next_number(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'decision'").fetchone()
    return 1 if row is None else int(row[0]) + 1


def _pieces(digests: Iterable[bytes]) -> Iterator[list[bytes]]:
    rest = iter(digests)
    while some := list(itertools.islice(rest, _KEYS_A_QUERY)):
        yield some
