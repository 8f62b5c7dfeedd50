"""The icon of a strip stands beside its text."""

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tlgui.ui.widgets.notice_bar import NoticeBar
from tlgui.ui.widgets.plain_text import PlainLabel


def test_icon_stands_in_the_middle_of_a_line_and_at_the_top_of_a_long_text(qtbot: QtBot) -> None:
    bar = NoticeBar()
    qtbot.addWidget(bar)
    bar.resize(600, 10)
    bar.say("2 photos are not named yet.", "Go on")
    bar.show()
    icon = next(label for label in bar.findChildren(PlainLabel) if not label.pixmap().isNull())
    bar.resize(600, bar.sizeHint().height())
    assert icon.alignment() & Qt.AlignmentFlag.AlignVCenter
    assert icon.geometry().center().y() == bar.text.geometry().center().y()
    bar.resize(600, 10 * bar.fontMetrics().height())
    assert icon.alignment() & Qt.AlignmentFlag.AlignTop
