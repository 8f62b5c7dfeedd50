"""A bar above the grid that says in a title, a sentence and buttons which photos are shown."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from tlgui.ui.widgets.flow_layout import FlowLayout
from tlgui.ui.widgets.tinted_bar import BarButton, TintedBar, plain_label
from tlgui.ui.widgets.tokens import Accent


class TitledBar(TintedBar):
    """The bar; hidden until it has something to say.

    Args:
        parent: The owner.

    Attributes:
        title: The title.
        explanation: The sentence below it.
        button: What can be done with the photos; without a text at first.
        close_button: Shows all photos again.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Accent.INFO, "info", parent)
        self.title = plain_label()
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.explanation = plain_label()
        self.button = BarButton()
        self.close_button = BarButton("Show all photos")
        buttons = FlowLayout()
        buttons.addWidget(self.button)
        buttons.addWidget(self.close_button)
        lines = QVBoxLayout()
        lines.addWidget(self.title)
        lines.addWidget(self.explanation)
        lines.addLayout(buttons)
        self.row.addLayout(lines, 1)
        self.hide()
