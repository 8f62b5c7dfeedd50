"""The bar above the grid while another page asked for some photos: what they are, and the way back."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from tlgui.ui.session.photo_selection import PhotoSelection
from tlgui.ui.widgets.flow_layout import FlowLayout
from tlgui.ui.widgets.plain_text import set_spoken, set_tip
from tlgui.ui.widgets.tinted_bar import TintedBar, plain_label
from tlgui.ui.widgets.tokens import Accent

_EXPLANATION = (
    "Move a photo that is in the wrong class. Where the class is right, say so: you are not asked about it again."
)


class ShownPhotosBar(TintedBar):
    """The bar; hidden while the photos of a class, of a finding or of the whole collection are shown.

    Signals:
        back_requested: The page that asked for the photos is to be shown again.
        closed: All photos are to be shown instead.

    Args:
        parent: The owner.
    """

    back_requested = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Accent.INFO, "info", parent)
        self.title = plain_label()
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.explanation = plain_label()
        self.back_button = QPushButton()
        set_tip(self.back_button, "Esc or Alt+Left")
        self.close_button = QPushButton("Show &all photos")
        self.back_button.clicked.connect(self.back_requested)
        self.close_button.clicked.connect(self.closed)
        buttons = FlowLayout()
        buttons.addWidget(self.back_button)
        buttons.addWidget(self.close_button)
        lines = QVBoxLayout()
        lines.addWidget(self.title)
        lines.addWidget(self.explanation)
        lines.addLayout(buttons)
        self.row.addLayout(lines, 1)
        self.hide()

    def show_selection(self, selection: PhotoSelection | None) -> None:
        """Show what the photos are; None hides the bar."""
        self.setVisible(selection is not None)
        if selection is None:
            return
        has_wrong = any(not note.is_right for note in selection.notes.values())
        explanation = f"{_EXPLANATION if has_wrong else ''} {selection.remark}".strip()
        self.title.setText(selection.title)
        self.explanation.setText(explanation)
        self.explanation.setVisible(bool(explanation))
        self.back_button.setText(f"Back to {selection.origin[:-1]}&{selection.origin[-1]}")
        set_spoken(self, f"{selection.title}. {explanation}")
