"""The row of buttons whose rest is in a menu."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from tlgui.ui.widgets.folding_row import FoldingRow
from tlgui.ui.widgets.tokens import GRID

_TEXTS = ("Sort into folders…", "&Open photos…", "Save", "Clear")


@pytest.fixture
def buttons() -> list[QPushButton]:
    return [QPushButton(text) for text in _TEXTS]


@pytest.fixture
def row(qtbot: QtBot, buttons: list[QPushButton]) -> FoldingRow:
    row = FoldingRow("More")
    for button in buttons:
        row.add(button)
    qtbot.addWidget(row)
    row.resize(900, 40)
    row.show()
    return row


def width_for(row: FoldingRow, buttons: list[QPushButton]) -> int:
    """Return a width for some buttons and the one of the menu, and no more."""
    return row.more_button.sizeHint().width() + sum(button.sizeHint().width() + GRID for button in buttons)


def test_all_buttons_are_shown_where_there_is_room(row: FoldingRow, buttons: list[QPushButton]) -> None:
    assert all(button.isVisible() for button in buttons)
    assert not row.more_button.isVisible()
    assert row.folded == []


def test_buttons_without_room_are_in_the_menu_which_keys_open(
    qtbot: QtBot, row: FoldingRow, buttons: list[QPushButton]
) -> None:
    row.resize(width_for(row, buttons[:2]), 40)
    qtbot.waitUntil(row.more_button.isVisible)
    assert row.folded == buttons[2:]
    assert row.more_button.accessibleName() == "More"
    assert row.more_button.focusPolicy() & Qt.FocusPolicy.TabFocus
    buttons[2].setEnabled(False)
    menu = row.more_button.menu()
    assert isinstance(menu, QMenu)
    menu.aboutToShow.emit()
    assert [(action.text(), action.isEnabled()) for action in menu.actions()] == [("Save", False), ("Clear", True)]
    with qtbot.waitSignal(buttons[3].clicked):
        menu.actions()[1].trigger()


def test_tab_goes_along_the_row_and_to_the_menu(qtbot: QtBot, row: FoldingRow, buttons: list[QPushButton]) -> None:
    row.resize(width_for(row, buttons[:2]), 40)
    row.activateWindow()
    buttons[0].setFocus()
    qtbot.waitUntil(buttons[0].hasFocus)
    focused = []
    for _ in range(2):
        QTest.keyClick(QApplication.focusWidget() or row, Qt.Key.Key_Tab)
        focused.append(QApplication.focusWidget())
    assert focused == [buttons[1], row.more_button]


def test_button_that_its_owner_hides_is_nowhere_and_makes_room(row: FoldingRow, buttons: list[QPushButton]) -> None:
    row.resize(width_for(row, buttons[:2]), 40)
    buttons[3].hide()
    assert row.folded == buttons[2:3]
    buttons[0].hide()
    assert row.folded == []
    assert buttons[2].isVisible()
    buttons[0].show()
    buttons[3].show()
    assert row.folded == buttons[2:]
    buttons[1].setText("Open another folder of photos…")
    QApplication.sendPostedEvents()
    assert row.folded == buttons[1:]


def test_row_that_does_not_fold_wraps(row: FoldingRow, buttons: list[QPushButton]) -> None:
    row.resize(width_for(row, buttons[:2]), 40)
    row.set_folding(folds=False)
    assert row.folded == []
    assert all(button.isVisible() for button in buttons)
    assert row.heightForWidth(row.width()) > row.heightForWidth(2000)
    row.set_folding(folds=True)
    assert row.folded == buttons[2:]
