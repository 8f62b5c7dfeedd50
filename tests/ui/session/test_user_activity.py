"""Input in any window counts as use, for a few seconds."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tlgui.ui.session import user_activity
from tlgui.ui.session.user_activity import UserActivity


@pytest.fixture
def widget(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


@pytest.fixture
def activity(monkeypatch: pytest.MonkeyPatch, widget: QWidget) -> UserActivity:
    monkeypatch.setattr(user_activity, "_QUIET_MS", 50)
    return UserActivity(widget)


def test_nobody_is_active_at_first(activity: UserActivity) -> None:
    assert not activity.is_active


def test_key_makes_active_until_it_has_been_quiet(activity: UserActivity, widget: QWidget, qtbot: QtBot) -> None:
    handle = widget.windowHandle()
    with qtbot.waitSignal(activity.changed):
        qtbot.keyClick(handle, Qt.Key.Key_A)
    assert activity.is_active
    with qtbot.waitSignal(activity.changed):
        pass
    assert not activity.is_active
