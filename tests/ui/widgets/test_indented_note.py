"""A note begins where the text of the button above it begins, whatever the size of text."""

import pytest
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QApplication, QCheckBox, QRadioButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tlgui.ui.widgets.indented_note import IndentedNote
from tlgui.ui.widgets.style import look_of
from tlgui.ui.widgets.tokens import contrast


def first_ink(widget: QWidget, left: int) -> int:
    """Return the first column from `left` on in which a widget's text is drawn."""
    image = widget.grab().toImage()
    ground = image.pixelColor(image.width() - 1, image.height() // 2)
    columns = range(left, image.width())
    return next(
        x for x in columns if any(contrast(QColor(image.pixelColor(x, y)), ground) > 2 for y in range(image.height()))
    )


@pytest.mark.parametrize("kind", [QRadioButton, QCheckBox])
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_note_begins_below_the_text_of_its_button(
    qtbot: QtBot, qapp: QApplication, kind: type[QRadioButton | QCheckBox], scale: float
) -> None:
    before = qapp.font()
    font = QFont(before)
    font.setPointSizeF(scale * before.pointSizeF())
    holder = QWidget()
    qtbot.addWidget(holder)
    column = QVBoxLayout(holder)
    button, note = kind("Look"), IndentedNote("Look")
    column.addWidget(button)
    column.addWidget(note)
    holder.show()
    try:
        qapp.setFont(font)
        look_of(qapp).fit_font()
        holder.adjustSize()
        begin = first_ink(note, 0)
        # The mark of the button lies before its text.
        assert first_ink(button, begin - 3) == begin
    finally:
        qapp.setFont(before)
        look_of(qapp).fit_font()
