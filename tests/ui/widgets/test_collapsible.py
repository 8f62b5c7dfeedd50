"""A part that can be collapsed: its arrow stands beside its text, in light and dark."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from tlgui.ui.widgets.collapsible import CollapsibleGroup
from tlgui.ui.widgets.style import look_of


def test_header_opens_the_content_and_turns_its_arrow(qtbot: QtBot, qapp: QApplication) -> None:
    group = CollapsibleGroup("&Details", "What it is about", QLabel("content"))
    qtbot.addWidget(group)
    group.show()
    closed = group.button.icon().pixmap(16).toImage()
    assert not group.content.isVisible()
    qtbot.mouseClick(group.button, Qt.MouseButton.LeftButton)
    assert group.content.isVisible()
    opened = group.button.icon().pixmap(16).toImage()
    assert opened != closed

    look = look_of(qapp)
    look.wear(is_dark=True)
    try:
        qtbot.waitUntil(lambda: group.button.icon().pixmap(16).toImage() != opened)
    finally:
        look.wear(is_dark=False)
