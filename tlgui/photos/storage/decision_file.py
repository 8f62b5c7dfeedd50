"""The file of decisions: it is data, so what can be read of a damaged one is kept, and a copy of it is set aside.

Each call opens the file, so that several windows and commands share it: one writes at a time, and the others wait.
"""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from tlgui import files
from tlgui.errors import NewerFileError, StorageError
from tlgui.photos.counting import counted

Pause = Callable[[], None]
Row = tuple[int, bytes, bytes, bytes, str | None, str]
"""Number, digest of the photo, folder and classes of the scope, name of the class or None, time."""

_VERSION = 1
_LOCK_TIMEOUT_SECONDS = 5.0
_REPAIR_TIMEOUT_SECONDS = 30.0
_DAMAGED_SUFFIX = ".damaged"
_JOURNAL_SUFFIX = "-journal"
_PRIMARY_BITS = 0xFF
# AUTOINCREMENT never gives a number again, also where the last rows were deleted.
_TABLE = (
    "CREATE TABLE decision (number INTEGER PRIMARY KEY AUTOINCREMENT, digest BLOB NOT NULL, folder BLOB NOT NULL,"
    " classes BLOB NOT NULL, class_name TEXT, decided_at TEXT NOT NULL, UNIQUE (digest, folder, classes))"
)
_COLUMNS = "number, digest, folder, classes, class_name, decided_at"
_WHY = {
    sqlite3.SQLITE_FULL: ("The disk is full.", "Free some space, then decide again."),
    sqlite3.SQLITE_READONLY: ("It may not be written to.", "Make sure that the disk is not read-only."),
    sqlite3.SQLITE_BUSY: ("Another window or command is writing to it.", "Wait until it has ended, then try again."),
}
_ResultT = TypeVar("_ResultT")


class DecisionFile:
    """The file.

    Args:
        path: Where it is; None for the one in the user's data folder.
        tell: Is told, on the calling thread, that the file was damaged and what became of it.
    """

    def __init__(self, path: Path | None = None, tell: Callable[[StorageError], None] = lambda _error: None) -> None:
        self._given = path
        self._tell = tell

    def read(self, work: Callable[[sqlite3.Connection], _ResultT], otherwise: _ResultT) -> _ResultT:
        """Read from the file, which is not made.

        Args:
            work: Reads; called again where the file is damaged.
            otherwise: What is returned where there is no file.

        Raises:
            StorageError: The disk refused, or the file is of a later version.
        """
        path = self._path()
        if not files.is_file(path):
            return otherwise
        return self._guarded(path, lambda: _reading(path, work, otherwise))

    def write(self, work: Callable[[sqlite3.Connection], _ResultT]) -> _ResultT:
        """Change the file as a whole or not at all, while no other window or command does.

        Args:
            work: Changes it; called again where the file is damaged.

        Raises:
            StorageError: The disk refused, or the file is of a later version; it is as it was.
        """
        path = self._path()
        if os.path.lexists(path) and not files.is_file(path):
            # A pipe would be waited for without end.
            raise StorageError(
                f"What you decide about photos cannot be kept: “{path}” is no file.", "Move away what is there."
            )
        return self._guarded(path, lambda: _writing(path, work))

    def _path(self) -> Path:
        if self._given is not None:
            return self._given
        try:
            return files.data_folder() / "decisions.sqlite"
        except OSError as error:
            raise StorageError(
                f"What you decide about photos cannot be kept: {error.strerror or error}.",
                "Make sure that the disk is there and may be written to.",
            ) from error

    def _guarded(self, path: Path, act: Callable[[], _ResultT]) -> _ResultT:
        """Act once; where the file is damaged, repair it and act again."""
        try:
            return act()
        except sqlite3.Error as error:
            if not files.is_damage(error):
                raise _refusal(path, error) from error
        self._tell(_repaired(path))
        try:
            return act()
        except sqlite3.Error as error:
            raise _refusal(path, error) from error


def _reading(path: Path, work: Callable[[sqlite3.Connection], _ResultT], otherwise: _ResultT) -> _ResultT:
    with _opened(path) as connection:
        return work(connection) if _version(path, connection) else otherwise


