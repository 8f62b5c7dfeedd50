"""Waiting for jobs and for shown pages, in tests of the session and of pages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tlgui.ui.session.worker import Job

WAIT_MS = 10_000
Open = Callable[[Path], None]


def finish(qtbot: QtBot, job: Job) -> object:
    """Wait for the job and return its result, its error, or None when it was cancelled."""
    outcomes: list[object] = []
    job.succeeded.connect(outcomes.append)
    job.failed.connect(outcomes.append)
    with qtbot.waitSignal(job.ended, timeout=WAIT_MS):
        pass
    return outcomes[0] if outcomes else None


@contextmanager
def shown(qtbot: QtBot, page: QWidget, width: int, height: int) -> Iterator[None]:
    """Show a page for the block."""
    qtbot.addWidget(page)
    page.resize(width, height)
    page.show()
    yield
    # As the window does before the session is closed: hidden pages start no jobs.
    page.hide()
