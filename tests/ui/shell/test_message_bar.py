"""The message bar above the page."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tlgui import files
from tlgui.engine.protocol import BugError
from tlgui.errors import PhotoError
from tlgui.ui.shell.message_bar import MessageBar


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
