"""Takes away what ONNX Runtime's telemetry left on the disk before tlgui switched it off.

ONNX Runtime 1.31 on Linux, as traced, keeps one device's id and one queue of events for all programs of a user, in the
user's cache folder, and the number of a session in the temporary folder. An event names the Python that it came from,
the session, and a digest of the device's id; that of the process that made the id says that the device is new.
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
_PATIENCE_SECONDS = 0.2
_MOST_BYTES = 4096


def remove_leftovers() -> None:
    """Remove what earlier versions of tlgui left, once for each user; what comes later is not tlgui's.

    An event is certainly tlgui's where it names a Python of the virtual environment that tlgui runs in, and a device's
    id or a session where such an event tells of it. Where the queue holds events of another program, only what is
    certainly tlgui's goes. Where it holds none, nothing tells of another program, and the queue and the id go too:
    a program that misses its id draws a new one.
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
    """Return the events that are tlgui's, and those of others; none where the queue is damaged, or there is none.

    Raises:
        sqlite3.OperationalError: Another program holds it, or it is not as it was in ONNX Runtime 1.31.
    """
    if not queue.exists():
        return (), ()
    names = _our_names()
    try:
        with contextlib.closing(files.opened_database(queue, _PATIENCE_SECONDS)) as database:
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
    """Return the names that a Python of this virtual environment has in events, each after its length."""
    if sys.prefix == sys.base_prefix:
        # Any program of this computer may run by this Python.
        return ()
    folder = Path(sys.executable).parent
    versions = ("", f"{sys.version_info.major}", "{}.{}".format(*sys.version_info[:2]))
    return tuple(_with_length(os.fsencode(folder / f"python{version}")) for version in versions)


def _with_length(text: bytes) -> bytes:
    """Return text as Microsoft's Bond writes it in its compact binary format: after its length, seven bits a byte."""
    length, digits = len(text), b""
    while length > 0x7F:
        digits += bytes([length & 0x7F | 0x80])
        length >>= 7
    return digits + bytes([length]) + text


def _made_device(path: Path, ours: Sequence[bytes]) -> bool:
    """Return whether one of our events tells that its process made the device's id that is there."""
    try:
        digest = hashlib.sha256(files.read_regular(path, _MOST_BYTES)).hexdigest().upper().encode()
    except OSError:
        return False
    return any(_NEW_DEVICE in event and digest in event for event in ours)


def _remove_session(path: Path, ours: Sequence[bytes]) -> None:
    """Remove the session's number, which other programs of the same maker keep in the same place, if it is ours."""
    with contextlib.suppress(OSError):
        number = files.read_regular(path, _MOST_BYTES).split()[-1:]
        if number and any(number[0] in event for event in ours):
            path.unlink()


def _remove_events(queue: Path, ours: Sequence[bytes]) -> None:
    with contextlib.closing(files.opened_database(queue, _PATIENCE_SECONDS)) as database:
        # Otherwise the bytes would stay in the file.
        database.execute("PRAGMA secure_delete = ON")
        database.executemany("DELETE FROM events WHERE payload = ?", [(event,) for event in ours])
        database.commit()


def _remove_all(folder: Path) -> None:
    for name in (_DEVICE_LOCK, _QUEUE, *(_QUEUE + ending for ending in _BESIDE_QUEUE)):
        (folder / name).unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        for empty in (folder, *folder.parents[:2]):
            empty.rmdir()
