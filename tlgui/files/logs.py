"""Log files; a disk that refuses them is no reason not to work."""

import io
import os
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from typing_extensions import override

from tlgui.files.places import log_folder

_LARGEST_LOG = 2_000_000


class _Log(TextIOWrapper):
    """A text stream that loses what the disk does not take."""

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
        # What is still buffered fails again; the file is closed all the same.
        try:
            super().close()
        except OSError:
            return


def open_log(name: str) -> TextIO:
    """Open a log for appending, line by line; a log that grew large is set aside first.

    Args:
        name: The file's name in the log folder.

    Returns:
        The log; what swallows everything where no log can be written. It never raises because the disk is full.
    """
    try:
        path = log_folder() / name
        if path.exists() and path.stat().st_size > _LARGEST_LOG:
            path.replace(path.with_suffix(".old.log"))
        return log_stream(path)
    except OSError:
        return Path(os.devnull).open("w", encoding="utf-8")


def log_stream(path: Path) -> TextIOWrapper:
    """Return a stream that appends lines to a log, and loses what the disk does not take.

    Raises:
        OSError: The file cannot be opened.
    """
    raw = io.FileIO(path, "ab")
    return _Log(io.BufferedWriter(raw), encoding="utf-8", errors="backslashreplace", line_buffering=True)
