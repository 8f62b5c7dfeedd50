"""The switch between the photos that a model was judged by; hidden while there is nothing to choose."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QToolButton, QWidget

from tlgui.learning.results import Evaluation
from tlgui.text.trust import judged_title
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.flow_layout import FlowLayout
from tlgui.ui.widgets.plain_text import set_spoken, set_tip
from tlgui.ui.widgets.tokens import GRID

_TIP = "Show how good the model is on these photos"


class PartSwitch(QWidget):
    """One button for each evaluation, of which one is down.

    Signals:
        chosen: The evaluation that the user chose.

    Args:
        parent: The owner.
    """

    chosen = Signal(Evaluation)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_spoken(self, "Photos it is judged by")
        self.buttons: list[QToolButton] = []
        self._evaluations: tuple[Evaluation, ...] = ()
        self._row = FlowLayout(self)
        self._row.setSpacing(GRID)
        self._row.addWidget(_caption())
        self.hide()

    def show_evaluations(self, evaluations: Sequence[Evaluation]) -> None:
        """Offer `evaluations`; the first one is down at first."""
        if tuple(evaluations) == self._evaluations:
            self._press(0)
            return
        self._evaluations = tuple(evaluations)
        for button in self.buttons:
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = [self._button(place, each) for place, each in enumerate(evaluations)]
        self._press(0)
        self.setVisible(len(evaluations) > 1)

    def _button(self, place: int, evaluation: Evaluation) -> QToolButton:
        button = QToolButton()
        button.setText(judged_title(evaluation))
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        set_tip(button, _TIP)
        button.clicked.connect(partial(self._on_button_clicked, place))
        self._row.addWidget(button)
        return button

    def _on_button_clicked(self, place: int) -> None:
        self._press(place)
        self.chosen.emit(self._evaluations[place])

    def _press(self, chosen: int) -> None:
        for place, button in enumerate(self.buttons):
            button.setChecked(place == chosen)


def _caption() -> QuietLabel:
    caption = QuietLabel("Judged by:")
    caption.setWordWrap(False)
    return caption
