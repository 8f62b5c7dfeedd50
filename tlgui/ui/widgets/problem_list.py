"""What a scan left out, grouped by reason; a model under a tree, so that ten thousand entries are no burden."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QPushButton, QToolButton, QTreeView, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.photos.collection import Collection, Problem, ProblemKind

Index = QModelIndex | QPersistentModelIndex

_TITLES = {
    ProblemKind.UNREADABLE: "Cannot be read",
    ProblemKind.TOO_LARGE: "Too large",
    ProblemKind.NO_PERMISSION: "No permission to read",
    ProblemKind.EMPTY_CLASS: "Folders without photos",
    ProblemKind.OUTSIDE_CLASS: "Not inside a class folder",
    ProblemKind.NESTED: "Folders inside a class folder",
    ProblemKind.NOT_AN_IMAGE: "Not an image",
    ProblemKind.LINK_LOOP: "Links that lead back to themselves",
    ProblemKind.GONE: "Disappeared while the folder was read",
    ProblemKind.HIDDEN: "Hidden",
}
_HEADERS = ("What", "Why")
_NO_GROUP = 0
_OPENED_AT_ONCE = 30


@dataclass(frozen=True, slots=True)
class _Group:
    title: str
    problems: tuple[Problem, ...]


class ProblemModel(QAbstractItemModel):
    """Two levels: the reasons, and under each the files and folders.

    A row of the first level has internal id 0, one of the second the number of its group from 1.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = Path()
        self._groups: list[_Group] = []

    def set_collection(self, collection: Collection) -> None:
        """Show what was left out of `collection`."""
        self.beginResetModel()
        self._folder = collection.folder
        self._groups = []
        for kind, title in _TITLES.items():
            problems = tuple(problem for problem in collection.problems if problem.kind is kind)
            if problems:
                self._groups.append(_Group(title, problems))
        self.endResetModel()

    def text(self) -> str:
        """Return everything as lines of text, for the clipboard."""
        return "\n".join(
            f"{group.title}\t{self._name(problem)}\t{problem.reason}"
            for group in self._groups
            for problem in group.problems
        )

    @override
    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008 - Qt's signature
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else _NO_GROUP)

    @override
    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override]  # Qt gives QObject.parent() the same name
        if not index.isValid() or index.internalId() == _NO_GROUP:
            return QModelIndex()
        return self.createIndex(index.internalId() - 1, 0, _NO_GROUP)

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        if not parent.isValid():
            return len(self._groups)
        if parent.internalId() != _NO_GROUP or parent.column() != 0:
            return 0
        return len(self._groups[parent.row()].problems)

    @override
    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return len(_HEADERS)

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _HEADERS[section]
        return None

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role not in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return None
        if index.internalId() == _NO_GROUP:
            group = self._groups[index.row()]
            return f"{group.title} ({len(group.problems):,})" if index.column() == 0 else None
        problem = self._groups[index.internalId() - 1].problems[index.row()]
        return self._name(problem) if index.column() == 0 else problem.reason

    def _name(self, problem: Problem) -> str:
        path = problem.path
        name = str(path.relative_to(self._folder)) if path.is_relative_to(self._folder) else str(path)
        # A line break in a name would hide the rest of it.
        return name.replace("\n", "⏎")


class ProblemList(QWidget):
    """A line that says how many were left out; opened, the list of them.

    Args:
        parent: The owner.
    """

    toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = ProblemModel(self)
        self.toggle = QToolButton()
        self.toggle.setCheckable(True)
        self.toggle.setAutoRaise(True)
        self.toggle.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.toggle.toggled.connect(self._on_toggle_toggled)
        self.copy_button = QPushButton("Copy the &list")
        self.copy_button.clicked.connect(self._on_copy_button_clicked)
        self.tree = QTreeView()
        self.tree.setModel(self.model)
        self.tree.setAccessibleName("What was left out, and why")
        self.tree.setUniformRowHeights(True)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        shortcut = QShortcut(QKeySequence.StandardKey.Copy, self.tree)
        shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
        shortcut.activated.connect(self._on_copy_activated)
        self._lay_out()

    def show_collection(self, collection: Collection) -> None:
        """Show what was left out of `collection`; nothing at all where nothing was."""
        self.model.set_collection(collection)
        count = len(collection.problems)
        what = "file or folder" if count == 1 else "files and folders"
        self.toggle.setText(f"{count:,} {what} left out, and why")
        self.toggle.setAccessibleName(self.toggle.text())
        self.setVisible(count > 0)
        if count <= _OPENED_AT_ONCE:
            self.tree.expandAll()
        self.tree.setColumnWidth(0, self.fontMetrics().averageCharWidth() * 40)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.toggle)
        top.addStretch(1)
        top.addWidget(self.copy_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(top)
        column.addWidget(self.tree, 1)
        self._on_toggle_toggled(is_open=False)

    @Slot(bool)
    def _on_toggle_toggled(self, is_open: bool) -> None:  # noqa: FBT001 - the signal's signature
        self.toggle.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self.tree.setVisible(is_open)
        self.copy_button.setVisible(is_open)
        self.toggled.emit(is_open)

    @Slot()
    def _on_copy_button_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self.model.text())

    @Slot()
    def _on_copy_activated(self) -> None:
        rows = self.tree.selectionModel().selectedRows()
        lines = ["\t".join(str(index.siblingAtColumn(column).data() or "") for column in (0, 1)) for index in rows]
        QGuiApplication.clipboard().setText("\n".join(lines))
