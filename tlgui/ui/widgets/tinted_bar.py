"""A highlighted strip: background, stripe and icon in a colour, and a row for text that repeats its meaning.

Letters for Alt belong to what stays: the menus, and the controls of a page, each of which has its own. A strip comes
and goes, over any page and with any words, so that its buttons, `BarButton`, have none: F6 goes to them.
"""

import re

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget
from typing_extensions import override

from tlgui.ui.widgets.icons import icon_pixmap
from tlgui.ui.widgets.plain_text import PlainLabel
from tlgui.ui.widgets.tokens import CORNER, GRID, MARGIN, Accent, colour, mixed
from tlgui.ui.widgets.wrapping_column import WrappingColumn

TINT = 0.14
# As high as a button.
_FEW_LINES = 3


class TintedBar(WrappingColumn):
    """The strip; its content is added to `row`.

    Args:
        accent: The colour.
        icon: The name of the icon.
        parent: The owner.
    """

    def __init__(self, accent: Accent, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._accent = accent
        self._icon_name = icon
        self._icon = PlainLabel()
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(MARGIN, GRID, GRID, GRID)
        self.row.setSpacing(GRID)
        self.row.addWidget(self._icon)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._draw_icon()

    def set_look(self, accent: Accent, icon: str) -> None:
        """Change the colour and the icon."""
        self._accent, self._icon_name = accent, icon
        self._draw_icon()
        self.update()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Beside a line or two it stands in their middle, beside a longer text at its top.
        is_low = event.size().height() <= self.fontMetrics().height() * _FEW_LINES + 2 * GRID
        vertical = Qt.AlignmentFlag.AlignVCenter if is_low else Qt.AlignmentFlag.AlignTop
        self._icon.setAlignment(Qt.AlignmentFlag.AlignLeft | vertical)

    @override
    def sizeHint(self) -> QSize:
        # It is never higher than this, and as high as its texts are where they wrap.
        hint = super().sizeHint()
        if not self.row.hasHeightForWidth():
            return hint
        return QSize(hint.width(), max(hint.height(), self.row.totalHeightForWidth(self.width())))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        accent = colour(self._accent, self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mixed(self.palette().window().color(), accent, TINT))
        painter.drawRoundedRect(self.rect(), CORNER, CORNER)
        painter.setClipRect(0, 0, GRID // 2, self.height())
        painter.setBrush(accent)
        painter.drawRoundedRect(self.rect(), CORNER, CORNER)
        painter.end()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_icon()

    def _draw_icon(self) -> None:
        ratio = self.devicePixelRatioF()
        side = round(self.fontMetrics().height() * 1.2 * ratio)
        pixmap = icon_pixmap(self._icon_name, colour(self._accent, self.palette()), side)
        pixmap.setDevicePixelRatio(ratio)
        self._icon.setPixmap(pixmap)


class BarButton(QPushButton):
    """A button of a strip: without a letter for Alt, whatever its text.

    Args:
        text: The text.
        parent: The owner.
    """

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)

    @override
    def setText(self, text: str) -> None:
        # “&&” stays, which is a sign in a name.
        super().setText(re.sub("&(&?)", r"\1\1", text))


def plain_label(text: str = "") -> PlainLabel:
    """Return a `PlainLabel` that wraps and whose text can be selected."""
    label = PlainLabel(text)
    label.setWordWrap(True)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return label
