"""The comparison of several runs: their curves in the same plots, and a table of their differences."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.photos.names import one_line
from tlgui.text.accuracy import interval_ends
from tlgui.text.numbers import count, duration_in_words, percent
from tlgui.ui.plots.curve_legend import CurveLegend, sample_icon
from tlgui.ui.plots.curve_view import TrainingPlots
from tlgui.ui.recipes.setting_differences import differences
from tlgui.ui.text.run_words import RunRow, best_so_far
from tlgui.ui.widgets.card import Card
from tlgui.ui.widgets.empty_page import QuietLabel, page_heading
from tlgui.ui.widgets.plain_text import PlainLabel, plain_tip
from tlgui.ui.widgets.tokens import GRID, MARGIN

Index = QModelIndex | QPersistentModelIndex

MOST_COMPARED = 12
_COLUMN_LETTERS = 20
_LABEL_LETTERS = 30
_LINES = 7


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One row of the comparison.

    Args:
        label: What is compared.
        values: The value of each run.
    """

    label: str
    values: tuple[str, ...]


def compared_rows(runs: Sequence[RunRow]) -> tuple[ComparedRow, ...]:
    """Return the results of the runs, then the settings in which their recipes differ."""
    results = (
        ComparedRow("Right on validation photos", tuple(_accuracy(run) for run in runs)),
        *_balanced_row(runs),
        ComparedRow("Time", tuple(duration_in_words(run.seconds) if run.seconds else "—" for run in runs)),
        ComparedRow("Epochs trained", tuple(str(len(run.history)) for run in runs)),
        ComparedRow("Photos learned from", tuple(_photos(run) for run in runs)),
        ComparedRow("Recipe", tuple(run.recipe.name for run in runs)),
    )
    settings = differences([run.recipe for run in runs])
    return (*results, *(ComparedRow(difference.label, difference.values) for difference in settings))


class ComparisonModel(QAbstractTableModel):
    """The cells: a row for each result or setting, a column for each run.

    Args:
        parent: The table.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._table = parent
        self._names: tuple[str, ...] = ()
        self._rows: tuple[ComparedRow, ...] = ()

    def set_runs(self, runs: Sequence[RunRow]) -> None:
        """Compare `runs`."""
        self.beginResetModel()
        self._names = tuple(run.name for run in runs)
        self._rows = compared_rows(runs)
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    @override
    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._names)

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Vertical:
            return _shown(self._rows[section].label, role)
        if role == Qt.ItemDataRole.DecorationRole:
            table = self._table
            return sample_icon(section, table.palette(), table.fontMetrics(), table.devicePixelRatioF())
        return _shown(self._names[section], role)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self._rows[index.row()]
        value = row.values[index.column()]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{row.label}, {self._names[index.column()]}: {one_line(value)}"
        return _shown(value, role)


class ComparisonTable(QTableView):
    """The table.

    Args:
        parent: The owner.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = ComparisonModel(self)
        self.setModel(self._model)
        self.setAccessibleName("What differs between the trainings")
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setTextElideMode(Qt.TextElideMode.ElideRight)
        self.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.horizontalHeader().setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.horizontalHeader().setHighlightSections(False)
        self._fit()

    def show_runs(self, runs: Sequence[RunRow]) -> None:
        """Compare `runs`."""
        self._model.set_runs(runs)
        self._fit()

    @override
    def sizeHint(self) -> QSize:
        letter, line = self.fontMetrics().averageCharWidth(), self.fontMetrics().height()
        return QSize(letter * _COLUMN_LETTERS * 3, line * _LINES * 2)

    @override
    def minimumSizeHint(self) -> QSize:
        letter, line = self.fontMetrics().averageCharWidth(), self.fontMetrics().height()
        return QSize(letter * _COLUMN_LETTERS * 2, line * _LINES)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()
        elif event.type() == QEvent.Type.PaletteChange:
            # The samples of the lines have the colours of the palette.
            self.horizontalHeader().viewport().update()

    def _fit(self) -> None:
        metrics = self.fontMetrics()
        self.verticalHeader().setDefaultSectionSize(metrics.height() * 3 // 2)
        self.horizontalHeader().setIconSize(QSize(metrics.averageCharWidth() * 5, metrics.height()))
        self.horizontalHeader().setDefaultSectionSize(metrics.averageCharWidth() * _COLUMN_LETTERS)
        self.verticalHeader().setMaximumWidth(metrics.averageCharWidth() * _LABEL_LETTERS)


class RunComparison(QWidget):
    """Plots and table of the selected runs.

    Args:
        parent: The owner.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = page_heading("")
        self.difference = PlainLabel()
        self.difference.setWordWrap(True)
        self.explanation = QuietLabel()
        self.plots = TrainingPlots(is_comparison=True)
        self.legend = CurveLegend()
        self.table = ComparisonTable()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        hero = QVBoxLayout()
        hero.setSpacing(GRID)
        for label in (self.heading, self.difference, self.explanation):
            hero.addWidget(label)
        column.setSpacing(MARGIN)
        column.addLayout(hero)
        curves, differences = Card(), Card()
        curves.column.addWidget(self.plots, 1)
        curves.column.addWidget(self.legend)
        differences.column.addWidget(self.table)
        column.addWidget(curves, 5)
        column.addWidget(differences, 4)

    def show_difference(self, sentences: str) -> None:
        """Say how two of the runs differ on the same photos; nothing while that is not known."""
        self.difference.setText(sentences)
        self.difference.setVisible(bool(sentences))

    def show_runs(self, runs: Sequence[RunRow]) -> None:
        """Compare the first `MOST_COMPARED` of `runs`; more lines could not be distinguished."""
        shown = runs[:MOST_COMPARED]
        self.heading.setText(f"{count('training', len(shown))} compared")
        left_out = f" The first {len(shown)} of the selected trainings are shown." if len(runs) > len(shown) else ""
        self.explanation.setText(f"The curves are of the photos that each training did not learn from.{left_out}")
        names = _numbered([run.name for run in shown])
        self.plots.set_compared(dict(zip(names, (run.history for run in shown), strict=True)))
        self.legend.set_names(names)
        self.table.show_runs(shown)


def _shown(text: str, role: int) -> str | None:
    """Return `text` on one line, for display and for the tooltip."""
    if role == Qt.ItemDataRole.DisplayRole:
        return one_line(text)
    return plain_tip(one_line(text)) if role == Qt.ItemDataRole.ToolTipRole else None


def _accuracy(run: RunRow) -> str:
    if run.evaluation is not None:
        low, high = interval_ends(run.evaluation.interval)
        return f"{percent(run.evaluation.accuracy)} ({low} to {high})"
    best = best_so_far(run)
    return f"{best} so far" if best else "—"


def _balanced_row(runs: Sequence[RunRow]) -> tuple[ComparedRow, ...]:
    """Return the row of the balanced accuracies, where the classes of a run are unequal."""
    if not any(run.evaluation is not None and run.evaluation.is_unequal for run in runs):
        return ()
    shares = (percent(run.evaluation.balanced_accuracy) if run.evaluation is not None else "—" for run in runs)
    return (ComparedRow("Balanced: each class counts the same", tuple(shares)),)


def _photos(run: RunRow) -> str:
    return f"{run.model.photo_count:,}" if run.model is not None else "—"


def _numbered(names: Sequence[str]) -> list[str]:
    """Return the names, numbered where two are equal: two windows may have given the same name."""
    return [
        f"{name} ({names[:place].count(name) + 1})" if name in names[:place] else name
        for place, name in enumerate(names)
    ]
