"""Readers that fail on purpose, for the test of what watches readers; another process finds them here by name."""

import os
import signal
import threading
from pathlib import Path

from tests.fuzz.families import Family
from tests.fuzz.mutation import bytes_changed
from tlgui.errors import PhotoError


def planted() -> dict[str, Family]:
    """Return a family for each reader, by the reader's name."""
    readers = (count, refuse, raise_error, crash, wait_for_ever, fill_memory)
    return {read.__name__: Family(read.__name__, write_seeds, {"reader": read}, (bytes_changed,)) for read in readers}


def write_seeds(folder: Path) -> None:
    for name in ("one.txt", "two.txt"):
        (folder / name).write_text(name, encoding="utf-8")


def count(path: Path) -> int:
    return len(path.read_bytes())


def refuse(path: Path) -> None:
    raise PhotoError(f"“{path.name}” is refused.")


def raise_error(path: Path) -> None:
    raise KeyError(path.name)


def crash(_path: Path) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def wait_for_ever(_path: Path) -> None:
    threading.Event().wait()


def fill_memory(_path: Path) -> None:
    bytearray(os.urandom(2**20) * 300)
