"""A card: a quiet frame around what belongs together, with a heading if it needs one."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from tlgui.ui.widgets.empty_page import card_heading
from tlgui.ui.widgets.tokens import GRID, MARGIN


class Card(QFrame):
    """The frame, in the look of `widgets/style.py`; content is added to `column`.

    Attributes:
        heading: The label of the title; hidden while it is empty.
        column: The layout of the content.

    Args:
        title: The heading; empty for none.
        parent: The owner.
    """

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.heading = card_heading(title)
        self.heading.setVisible(bool(title))
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        self.column.setSpacing(GRID)
        self.column.addWidget(self.heading)
