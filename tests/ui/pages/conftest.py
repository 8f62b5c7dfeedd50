"""A session over the fake engine with a small collection, and the pages that show it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.pictures import write_collection
from tlgui.ui.pages.predict_page import PredictPage
from tlgui.ui.pages.train_page import TrainPage
from tlgui.ui.session import Session
from tlgui.ui.settings import Settings


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


@pytest.fixture
def opened(qtbot: QtBot, session: Session, birds: Path) -> Session:
    with qtbot.waitSignal(session.job_ended):
        session.scan_folder(birds)
    return session


@pytest.fixture
def trained(qtbot: QtBot, opened: Session) -> Session:
    with qtbot.waitSignal(opened.job_ended, timeout=10_000):
        opened.train()
    return opened


@pytest.fixture
def train_page(qtbot: QtBot, opened: Session, settings: Settings) -> Iterator[TrainPage]:
    page = TrainPage(opened, settings)
    qtbot.addWidget(page)
    page.resize(1100, 700)
    page.show()
    yield page
    # As the window does: what is not seen asks for nothing any more, while the session is closed.
    page.hide()


@pytest.fixture
def predict_page(qtbot: QtBot, session: Session) -> PredictPage:
    page = PredictPage(session)
    qtbot.addWidget(page)
    page.resize(900, 600)
    page.show()
    return page
