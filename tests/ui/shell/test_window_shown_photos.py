"""From a number of the Results page to its photos, to an answer, and back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.ui.shell.driving import action, enabled, train
from tlgui.ui.session.photo_selection import PhotoNote, PhotoSelection
from tlgui.ui.shell.main_window import MainWindow
from tlgui.ui.shell.step_list import Step

Settle = Callable[[], None]


@pytest.fixture
def settle(qtbot: QtBot, window: MainWindow) -> Settle:
    session = window.session
    return lambda: qtbot.waitUntil(lambda: not session.is_busy and not session.review.is_looking, timeout=20_000)


@pytest.fixture
def robins(qtbot: QtBot, window: MainWindow, birds: Path, settle: Settle) -> MainWindow:
    """Return the window with two robins shown that the model called wrens."""
    train(qtbot, window, birds)
    settle()
    window.show_step(Step.RESULTS)
    paths = tuple(birds / "robin" / f"photo 00{number}.jpg" for number in (4, 1))
    notes = {path: PhotoNote("robin", "wren", 0.9) for path in paths}
    window.activateWindow()
    window.pages.results.photos_requested.emit(
        PhotoSelection("2 photos of “robin” that it called “wren”", paths, notes, current=paths[1])
    )
    return window


def shown(window: MainWindow) -> list[str]:
    return [item.path.name for item in window.pages.photos.browser.grid.photos.items]


def step(window: MainWindow) -> int:
    return window.steps.currentRow()


def test_results_open_their_photos_on_the_photos_page(qtbot: QtBot, robins: MainWindow) -> None:
    assert step(robins) == Step.PHOTOS
    assert shown(robins) == ["photo 004.jpg", "photo 001.jpg"]
    grid = robins.pages.photos.browser.grid
    qtbot.waitUntil(grid.hasFocus)
    current = grid.current()
    assert current is not None
    assert current.path.name == "photo 001.jpg"


def test_esc_goes_back_to_the_results(qtbot: QtBot, robins: MainWindow) -> None:
    grid = robins.pages.photos.browser.grid
    qtbot.waitUntil(grid.hasFocus)
    QTest.keyClick(grid, Qt.Key.Key_Escape)
    assert step(robins) == Step.RESULTS
    robins.show_step(Step.PHOTOS)
    assert len(shown(robins)) == 30


def test_answer_is_said_and_undo_takes_it_back(qtbot: QtBot, robins: MainWindow, settle: Settle) -> None:
    qtbot.waitUntil(lambda: "confirm-class" in enabled(robins))
    action(robins, "confirm-class").trigger()
    settle()
    assert robins.messages.message.text() == "Kept the class of 1 photo: you are not asked about it again."
    assert robins.session.review.next_undo == "keep the class of 1 photo"
    action(robins, "undo").trigger()
    settle()
    assert robins.session.review.next_undo is None
    # They are still shown, so that the next answer can follow.
    assert shown(robins) == ["photo 004.jpg", "photo 001.jpg"]


def test_results_say_that_photos_changed_since(qtbot: QtBot, robins: MainWindow, settle: Settle) -> None:
    accuracy = robins.session.model
    qtbot.waitUntil(lambda: "move-to-class" in enabled(robins))
    photos = robins.pages.photos
    photos.browser.mover.move(photos.browser.selected(), "wren")
    settle()
    assert shown(robins) == ["photo 004.jpg"]
    run = robins.session.run_list.runs[0]
    qtbot.waitUntil(lambda: robins.session.run_changes.of(run) is not None)
    assert robins.session.model == accuracy
    robins.show_step(Step.RESULTS)
    assert robins.pages.results.notice.text.text() == "Trained before 1 photo moved."
