"""The bar that explains the chosen finding, with the button that mends it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from tlgui.photos.health.findings import Finding
from tlgui.ui.photos.finding_list import LOOKS
from tlgui.ui.photos.titled_bar import TitledBar
from tlgui.ui.widgets.plain_text import set_spoken


class FindingBar(TitledBar):
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
        super().__init__(parent)
        self.button.clicked.connect(self.pressed)
        self.close_button.clicked.connect(self.closed)

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
