"""A user at the window of the real program: `main()`, the real engine, real events."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from tests.ui.shell.driving import action, question
from tlgui import app
from tlgui.ui.plots.curve_view import load_curves
from tlgui.ui.shell.main_window import MainWindow
from tlgui.ui.shell.step_list import Step

LONG_MS = 120_000
Story = Callable[["Driver"], None]


class Driver:
    """A user at the window of a running program."""

    def __init__(self, qtbot: QtBot, window: MainWindow) -> None:
        self.qtbot = qtbot
        self.window = window

    def wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=LONG_MS)

    def wait_until_idle(self) -> None:
        self.wait(lambda: not self.window.session.is_busy)

    def press(self, action_id: str) -> None:
        chosen = action(self.window, action_id)
        assert chosen.isEnabled(), action_id
        chosen.trigger()

    def answer(self, path: Path) -> None:
        """Type a path into the file question that is open, and accept it."""
        dialog: QFileDialog = question(self.window)
        dialog.setDirectory(str(path.parent))
        field = dialog.findChild(QLineEdit, "fileNameEdit")
        assert field is not None
        field.setText(str(path))
        QTest.keyClick(field, Qt.Key.Key_Return)
        self.wait(lambda: not dialog.isVisible())

    def open_photos(self, folder: Path) -> None:
        self.press("open-folder")
        self.answer(folder)
        self.wait(lambda: self.window.session.collection is not None)
        self.wait_until_idle()

    def start_training(self) -> None:
        self.window.show_step(Step.TRAIN)
        button = self.window.pages.train.status.start_button
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        self.wait(lambda: self.window.session.is_busy)

    def best_class(self, row: int) -> str:
        return self.window.pages.predict.board.photos.photo(row).scores[0].class_name


def live_in(qtbot: QtBot, story: Story) -> None:
    """Start the program, live a story in it, and close its window."""
    failures: list[BaseException] = []

    def live() -> None:
        (window,) = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, MainWindow)]
        driver = Driver(qtbot, window)
        try:
            driver.wait(load_curves)
            story(driver)
        except BaseException as error:  # noqa: BLE001 - it is raised again, once the program has ended
            failures.append(error)
        window.session.stop()
        qtbot.waitUntil(lambda: not window.session.is_busy, timeout=LONG_MS)
        window.close()

    QTimer.singleShot(0, live)
    code = app.main()
    if failures:
        raise failures[0]
    assert code == 0
