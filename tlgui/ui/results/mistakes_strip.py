"""A strip of the photos that a model named wrongly, those first of which it was surest."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from tlgui.learning.results import Evaluation
from tlgui.learning.trust import PhotoJudgement
from tlgui.photos.names import one_line, shown_name
from tlgui.text.numbers import count, whole_percent
from tlgui.ui.session.judged_part import JudgedPart, JudgedRun
from tlgui.ui.widgets.empty_page import QuietLabel, card_heading
from tlgui.ui.widgets.icons import icon_pixmap
from tlgui.ui.widgets.plain_text import plain_tip, set_tip
from tlgui.ui.widgets.thumbnails import ThumbnailLoader, centred
from tlgui.ui.widgets.tokens import GRID, mixed, quiet_text

Index = QModelIndex | QPersistentModelIndex

MOST_SHOWN = 100
"""The strip ends there; all mistakes are in the grid of the Photos page."""

_SIDE_IN_LINES = 7
_LINES_OF_TEXT = 3
_TOGETHER_MS = 25
_EMPTY = 0.08
_NOT_KEPT = "Which photos it named wrongly was not kept with this model. Train again to see them here."
_NONE = "It named each of these photos rightly."
_ANSWERED = "You have answered every mistake of this training."


class MistakesStrip(QWidget):
    """The strip, with a button that shows all mistakes.

    Signals:
        photos_requested: The mistakes are to be shown, a `PhotoSelection` that begins with the one that was chosen.

    Args:
        parent: The owner.
    """

    photos_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._part: JudgedPart | None = None
        self.heading = card_heading("Mistakes")
        self.all_button = QPushButton()
        set_tip(self.all_button, "Show every photo that it called something else, and put right what is wrong")
        self.list = MistakeList()
        self.hint = QuietLabel()
        top = QHBoxLayout()
        top.addWidget(self.heading, 1)
        top.addWidget(self.all_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(top)
        column.addWidget(self.list)
        column.addWidget(self.hint)
        self.all_button.clicked.connect(self._on_all_button_clicked)
        self.list.chosen.connect(self._on_list_chosen)
        self.show_mistakes(None, None)

    def show_mistakes(self, evaluation: Evaluation | None, judged: JudgedRun | None) -> None:
        """Show the mistakes behind the numbers of an evaluation.

        Args:
            evaluation: The numbers; None for none.
            judged: The photos of its run, as `JudgedPhotos.of` returns them; None while they are read.
        """
        part = self._part = judged.behind(evaluation) if judged is not None else None
        mistakes = part.mistakes if part is not None else ()
        paths = [part.whereabouts.paths[each.place] for each in mistakes[:MOST_SHOWN]] if part is not None else []
        self.list.show_mistakes(mistakes[:MOST_SHOWN], paths)
        self.list.setVisible(bool(mistakes))
        self.all_button.setVisible(bool(mistakes))
        self.all_button.setText("Show this m&istake" if len(mistakes) == 1 else f"All {len(mistakes):,} m&istakes")
        self.hint.setText(_hint(part) if part is not None else _NOT_KEPT if evaluation and judged else "")
        self.hint.setVisible(bool(self.hint.text()))

    @Slot()
    def _on_all_button_clicked(self) -> None:
        if self._part is not None:
            self.photos_requested.emit(self._part.all_mistakes())

    @Slot(object)
    def _on_list_chosen(self, mistake: PhotoJudgement) -> None:
        if self._part is not None:
            self.photos_requested.emit(self._part.all_mistakes(mistake))


class MistakeModel(QAbstractListModel):
    """Mistakes, with the paths of their photos."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mistakes: Sequence[PhotoJudgement] = ()
        self._paths: Sequence[Path] = ()
        self._rows: dict[Path, int] = {}

    @property
    def mistakes(self) -> Sequence[PhotoJudgement]:
        """The mistakes shown, in order."""
        return self._mistakes

    def set_mistakes(self, mistakes: Sequence[PhotoJudgement], paths: Sequence[Path]) -> None:
        """Replace the mistakes."""
        self.beginResetModel()
        self._mistakes, self._paths = mistakes, paths
        self._rows = {path: row for row, path in enumerate(paths)}
        self.endResetModel()

    def path(self, row: int) -> Path:
        """Return the photo of a row."""
        return self._paths[row]

    def row_of(self, path: Path) -> int | None:
        """Return the row of a photo, or None."""
        return self._rows.get(path)

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._mistakes)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        mistake = self._mistakes[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{one_line(mistake.class_name)} → {one_line(mistake.named)}, {whole_percent(mistake.probability)}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{_in_words(mistake)}: {shown_name(self._paths[index.row()])}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(f"{shown_name(self._paths[index.row()])}\n{_in_words(mistake)}.")
        return None


class MistakeList(QListView):
    """The thumbnails in one row; only those in sight are decoded.

    Signals:
        chosen: A mistake was clicked, or Enter pressed on it.

    Args:
        parent: The owner.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.mistakes = MistakeModel(self)
        self.loader = ThumbnailLoader(1, self)
        self._delegate = _MistakeDelegate(self)
        self._repaint = QTimer(self, singleShot=True, interval=_TOGETHER_MS)
        self._repaint.timeout.connect(self.viewport().update)
        self.loader.loaded.connect(self._on_loader_loaded)
        self.setModel(self.mistakes)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName("Photos that it called something else, the surest first")
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(self._choose)
        self._measure()

    def show_mistakes(self, mistakes: Sequence[PhotoJudgement], paths: Sequence[Path]) -> None:
        """Replace the mistakes; the current one is kept where it still exists."""
        if list(mistakes) == list(self.mistakes.mistakes) and all(map(self._is_at, range(len(paths)), paths)):
            return
        row = self.currentIndex().row()
        before = self.mistakes.path(row) if row >= 0 else None
        self.mistakes.set_mistakes(mistakes, paths)
        kept = self.mistakes.row_of(before) if before is not None else None
        self.setCurrentIndex(self.mistakes.index(kept if kept is not None else max(0, min(row, len(paths) - 1))))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}
        if event.key() in keys and self.currentIndex().isValid():
            self._choose(self.currentIndex())
            event.accept()
            return
        super().keyPressEvent(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange} and hasattr(self, "_delegate"):
            self._measure()

    @override
    def sizeHint(self) -> QSize:
        side = self._delegate.size
        return QSize(4 * side.width(), side.height() + self._frame())

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self._delegate.size.width() + 2 * GRID, self.sizeHint().height())

    def _is_at(self, row: int, path: Path) -> bool:
        return self.mistakes.row_of(path) == row

    def _frame(self) -> int:
        # The border and padding of the style sheet, and room for the scroll bar, so that the last line is never cut.
        return self.horizontalScrollBar().sizeHint().height() + 2 * GRID

    def _measure(self) -> None:
        self._delegate.measure(self)
        self.loader.set_size(round(self._delegate.side * self.devicePixelRatioF()))
        self.setFixedHeight(self.sizeHint().height())
        self.doItemsLayout()

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        self.chosen.emit(self.mistakes.mistakes[index.row()])

    @Slot(object)
    def _on_loader_loaded(self, path: Path) -> None:
        if self.mistakes.row_of(path) is not None and not self._repaint.isActive():
            self._repaint.start()


class _MistakeDelegate(QStyledItemDelegate):
    """Paints a mistake: the photo, what it is, what the model said, and how sure it was."""

    def __init__(self, view: MistakeList) -> None:
        super().__init__(view)
        self._view = view
        self.side = 1
        self.size = QSize(1, 1)

    def measure(self, view: QWidget) -> None:
        """Update the sizes for the font of `view`."""
        line = view.fontMetrics().height()
        self.side = _SIDE_IN_LINES * line
        self.size = QSize(self.side + 2 * GRID, self.side + _LINES_OF_TEXT * line + 3 * GRID)

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return self.size

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        area, state = QRect(option.rect), option.state
        painter.save()
        self._paint_background(painter, area, state)
        square = QRect(area.topLeft() + QPoint(GRID, GRID), QSize(self.side, self.side))
        self._paint_photo(painter, square, self._view.mistakes.path(index.row()))
        self._paint_words(painter, square, self._view.mistakes.mistakes[index.row()])
        painter.restore()

    def _paint_background(self, painter: QPainter, area: QRect, state: QStyle.StateFlag) -> None:
        palette, inner = self._view.palette(), area.adjusted(2, 2, -2, -2)
        if state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(inner, mixed(palette.base().color(), palette.text().color(), _EMPTY))
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(palette.highlight().color())
            painter.drawRect(inner.adjusted(0, 0, -1, -1))

    def _paint_photo(self, painter: QPainter, square: QRect, path: Path) -> None:
        palette, image = self._view.palette(), self._view.loader.image(path)
        if image is None:
            painter.fillRect(square, mixed(palette.base().color(), palette.text().color(), _EMPTY))
        elif image.isNull():
            side = 2 * self._view.fontMetrics().height()
            icon = icon_pixmap("warning", quiet_text(palette), round(side * self._view.devicePixelRatioF()))
            place = QRect(0, 0, side, side)
            place.moveCenter(square.center())
            painter.drawPixmap(place, icon)
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(centred(image, square), image)

    def _paint_words(self, painter: QPainter, square: QRect, mistake: PhotoJudgement) -> None:
        palette, metrics = self._view.palette(), self._view.fontMetrics()
        quiet, text = quiet_text(palette), palette.text().color()
        lines = (
            (one_line(mistake.class_name), quiet),
            (f"→ {one_line(mistake.named)}", text),
            (f"{whole_percent(mistake.probability)} sure", quiet),
        )
        painter.setFont(self._view.font())
        top = square.bottom() + GRID
        for words, tone in lines:
            painter.setPen(tone)
            elided = metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, square.width())
            painter.drawText(QRect(square.left(), top, square.width(), metrics.height()), 0, elided)
            top += metrics.height()


def _in_words(mistake: PhotoJudgement) -> str:
    name, named = one_line(mistake.class_name), one_line(mistake.named)
    return f"“{name}”, called “{named}”, {whole_percent(mistake.probability)} sure"


def _hint(part: JudgedPart) -> str:
    """Return what there is to say instead of photos, or of photos that are missing among them."""
    answered = part.mistake_count - len(part.mistakes)
    if not part.mistakes:
        return _ANSWERED if answered else _NONE
    if not answered:
        return ""
    which, be, it, they = ("is", "is", "it", "it") if answered == 1 else ("are", "are", "them", "they")
    what = f"{count('more mistake', answered)} {which} not shown"
    return f"{what}: you called {it} right, moved {it} or left {it} out, or {they} {be} gone."
