"""A card with photos, the folder to sort them into, and the sorter."""

from pathlib import Path

import pytest

from tests.unit.photos.sorting.small_sort import write
from tlgui.photos.sorting.sorter import Sorter


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write(tmp_path / "card")


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "sorted"


@pytest.fixture
def sorter(tmp_path: Path) -> Sorter:
    return Sorter(tmp_path / "journal")
