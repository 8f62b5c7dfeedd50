"""The pages over the fake engine, with a small collection open."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.waiting import shown
from tlgui.ui.predict.predict_page import PredictPage
from tlgui.ui.session.session import Session
from tlgui.ui.session.settings import Settings
from tlgui.ui.train.train_page import TrainPage


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
    with shown(qtbot, page, 1100, 700):
        yield page


@pytest.fixture
def predict_page(qtbot: QtBot, session: Session) -> PredictPage:
    page = PredictPage(session)
    qtbot.addWidget(page)
    page.resize(900, 600)
    page.show()
    return page
