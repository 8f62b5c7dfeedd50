"""The confusion matrix: a table of counts, each tinted by its share of the row; a cell opens its photos."""

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPalette, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget
from typing_extensions import override

from tlgui.learning.results import Evaluation
from tlgui.photos.names import one_line
from tlgui.text.numbers import count
from tlgui.ui.widgets.plain_text import plain_tip
from tlgui.ui.widgets.tokens import GRID, Accent, colour, mixed, tokens_of

Index = QModelIndex | QPersistentModelIndex

_ROW_LETTERS, _COLUMN_LETTERS = 28, 24
_DEEPEST_TINT = 0.55
_FEWEST_LINES = 10
_MOST_LINES = 28
_FEW_CLASSES = 12
_OPENING_KEYS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space})
_ZOOM_KEYS = {Qt.Key.Key_Plus: 1, Qt.Key.Key_Equal: 1, Qt.Key.Key_Minus: -1}

SIZES = (1.25, 1.75, 2.5, 3.5, 5.0)
"""The sides of a cell to choose from, in lines of text."""


class ConfusionModel(QAbstractTableModel):
    """The cells; rows are the true classes, columns the predicted ones."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._counts: tuple[tuple[int, ...], ...] = ()
        self._has_photos = False
        self._palette = QPalette()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the classes, in the order of rows and columns."""
        return self._names

    @property
    def counts(self) -> tuple[tuple[int, ...], ...]:
        """The counts, row by row."""
        return self._counts

    def set_evaluation(self, evaluation: Evaluation, *, has_photos: bool) -> None:
        """Show the matrix of `evaluation`; with `has_photos`, its cells can show their photos."""
        self.beginResetModel()
        self._has_photos = has_photos
        self._names = tuple(one_line(result.name) for result in evaluation.classes)
        self._counts = evaluation.confusion
        self.endResetModel()

    def set_palette(self, palette: QPalette) -> None:
        """Mix the tints from the colours of `palette`."""
        self._palette = palette

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._counts)

    @override
    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._counts)

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole:
            return self._names[section]
        return plain_tip(self._names[section]) if role == Qt.ItemDataRole.ToolTipRole else None

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, column = index.row(), index.column()
        photos = self._counts[row][column]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{photos:,}" if photos else ""
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._description(row, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self._description(row, column))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignCenter
        if role == Qt.ItemDataRole.BackgroundRole:
            return self._tint(row, column)
        return None

    def _description(self, row: int, column: int) -> str:
        photos, all_photos = self._counts[row][column], sum(self._counts[row])
        how = "recognised" if row == column else f"taken for “{self._names[column]}”"
        told = f"{photos:,} of {count('photo', all_photos)} of “{self._names[row]}” {how}."
        return f"{told} Press to see {'it' if photos == 1 else 'them'}." if photos and self._has_photos else told

    def _tint(self, row: int, column: int) -> QColor | None:
        photos, all_photos = self._counts[row][column], sum(self._counts[row])
        if not photos:
            return None
        accent = colour(Accent.TRAINING if row == column else Accent.VALIDATION, self._palette)
        share = photos / all_photos
        return mixed(self._palette.base().color(), accent, 0.1 + (_DEEPEST_TINT - 0.1) * share)


