"""A stack that asks for the room of the page that is shown, not of the largest."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QStackedWidget, QWidget
from typing_extensions import override


class CurrentStack(QStackedWidget):
    """Shows one of several widgets.

    Args:
        parent: The owner.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.currentChanged.connect(self.updateGeometry)

    @override
    def sizeHint(self) -> QSize:
        current = self.currentWidget()
        return current.sizeHint() if current is not None else super().sizeHint()

    @override
    def hasHeightForWidth(self) -> bool:
        current = self.currentWidget()
        return current is not None and current.hasHeightForWidth()

    @override
    def heightForWidth(self, width: int) -> int:
        # That of Qt is the largest of all pages.
        current = self.currentWidget()
        return current.heightForWidth(width) if current is not None else super().heightForWidth(width)

    @override
    def minimumSizeHint(self) -> QSize:
        current = self.currentWidget()
        return current.minimumSizeHint() if current is not None else super().minimumSizeHint()
