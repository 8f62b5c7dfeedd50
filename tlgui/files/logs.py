"""Log files; where the disk refuses them, the program works without."""

import io
import os
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from typing_extensions import override

from tlgui.files.places import log_folder

_LARGEST_LOG = 2_000_000


class _Log(TextIOWrapper):
    """A text stream that drops what the disk refuses."""

    @override
    def write(self, text: str, /) -> int:
        try:
            return super().write(text)
        except OSError:
            return len(text)

    @override
    def flush(self) -> None:
        try:
            super().flush()
        except OSError:
            return

    @override
    def close(self) -> None:
        # Flushing what is still buffered fails again; the file is closed all the same.
        try:
            super().close()
        except OSError:
            return


def open_log(name: str) -> TextIO:
    """Open a log for appending, line by line; one of more than 2 MB is renamed to `….old.log` first.

    Args:
        name: The file's name in the log folder.

    Returns:
        The log, or the null device where no log can be written. Writing to it never raises because the disk is full.
    """
    try:
        path = log_folder() / name
        if path.exists() and path.stat().st_size > _LARGEST_LOG:
            path.replace(path.with_suffix(".old.log"))
        return log_stream(path)
    except OSError:
        return Path(os.devnull).open("w", encoding="utf-8")


def log_stream(path: Path) -> TextIOWrapper:
    """Return a stream that appends lines to a log, and drops what the disk refuses.

    Args:
        path: The log; made where it is not there.

    Raises:
        OSError: The file cannot be opened.
    """
    raw = io.FileIO(path, "ab")
    return _Log(io.BufferedWriter(raw), encoding="utf-8", errors="backslashreplace", line_buffering=True)
