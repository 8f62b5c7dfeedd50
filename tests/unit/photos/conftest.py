"""A small collection, its workspace, and what mends it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.photos.mending.small_collection import PLACES
from tlgui.photos.mending.mender import Mender
from tlgui.photos.storage.choices import Choices


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "Birds"
    for place in PLACES:
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(place)
    return folder


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


@pytest.fixture
def choices(folder: Path, workspace: Path) -> Choices:
    return Choices(workspace, folder)


@pytest.fixture
def restarted(folder: Path, workspace: Path) -> Callable[[], Mender]:
    """Return a mender that knows only what is on the disk."""
    return lambda: Mender(folder, workspace)


@pytest.fixture
def mender(restarted: Callable[[], Mender]) -> Mender:
    return restarted()
