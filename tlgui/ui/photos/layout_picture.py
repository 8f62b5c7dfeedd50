"""A button that shows a small picture of folders, with those marked that would be the classes."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QStyle, QStyleOptionFocusRect, QWidget
from typing_extensions import override

from tlgui.photos.names import one_line
from tlgui.ui.widgets.plain_text import set_spoken
from tlgui.ui.widgets.tokens import Accent, colour, mixed, quiet_text

_MOST_OUTER = 2
_MOST_INNER = 2
_WIDTH_IN_LETTERS = 30
_TINT = 0.16
_EDGE = 0.5


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of the picture.

    Args:
        name: The folder's name; “…” for folders that are not shown.
        depth: 0 for an outer folder, 1 for one inside it.
        is_class: Whether it is marked.
    """

    name: str
    depth: int
    is_class: bool


class LayoutPicture(QAbstractButton):
    """The picture with a caption below it; pressed like any other button.

    Args:
        parent: The owner.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[_Row, ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.MinimumExpanding)

    def show_folders(
        self, outer: Sequence[str], inside: Sequence[Sequence[str]], caption: str, *, marks_inner: bool
    ) -> None:
        """Show some of the folders.

        Args:
            outer: The names of the outer folders.
            inside: The names of the folders in each of them.
            caption: The text below, and the accessible name.
            marks_inner: Whether the inner folders are marked as classes, rather than the outer ones.
        """
        rows: list[_Row] = []
        for name, inner in list(zip(outer, inside, strict=True))[:_MOST_OUTER]:
            rows.append(_Row(one_line(name), 0, not marks_inner))
            shown = list(inner[:_MOST_INNER]) + (["…"] if len(inner) > _MOST_INNER else [])
            rows += (_Row(one_line(name), 1, marks_inner and name != "…") for name in shown)
        if len(outer) > _MOST_OUTER:
            rows.append(_Row("…", 0, is_class=False))
        self._rows = tuple(rows)
        self.setText(one_line(caption))
        set_spoken(self, caption)
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        line, letter = self._line_height(), self.fontMetrics().averageCharWidth()
        caption = self._caption_rect(_WIDTH_IN_LETTERS * letter)
        return QSize(_WIDTH_IN_LETTERS * letter, line * (len(self._rows) + 1) + caption.height())

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self.sizeHint().width() // 2, self.sizeHint().height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_frame(painter)
        line = self._line_height()
        for number, row in enumerate(self._rows):
            self._paint_row(painter, row, QRect(line // 2, line // 2 + number * line, self.width() - line, line))
        painter.setPen(self._text_colour())
        painter.setFont(self.font())
        top = line // 2 + len(self._rows) * line
        place = QRect(line // 2, top, self.width() - line, self.height() - top)
        painter.drawText(place, Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap, self.text())
        painter.end()

    def _paint_frame(self, painter: QPainter) -> None:
        accent = colour(Accent.INFO, self.palette())
        base = self.palette().color(QPalette.ColorRole.Base)
        is_lit = self.isEnabled() and (self.underMouse() or self.isDown())
        painter.setBrush(mixed(base, accent, _TINT) if is_lit else base)
        edge = mixed(base, quiet_text(self.palette()), _EDGE)
        painter.setPen(QPen(accent if is_lit or self.hasFocus() else edge, 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        if self.hasFocus():
            option = QStyleOptionFocusRect()
            option.initFrom(self)
            option.rect = self.rect().adjusted(3, 3, -3, -3)
            self.style().drawPrimitive(QStyle.PrimitiveElement.PE_FrameFocusRect, option, painter, self)

    def _paint_row(self, painter: QPainter, row: _Row, place: QRect) -> None:
        line = place.height()
        place = place.adjusted(row.depth * line, 0, 0, 0)
        font = QFont(self.font())
        font.setBold(row.is_class)
        painter.setFont(font)
        if row.name != "…":
            self._paint_folder(painter, QRectF(place.left(), place.top() + line * 0.2, line * 0.8, line * 0.6), row)
        painter.setPen(self._text_colour() if row.is_class else self._quiet_colour())
        text = place.adjusted(line, 0, 0, 0)
        name = painter.fontMetrics().elidedText(row.name, Qt.TextElideMode.ElideMiddle, text.width())
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, name)

    def _paint_folder(self, painter: QPainter, place: QRectF, row: _Row) -> None:
        accent = colour(Accent.INFO, self.palette()) if self.isEnabled() else self._quiet_colour()
        tab = place.height() * 0.25
        painter.setPen(QPen(accent if row.is_class else self._quiet_colour(), 1.2))
        painter.setBrush(accent if row.is_class else Qt.BrushStyle.NoBrush)
        corners = (
            (place.left(), place.bottom()),
            (place.left(), place.top()),
            (place.left() + place.width() * 0.4, place.top()),
            (place.left() + place.width() * 0.5, place.top() + tab),
            (place.right(), place.top() + tab),
            (place.right(), place.bottom()),
        )
        painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in corners]))

    def _text_colour(self) -> QColor:
        return self.palette().color(QPalette.ColorRole.Text)

    def _quiet_colour(self) -> QColor:
        return quiet_text(self.palette())

    def _line_height(self) -> int:
        return round(self.fontMetrics().height() * 1.25)

    def _caption_rect(self, width: int) -> QRect:
        line = self._line_height()
        room = QRect(0, 0, max(1, width - line), 10_000)
        return self.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, self.text())
