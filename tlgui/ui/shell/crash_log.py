"""Tracebacks of a crash in native code, and the message about it at the next start.

Python's `faulthandler` writes where each thread was into a file of the process. A normal end deletes the file.
"""

import contextlib
import faulthandler
import os
from pathlib import Path
from typing import BinaryIO

import psutil

from tlgui import files
from tlgui.errors import TlguiError

_PREFIX, _SUFFIX = "crash-", ".log"
_LAST = "last-crash.log"


class CrashLog:
    """The file that `faulthandler` writes to if this process crashes."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._stream: BinaryIO | None = None

    def start(self) -> None:
        """Enable `faulthandler`; where the log folder cannot be written to, a crash leaves no trace."""
        with contextlib.suppress(OSError):
            path = files.log_folder() / f"{_PREFIX}{os.getpid()}{_SUFFIX}"
            stream = path.open("wb")
            faulthandler.enable(stream)
            self._path, self._stream = path, stream

    def end(self) -> None:
        """Disable `faulthandler` and delete the file, at a normal end."""
        if self._path is None or self._stream is None:
            return
        faulthandler.disable()
        self._stream.close()
        with contextlib.suppress(OSError):
            self._path.unlink()
        self._path = self._stream = None


def last_crash() -> TlguiError | None:
    """Return a message about a crash that was not reported yet, or None; its traces are moved to `last-crash.log`."""
    found: Path | None = None
    with contextlib.suppress(OSError):
        folder = files.log_folder()
        for path in sorted(folder.glob(f"{_PREFIX}*{_SUFFIX}")):
            if path.stat().st_size:
                found = path.replace(folder / _LAST)
            elif not _is_alive(path):
                # The process was killed, so faulthandler wrote nothing.
                path.unlink()
    if found is None:
        return None
    return TlguiError(
        "tlgui ended unexpectedly the last time, in the middle of a library that it uses.",
        f"What you had saved is intact. If it happens again, please report it with the file {found}.",
    )


def _is_alive(path: Path) -> bool:
    number = path.name.removeprefix(_PREFIX).removesuffix(_SUFFIX)
    return number.isdecimal() and psutil.pid_exists(int(number))