class ConfusionMatrix(QTableView):
    """The table; the names over the columns are written upwards, so that many classes fit.

    Signals:
        chosen: The row and the column of a cell that was clicked, or on which Enter was pressed.
        size_changed: The cells have another of `SIZES`.

    Args:
        parent: The owner.
    """

    chosen = Signal(int, int)
    size_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Mix-ups: which classes were taken for which")
        self._rows = ConfusionModel(self)
        self._rows.set_palette(self.palette())
        self._has_photos = False
        self._size = SIZES.index(3.5)
        self.setModel(self._rows)
        self.setHorizontalHeader(_UprightHeader(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setMouseTracking(True)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setHighlightSections(True)
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.clicked.connect(self._choose)
        self.entered.connect(self._on_entered)
        self.viewportEntered.connect(self._on_viewport_entered)
        self._fit()

    @property
    def size_index(self) -> int:
        """Which of `SIZES` the cells have."""
        return self._size

    def show_evaluation(self, evaluation: Evaluation, *, has_photos: bool) -> None:
        """Show the matrix of `evaluation`; with `has_photos`, its cells can be opened."""
        names = [result.name for result in evaluation.classes]
        if len(names) != len(self._rows.names):
            self._size = SIZES.index(3.5 if len(names) <= _FEW_CLASSES else 1.75)
        self._has_photos = has_photos
        self._rows.set_evaluation(evaluation, has_photos=has_photos)
        self._fit()
        self.setCurrentIndex(self._rows.index(0, 0))
        self.clearSelection()
        self.size_changed.emit()

    def enlarge(self, steps: int) -> None:
        """Make the cells larger by `steps`, or smaller; the current one stays in sight."""
        size = max(0, min(self._size + steps, len(SIZES) - 1))
        if size != self._size:
            self._size = size
            self._fit()
            self.scrollTo(self.currentIndex())
            self.size_changed.emit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _OPENING_KEYS and self.currentIndex().isValid():
            self._choose(self.currentIndex())
        elif key in _ZOOM_KEYS:
            self.enlarge(_ZOOM_KEYS[key])
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.enlarge(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
            return
        super().wheelEvent(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._rows.set_palette(self.palette())
            self.viewport().update()
        elif event.type() == QEvent.Type.FontChange:
            self._fit()

    @override
    def minimumSizeHint(self) -> QSize:
        line = self.fontMetrics().height()
        return QSize(super().minimumSizeHint().width(), _FEWEST_LINES * line)

    @override
    def sizeHint(self) -> QSize:
        line, side = self.fontMetrics().height(), self._side()
        rows = len(self._rows.counts)
        frame = 2 * self.frameWidth() + 6
        height = self.horizontalHeader().sizeHint().height() + rows * side + frame
        # With the scroll bar that many columns have.
        height += self.horizontalScrollBar().sizeHint().height() if rows > _FEW_CLASSES else 0
        width = self.verticalHeader().width() + rows * side + frame
        # Few classes are seen at once, without scrolling.
        most = height if rows <= _FEW_CLASSES else _MOST_LINES * line
        return QSize(min(width, 60 * line), max(_FEWEST_LINES * line, min(height, most)))

    def _side(self) -> int:
        """Return the side of a cell, which has room for the largest number."""
        metrics = self.fontMetrics()
        numbers = [metrics.horizontalAdvance(f"{max(row, default=0):,}") for row in self._rows.counts]
        room = max(numbers, default=0) + metrics.averageCharWidth() * 2
        return max(round(metrics.height() * SIZES[self._size]), room)

    def _fit(self) -> None:
        """Fit the cells to their size and their numbers, and the header to the names up to a limit."""
        metrics, side = self.fontMetrics(), self._side()
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setMinimumSectionSize(metrics.height())
            header.setDefaultSectionSize(side)
        widest = max((metrics.horizontalAdvance(name) for name in self._rows.names), default=0)
        bound = metrics.averageCharWidth() * _ROW_LETTERS
        self.verticalHeader().setFixedWidth(min(widest + metrics.averageCharWidth() * 3 + 2 * GRID, bound))
        self.updateGeometry()

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        if self._opens(index):
            self.chosen.emit(index.row(), index.column())

    @Slot(QModelIndex)
    def _on_entered(self, index: QModelIndex) -> None:
        if self._opens(index):
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.viewport().unsetCursor()

    @Slot()
    def _on_viewport_entered(self) -> None:
        self.viewport().unsetCursor()

    def _opens(self, index: QModelIndex) -> bool:
        return self._has_photos and self._rows.counts[index.row()][index.column()] > 0


class _UprightHeader(QHeaderView):
    """A header with the names of the columns written upwards."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)

    @override
    def sectionSizeFromContents(self, logical_index: int) -> QSize:
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance(self._name(logical_index)) + metrics.averageCharWidth() * 2
        return QSize(metrics.height(), min(width, metrics.averageCharWidth() * _COLUMN_LETTERS))

    @override
    def paintSection(self, painter: QPainter, rect: QRect, logical_index: int) -> None:
        metrics, palette = self.fontMetrics(), self.palette()
        painter.save()
        painter.fillRect(rect, palette.button())
        painter.setPen(QColor(tokens_of(palette).quiet))
        painter.translate(rect.left(), rect.bottom())
        painter.rotate(-90)
        room = QRect(metrics.averageCharWidth(), 0, rect.height() - metrics.averageCharWidth(), rect.width())
        name = metrics.elidedText(self._name(logical_index), Qt.TextElideMode.ElideMiddle, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        painter.restore()

    def _name(self, section: int) -> str:
        return str(self.model().headerData(section, Qt.Orientation.Horizontal))
