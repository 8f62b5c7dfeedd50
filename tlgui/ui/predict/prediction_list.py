"""The list of predictions, painted row by row, so that its speed does not depend on the number of rows."""

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Slot
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)
from typing_extensions import override

from tlgui.learning.results import ClassScore, ModelSummary, Prediction, prediction_verdict
from tlgui.learning.trust import Caution, Verdict
from tlgui.photos.names import one_line, shown_name
from tlgui.text.numbers import percent
from tlgui.ui.widgets.plain_text import plain_tip
from tlgui.ui.widgets.row_background import paint_row_background
from tlgui.ui.widgets.thumbnails import ThumbnailLoader, centred
from tlgui.ui.widgets.tokens import Accent, colour, mixed

Index = QModelIndex | QPersistentModelIndex

PREDICTION_ROLE = Qt.ItemDataRole.UserRole
VERDICT_ROLE = Qt.ItemDataRole.UserRole + 1
_SHOWN_CLASSES = 3
_LINES = 1 + _SHOWN_CLASSES
_NAME_LETTERS = 34
_BAR_LETTERS = 50
_WORDS = {Verdict.NAMED: "", Verdict.NOT_SURE: "not sure", Verdict.UNLIKE: "unlike anything it learned"}


def prediction_text(prediction: Prediction, said: Verdict = Verdict.NAMED) -> str:
    """Return the text of a row: the file, and its best classes or why it could not be read.

    Args:
        prediction: The prediction.
        said: What becomes of it.
    """
    if prediction.error:
        return f"{shown_name(prediction.path)}: {one_line(prediction.error)}"
    scores = (
        f"{one_line(score.class_name)} {percent(score.probability)}" for score in prediction.scores[:_SHOWN_CLASSES]
    )
    return f"{shown_name(prediction.path)}: {', '.join(filter(None, [_WORDS[said], *scores]))}"


