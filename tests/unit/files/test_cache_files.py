"""Many small files in a cache: bounded, whole, and never in the way."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tlgui.files.cache_files import CacheFiles

HOUR = 3600.0
DATA = b"x" * 1000


def entry(files: CacheFiles, number: int) -> Path:
    path = files.path(f"{number:08x}", ".bin")
    assert path is not None
    return path


def count(folder: Path) -> int:
    return sum(1 for path in folder.rglob("*.bin"))


def test_what_was_written_is_read(tmp_path: Path) -> None:
    files = CacheFiles(tmp_path, 10_000, HOUR)
    files.write(entry(files, 1), DATA)

    assert CacheFiles(tmp_path, 10_000, HOUR).read(entry(files, 1), 1000) == DATA
    assert files.read(entry(files, 2), 1000) is None


def test_least_recently_used_go_where_there_are_too_many(tmp_path: Path) -> None:
    files = CacheFiles(tmp_path, 10_000, HOUR)
    for number in range(40):
        files.write(entry(files, number), DATA)
        os.utime(entry(files, number), (number, number))

    assert 0 < count(tmp_path) <= 20
    assert files.read(entry(files, 39), 1000) == DATA
    assert files.read(entry(files, 0), 1000) is None


def test_files_in_use_stay_and_new_ones_are_not_kept_where_there_is_no_room(tmp_path: Path) -> None:
    files = CacheFiles(tmp_path, 10_000, HOUR, spared_seconds=HOUR)
    for number in range(60):
        files.write(entry(files, number), DATA)

    assert count(tmp_path) <= 20
    assert files.read(entry(files, 0), 1000) == DATA
    assert files.read(entry(files, 59), 1000) is None

    long_ago = time.time() - 2 * HOUR
    for path in tmp_path.rglob("*.bin"):
        os.utime(path, (long_ago, long_ago))
    for number in range(60, 80):
        files.write(entry(files, number), DATA)

    assert files.read(entry(files, 79), 1000) == DATA


def test_file_that_is_too_large_is_damaged(tmp_path: Path, cache_warnings: Callable[[], list[str]]) -> None:
    files = CacheFiles(tmp_path, 10_000, HOUR)
    files.write(entry(files, 1), DATA)

    assert files.read(entry(files, 1), 999) is None
    assert not entry(files, 1).exists()
    assert len(cache_warnings()) == 1


def test_use_is_noted_once_in_a_while(tmp_path: Path) -> None:
    files = CacheFiles(tmp_path, 10_000, HOUR)
    files.write(entry(files, 1), DATA)
    for age, is_noted in ((HOUR / 2, False), (2 * HOUR, True)):
        used = time.time() - age
        os.utime(entry(files, 1), (used, used))
        files.read(entry(files, 1), 1000)

        assert (entry(files, 1).stat().st_mtime > used + 1) is is_noted


@pytest.mark.parametrize("name", ["a", "b"])
def test_refusing_disk_is_said_once(tmp_path: Path, name: str, cache_warnings: Callable[[], list[str]]) -> None:
    (tmp_path / name).write_text("a file where the folder should be")
    files = CacheFiles(tmp_path / name, 10_000, HOUR)
    for number in range(3):
        files.write(entry(files, number), DATA)
        assert files.read(entry(files, number), 1000) is None

    assert len(cache_warnings()) == 1
