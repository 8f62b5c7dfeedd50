"""A pool of threads whose owner goes while they work."""

import threading

from PySide6.QtCore import QEvent, QObject, QRunnable
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from typing_extensions import override

from tlgui.ui.session.owned_pool import owned_pool


class Window(QWidget):
    @override
    def event(self, event: QEvent) -> bool:
        # Its deletion comes as an event too, and so runs within Python.
        return super().event(event)


class Task(QRunnable):
    def __init__(self) -> None:
        super().__init__()
        self.has_begun, self.goes_on = threading.Event(), threading.Event()
        self.is_done = False

    @override
    def run(self) -> None:
        self.has_begun.set()
        # Both need the interpreter lock, which the thread that deletes the window has.
        self.goes_on.wait()
        self.is_done = True


def test_window_can_be_deleted_while_its_threads_work(qtbot: QtBot) -> None:
    window, task = Window(), Task()
    owner = QObject(window)
    pool = owned_pool(owner, 1)
    task.setAutoDelete(False)
    pool.start(task)
    qtbot.waitUntil(task.has_begun.is_set)
    # Before its children are deleted.
    window.destroyed.connect(task.goes_on.set)
    with qtbot.waitSignal(owner.destroyed):
        window.deleteLater()
    assert task.is_done
