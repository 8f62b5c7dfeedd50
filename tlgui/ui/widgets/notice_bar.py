"""A notice above the content of a page: a sentence, with at most one button."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QWidget

from tlgui.ui.widgets.plain_text import set_spoken
from tlgui.ui.widgets.tinted_bar import BarButton, TintedBar, plain_label
from tlgui.ui.widgets.tokens import Accent


class NoticeBar(TintedBar):
    """The bar; hidden while it is empty.

    Args:
        parent: The owner.
    """

    pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Accent.INFO, "info", parent)
        self.text = plain_label()
        self.button = BarButton()
        self.button.clicked.connect(self.pressed)
        self.row.addWidget(self.text, 1)
        self.row.addWidget(self.button)
        self.hide()

    def say(self, sentence: str, button: str = "") -> None:
        """Show a sentence and, unless its text is empty, a button; an empty sentence hides the bar."""
        self.text.setText(sentence)
        set_spoken(self, sentence)
        self.button.setText(button)
        self.button.setVisible(bool(button))
        self.setVisible(bool(sentence))
        if sentence:
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
