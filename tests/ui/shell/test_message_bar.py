"""The message bar below the page."""

import functools
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tlgui import files
from tlgui.engine.protocol import BugError
from tlgui.errors import PhotoError
from tlgui.ui.shell.message_bar import PASSING_MS, MessageBar


@pytest.fixture
def messages(qtbot: QtBot) -> MessageBar:
    bar = MessageBar()
    qtbot.addWidget(bar)
    return bar


def test_error_shows_message_and_hint_as_plain_text(messages: MessageBar) -> None:
    messages.show_error(PhotoError("“<b>x</b>.jpg” cannot be read.", "Choose another."))
    assert messages.isVisible()
    assert messages.message.text() == "“<b>x</b>.jpg” cannot be read."
    assert messages.message.textFormat() == Qt.TextFormat.PlainText
    assert messages.hint.text() == "Choose another."
    assert messages.action_button.isHidden()
    assert messages.accessibleName().startswith("Problem: “<b>x</b>.jpg”")


def test_bug_offers_its_details_and_the_log(messages: MessageBar) -> None:
    messages.show_error(BugError("Something unexpected happened.", "Traceback: line 7"))
    assert str(files.log_folder()) in messages.hint.text()
    QTest.mouseClick(messages.action_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "Traceback: line 7"


def test_new_step_clears_a_message_but_not_a_bug(messages: MessageBar) -> None:
    messages.show_success("Saved.")
    messages.clear()
    assert messages.isHidden()
    messages.show_error(BugError("Something unexpected happened.", "Traceback"))
    messages.clear()
    assert messages.isVisible()
    QTest.mouseClick(messages.dismiss_button, Qt.MouseButton.LeftButton)
    assert messages.isHidden()


def test_success_with_a_path_offers_its_folder(messages: MessageBar, tmp_path: Path) -> None:
    messages.show_success("Saved.", "here", tmp_path / "a.onnx")
    assert messages.action_button.isVisible()
    messages.show_info("Something else.")
    assert messages.action_button.isHidden()


def pass_time(bar: MessageBar) -> None:
    """Let the time of a passing message end."""
    bar._passing.timeout.emit()


def test_success_passes_and_a_problem_stays(messages: MessageBar) -> None:
    messages.show_success("Saved.")
    assert messages._passing.isActive()
    assert messages._passing.interval() == PASSING_MS
    pass_time(messages)
    assert messages.isHidden()
    messages.show_success("Saved.")
    messages.show_error(PhotoError("It cannot be read.", "Choose another."))
    assert not messages._passing.isActive()
    assert messages.isVisible()


def test_success_waits_for_the_key_on_its_button(qtbot: QtBot, messages: MessageBar) -> None:
    undone: list[bool] = []
    messages.show_undoable("Moved.", "", lambda: undone.append(True))
    messages.activateWindow()
    messages.action_button.setFocus()
    qtbot.waitUntil(messages.action_button.hasFocus)
    pass_time(messages)
    assert messages.isVisible()
    QTest.keyClick(messages.action_button, Qt.Key.Key_Space)
    assert undone == [True]


def test_success_with_a_decision_stays(messages: MessageBar) -> None:
    messages.show_undoable("Moved.", "", lambda: None, ("Remove the folder", lambda: None))
    assert not messages._passing.isActive()


def test_problem_is_shown_on_its_pages_alone(messages: MessageBar) -> None:
    messages.enter_page(3)
    messages.show_error(PhotoError("It cannot be read.", "Choose another."), page=1)
    assert messages.isVisible()
    for page, is_shown in ((0, False), (1, True), (2, False), (3, True)):
        messages.enter_page(page)
        assert messages.isVisible() is is_shown
    messages.dismiss()
    messages.enter_page(1)
    assert messages.isHidden()


def test_bug_is_shown_on_every_page(messages: MessageBar) -> None:
    messages.enter_page(0)
    messages.show_error(BugError("Something unexpected happened.", "Traceback"), page=1)
    messages.enter_page(2)
    assert messages.isVisible()


def is_beside_text(bar: MessageBar) -> bool:
    return bar.offer_button.mapTo(bar, QPoint()).x() >= bar.message.geometry().right()


def is_below_text(bar: MessageBar) -> bool:
    return bar.offer_button.mapTo(bar, QPoint()).y() >= bar.hint.geometry().bottom()


def test_buttons_stand_below_a_message_that_needs_the_room(qtbot: QtBot, messages: MessageBar) -> None:
    letter = messages.fontMetrics().averageCharWidth()
    offer = ("Remove the empty folder", lambda: None)
    messages.show_undoable(
        "12 photos moved to “Great crested grebe”.", "“Little grebe” is empty now.", lambda: None, offer
    )
    for letters, is_beside in ((120, True), (54, False), (120, True)):
        messages.resize(letters * letter, messages.heightForWidth(letters * letter))
        is_settled = is_beside_text if is_beside else is_below_text
        qtbot.waitUntil(functools.partial(is_settled, messages))
        assert is_below_text(messages) is not is_beside
        for label in (messages.message, messages.hint):
            assert label.heightForWidth(label.width()) <= label.height()
            assert label.width() >= 30 * letter


def test_passing_message_has_the_line_before_its_hint(messages: MessageBar) -> None:
    letter = messages.fontMetrics().averageCharWidth()
    messages.resize(120 * letter, 40)
    messages.show_success("Saved predictions of 48 photos.", "predictions.csv in Sorted photos", Path("/a/b.csv"))
    assert messages.hint.isVisible()
    messages.resize(60 * letter, 40)
    assert not messages.hint.isVisible()
    assert "predictions.csv" in messages.toolTip()
    messages.resize(120 * letter, 40)
    assert messages.hint.isVisible()
