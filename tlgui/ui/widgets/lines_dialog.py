"""A window with a list of files and what is to be said of each; it stays open beside the main window."""

from collections.abc import Sequence

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import QAbstractItemView, QDialog, QDialogButtonBox, QListView, QVBoxLayout, QWidget

from tlgui.photos.names import one_line
from tlgui.ui.widgets.plain_text import set_spoken, set_title
from tlgui.ui.widgets.tinted_bar import plain_label

_LETTERS, _LINES = 90, 22


def lines_view(name: str, lines: Sequence[str]) -> QListView:
    """Return a list of lines, quick with any number of them.

    Args:
        name: Its accessible name.
        lines: The lines.
    """
    view = QListView()
    view.setModel(QStringListModel([*map(one_line, lines)], view))
    view.setUniformItemSizes(True)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    set_spoken(view, name)
    return view


class LinesDialog(QDialog):
    """Shows the lines; nothing waits for it.

    Args:
        title: The title of the window.
        text: What the files have in common.
        lines: One for each file.
        parent: The main window.
    """

    def __init__(self, title: str, text: str, lines: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        set_title(self, title)
        self.text = plain_label(text)
        self.lines = lines_view(text, lines)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.text)
        column.addWidget(self.lines, 1)
        column.addWidget(buttons)
        metrics = self.fontMetrics()
        self.resize(metrics.averageCharWidth() * _LETTERS, metrics.height() * _LINES)
