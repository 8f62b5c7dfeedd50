"""The slider for the size of the photos in a grid."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSlider, QWidget

from tlgui.ui.grid.photo_grid import FIRST_LINES, LEAST_LINES, MOST_LINES

_LETTERS = 12


class SizeSlider(QSlider):
    """The slider; its value is the size of a thumbnail in lines of text.

    Args:
        parent: The owner.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(LEAST_LINES, MOST_LINES)
        self.setValue(FIRST_LINES)
        self.setAccessibleName("Size of the photos")
        self.setToolTip("Size of the photos")
        self.setFixedWidth(self.fontMetrics().averageCharWidth() * _LETTERS)
