"""A log on a disk that refuses it costs its lines, and nothing else."""

import errno
import io
import os
from pathlib import Path

import pytest

from tlgui import files


def test_lines_are_appended_and_a_large_log_is_set_aside() -> None:
    with files.open_log("engine.log") as log:
        log.write("first\n")
    with files.open_log("engine.log") as log:
        log.write("x" * 3_000_000)
    with files.open_log("engine.log") as log:
        log.write("new\n")

    folder = files.log_folder()
    assert (folder / "engine.log").read_text() == "new\n"
    assert (folder / "engine.old.log").read_text().startswith("first\nxxx")


def test_disk_that_fills_while_the_log_is_written_raises_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    class FullDisk(io.FileIO):
        write = full

    monkeypatch.setattr(io, "FileIO", FullDisk)
    log = files.open_log("engine.log")

    print("a line", file=log)
    log.write("x" * 100_000)
    log.flush()
    log.close()

    assert log.closed


def test_log_folder_that_cannot_be_made_swallows_the_log(isolated_home: Path) -> None:
    (isolated_home / ".local/state/tlgui").write_text("a file in the way")

    with files.open_log("engine.log") as log:
        log.write("a line\n")

    assert log.name == os.devnull
