"""A button that shows an action and is painted as the platform's push button.

A `QPushButton` cannot show a `QAction`, and a `QToolButton` that can is painted without the frame of a push button by
most styles. So this one takes the action from the one and the look from the other.
"""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QStyle, QStyleOptionButton, QStylePainter, QToolButton, QWidget
from typing_extensions import override

from tlgui.ui.widgets.action import Action
from tlgui.ui.widgets.plain_text import set_spoken_details


class ActionButton(QToolButton):
    """Shows the text, tooltip and enabled state of an action, and triggers it.

    Args:
        action: The action.
        parent: The owner.
    """

    def __init__(self, action: Action, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDefaultAction(action)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        set_spoken_details(self, action.tip)

    @override
    def sizeHint(self) -> QSize:
        text = self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, self.text())
        return self.style().sizeFromContents(QStyle.ContentsType.CT_PushButton, self._option(), text, self)

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, self._option())
        painter.end()

    def _option(self) -> QStyleOptionButton:
        option = QStyleOptionButton()
        option.initFrom(self)
        option.text = self.text()
        option.state |= QStyle.StateFlag.State_Sunken if self.isDown() else QStyle.StateFlag.State_Raised
        return option
