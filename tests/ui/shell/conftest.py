"""A window over the fake engine, closed at the end so that nothing of it is left."""

from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tlgui.app import create_window
from tlgui.ui.session.session import Session
from tlgui.ui.session.worker import Job
from tlgui.ui.shell.main_window import MainWindow


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
def finish(qtbot: QtBot) -> Callable[[Session, Job], None]:
    """Return a function that waits until a job and all that follows from it is done."""

    def wait(session: Session, job: Job) -> None:
        qtbot.waitUntil(lambda: session.job is not job, timeout=10_000)

    return wait
