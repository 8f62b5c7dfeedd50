"""What tests with widgets need: a session over the fake engine, and widgets destroyed on their own thread."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.pictures import write_collection
from tlgui.ui.session.session import Session
from tlgui.ui.session.settings import Settings


@pytest.fixture(autouse=True)
def _collect_on_this_thread() -> Iterator[None]:
    # As the window does it, see tlgui/ui/garbage.py: on another thread, Qt would end the process.
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@pytest.fixture
def session(qtbot: QtBot, fake_engine: FakeEngine) -> Iterator[Session]:
    session = Session(fake_engine)
    yield session
    session.close(5000)
    qtbot.waitUntil(lambda: not session.is_busy)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.ini")


@pytest.fixture
def birds(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "Birds", ["robin", "wren", "owl"], photos=10)
