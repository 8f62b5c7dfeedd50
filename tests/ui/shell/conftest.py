"""Photos to name and to sort in the window, and the window once it has named them."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.shell.sorting import card, name_photos
from tlgui.ui.shell.main_window import MainWindow


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return card(tmp_path / "card")


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "sorted"


@pytest.fixture
def named(qtbot: QtBot, window: MainWindow, birds: Path, photos: Path) -> MainWindow:
    name_photos(qtbot, window, birds, photos)
    return window
