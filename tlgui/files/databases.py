"""Opens SQLite databases as untrusted input: damage that SQLite reports as something else is found at once."""

import contextlib
import sqlite3
from pathlib import Path

_WRITE_VERSION_OFFSET = 18
_LAST_WRITE_VERSION = b"\2"
# What lies beside a database. A journal that is left alone would be played back into a new database of that name.
_COMPANIONS = ("-journal", "-wal", "-shm")
# The disk or the memory is full, the disk is read-only or out of order, or another process holds the database.
_REFUSALS = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOLFS,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)
# The upper bits of an error's number hold details.
_PRIMARY_BITS = 0xFF


def opened_database(path: Path, timeout_seconds: float, *, in_any_thread: bool = False) -> sqlite3.Connection:
    """Open an SQLite database to read and to write, or make a new one.

    Args:
        path: The file.
        timeout_seconds: How long to wait for another process that holds it.
        in_any_thread: Whether several threads use it, one at a time.

    Raises:
        sqlite3.Error: It is damaged at its beginning, or another process holds it; `is_damage` tells which. Damage
            elsewhere is found only by the queries that meet it.
    """
    _check_header(path)
    return _tables_read(sqlite3.connect(path, timeout=timeout_seconds, check_same_thread=not in_any_thread))


def opened_read_only(path: Path, timeout_seconds: float) -> sqlite3.Connection:
    """Open an SQLite database that others may be writing; it is neither made nor changed.

    Args:
        path: The file.
        timeout_seconds: How long to wait for another process that holds it.

    Raises:
        sqlite3.Error: There is none, or as `opened_database`.
    """
    address = f"{path.absolute().as_uri()}?mode=ro"
    return _tables_read(sqlite3.connect(address, timeout=timeout_seconds, uri=True))


def is_damage(error: Exception) -> bool:
    """Return whether an error says that a database is damaged.

    A database that another process holds, or on a disk that is full, read-only or out of order, may be sound. An error
    of the system (`OSError`) says nothing of the content.

    Example:
        >>> import sqlite3
        >>> is_damage(sqlite3.DatabaseError("the header is damaged"))
        True
        >>> is_damage(PermissionError(13, "Permission denied"))
        False
    """
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
    return not isinstance(error, OSError) and code & _PRIMARY_BITS not in _REFUSALS


def remove_database(path: Path) -> None:
    """Delete a database with its journals; does nothing where it is not there.

    Raises:
        OSError: The disk refused.
    """
    # The journals first: a kill between the two must not leave one of them for the next database.
    for companion in (*(path.with_name(path.name + end) for end in _COMPANIONS), path):
        companion.unlink(missing_ok=True)


def _check_header(path: Path) -> None:
    """Refuse a file whose header says that only a newer SQLite may write it: none of ours does.

    SQLite itself would open it as read-only, and everything that is to be kept would be lost.
    Source: https://www.sqlite.org/fileformat.html, 1.3.4.
    """
    with contextlib.suppress(OSError), path.open("rb") as stream:
        stream.seek(_WRITE_VERSION_OFFSET)
        if stream.read(1) > _LAST_WRITE_VERSION:
            raise sqlite3.DatabaseError("the header is damaged")


def _tables_read(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Read the descriptions of the tables now: where one is no text, Python raises no `sqlite3.Error`."""
    try:
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except UnicodeDecodeError as error:
        connection.close()
        raise sqlite3.DatabaseError("the description of a table is damaged") from error
    except sqlite3.Error:
        connection.close()
        raise
    return connection
