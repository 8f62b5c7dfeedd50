"""Takes away what ONNX Runtime's telemetry left on the disk before tlgui switched it off."""

import contextlib
import os
import tempfile
from pathlib import Path

import platformdirs

from tlgui import files

_MARK = "telemetry-removed"
# ONNX Runtime 1.31 on Linux, as traced: a device's id and a queue of events. Folders are removed where they are empty.
_CACHED = Path("Microsoft/DeveloperTools/.onnxruntime")
_CACHED_FILES = ("deviceid", "onnxruntime.db", "onnxruntime.db-journal", "onnxruntime.db-wal", "onnxruntime.db-shm")
_SESSION_FILE = ".ses"


def remove_leftovers() -> None:
    """Remove the device's id and the queue of events, once for each user.

    Earlier versions of tlgui made them. Another program with ONNX Runtime may have made them too, and makes them again
    when it runs: they hold nothing that it would miss. What comes later is not tlgui's, and stays.
    """
    with contextlib.suppress(OSError, RuntimeError):
        mark = files.data_folder() / _MARK
        if mark.exists():
            return
        folder = Path(platformdirs.user_cache_dir()) / _CACHED
        for name in _CACHED_FILES:
            (folder / name).unlink(missing_ok=True)
        session = Path(tempfile.gettempdir()) / _SESSION_FILE
        if session.is_file() and (not hasattr(os, "getuid") or session.stat().st_uid == os.getuid()):
            session.unlink()
        mark.touch()
        for empty in (folder, *folder.parents[:2]):
            empty.rmdir()
