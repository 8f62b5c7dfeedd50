"""A panel that opens below its button and closes on Escape or a click elsewhere."""

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QHideEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.ui.widgets.plain_text import set_spoken
from tlgui.ui.widgets.tokens import MARGIN, tokens_of


class PopupPanel(QWidget):
    """The panel; its content is added to `column`.

    Args:
        name: What screen readers call it.
        button: Opens it; its menu arrow is the caller's.
    """

    def __init__(self, name: str, button: QAbstractButton) -> None:
        super().__init__(button, Qt.WindowType.Popup)
        self._button = button
        # The click on the button that closes the panel must not open it again.
        self.setAttribute(Qt.WidgetAttribute.WA_NoMouseReplay)
        set_spoken(self, name)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        button.clicked.connect(self.open_below)

    def first_control(self) -> QWidget | None:
        """Return the widget that gets the focus when the panel opens; None for the first one."""
        return None

    def open_below(self) -> None:
        """Open the panel below its button, inside the screen."""
        size = self.sizeHint()
        room = self._button.screen().availableGeometry()
        corner = self._button.mapToGlobal(QPoint(0, self._button.height() + 2))
        area = QRect(corner, size.boundedTo(room.size()))
        area.moveRight(min(area.right(), room.right()))
        area.moveBottom(min(area.bottom(), room.bottom()))
        area.moveTopLeft(QPoint(max(area.left(), room.left()), max(area.top(), room.top())))
        self.setGeometry(area)
        self.show()
        control = self.first_control()
        if control is not None:
            control.setFocus(Qt.FocusReason.PopupFocusReason)
        else:
            self.focusNextChild()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, palette = QPainter(self), self.palette()
        painter.fillRect(self.rect(), palette.window())
        painter.setPen(QColor(tokens_of(palette).control))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
            return
        super().keyPressEvent(event)

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._button.setFocus(Qt.FocusReason.PopupFocusReason)
