"""The closer look takes the cores that nobody uses: all but one while the window is idle, and one while it is not."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui.session.reviewing import LookGate
from tests.ui.waiting import WAIT_MS, finish
from tlgui.photos.scanning.thread_pool import Slots
from tlgui.progress import JobContext
from tlgui.ui.session import folder_reading, user_activity
from tlgui.ui.session.folder_reading import read_collection
from tlgui.ui.session.job_queue import Jobs
from tlgui.ui.session.requests import ShowClassRequest
from tlgui.ui.session.review import Review
from tlgui.ui.session.session import Session

CORES = 8


@pytest.fixture
def slots(
    qtbot: QtBot, session: Session, birds: Path, gate: LookGate, monkeypatch: pytest.MonkeyPatch, shown: QWidget
) -> Slots:
    """Give the threads of a closer look that is under way, in a window that nobody uses."""
    assert shown.isVisible()
    monkeypatch.setattr(folder_reading, "core_count", lambda: CORES)
    monkeypatch.setattr(user_activity, "_QUIET_MS", 200)
    finish(qtbot, session.scan_folder(birds))
    qtbot.waitUntil(lambda: gate.slots is not None, timeout=WAIT_MS)
    assert gate.slots is not None
    slots = gate.slots
    qtbot.waitUntil(lambda: slots.count == CORES - 1, timeout=WAIT_MS)
    return slots


@pytest.fixture
def shown(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def test_input_leaves_one_core_until_it_has_been_quiet(qtbot: QtBot, slots: Slots, shown: QWidget) -> None:
    qtbot.keyClick(shown.windowHandle(), Qt.Key.Key_A)
    assert slots.count == 1
    qtbot.waitUntil(lambda: slots.count == CORES - 1, timeout=WAIT_MS)


def test_training_that_waits_for_the_look_gives_it_all_but_one(
    qtbot: QtBot, session: Session, gate: LookGate, slots: Slots, shown: QWidget
) -> None:
    job = session.train()
    qtbot.keyClick(shown.windowHandle(), Qt.Key.Key_A)
    qtbot.waitUntil(lambda: slots.count == CORES - 1, timeout=WAIT_MS)
    gate.open()
    finish(qtbot, job)


def test_job_leaves_one_core_until_it_has_ended(
    qtbot: QtBot, birds: Path, gate: LookGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_reading, "core_count", lambda: CORES)
    jobs = Jobs()
    review = Review(jobs, lambda _collection: None, jobs)
    review.open(read_collection(birds, JobContext()))
    qtbot.waitUntil(lambda: gate.slots is not None, timeout=WAIT_MS)
    slots = gate.slots
    assert slots is not None
    seen: list[int] = []

    finish(qtbot, jobs.begin(ShowClassRequest("wren", "w"), lambda _context: seen.append(slots.count)))

    assert seen == [1]
    qtbot.waitUntil(lambda: slots.count == CORES - 1, timeout=WAIT_MS)
    gate.open()
    qtbot.waitUntil(lambda: not jobs.background, timeout=WAIT_MS)
