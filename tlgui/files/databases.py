"""SQLite databases are opened with suspicion: damage that would be taken for something else is found at once."""

import contextlib
import sqlite3
from pathlib import Path

_WRITE_VERSION_OFFSET = 18
_LAST_WRITE_VERSION = b"\2"


def opened_database(path: Path, patience_seconds: float, *, in_any_thread: bool = False) -> sqlite3.Connection:
    """Open an SQLite database to read and to write, or make a new one.

    Args:
        path: The file.
        patience_seconds: How long to wait for another process that holds it.
        in_any_thread: Whether several threads use it, one at a time.

    Raises:
        sqlite3.Error: It is damaged at its beginning, or another process holds it. Other damage is noticed only when
            it is asked.
    """
    _check_header(path)
    return _tables_read(sqlite3.connect(path, timeout=patience_seconds, check_same_thread=not in_any_thread))


def opened_read_only(path: Path, patience_seconds: float) -> sqlite3.Connection:
    """Open an SQLite database that others may be writing; it is not made where it is not there, nor changed.

    Args:
        path: The file.
        patience_seconds: How long to wait for another process that holds it.

    Raises:
        sqlite3.Error: There is none, or as `opened_database`.
    """
    address = f"{path.absolute().as_uri()}?mode=ro"
    return _tables_read(sqlite3.connect(address, timeout=patience_seconds, uri=True))


def _check_header(path: Path) -> None:
    """Refuse a file whose header says that only a newer SQLite may write it: none of ours does.

    SQLite itself would take it for one that can only be read, and everything that is to be kept would be lost.
    Source: https://www.sqlite.org/fileformat.html, 1.3.4.
    """
    with contextlib.suppress(OSError), path.open("rb") as stream:
        stream.seek(_WRITE_VERSION_OFFSET)
        if stream.read(1) > _LAST_WRITE_VERSION:
            raise sqlite3.DatabaseError("the header is damaged")


def _tables_read(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Have the tables' descriptions read now. Where one is no text, Python fails to say that it is damaged."""
    try:
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except UnicodeDecodeError as error:
        connection.close()
        raise sqlite3.DatabaseError("the description of a table is damaged") from error
    except sqlite3.Error:
        connection.close()
        raise
    return connection
