"""A cache folder keeps the files that were used last, and only as many as fit."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tlgui.files.eviction import delete_least_recently_used


def write(folder: Path, name: str, used: int, size: int = 100) -> Path:
    """Write a file of `size` bytes that was used last at a time."""
    path = folder / name
    path.write_bytes(bytes(size))
    os.utime(path, (used, used))
    return path


def test_files_not_used_for_longest_are_deleted(tmp_path: Path) -> None:
    files = [write(tmp_path, f"{number}.sqlite", used=number) for number in (3, 1, 4, 2)]

    delete_least_recently_used(tmp_path, "*.sqlite", 250, keep=files[0])

    assert sorted(path.name for path in tmp_path.iterdir()) == ["3.sqlite", "4.sqlite"]


def test_file_in_use_stays_and_counts_first(tmp_path: Path) -> None:
    in_use = write(tmp_path, "old.sqlite", used=1, size=300)
    write(tmp_path, "new.sqlite", used=2)

    delete_least_recently_used(tmp_path, "*.sqlite", 250, keep=in_use)

    assert list(tmp_path.iterdir()) == [in_use]


def test_other_files_and_an_empty_folder_are_left_alone(tmp_path: Path) -> None:
    other = write(tmp_path, "note.txt", used=1, size=1000)

    delete_least_recently_used(tmp_path, "*.sqlite", 10, keep=tmp_path / "new.sqlite")
    delete_least_recently_used(tmp_path / "not there", "*.sqlite", 10, keep=tmp_path / "new.sqlite")

    assert list(tmp_path.iterdir()) == [other]


def test_file_that_cannot_be_deleted_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    def refuse(_path: Path, *, missing_ok: bool) -> None:
        raise PermissionError(13, f"Permission denied, {missing_ok}")

    expect_log("cannot be made smaller")
    old = write(tmp_path, "old.sqlite", used=1)
    monkeypatch.setattr(Path, "unlink", refuse)

    delete_least_recently_used(tmp_path, "*.sqlite", 10, keep=write(tmp_path, "new.sqlite", used=2))

    assert old.exists()
