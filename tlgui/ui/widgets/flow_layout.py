"""A layout that wraps a row of widgets onto further lines where the width does not suffice."""

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QWidget
from typing_extensions import override


class FlowLayout(QLayout):
    """Gives each widget its preferred size; expanding widgets share the rest of their line.

    Args:
        parent: The widget it lays out.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._heights: dict[int, int] = {}
        self._hints: dict[QLayoutItem, QSize] = {}
        self.setContentsMargins(0, 0, 0, 0)

    @override
    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def insert_widget(self, place: int, widget: QWidget) -> None:
        """Add a widget before the others from `place` on."""
        self.addWidget(widget)
        self._items.insert(place, self._items.pop())
        self.invalidate()

    @override
    def count(self) -> int:
        return len(self._items)

    @override
    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    @override
    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    @override
    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation.Horizontal

    @override
    def hasHeightForWidth(self) -> bool:
        return True

    @override
    def heightForWidth(self, width: int) -> int:
        # The layouts around it call this many times for each change.
        if width not in self._heights:
            heights = [max(size.height() for size in self._sizes(line, width)) for line in self._lines(width)]
            self._heights[width] = sum(heights) + self.spacing() * max(0, len(heights) - 1)
        return self._heights[width]

    @override
    def invalidate(self) -> None:
        self._heights.clear()
        self._hints.clear()
        super().invalidate()

    @override
    def sizeHint(self) -> QSize:
        return self.minimumSize()

    @override
    def minimumSize(self) -> QSize:
        sizes = [item.minimumSize() for item in self._items if not item.isEmpty()]
        return QSize(
            max((size.width() for size in sizes), default=0), max((size.height() for size in sizes), default=0)
        )

    @override
    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        top = rect.top()
        for line in self._lines(rect.width()):
            sizes = self._sizes(line, rect.width())
            left, height = rect.left(), max(size.height() for size in sizes)
            for item, size in zip(line, sizes, strict=True):
                place = QPoint(left, top + (height - size.height()) // 2)
                item.setGeometry(QRect(place, QSize(min(size.width(), item.maximumSize().width()), size.height())))
                left += size.width() + self.spacing()
            top += height + self.spacing()

    def _lines(self, width: int) -> Iterator[list[QLayoutItem]]:
        line: list[QLayoutItem] = []
        for item in self._items:
            if item.isEmpty():
                continue
            if line and self._width([*line, item]) > width:
                yield line
                line = []
            line.append(item)
        if line:
            yield line

    def _width(self, line: list[QLayoutItem]) -> int:
        return sum(self._hint(item).width() for item in line) + self.spacing() * (len(line) - 1)

    def _sizes(self, line: list[QLayoutItem], room: int) -> list[QSize]:
        """Return the size of each item of a line; text that wraps is as high as its width makes it."""
        growing = [item for item in line if item.expandingDirections() & Qt.Orientation.Horizontal]
        spare = max(0, room - self._width(line)) // max(1, len(growing))
        sizes = []
        for item in line:
            hint = self._hint(item)
            width = min(hint.width(), room) + (spare if item in growing else 0)
            wraps = item.hasHeightForWidth() and width != hint.width()
            sizes.append(QSize(width, item.heightForWidth(width) if wraps else hint.height()))
        return sizes

    def _hint(self, item: QLayoutItem) -> QSize:
        # Each line is tried widget by widget, and a style sheet takes its time for each hint.
        if item not in self._hints:
            self._hints[item] = item.sizeHint()
        return self._hints[item]


def growing(widget: QWidget) -> QWidget:
    """Make a widget expand over the rest of its line, and return it."""
    widget.setSizePolicy(QSizePolicy.Policy.Expanding, widget.sizePolicy().verticalPolicy())
    return widget
