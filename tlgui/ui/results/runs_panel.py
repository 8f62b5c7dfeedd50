"""The list of runs, with what can be done with those that are selected."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QVBoxLayout, QWidget

from tlgui.ui.results.run_table import RunTable
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.plain_text import PlainLabel, set_spoken_details, set_tip

# What each button says, and what it does, in the order of the grid.
_BUTTONS = {
    "make_active": ("Make &active", "Predict with this run's model, and export it (Enter)."),
    "train_further": (
        "Train f&urther",
        "Train this run's model on, on the photos and classes as they are now, as a new run. It goes by the settings "
        "of the Train page as far as they fit the model; its backbone, its head and which photos are kept apart stay. "
        "Where that page has another backbone, all of the run's own settings are used.",
    ),
    "resume": ("&Resume", "Go on where this run was interrupted, with the settings it began with."),
    "use_best": ("Use &best epoch", "Make a model of the best epoch of this run, without training on."),
    "rename": ("Rename", "Call this run something else (F2)."),
    "delete": ("Delete", "Delete the selected runs with their models (Del). They can be brought back for a week."),
}


class RunsPanel(QWidget):
    """The list and its buttons.

    Args:
        parent: The owner.
    """

    pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = PlainLabel("&Kept runs")
        font = title.font()
        font.setBold(True)
        title.setFont(font)
        self.table = RunTable()
        title.setBuddy(self.table)
        self.hint = QuietLabel("Select two or more to compare them.")
        self.buttons = {name: self._button(name) for name in _BUTTONS}
        grid = QGridLayout()
        for place, button in enumerate(self.buttons.values()):
            grid.addWidget(button, place // 2, place % 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(title)
        column.addWidget(self.table, 1)
        column.addWidget(self.hint)
        column.addLayout(grid)

    def _button(self, name: str) -> QPushButton:
        text, help_text = _BUTTONS[name]
        button = QPushButton(text)
        set_tip(button, help_text)
        set_spoken_details(button, help_text)
        button.clicked.connect(lambda: self.pressed.emit(name))
        return button
