"""Two parts of a page beside each other, with a handle between them."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget


def side_by_side(left: QWidget, right: QWidget) -> QSplitter:
    """Return a splitter of two widgets; neither can be collapsed, and the right one takes the room of a larger window.

    Args:
        left: The part that keeps its width.
        right: The part that grows.
    """
    splitter = QSplitter(Qt.Orientation.Horizontal)
    splitter.addWidget(left)
    splitter.addWidget(right)
    splitter.setChildrenCollapsible(False)
    splitter.setStretchFactor(0, 0)
    splitter.setStretchFactor(1, 1)
    return splitter
