"""The last words of a window that crashes in code outside Python, and what the next start says of it."""

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
    """Lets Python write where every thread was, should the process crash; a file a process, gone at a normal end."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._stream: BinaryIO | None = None

    def start(self) -> None:
        """Begin; where the log folder cannot be written to, a crash leaves nothing."""
        with contextlib.suppress(OSError):
            path = files.log_folder() / f"{_PREFIX}{os.getpid()}{_SUFFIX}"
            stream = path.open("wb")
            faulthandler.enable(stream)
            self._path, self._stream = path, stream

    def end(self) -> None:
        """Say that the end is a normal one."""
        if self._path is None or self._stream is None:
            return
        faulthandler.disable()
        self._stream.close()
        with contextlib.suppress(OSError):
            self._path.unlink()
        self._path = self._stream = None


def last_crash() -> TlguiError | None:
    """Return what to tell of a crash that no start has told of yet, or None; what it left is kept in one place."""
    found: Path | None = None
    with contextlib.suppress(OSError):
        folder = files.log_folder()
        for path in sorted(folder.glob(f"{_PREFIX}*{_SUFFIX}")):
            if path.stat().st_size:
                found = path.replace(folder / _LAST)
            elif not _is_alive(path):
                # It was ended from outside: there were no last words.
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