def _writing(path: Path, work: Callable[[sqlite3.Connection], _ResultT]) -> _ResultT:
    with _opened(path) as connection:
        # Nothing is read before the lock is held: two windows that decide at once wait for each other.
        connection.execute("BEGIN IMMEDIATE")
        with connection:
            if not _version(path, connection):
                connection.execute(_TABLE)
                connection.execute(f"PRAGMA user_version = {_VERSION}")
            return work(connection)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(files.opened_database(path, _LOCK_TIMEOUT_SECONDS)) as connection:
        connection.isolation_level = None
        # A name with damaged letters is still a name.
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        yield connection


def _version(path: Path, connection: sqlite3.Connection) -> int:
    """Return the version of the tables; 0 for a file without any."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > _VERSION:
        raise NewerFileError(
            f"What you decided about photos was written by a later version of tlgui, in “{path}”.",
            "Use that version; this one leaves the file as it is.",
        )
    return version


def _refusal(path: Path, error: sqlite3.Error) -> StorageError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY_BITS
    why, hint = _WHY.get(code, (f"The system says: {error}.", "Make sure that the disk is there and has room."))
    return StorageError(f"What you decide about photos cannot be read or kept in “{path}”. {why}", hint)


def _repaired(path: Path) -> StorageError:
    """Set a copy of a damaged file aside, and keep the rows that can be read; return what is told of it.

    Raises:
        StorageError: The disk refused; the file is as it was.
    """
    lock = files.OwnerLock(path.with_name(f"{path.name}.lock"))
    try:
        if not lock.acquire(_REPAIR_TIMEOUT_SECONDS):
            raise StorageError("Another window is repairing what you decided about photos.", "Try again in a moment.")
        try:
            if _is_sound(path):
                return StorageError("What you decided about photos was damaged; another window has repaired it.")
            aside = _set_aside(path)
            rows = _readable_rows(path)
            with files.atomic_path(path) as new:
                _write_rows(new, rows)
                # A journal that is left would be played back into the new file.
                path.with_name(path.name + _JOURNAL_SUFFIX).unlink(missing_ok=True)
        finally:
            lock.release()
    except (OSError, sqlite3.Error) as error:
        raise StorageError(
            f"What you decided about photos is damaged, and could not be repaired: {error}.",
            f"The file is “{path}”; it is left as it is.",
        ) from error
    return StorageError(
        "The file with what you decided about photos was damaged. "
        f"{counted(len(rows), 'decision')} could be read and {'is' if len(rows) == 1 else 'are'} kept.",
        f"A copy of the damaged file is “{aside}”.",
    )


def _is_sound(path: Path) -> bool:
    try:
        with _opened(path) as connection:
            connection.execute(f"SELECT {_COLUMNS} FROM decision LIMIT 1").fetchall()
            return bool(connection.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",))
    except sqlite3.Error:
        return False


def _set_aside(path: Path) -> Path:
    """Copy the file to a name that no other copy has."""
    aside, number = path.with_name(path.name + _DAMAGED_SUFFIX), 1
    while os.path.lexists(aside):
        number += 1
        aside = path.with_name(f"{path.name}{_DAMAGED_SUFFIX} {number}")
    journal = path.with_name(path.name + _JOURNAL_SUFFIX)
    if files.is_file(journal):
        files.copy(journal, aside.with_name(aside.name + _JOURNAL_SUFFIX))
    files.copy(path, aside)
    return aside


def _readable_rows(path: Path) -> list[Row]:
    """Return the rows before and behind what is damaged."""
    found: dict[int, Row] = {}
    for order in ("", "DESC"):
        with contextlib.suppress(sqlite3.Error), _opened(path) as connection:
            query = f"SELECT {_COLUMNS} FROM decision NOT INDEXED ORDER BY number {order}"
            for row in connection.execute(query):
                if _is_row(row):
                    found[row[0]] = row
    unique = {row[1:4]: row for _, row in sorted(found.items())}
    return sorted(unique.values())


def _is_row(row: Sequence[object]) -> bool:
    match row:
        case [int(), bytes() as digest, bytes(), bytes(), None | str(), str()]:
            return len(digest) == 32
    return False


def _write_rows(path: Path, rows: Sequence[Row]) -> None:
    with _opened(path) as connection:
        connection.execute("BEGIN")
        connection.execute(_TABLE)
        connection.execute(f"PRAGMA user_version = {_VERSION}")
        connection.executemany(f"INSERT INTO decision ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", rows)
        connection.execute("COMMIT")
