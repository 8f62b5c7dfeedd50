"""A scroll area that is no Tab stop: what it holds has the focus, and is scrolled into view with it."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget
from typing_extensions import override

_SIDEWAYS = {Qt.Key.Key_Left, Qt.Key.Key_Right}
_MOST_NESTED = 4


class ScrollArea(QScrollArea):
    """Shows `content` as wide as there is room, and scrolls it upwards and downwards where it is higher.

    It never scrolls sideways: content that needs more width gets it from the window.

    Args:
        content: What is scrolled.
        parent: The owner.
    """

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content = content
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(content)
        # What lies behind shows through, a card for example.
        content.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)
        self._nested_resizes = 0
        self._size = self.size()
        content.installEventFilter(self)

    @override
    def minimumSizeHint(self) -> QSize:
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(self._content.minimumSizeHint().width() + bar, super().minimumSizeHint().height())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _SIDEWAYS:
            # What is around it may have a use for them.
            event.ignore()
        else:
            super().keyPressEvent(event)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest and watched is self._content:
            self.updateGeometry()
        if event.type() != QEvent.Type.Resize:
            return super().eventFilter(watched, event)
        if self._nested_resizes >= _MOST_NESTED:
            # It fits only beside the scroll bar, which would be hidden because it fits, and so on without end.
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
            return False
        self._nested_resizes += 1
        try:
            return super().eventFilter(watched, event)
        finally:
            self._nested_resizes -= 1

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        # It is called for the part beside the scroll bar too.
        if self.size() != self._size:
            self._size = self.size()
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        super().resizeEvent(event)
