"""Photos to name and to sort in the window, the window once it has named them, and a small one with large text."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.ui.shell.driving import SMALL
from tests.ui.shell.sorting import card, name_photos
from tlgui.app import create_window
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


@pytest.fixture(params=[1, 2], ids=["100 %", "200 %"])
def small(
    request: pytest.FixtureRequest, qtbot: QtBot, qapp: QApplication, fake_engine: FakeEngine
) -> Iterator[MainWindow]:
    """A window of 900 x 640 on a desktop with text of ordinary or double size."""
    before = qapp.font()
    font = QFont(before)
    font.setPointSizeF(font.pointSizeF() * request.param)
    qapp.setFont(font)
    window = create_window(fake_engine)
    window.resize(SMALL)
    window.show()
    qtbot.waitExposed(window)
    yield window
    window.session.close(5000)
    qtbot.waitUntil(lambda: not window.session.is_busy)
    window.hide()
    window.deleteLater()
    qapp.setFont(before)
