"""The strip below the page: messages and progress come and go without moving the page."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.ui.shell.driving import open_folder
from tlgui.errors import TlguiError
from tlgui.photos.health.findings import LeaveOut
from tlgui.progress import Progress
from tlgui.ui.shell.main_window import MainWindow
from tlgui.ui.shell.step_list import Step


def place(window: MainWindow, widget: QWidget) -> QRect:
    QApplication.sendPostedEvents()
    return QRect(widget.mapTo(window, QPoint()), widget.size())


def test_page_stays_while_messages_and_progress_come_and_go(
    qtbot: QtBot, window: MainWindow, fake_engine: FakeEngine, birds: Path
) -> None:
    window.resize(1200, 800)
    open_folder(qtbot, window, birds)
    qtbot.waitUntil(lambda: not window.session.review.is_looking)
    view = window.pages.photos.view
    before = [place(window, widget) for widget in (view, view.table, view.next_button)]

    def assert_nothing_moved() -> None:
        # Layouts are computed once the events under way are handled.
        qtbot.waitUntil(lambda: [place(window, widget) for widget in (view, view.table, view.next_button)] == before)

    with qtbot.waitSignal(window.session.job_ended):
        window.session.review.mend(LeaveOut((birds / "owl" / "photo 000.jpg",)))
    assert window.messages.isVisible()
    assert_nothing_moved()
    window.messages.dismiss()
    assert_nothing_moved()
    window.show_problem(TlguiError("The disk is full.", "Free some space, then try again."))
    assert_nothing_moved()
    gate = fake_engine.pause_before(Progress)
    window.session.open_model(birds / "no.tlmodel")
    qtbot.waitUntil(lambda: gate.is_reached)
    qtbot.waitUntil(window.job_bar.isVisible)
    assert not window.messages.isVisible()
    assert_nothing_moved()
    with qtbot.waitSignal(window.session.job_ended):
        gate.open()
    assert window.messages.isVisible()
    assert window.job_bar.isHidden()
    assert_nothing_moved()


@pytest.mark.parametrize("scale", [1, 2])
def test_success_moves_nothing_in_a_small_window(
    qtbot: QtBot, qapp: QApplication, window: MainWindow, scale: int
) -> None:
    window.resize(900, 640)
    font = QFont(qapp.font())
    font.setPointSizeF(scale * font.pointSizeF())
    window.setFont(font)
    QApplication.sendPostedEvents()
    stack = window.pages.photos
    before = place(window, stack)
    window.messages.show_undoable(
        "40 photos are moved to “robin”.", "They can be brought back. " * 8, window.commands.undo_mending
    )
    qtbot.waitUntil(window.messages.isVisible)
    QApplication.sendPostedEvents()
    assert place(window, stack) == before
    assert "They can be brought back." in window.messages.toolTip()


def test_long_message_is_shown_whole(window: MainWindow) -> None:
    window.resize(900, 640)
    window.show_step(Step.TRAIN)
    window.show_problem(TlguiError("The disk is full.", " ".join(["Free some space, then try again."] * 12)))
    QApplication.sendPostedEvents()
    hint = window.messages.hint
    assert hint.height() >= hint.heightForWidth(hint.width())
