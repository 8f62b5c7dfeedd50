"""Where large arrays lie when a disk is full."""

import tempfile
from pathlib import Path

import numpy as np
import pytest

from tlgui.errors import StorageError
from tlgui.learning.data import disk_array


@pytest.fixture(autouse=True)
def full_cache(full_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_array, "LARGEST_IN_MEMORY", 1000)
    monkeypatch.setenv("XDG_CACHE_HOME", str(full_disk))


def test_large_array_lies_among_temporary_files_where_the_cache_has_no_room() -> None:
    array = disk_array.zeros((500, 500))
    array[7] = 1.5

    assert float(np.sum(array)) == 750


def test_array_that_no_disk_takes_is_refused(full_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(full_disk))

    with pytest.raises(StorageError, match="the disk is full"):
        disk_array.zeros((500, 500))
