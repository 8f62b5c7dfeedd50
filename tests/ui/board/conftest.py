"""Windows with a collection and a trained model, and a folder of photos to come."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.ui.board.windows import Window


class OpenWindow(Protocol):
    """Starts the program, opens a collection or a model, and waits for the board."""

    def __call__(self, collection: Path | None = None, model: Path | None = None) -> Window:
        """Return the window."""


@pytest.fixture
def open_window(qtbot: QtBot, tmp_path: Path, fake_engine: FakeEngine) -> Iterator[OpenWindow]:
    windows: list[Window] = []

    def open_one(collection: Path | None = None, model: Path | None = None) -> Window:
        window = Window(qtbot, fake_engine, tmp_path / "sorts")
        windows.append(window)
        if collection is not None:
            window.session.scan_folder(collection)
        elif model is not None:
            window.session.open_model(model)
        window.settle()
        return window

    yield open_one
    for window in windows:
        window.close()


@pytest.fixture
def board_window(birds: Path, open_window: OpenWindow) -> Window:
    """Return a window with a trained model."""
    window = open_window(birds)
    window.session.train()
    window.settle()
    return window


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """Return an empty folder of photos to come."""
    folder = tmp_path / "DCIM"
    folder.mkdir()
    return folder
