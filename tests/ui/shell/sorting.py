"""How the tests of sorting drive the window: photos named by the fake engine, the dialog, and what lies in folders."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.pictures import write_jpeg
from tests.ui.shell.driving import action, train
from tlgui.app import create_window
from tlgui.photos.mending.records import Act
from tlgui.ui.predict.sort_dialog import SortDialog
from tlgui.ui.shell.main_window import MainWindow

NAMES = ("owl 1.jpg", "owl 2.jpg", "robin 1.jpg", "wren 1.jpg")
SORTED = {"owl/owl 1.jpg", "owl/owl 2.jpg", "robin/robin 1.jpg", "wren/wren 1.jpg"}


def card(folder: Path, names: Sequence[str] = NAMES) -> Path:
    """Write photos whose names the fake engine goes by; each has a content of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(names):
        write_jpeg(folder / name, seed=number)
    return folder


def name_photos(qtbot: QtBot, window: MainWindow, birds: Path, *paths: Path) -> None:
    """Train a model, and name photos with it on the Predict page."""
    train(qtbot, window, birds)
    window.commands.show_predict()
    with qtbot.waitSignal(window.session.job_ended):
        window.pages.predict.predict_paths(paths)
    qtbot.waitUntil(lambda: not window.session.is_busy and not window.session.review.is_looking)
    settled(qtbot, window)


def settled(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until the page shows all photos of the board."""
    view, board = window.pages.predict.view, window.predict.board
    qtbot.waitUntil(lambda: not window.session.is_busy and len(view.shown) == len(board.photos))


def asked(qtbot: QtBot, window: MainWindow, into: Path, act: Act = Act.COPY) -> SortDialog:
    """Press the action, answer the dialog, and wait for its plan."""
    action(window, "sort").trigger()
    (dialog,) = [each for each in window.findChildren(SortDialog) if each.isVisible()]
    dialog.form.into.setText(str(into))
    dialog.form.choose_act(act)
    planned(qtbot, dialog)
    return dialog


def planned(qtbot: QtBot, dialog: SortDialog) -> None:
    """Wait until the dialog has a plan, or says why there is none."""
    qtbot.waitUntil(lambda: dialog.plan is not None or not dialog.preview.refusal.isHidden(), timeout=10_000)


def press(qtbot: QtBot, window: MainWindow, dialog: SortDialog) -> None:
    """Press the button of the dialog, and wait until the sort has ended."""
    with qtbot.waitSignal(window.session.job_ended, timeout=20_000):
        QTest.mouseClick(dialog.sort_button, Qt.MouseButton.LeftButton)


def sort(qtbot: QtBot, window: MainWindow, into: Path, act: Act = Act.COPY) -> None:
    """Sort all photos into a folder."""
    press(qtbot, window, asked(qtbot, window, into, act))


def undo(qtbot: QtBot, window: MainWindow) -> None:
    """Press Undo, and wait until it has ended."""
    with qtbot.waitSignal(window.session.job_ended, timeout=20_000):
        action(window, "undo").trigger()


def places(folder: Path) -> set[str]:
    """Return the places of all files below a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def restarted(qtbot: QtBot, engine: FakeEngine) -> MainWindow:
    """Start another window on the same data, on the Predict page."""
    window = create_window(engine)
    qtbot.addWidget(window)
    window.show()
    window.commands.show_predict()
    return window


def button(window: MainWindow, text: str) -> None:
    """Press a button of the message bar."""
    bar = window.messages
    (found,) = [each for each in (bar.action_button, bar.offer_button) if each.isVisible() and each.text() == text]
    QTest.mouseClick(found, Qt.MouseButton.LeftButton)
