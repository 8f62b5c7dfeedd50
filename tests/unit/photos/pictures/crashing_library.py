"""Stands in for HEIF's library in a helper process: its files say what becomes of the process that opens them."""

import ctypes
import json
import os
import signal
from pathlib import Path
from typing import Any

from PIL import Image, ImageFile
from typing_extensions import override

from tlgui.photos.pictures.opening import LARGE_PIXELS

NAME = __name__
# A box that goes on to the end of the file, so that the file is whole.
_HEAD = b"\0\0\0\0ftypheic"


def write_order(path: Path, *order: str) -> Path:
    """Write a file that does `order` when it is opened: see `OddFile`. A file beside it tells of each time."""
    path.write_bytes(_HEAD + json.dumps([str(path) + ".tries", *order]).encode())
    return path


def tries(path: Path) -> list[int]:
    """Return the ids of the processes that opened the file, one for each time."""
    trace = Path(f"{path}.tries")
    return [int(line) for line in trace.read_text(encoding="ascii").split()] if trace.exists() else []


class OddFile(ImageFile.ImageFile):
    """A picture of 1 x 1 pixels, unless it does another thing."""

    format = "HEIF"
    format_description = "what ends a process"

    @override
    def _open(self) -> None:
        assert self.fp is not None
        self.fp.seek(len(_HEAD))
        trace, *order = json.loads(self.fp.read())
        with Path(trace).open("a", encoding="ascii") as stream:
            stream.write(f"{os.getpid()}\n")
        self._size, self._mode, self.tile = (2, 2), "RGB", []
        match order:
            case ["signal", name]:
                signal.raise_signal(signal.Signals[name])
            case ["signal", name, "once"] if len(Path(trace).read_text(encoding="ascii").split()) == 1:
                signal.raise_signal(signal.Signals[name])
            case ["hang"]:
                # Python's lock is not let go of, as by a library that forgets to.
                ctypes.PyDLL(None).sleep(3600)
            case ["take", count]:
                bytearray(int(count))
            case ["raise"]:
                raise Exception("nobody expects this")  # noqa: TRY002 - nobody does
            case ["say"]:
                os.write(1, b"a library says what it likes\n")
            case ["large"]:
                self._size = (LARGE_PIXELS // 1000, 1001)

    @override
    def load(self) -> Any:
        self.load_prepare()
        return super().load()


Image.register_open(OddFile.format, OddFile, lambda head: head.startswith(_HEAD))
