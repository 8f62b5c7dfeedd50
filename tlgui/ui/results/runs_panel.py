"""The list of runs, with buttons for the actions on those that are selected."""

from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from tlgui.ui.results.run_table import RunTable
from tlgui.ui.widgets.action import Action
from tlgui.ui.widgets.action_button import ActionButton
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.plain_text import PlainLabel


class RunsPanel(QWidget):
    """The table of runs and the buttons below it.

    Args:
        table: The runs.
        actions: The actions on the selected runs, one button each, in two columns.
        parent: The owner.
    """

    def __init__(self, table: RunTable, actions: Sequence[Action], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = PlainLabel("&Trainings")
        font = title.font()
        font.setBold(True)
        title.setFont(font)
        title.setBuddy(table)
        self.hint = QuietLabel("Select two or more to compare them.")
        self.buttons = {action.objectName(): ActionButton(action) for action in actions}
        grid = QGridLayout()
        for place, button in enumerate(self.buttons.values()):
            grid.addWidget(button, place // 2, place % 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(title)
        column.addWidget(table, 1)
        column.addWidget(self.hint)
        column.addLayout(grid)
