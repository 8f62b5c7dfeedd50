"""Removes the files that ONNX Runtime's telemetry left before tlgui switched it off.

ONNX Runtime 1.31 on Linux, as traced, writes one device id and one queue of events for all programs of a user to the
user's cache folder, and a session number to the temporary folder. An event has the path of the Python that sent it, the
session, and a digest of the device id; the event of the process that created the id says that the device is new.
"""

import contextlib
import hashlib
import os
import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import platformdirs

from tlgui import files

_MARK = "telemetry-removed"
_CACHED = Path("Microsoft/DeveloperTools/.onnxruntime")
_DEVICE, _DEVICE_LOCK, _QUEUE = "deviceid", "deviceid.lock", "onnxruntime.db"
_BESIDE_QUEUE = ("-journal", "-wal", "-shm")
_SESSION = ".ses"
_NEW_DEVICE = b"DeviceInfo.Statusi\x03New"
_LOCK_SECONDS = 0.2
_MOST_BYTES = 4096


def remove_leftovers() -> None:
    """Remove the files that earlier versions of tlgui left, once for each user.

    An event is tlgui's where it has the path of a Python of the virtual environment that tlgui runs in; a device id or
    session is tlgui's where such an event has it. Where the queue holds events of another program, only those of tlgui
    are removed. Where it holds none, the queue and the id are removed too: a program without an id creates a new one.
    """
    with contextlib.suppress(OSError, RuntimeError, sqlite3.OperationalError):
        mark = files.data_folder() / _MARK
        if mark.exists():
            return
        folder = Path(platformdirs.user_cache_dir()) / _CACHED
        ours, theirs = _divided(folder / _QUEUE)
        _remove_session(Path(tempfile.gettempdir()) / _SESSION, ours)
        if not theirs or _made_device(folder / _DEVICE, ours):
            (folder / _DEVICE).unlink(missing_ok=True)
        if theirs:
            _remove_events(folder / _QUEUE, ours)
        else:
            _remove_all(folder)
        mark.touch()


def _divided(queue: Path) -> tuple[Sequence[bytes], Sequence[bytes]]:
    """Return the events of tlgui, and those of other programs; none where the queue is missing or damaged.

    Raises:
        sqlite3.OperationalError: Another program has locked it, or its tables are not those of ONNX Runtime 1.31.
    """
    if not queue.exists():
        return (), ()
    names = _our_names()
    try:
        with contextlib.closing(files.opened_database(queue, _LOCK_SECONDS)) as database:
            if not database.execute("SELECT 1 FROM sqlite_master").fetchall():
                return (), ()
            events = [bytes(event) for (event,) in database.execute("SELECT payload FROM events")]
    except sqlite3.OperationalError:
        raise
    except (sqlite3.DatabaseError, TypeError):
        return (), ()
    ours = [event for event in events if any(name in event for name in names)]
    return ours, [event for event in events if event not in ours]


def _our_names() -> tuple[bytes, ...]:
    """Return the paths of the Pythons of this virtual environment, as events have them."""
    if sys.prefix == sys.base_prefix:
        # Any program of this computer may run on this Python.
        return ()
    folder = Path(sys.executable).parent
    versions = ("", f"{sys.version_info.major}", "{}.{}".format(*sys.version_info[:2]))
    return tuple(_with_length(os.fsencode(folder / f"python{version}")) for version in versions)


def _with_length(text: bytes) -> bytes:
    """Return text in Microsoft Bond's compact binary format: after its length, seven bits a byte."""
    length, digits = len(text), b""
    while length > 0x7F:
        digits += bytes([length & 0x7F | 0x80])
        length >>= 7
    return digits + bytes([length]) + text


def _made_device(path: Path, ours: Sequence[bytes]) -> bool:
    """Return whether an event of tlgui says that its process created the device id in a file."""
    try:
        digest = hashlib.sha256(files.read_regular(path, _MOST_BYTES)).hexdigest().upper().encode()
    except OSError:
        return False
    return any(_NEW_DEVICE in event and digest in event for event in ours)


def _remove_session(path: Path, ours: Sequence[bytes]) -> None:
    """Remove the session number if it is tlgui's; other programs of the same maker use the same file."""
    with contextlib.suppress(OSError):
        number = files.read_regular(path, _MOST_BYTES).split()[-1:]
        if number and any(number[0] in event for event in ours):
            path.unlink()


def _remove_events(queue: Path, ours: Sequence[bytes]) -> None:
    with contextlib.closing(files.opened_database(queue, _LOCK_SECONDS)) as database:
        # Without it the bytes would stay in the file.
        database.execute("PRAGMA secure_delete = ON")
        database.executemany("DELETE FROM events WHERE payload = ?", [(event,) for event in ours])
        database.commit()


def _remove_all(folder: Path) -> None:
    for name in (_DEVICE_LOCK, _QUEUE, *(_QUEUE + ending for ending in _BESIDE_QUEUE)):
        (folder / name).unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        for empty in (folder, *folder.parents[:2]):
            empty.rmdir()
