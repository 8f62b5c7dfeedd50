"""How the tests drive the window: by its actions, dialogs and drops."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.dragging import drop_data, files_data
from tlgui.ui.shell.main_window import MainWindow

SMALL = QSize(900, 640)
"""A small window."""


def action(window: MainWindow, action_id: str) -> QAction:
    return window.menus.actions[action_id]


def recent(window: MainWindow, name: str) -> list[QAction]:
    """Return the entries of a submenu of recently used paths."""
    menu = window.findChild(QMenu, name)
    assert menu is not None
    return menu.actions()


def enabled(window: MainWindow) -> set[str]:
    return {name for name, action in window.menus.actions.items() if action.isEnabled()}


def open_folder(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    with qtbot.waitSignal(window.session.job_ended):
        window.commands.open_folder(folder)


def train(qtbot: QtBot, window: MainWindow, folder: Path, epochs: int = 2) -> Path:
    """Train for a few epochs: each of them is drawn."""
    open_folder(qtbot, window, folder)
    window.session.set_recipe(replace(window.session.recipe, epochs=epochs))
    with qtbot.waitSignal(window.session.job_ended, timeout=10_000):
        action(window, "start").trigger()
    assert window.session.model is not None
    return window.session.model.path


def drop(widget: QWidget, *paths: Path) -> bool:
    """Drop files as the platform does: enter first, then drop; return whether the drop was taken."""
    return drop_data(widget, files_data(*paths))


def question(window: QWidget) -> QFileDialog:
    dialogs = [dialog for dialog in window.findChildren(QFileDialog) if dialog.isVisible()]
    assert len(dialogs) == 1
    return dialogs[0]


def answer(window: QWidget, text: str) -> None:
    """Press the button of that text in the question that is open."""
    (box,) = [box for box in window.findChildren(QMessageBox) if box.isVisible()]
    button = next(button for button in box.buttons() if button.text().replace("&", "") == text)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
