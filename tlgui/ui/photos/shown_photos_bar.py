"""The bar above the grid while another page asked for some photos: what they are, and the way back."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from tlgui.ui.photos.titled_bar import TitledBar
from tlgui.ui.session.photo_selection import PhotoSelection
from tlgui.ui.widgets.plain_text import set_spoken, set_tip

_EXPLANATION = (
    "Move a photo that is in the wrong class. Where the class is right, say so: you are not asked about it again."
)


class ShownPhotosBar(TitledBar):
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
        super().__init__(parent)
        self.back_button = self.button
        set_tip(self.back_button, "Esc or Alt+Left")
        self.back_button.clicked.connect(self.back_requested)
        self.close_button.clicked.connect(self.closed)

    def show_selection(self, selection: PhotoSelection | None, gone: int = 0) -> None:
        """Show what the photos are; None hides the bar.

        Args:
            selection: The photos.
            gone: How many of them are no longer where they were when they were asked for.
        """
        self.setVisible(selection is not None)
        if selection is None:
            return
        has_wrong = any(not note.is_right for note in selection.notes.values())
        explanation = f"{_EXPLANATION if has_wrong else ''} {selection.remark(gone)}".strip()
        self.title.setText(selection.title)
        self.explanation.setText(explanation)
        self.explanation.setVisible(bool(explanation))
        self.back_button.setText(f"Back to {selection.origin[:-1]}&{selection.origin[-1]}")
        set_spoken(self, f"{selection.title}. {explanation}")
