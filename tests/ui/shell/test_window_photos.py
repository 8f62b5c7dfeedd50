"""Photos in the window: their keys and menu, what is said after a mending, and Undo, after a restart too."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDrag
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.pictures import write_text
from tests.ui.dragging import drag_from, drop_on, enter
from tests.ui.shell.driving import action, enabled, open_folder
from tlgui.app import create_window
from tlgui.photos.health.findings import FindingKind
from tlgui.progress import Progress
from tlgui.ui.grid import photo_drag
from tlgui.ui.photos.move_dialog import MoveDialog
from tlgui.ui.shell.main_window import MainWindow
from tlgui.ui.shell.step_list import Step

LEFT = Qt.MouseButton.LeftButton
ON_PHOTOS = {"open-photo", "show-photo-in-folder", "copy-photo-list", "leave-out", "move-to-class", "move-to-bin"}
Settle = Callable[[], None]


@pytest.fixture
def settle(qtbot: QtBot, window: MainWindow) -> Settle:
    """Return a function that waits until nothing is under way, not behind the scenes either."""
    session = window.session
    return lambda: qtbot.waitUntil(lambda: not session.is_busy and not session.review.is_looking, timeout=20_000)


@pytest.fixture
def reviewed(qtbot: QtBot, window: MainWindow, birds: Path, settle: Settle) -> Iterator[MainWindow]:
    """Give the window with a class open, and its first two photos selected."""
    open_folder(qtbot, window, birds)
    settle()
    photos = window.pages.photos
    photos.view.table.choose(frozenset({"owl"}))
    window.activateWindow()
    grid = photos.browser.grid
    grid.setFocus()
    qtbot.waitUntil(grid.hasFocus)
    grid.setCurrentIndex(grid.photos.index(0))
    QTest.keyClick(grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: "leave-out" in enabled(window))
    yield window
    settle()


def count(window: MainWindow) -> int:
    assert window.session.collection is not None
    return window.session.collection.photo_count


def test_menu_offers_what_the_grid_does(reviewed: MainWindow) -> None:
    grid = reviewed.pages.photos.browser.grid
    offered = {entry.objectName() for entry in grid.actions() if not entry.isSeparator()}
    assert offered == ON_PHOTOS | {"use-again", "confirm-class", "select-all-photos"}
    assert enabled(reviewed) >= ON_PHOTOS
    assert {"use-again", "confirm-class"}.isdisjoint(enabled(reviewed))
    assert [entry.objectName() for entry in reviewed.pages.photos.view.table.actions()] == ["rename-class"]


def test_keys_leave_out_and_ctrl_z_takes_back(reviewed: MainWindow, settle: Settle) -> None:
    assert "undo" not in enabled(reviewed)
    QTest.keySequence(reviewed.pages.photos.browser.grid, "Ctrl+L")
    settle()
    assert count(reviewed) == 28
    assert reviewed.messages.message.text() == "Left 2 photos out."
    assert action(reviewed, "undo").text().startswith("&Undo: ")
    assert action(reviewed, "use-again").isEnabled()
    QTest.keySequence(reviewed, "Ctrl+Z")
    settle()
    assert count(reviewed) == 30
    assert "undo" not in enabled(reviewed)
    assert action(reviewed, "undo").text() == "&Undo"


def test_message_undoes_too(reviewed: MainWindow, settle: Settle) -> None:
    action(reviewed, "leave-out").trigger()
    settle()
    reviewed.show_step(Step.TRAIN)
    QTest.mouseClick(reviewed.messages.action_button, LEFT)
    settle()
    assert count(reviewed) == 30
    assert reviewed.steps.current() == Step.PHOTOS


def test_move_is_undone_after_a_restart(
    qtbot: QtBot, reviewed: MainWindow, birds: Path, fake_engine: FakeEngine, settle: Settle
) -> None:
    QTest.keySequence(reviewed.pages.photos.browser.grid, "Ctrl+M")
    dialog = reviewed.findChild(MoveDialog)
    assert dialog is not None
    dialog.classes.setCurrentRow(1)
    QTest.mouseClick(dialog.move_button, LEFT)
    settle()
    assert len(list((birds / "wren").iterdir())) == 12
    other = create_window(fake_engine)
    qtbot.addWidget(other)
    other.show()
    open_folder(qtbot, other, birds)
    assert "undo" in enabled(other)
    with qtbot.waitSignal(other.session.job_ended, timeout=10_000):
        action(other, "undo").trigger()
    assert len(list((birds / "owl").iterdir())) == 10
    qtbot.waitUntil(lambda: not other.session.review.is_looking)
    other.hide()
    other.session.close(5000)


def test_photos_dropped_on_a_class_are_told_of_and_undone(
    reviewed: MainWindow, birds: Path, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, grid = reviewed.pages.photos.view.table, reviewed.pages.photos.browser.grid

    def drop(drag: QDrag) -> None:
        assert enter(table, drag.mimeData())
        assert drop_on(table, "wren", drag.mimeData())

    monkeypatch.setattr(photo_drag, "execute_drag", drop)
    drag_from(reviewed.pages.photos, grid.visualRect(grid.photos.index(0)).center())
    settle()
    assert reviewed.messages.message.text() == "Moved 2 photos to “wren”."
    QTest.keySequence(reviewed, "Ctrl+Z")
    settle()
    assert len(list((birds / "owl").iterdir())) == 10


def test_class_that_was_emptied_is_offered_for_removal_and_undo_brings_it_back(
    reviewed: MainWindow, birds: Path, settle: Settle
) -> None:
    browser, messages = reviewed.pages.photos.browser, reviewed.messages
    browser.select_all()
    browser.mover.move(browser.selected(), "wren")
    settle()
    assert messages.message.text() == "Moved 10 photos to “wren”, and “owl” is empty now."
    assert messages.offer_button.isVisible()
    QTest.mouseClick(messages.offer_button, Qt.MouseButton.LeftButton)
    settle()
    assert not (birds / "owl").exists()
    assert messages.message.text() == "Removed the folder “owl”."
    assert not messages.offer_button.isVisible()
    for _ in range(2):
        QTest.keySequence(reviewed, "Ctrl+Z")
        settle()
    assert len(list((birds / "owl").iterdir())) == 10


def test_empty_class_that_was_found_can_be_removed_from_the_list(
    qtbot: QtBot, reviewed: MainWindow, birds: Path, settle: Settle
) -> None:
    (birds / "jay").mkdir()
    (birds / "kite").mkdir()
    write_text(birds / "kite" / "notes.txt")
    open_folder(qtbot, reviewed, birds)
    settle()
    view = reviewed.pages.photos.view
    view.findings.choose(FindingKind.EMPTY_CLASSES)
    button = view.browser.finding_bar.button
    assert button.text() == "Remove the empty folder"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    settle()
    assert not (birds / "jay").exists()
    assert (birds / "kite").exists()


def test_no_drag_begins_while_a_job_is_under_way(
    qtbot: QtBot, reviewed: MainWindow, fake_engine: FakeEngine, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    drags: list[QDrag] = []
    monkeypatch.setattr(photo_drag, "execute_drag", drags.append)
    gate = fake_engine.pause_before(Progress)
    action(reviewed, "start").trigger()
    qtbot.waitUntil(lambda: gate.is_reached)
    reviewed.show_step(Step.PHOTOS)
    grid = reviewed.pages.photos.browser.grid
    drag_from(reviewed.pages.photos, grid.visualRect(grid.photos.index(0)).center())
    assert not drags
    with qtbot.waitSignal(reviewed.session.job_ended):
        action(reviewed, "stop").trigger()
    settle()


def test_del_asks_before_it_moves_files_to_the_bin(reviewed: MainWindow, birds: Path) -> None:
    QTest.keyClick(reviewed.pages.photos.browser.grid, Qt.Key.Key_Delete)
    box = next(box for box in reviewed.findChildren(QMessageBox) if box.isVisible())
    assert box.text() == "Move 2 files to the bin?"
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert len(list((birds / "owl").iterdir())) == 10


def test_f5_reads_the_folder_again(qtbot: QtBot, reviewed: MainWindow, birds: Path, settle: Settle) -> None:
    (birds / "owl" / "photo 000.jpg").unlink()
    with qtbot.waitSignal(reviewed.session.job_ended, timeout=10_000):
        QTest.keySequence(reviewed, "F5")
    settle()
    assert count(reviewed) == 29
    # What was chosen stays chosen.
    assert reviewed.pages.photos.view.table.only_class() == "owl"
    assert len(reviewed.pages.photos.browser.grid.photos.items) == 9


def test_coming_back_to_the_window_looks_at_the_disk(qtbot: QtBot, reviewed: MainWindow, birds: Path) -> None:
    (birds / "owl" / "photo 000.jpg").unlink()
    reviewed.show_step(Step.TRAIN)
    reviewed.show_step(Step.PHOTOS)
    qtbot.waitUntil(reviewed.pages.photos.view.notice.isVisible)
    assert reviewed.pages.photos.view.notice.text.text().endswith("1 gone.")
