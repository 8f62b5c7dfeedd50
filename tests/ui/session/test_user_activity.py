"""Input in any window counts as use, for a few seconds."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui.waiting import WAIT_MS
from tlgui.ui.session import user_activity
from tlgui.ui.session.user_activity import UserActivity


@pytest.fixture
def widget(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


@pytest.fixture
def activity(monkeypatch: pytest.MonkeyPatch, widget: QWidget, qtbot: QtBot) -> UserActivity:
    """Give the activity once the window has been shown, and nothing is done with it."""
    monkeypatch.setattr(user_activity, "_QUIET_MS", 200)
    activity = UserActivity(widget)
    qtbot.waitUntil(lambda: not activity.is_active, timeout=WAIT_MS)
    return activity


def test_key_makes_active_until_it_has_been_quiet(activity: UserActivity, widget: QWidget, qtbot: QtBot) -> None:
    changes: list[bool] = []
    activity.changed.connect(lambda: changes.append(activity.is_active))

    qtbot.keyClick(widget.windowHandle(), Qt.Key.Key_A)
    qtbot.waitUntil(lambda: len(changes) >= 2, timeout=WAIT_MS)

    assert changes[:2] == [True, False]
