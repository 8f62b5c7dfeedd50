"""The bar that explains the chosen finding, with the button that mends it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from tlgui.photos.health.findings import Finding
from tlgui.ui.photos.finding_list import LOOKS
from tlgui.ui.widgets.flow_layout import FlowLayout
from tlgui.ui.widgets.plain_text import set_spoken
from tlgui.ui.widgets.tinted_bar import TintedBar, plain_label
from tlgui.ui.widgets.tokens import Accent


class FindingBar(TintedBar):
    """The bar; hidden while no finding is chosen.

    Signals:
        pressed: The finding is to be mended.
        closed: All photos are to be shown again.

    Args:
        parent: The owner.
    """

    pressed = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Accent.INFO, "info", parent)
        self.title = plain_label()
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.explanation = plain_label()
        self.button = QPushButton()
        self.button.clicked.connect(self.pressed)
        self.close_button = QPushButton("Show &all photos")
        self.close_button.clicked.connect(self.closed)
        buttons = FlowLayout()
        buttons.addWidget(self.button)
        buttons.addWidget(self.close_button)
        lines = QVBoxLayout()
        lines.addWidget(self.title)
        lines.addWidget(self.explanation)
        lines.addLayout(buttons)
        self.row.addLayout(lines, 1)
        self.hide()

    def show_finding(self, finding: Finding | None) -> None:
        """Show a finding; None hides the bar."""
        self.setVisible(finding is not None)
        if finding is None:
            return
        word, accent, icon = LOOKS[finding.severity]
        self.set_look(accent, icon)
        self.title.setText(finding.title)
        self.explanation.setText(finding.explanation)
        self.button.setText(finding.button)
        self.button.setVisible(finding.mending is not None)
        set_spoken(self, f"{word}: {finding.title}. {finding.explanation}")
