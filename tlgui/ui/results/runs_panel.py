"""The list of runs, with a button to use the selected one and a menu of what else can be done with it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QToolButton, QVBoxLayout, QWidget

from tlgui.ui.results.run_table import RunTable
from tlgui.ui.widgets.action import Action
from tlgui.ui.widgets.action_button import ActionButton
from tlgui.ui.widgets.empty_page import QuietLabel, card_heading
from tlgui.ui.widgets.flow_layout import FlowLayout
from tlgui.ui.widgets.plain_text import set_tip
from tlgui.ui.widgets.tokens import GRID


class RunsPanel(QWidget):
    """The list, and below it what can be done; a right click on the list offers the same.

    Args:
        table: The runs.
        actions: The actions on the selected runs; the first one is a button, all others are in a menu.
        parent: The owner.
    """

    def __init__(self, table: RunTable, actions: Sequence[Action], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = card_heading("Training&s")
        title.setBuddy(table)
        self.hint = QuietLabel("Select two or more to compare them.")
        first, *others = actions
        self.use_button = ActionButton(first)
        self.more_button = QToolButton()
        self.more_button.setText("&More ⋯")
        set_tip(self.more_button, "What else can be done with the selected training")
        self.more_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.more_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu = QMenu(self.more_button)
        self.menu.addActions(others)
        self.more_button.setMenu(self.menu)
        buttons = FlowLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(self.use_button)
        buttons.addWidget(self.more_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(title)
        column.addWidget(table, 1)
        column.addWidget(self.hint)
        column.addLayout(buttons)
