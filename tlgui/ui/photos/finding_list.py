"""The report as a list of findings, the most severe first."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QBrush, QFont, QIcon, QPalette
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget
from typing_extensions import override

from tlgui.photos.health.findings import Finding, FindingKind, Report, Severity
from tlgui.ui.widgets.icons import icon_pixmap
from tlgui.ui.widgets.tokens import Accent, colour

Index = QModelIndex | QPersistentModelIndex

LOOKS: dict[Severity, tuple[str, Accent, str]] = {
    Severity.HARM: ("Fix this first", Accent.ERROR, "error"),
    Severity.DOUBT: ("Worth a look", Accent.WARNING, "warning"),
    Severity.NOTE: ("Good to know", Accent.INFO, "info"),
}
"""The heading, the colour and the icon of each severity."""

_ROW = Finding | Severity
_LEAST_LINES = 4


class FindingModel(QAbstractListModel):
    """The findings, with a heading for each severity."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[_ROW] = []
        self._icons: dict[Severity, QIcon] = {}
        self._font = QFont()
        self._text = QBrush()

    @property
    def rows(self) -> Sequence[_ROW]:
        """Headings and findings, in order."""
        return self._rows

    def set_report(self, report: Report) -> None:
        """Replace the findings."""
        self.beginResetModel()
        self._rows = []
        for severity in Severity:
            found = [finding for finding in report.findings if finding.severity is severity]
            self._rows += [severity, *found] if found else []
        self.endResetModel()

    def draw(self, palette: QPalette, font: QFont, side: int) -> None:
        """Draw icons and headings for a palette and a font.

        Args:
            palette: The colours.
            font: The font of the list; headings are bold.
            side: The side of an icon, in device pixels.
        """
        self._font = QFont(font)
        self._font.setBold(True)
        self._text = palette.text()
        for severity, (_, accent, name) in LOOKS.items():
            icon = QIcon(icon_pixmap(name, colour(accent, palette), side))
            icon.addPixmap(icon_pixmap(name, palette.highlightedText().color(), side), QIcon.Mode.Selected)
            self._icons[severity] = icon
        self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        if isinstance(self._rows[index.row()], Severity):
            # Not enabled, so that the keyboard skips it.
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self._rows[index.row()]
        if isinstance(row, Severity):
            return self._heading_data(row, role)
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == Qt.ItemDataRole.DecorationRole:
            return self._icons.get(row.severity)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{LOOKS[row.severity][0]}: {row.title}"
        return None

    def _heading_data(self, severity: Severity, role: int) -> object:
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return LOOKS[severity][0]
        if role == Qt.ItemDataRole.ForegroundRole:
            # Qt would draw it grey because it is not enabled.
            return self._text
        return self._font if role == Qt.ItemDataRole.FontRole else None


class FindingList(QListView):
    """The list; one finding can be chosen.

    Args:
        parent: The owner.
    """

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.findings = FindingModel(self)
        self.setModel(self.findings)
        self.setAccessibleName("Problems of this collection")
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setWordWrap(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self._is_filling = False
        self._draw()

    def finding(self) -> Finding | None:
        """Return the chosen finding."""
        rows = [index.row() for index in self.selectionModel().selectedIndexes()]
        row = self.findings.rows[rows[0]] if rows else None
        return row if isinstance(row, Finding) else None

    def show_report(self, report: Report) -> None:
        """Show the findings of `report`; the choice is kept if it still exists."""
        before = self.finding()
        self._is_filling = True
        self.findings.set_report(report)
        if before is not None:
            self.choose(before.kind)
        self._is_filling = False

    def choose(self, kind: FindingKind | None) -> None:
        """Choose the finding of a kind; None for no choice."""
        for row, found in enumerate(self.findings.rows):
            if isinstance(found, Finding) and found.kind is kind:
                self.setCurrentIndex(self.findings.index(row))
                return
        self.clearSelection()

    @override
    def moveCursor(self, cursorAction: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        # Qt stays where it is, because the first row is a heading.
        rows = [row for row, found in enumerate(self.findings.rows) if isinstance(found, Finding)]
        ends = {QAbstractItemView.CursorAction.MoveHome: 0, QAbstractItemView.CursorAction.MoveEnd: -1}
        if cursorAction in ends and rows:
            return self.findings.index(rows[ends[cursorAction]])
        return super().moveCursor(cursorAction, modifiers)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange} and hasattr(self, "findings"):
            self._draw()

    @override
    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 40, self.fontMetrics().height() * 10)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 20, self.fontMetrics().height() * _LEAST_LINES)

    def _draw(self) -> None:
        line = self.fontMetrics().height()
        self.setIconSize(QSize(line, line))
        self.findings.draw(self.palette(), self.font(), round(line * self.devicePixelRatioF()))

    @Slot()
    def _on_selection_changed(self) -> None:
        if not self._is_filling:
            self.chosen.emit()
