"""Actions follow the state they are declared with, and are shown by buttons that look as push buttons do."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QListWidget, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tlgui.ui.widgets.action import Action, offer_in_list
from tlgui.ui.widgets.action_button import ActionButton


class Lamp:
    """What the action of these tests is about."""

    def __init__(self) -> None:
        self.has_bulb = True
        self.switched = 0

    def switch(self) -> None:
        self.switched += 1


@pytest.fixture
def lamp() -> Lamp:
    return Lamp()


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    QVBoxLayout(window)
    window.show()
    qtbot.waitExposed(window)
    return window


@pytest.fixture
def switch(window: QWidget, lamp: Lamp) -> Action:
    return Action(
        window,
        name="switch",
        text="&Switch the lamp",
        button_text="S&witch",
        tip="Switch the <b>lamp",
        handler=lamp.switch,
        enabled=lambda: lamp.has_bulb,
        current_text=lambda: f"&Switch the lamp, {lamp.switched} so far",
        shortcut="F2",
    )


def shown_in(window: QWidget, *widgets: QWidget) -> None:
    layout = window.layout()
    assert layout is not None
    for widget in widgets:
        layout.addWidget(widget)
        widget.show()
    layout.activate()


def test_action_follows_its_state_when_refreshed(switch: Action, lamp: Lamp) -> None:
    switch.trigger()
    switch.refresh()
    assert switch.text() == "&Switch the lamp, 1 so far"
    lamp.has_bulb = False
    switch.refresh()
    assert not switch.isEnabled()


def test_action_whose_state_changed_since_it_was_shown_does_nothing(switch: Action, lamp: Lamp) -> None:
    switch.refresh()
    lamp.has_bulb = False
    switch.trigger()
    assert lamp.switched == 0


def test_button_shows_its_action_and_triggers_it(qtbot: QtBot, window: QWidget, switch: Action, lamp: Lamp) -> None:
    button = ActionButton(switch)
    shown_in(window, button)
    assert button.text() == "S&witch"
    assert button.accessibleDescription() == "Switch the <b>lamp"
    assert "&lt;b&gt;" in button.toolTip()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    QTest.keyClick(button, Qt.Key.Key_W, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: lamp.switched == 3)
    lamp.has_bulb = False
    switch.refresh()
    assert not button.isEnabled()


@pytest.mark.parametrize("background", ["#efefef", "#323232"])
@pytest.mark.parametrize("state", ["at rest", "pressed", "disabled"])
def test_button_looks_as_a_push_button_does(window: QWidget, switch: Action, background: str, state: str) -> None:
    window.setPalette(QPalette(QColor(background)))
    ours, theirs = ActionButton(switch), QPushButton("S&witch")
    shown_in(window, ours, theirs)
    assert ours.size() == theirs.size()
    assert ours.sizeHint() == theirs.sizeHint()
    for button in (ours, theirs):
        button.setDown(state == "pressed")
        button.setDisabled(state == "disabled")
    assert ours.grab().toImage() == theirs.grab().toImage()


def test_list_offers_actions_whose_keys_work_in_it_alone(
    qtbot: QtBot, window: QWidget, switch: Action, lamp: Lamp
) -> None:
    view, field = QListWidget(), QLineEdit()
    shown_in(window, view, field)
    offer_in_list(view, [switch])
    assert switch in view.actions()
    window.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    QTest.keyClick(field, Qt.Key.Key_F2)
    assert lamp.switched == 0
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_F2)
    assert lamp.switched == 1


def test_button_says_that_a_question_follows(window: QWidget) -> None:
    asking = Action(window, name="save", text="&Save predictions…", handler=lambda: None)
    assert ActionButton(asking).text() == "Save predictions…"
