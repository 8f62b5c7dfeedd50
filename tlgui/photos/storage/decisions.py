"""What a person decided about photos outside a collection, by the photos' content.

It is data of the user, in one SQLite file in the data folder: a decision survives another prediction, another model and
a restart, wherever the photo is moved. A photo may have a decision in several collections.
"""

import contextlib
import itertools
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tlgui import files
from tlgui.errors import StorageError

_NAME = "decisions.sqlite"
_LOCK_TIMEOUT_SECONDS = 5.0
_KEYS_A_QUERY = 500
_TABLE = (
    "CREATE TABLE IF NOT EXISTS decision (digest BLOB, scope TEXT, class_name TEXT, decided_at TEXT,"
    " PRIMARY KEY (digest, scope)) WITHOUT ROWID"
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about a photo.

    Args:
        class_name: The class that it shows.
        decided_at: When, as an ISO 8601 time with its offset.
    """

    class_name: str
    decided_at: str


class Decisions:
    """The decisions; each call opens the file, so that several windows and commands can share it.

    Args:
        path: The file; None for the one in the user's data folder.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path if path is not None else files.data_folder() / _NAME

    def of(self, digests: Iterable[bytes], scope: str) -> dict[bytes, Decision]:
        """Return the decisions about photos.

        Args:
            digests: The SHA-256 of their bytes.
            scope: What the classes belong to, see `scope_of`.

        Raises:
            StorageError: The disk refused.
        """
        found: dict[bytes, Decision] = {}
        if not self._path.exists():
            return found
        with self._opened() as connection:
            rest = iter(digests)
            while some := list(itertools.islice(rest, _KEYS_A_QUERY)):
                marks = ", ".join("?" * len(some))
                query = f"SELECT digest, class_name, decided_at FROM decision WHERE scope = ? AND digest IN ({marks})"
                rows = connection.execute(query, (scope, *some)).fetchall()
                found.update({digest: Decision(name, when) for digest, name, when in rows})
        return found

    def replace(self, decisions: Mapping[bytes, Decision | None], scope: str) -> None:
        """Store decisions, all or none of them.

        Args:
            decisions: By the SHA-256 of the photo's bytes; None forgets what was decided.
            scope: As in `of`.

        Raises:
            StorageError: The disk refused; the decisions are as they were.
        """
        kept = [(key, scope, each.class_name, each.decided_at) for key, each in decisions.items() if each is not None]
        gone: Sequence[tuple[bytes, str]] = [(key, scope) for key, each in decisions.items() if each is None]
        with self._opened() as connection:
            connection.executemany("INSERT OR REPLACE INTO decision VALUES (?, ?, ?, ?)", kept)
            connection.executemany("DELETE FROM decision WHERE digest = ? AND scope = ?", gone)

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            with contextlib.closing(sqlite3.connect(self._path, timeout=_LOCK_TIMEOUT_SECONDS)) as connection:
                connection.execute(_TABLE)
                with connection:
                    yield connection
        except sqlite3.Error as error:
            raise StorageError(
                f"What you decided about photos cannot be read or kept in “{self._path}”.",
                "Make sure that the disk has room and that the file may be written to.",
            ) from error


def scope_of(folder: Path | None, class_names: Iterable[str]) -> str:
    """Return what decisions belong to.

    Args:
        folder: The collection that the model in use belongs to; None where there is none.
        class_names: The classes of the model; they stand for the collection where there is none.
    """
    return str(folder) if folder is not None else "\n".join(sorted(class_names))
