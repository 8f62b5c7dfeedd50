"""A session and a window over the fake engine, closed at the end so that nothing of them is left."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.pictures import write_collection
from tlgui.app import create_window
from tlgui.ui.main_window import MainWindow
from tlgui.ui.session import Session
from tlgui.ui.settings import Settings
from tlgui.ui.worker import Job


@pytest.fixture
def session(qtbot: QtBot, fake_engine: FakeEngine) -> Iterator[Session]:
    session = Session(fake_engine)
    yield session
    session.close(5000)
    qtbot.waitUntil(lambda: not session.is_busy)


@pytest.fixture
def window(qtbot: QtBot, fake_engine: FakeEngine) -> Iterator[MainWindow]:
    window = create_window(fake_engine)
    window.show()
    qtbot.waitExposed(window)
    yield window
    window.session.close(5000)
    qtbot.waitUntil(lambda: not window.session.is_busy)
    window.hide()
    window.deleteLater()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.ini")


@pytest.fixture
def birds(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "Birds", ["robin", "wren", "owl"], photos=10)


@pytest.fixture
def finish(qtbot: QtBot) -> Callable[[Session, Job], None]:
    """Return a function that waits until a job and all that follows from it is done."""

    def wait(session: Session, job: Job) -> None:
        qtbot.waitUntil(lambda: session.job is not job, timeout=10_000)

    return wait
