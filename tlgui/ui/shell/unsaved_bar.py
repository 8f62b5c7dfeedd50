"""The bar that shows that a training succeeded and its model could not be written yet."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.ui.widgets.icons import themed_icon
from tlgui.ui.widgets.plain_text import set_spoken
from tlgui.ui.widgets.tinted_bar import BarButton, TintedBar, plain_label
from tlgui.ui.widgets.tokens import Accent


class UnsavedBar(TintedBar):
    """Shown while a model is not saved.

    Args:
        parent: The owner.
    """

    elsewhere_pressed = Signal()
    again_pressed = Signal()
    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Accent.ERROR, "error", parent)
        self.message = plain_label()
        font = self.message.font()
        font.setBold(True)
        self.message.setFont(font)
        self.reason = plain_label()
        self.elsewhere_button = BarButton("Save elsewhere…")
        self.elsewhere_button.clicked.connect(self.elsewhere_pressed)
        self.again_button = BarButton("Try again")
        self.again_button.clicked.connect(self.again_pressed)
        self.dismiss_button = QToolButton()
        self.dismiss_button.setAutoRaise(True)
        self.dismiss_button.setToolTip("Do not save it; its training stays in Results")
        self.dismiss_button.setAccessibleName("Do not save the model")
        self.dismiss_button.setIcon(themed_icon("close", self.palette()))
        self.dismiss_button.clicked.connect(self.dismissed)
        lines = QVBoxLayout()
        lines.addWidget(self.message)
        lines.addWidget(self.reason)
        # Below the text, which is long because it holds a path.
        buttons = QHBoxLayout()
        buttons.addWidget(self.elsewhere_button)
        buttons.addWidget(self.again_button)
        buttons.addStretch(1)
        lines.addLayout(buttons)
        self.row.addLayout(lines, 1)
        self.row.addWidget(self.dismiss_button, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def show_run(self, name: str, reason: str) -> None:
        """Show which run's model is not saved, and why.

        Args:
            name: The name of the run; empty hides the bar.
            reason: Why the model could not be written, and what can be done.
        """
        message = f"“{name}” is trained, and its model is not saved yet."
        self.message.setText(message)
        self.reason.setText(reason)
        set_spoken(self, f"Problem: {message} {reason}")
        self.setVisible(bool(name))
        if name:
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def set_usable(self, *, is_usable: bool) -> None:
        """Enable the buttons, or disable them during a job."""
        for button in (self.elsewhere_button, self.again_button):
            button.setEnabled(is_usable)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.dismiss_button.setIcon(themed_icon("close", self.palette()))
