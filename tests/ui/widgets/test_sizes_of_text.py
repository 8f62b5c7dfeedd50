"""What stands beside text follows its size: notes below choices, marks in fields, icons, the menu bar."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QDialogButtonBox,
    QLineEdit,
    QRadioButton,
    QStyle,
    QStyleOptionButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tlgui.app import create_window
from tlgui.ui.widgets.indented_note import IndentedNote
from tlgui.ui.widgets.style import look_of


@pytest.fixture(params=[1, 2], ids=["100 %", "200 %"])
def scaled(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[QFont]:
    """The font of the desktop, in ordinary or double size."""
    before = qapp.font()
    font = QFont(before)
    font.setPointSizeF(font.pointSizeF() * request.param)
    qapp.setFont(font)
    look_of(qapp).fit_font()
    yield font
    qapp.setFont(before)
    look_of(qapp).fit_font()


def show(qtbot: QtBot, *widgets: QWidget) -> QWidget:
    """Show widgets in a window, which lives as long as it is kept."""
    holder = QWidget()
    qtbot.addWidget(holder)
    column = QVBoxLayout(holder)
    for widget in widgets:
        column.addWidget(widget)
    holder.show()
    qtbot.waitExposed(holder)
    return holder


@pytest.mark.usefixtures("scaled")
@pytest.mark.parametrize("kind", [QRadioButton, QCheckBox])
def test_note_stands_below_the_text_of_its_choice(qtbot: QtBot, kind: type[QRadioButton] | type[QCheckBox]) -> None:
    button, note = kind("Copy them"), IndentedNote("The photos stay where they are.")
    window = show(qtbot, button, note)
    assert window.isVisible()
    option = QStyleOptionButton()
    option.initFrom(button)
    is_radio = isinstance(button, QRadioButton)
    part = QStyle.SubElement.SE_RadioButtonContents if is_radio else QStyle.SubElement.SE_CheckBoxContents
    text = button.style().subElementRect(part, option, button)
    assert abs(note.contentsRect().left() - text.left()) <= 2


@pytest.mark.usefixtures("scaled")
def test_mark_that_clears_a_field_stands_in_the_middle_of_it(qtbot: QtBot) -> None:
    field = QLineEdit("robin")
    field.setClearButtonEnabled(True)
    window = show(qtbot, field)
    assert window.isVisible()
    mark = field.findChild(QToolButton)
    assert mark is not None
    assert abs(mark.geometry().center().y() - field.rect().center().y()) <= 1
    assert field.rect().contains(mark.geometry())


def test_icons_of_buttons_grow_with_the_text(qtbot: QtBot, scaled: QFont) -> None:
    button = QToolButton()
    window = show(qtbot, button)
    assert window.isVisible()
    side = max(16, button.fontMetrics().height())
    assert button.iconSize() == QSize(side, side)
    assert button.fontMetrics().height() > scaled.pointSizeF()


@pytest.mark.usefixtures("scaled")
def test_buttons_of_dialogs_have_words_alone(qtbot: QtBot, qapp: QApplication) -> None:
    kinds = QDialogButtonBox.StandardButton
    box = QDialogButtonBox(kinds.Ok | kinds.Cancel | kinds.Close | kinds.Save)
    window = show(qtbot, box)
    assert window.isVisible()
    assert [button.text() for button in box.buttons() if not button.icon().isNull()] == []
    # Without this, whether there are icons depends on the desktop.
    assert "dialogbuttonbox-buttons-have-icons: 0" in qapp.styleSheet()


@pytest.mark.usefixtures("scaled")
def test_menus_stand_in_the_middle_of_their_bar(qtbot: QtBot, fake_engine: FakeEngine) -> None:
    window = create_window(fake_engine)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    bar = window.menuBar()
    for menu in bar.actions():
        assert abs(bar.actionGeometry(menu).center().y() - (bar.height() - 1) // 2) <= 2, menu.text()