class PredictionModel(QAbstractListModel):
    """The rows: predictions in the order of their arrival, each with the model that made it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Prediction] = []
        self._models: list[ModelSummary | None] = []
        self._verdicts: list[Verdict] = []
        self._counts: Counter[Verdict] = Counter()
        self._caution = Caution()

    @property
    def predictions(self) -> Sequence[Prediction]:
        """All rows."""
        return self._rows

    def append(self, predictions: Sequence[Prediction], model: ModelSummary | None) -> None:
        """Add rows at the end; `model` made them."""
        if predictions:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(predictions) - 1)
            self._rows.extend(predictions)
            self._models.extend([model] * len(predictions))
            self._judge(len(self._verdicts))
            self.endInsertRows()

    def set_caution(self, caution: Caution) -> None:
        """Judge all rows by another caution."""
        self._caution = caution
        if self._rows:
            self._judge(0)
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    @property
    def verdicts(self) -> Sequence[Verdict]:
        """What becomes of each prediction, in the order of the rows."""
        return self._verdicts

    def verdict(self, place: int) -> Verdict:
        """Return what becomes of a prediction."""
        return self._verdicts[place]

    def verdict_count(self, wanted: Verdict) -> int:
        """Return how many predictions have a verdict; a photo that could not be read counts as named."""
        return self._counts[wanted]

    def _judge(self, start: int) -> None:
        """Judge the rows from `start` on."""
        self._counts.subtract(self._verdicts[start:])
        found = [
            prediction_verdict(prediction, model, self._caution) if model is not None else Verdict.NAMED
            for prediction, model in zip(self._rows[start:], self._models[start:], strict=True)
        ]
        self._verdicts[start:] = found
        self._counts.update(found)

    def clear(self) -> None:
        """Remove every row."""
        self.beginResetModel()
        self._rows, self._models, self._verdicts = [], [], []
        self._counts.clear()
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        prediction = self._rows[index.row()]
        if role == PREDICTION_ROLE:
            return prediction
        if role == VERDICT_ROLE:
            return self.verdict(index.row())
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(one_line(str(prediction.path)))
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return prediction_text(prediction, self.verdict(index.row()))
        return None


class PredictionDelegate(QStyledItemDelegate):
    """Paints a row: thumbnail, file name, and a bar with its percentage for each of the best classes.

    Args:
        loader: Loads the thumbnails.
        parent: The view.
    """

    def __init__(self, loader: ThumbnailLoader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._loader = loader

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        # Qt hands a text that is a member of an enumeration on as a plain one.
        prediction, said = index.data(PREDICTION_ROLE), Verdict(index.data(VERDICT_ROLE))
        metrics, palette = option.fontMetrics, option.palette
        painter.save()
        paint_row_background(painter, option)
        gap = _gap(metrics)
        area: QRect = option.rect.adjusted(gap, gap, -gap, -gap)
        side = area.height()
        self._paint_thumbnail(painter, QRect(area.topLeft(), QSize(side, side)), palette, prediction)
        text = area.adjusted(side + 2 * gap, 0, 0, 0)
        room = _paint_verdict(painter, text, metrics, palette, _WORDS[said])
        _paint_file_name(painter, text.adjusted(0, 0, -room, 0), option.font, palette, shown_name(prediction.path))
        rows = text.adjusted(0, line_height(metrics), 0, 0)
        if prediction.error:
            _paint_error(painter, rows, palette, one_line(prediction.error))
        else:
            is_named = said is Verdict.NAMED
            _paint_scores(painter, rows, metrics, palette, prediction.scores[:_SHOWN_CLASSES], is_named=is_named)
        painter.restore()

    def _paint_thumbnail(self, painter: QPainter, place: QRect, palette: QPalette, prediction: Prediction) -> None:
        image = None if prediction.error else self._loader.image(prediction.path)
        if image is not None and not image.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(centred(image, place), image)
            return
        painter.fillRect(place, mixed(palette.base().color(), palette.text().color(), 0.1))
        if prediction.error:
            painter.setPen(colour(Accent.ERROR, palette))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "?")


class PredictionList(QTableView):
    """The list: a table of one column, because `QListView` lays out all rows again whenever rows are added.

    Args:
        parent: The owner.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = PredictionModel(self)
        self.setModel(self.rows)
        side = row_height(self.fontMetrics()) - 2 * _gap(self.fontMetrics())
        self._loader = ThumbnailLoader(round(side * self.devicePixelRatioF()), self)
        self._loader.loaded.connect(self._on_loader_loaded)
        self.setItemDelegate(PredictionDelegate(self._loader, self))
        self._set_up()
        self._fit_rows()

    def append(
        self, predictions: Sequence[Prediction], model: ModelSummary | None = None, *, is_first: bool = False
    ) -> None:
        """Add rows at the end.

        Args:
            predictions: The rows.
            model: The model that made them; None names every photo.
            is_first: Whether they are the first of a prediction; then the list scrolls to them.
        """
        start = self.rows.rowCount()
        self.rows.append(predictions, model)
        if is_first and predictions:
            # The range of the scroll bar includes new rows only after a layout.
            self.updateGeometries()
            self.scrollTo(self.rows.index(start), QAbstractItemView.ScrollHint.PositionAtTop)

    def clear(self) -> None:
        """Remove every row."""
        self.rows.clear()
        self._loader.forget()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._fit_rows()

    def _set_up(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setAccessibleName("Photos and what the model says of them")
        self.horizontalHeader().hide()
        self.horizontalHeader().setStretchLastSection(True)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def _fit_rows(self) -> None:
        height = row_height(self.fontMetrics())
        self.verticalHeader().setMinimumSectionSize(height)
        self.verticalHeader().setDefaultSectionSize(height)

    @Slot(object)
    def _on_loader_loaded(self, _path: object) -> None:
        # Qt merges these into one repaint of the visible rows.
        self.viewport().update()


def row_height(metrics: QFontMetrics) -> int:
    """Return the height of a row with text of `metrics`, in pixels."""
    return line_height(metrics) * _LINES + 2 * _gap(metrics)


def line_height(metrics: QFontMetrics) -> int:
    """Return the height of one line of a row, in pixels: 1.2 times the line spacing."""
    return round(metrics.lineSpacing() * 1.2)


def _gap(metrics: QFontMetrics) -> int:
    return max(4, metrics.height() // 3)


def _paint_file_name(painter: QPainter, place: QRect, font: QFont, palette: QPalette, name: str) -> None:
    bold = QFont(font)
    bold.setBold(True)
    painter.setFont(bold)
    painter.setPen(palette.text().color())
    _paint_line(painter, place, QFontMetrics(bold), name, Qt.TextElideMode.ElideMiddle)
    painter.setFont(font)


def _paint_verdict(painter: QPainter, line: QRect, metrics: QFontMetrics, palette: QPalette, words: str) -> int:
    """Paint why a photo is not named at the end of its first line, and return the width that it takes."""
    if not words:
        return 0
    gap, shown = _gap(metrics), f"{words[0].upper()}{words[1:]}"
    painter.setPen(colour(Accent.WARNING, palette))
    place = QRect(line.left(), line.top(), line.width() - gap, line_height(metrics))
    painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, shown)
    return metrics.horizontalAdvance(shown) + 2 * gap


def _paint_error(painter: QPainter, place: QRect, palette: QPalette, error: str) -> None:
    painter.setPen(colour(Accent.ERROR, palette))
    painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap, error)


def _paint_scores(
    painter: QPainter,
    place: QRect,
    metrics: QFontMetrics,
    palette: QPalette,
    scores: Sequence[ClassScore],
    *,
    is_named: bool,
) -> None:
    gap, line = _gap(metrics), line_height(metrics)
    names = min(metrics.averageCharWidth() * _NAME_LETTERS, place.width() * 2 // 5)
    numbers = metrics.horizontalAdvance("100.0 %")
    bars = max(min(metrics.averageCharWidth() * _BAR_LETTERS, place.width() - names - numbers - 2 * gap), 0)
    strong, quiet = colour(Accent.INFO, palette), mixed(palette.base().color(), palette.text().color(), 0.45)
    for rank, score in enumerate(scores):
        row = QRect(place.left(), place.top() + rank * line, place.width(), line)
        painter.setPen(palette.text().color())
        name = QRect(row.left(), row.top(), names, line)
        _paint_line(painter, name, metrics, one_line(score.class_name), Qt.TextElideMode.ElideRight)
        bar = QRect(name.right() + gap, row.top() + line // 4, bars, line // 2)
        painter.fillRect(bar, mixed(palette.base().color(), palette.text().color(), 0.08))
        filled = QRect(bar.topLeft(), QSize(round(bar.width() * score.probability), bar.height()))
        painter.fillRect(filled, strong if rank == 0 and is_named else quiet)
        number = QRect(bar.right() + gap, row.top(), numbers, line)
        painter.drawText(
            number, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, percent(score.probability)
        )


def _paint_line(painter: QPainter, place: QRect, metrics: QFontMetrics, text: str, elide: Qt.TextElideMode) -> None:
    line = QRect(place.left(), place.top(), place.width(), line_height(metrics))
    shown = metrics.elidedText(text, elide, line.width())
    painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
