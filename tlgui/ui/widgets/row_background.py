"""The background of rows that delegates paint, the same in every list."""

from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from tlgui.ui.widgets.tokens import mixed


def paint_row_background(painter: QPainter, option: QStyleOptionViewItem) -> None:
    """Paint the selection, the focus and the line below a row, in the rectangle and colours of `option`."""
    palette, area = option.palette, option.rect
    if option.state & QStyle.StateFlag.State_Selected:
        # A tint, on which the row's text keeps its colours.
        painter.fillRect(area, mixed(palette.base().color(), palette.highlight().color(), 0.25))
    if option.state & QStyle.StateFlag.State_HasFocus:
        painter.setPen(palette.highlight().color())
        painter.drawRect(area.adjusted(0, 0, -1, -1))
    painter.setPen(mixed(palette.base().color(), palette.text().color(), 0.15))
    painter.drawLine(area.bottomLeft(), area.bottomRight())
