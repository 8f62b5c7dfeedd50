"""The chip in the corner of the menu bar: the model in use with its accuracy, and buttons that save and export it."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QToolButton, QWidget
from typing_extensions import override

from tlgui.learning.results import ModelSummary
from tlgui.text.numbers import percent
from tlgui.ui.text.model_words import model_in_words, model_title, origin_in_words
from tlgui.ui.widgets.action import Action
from tlgui.ui.widgets.icons import themed_icon
from tlgui.ui.widgets.plain_text import set_spoken, set_tip, without_key
from tlgui.ui.widgets.tokens import GRID

_NONE = "No model yet"
_MOST_LETTERS, _FEWEST_LETTERS = 24, 6


class ModelChip(QWidget):
    """Names the model in use; pressed, it asks for the Results page.

    Args:
        actions: Save and Export, shared with the menu.
        parent: The owner.
    """

    pressed = Signal()

    def __init__(self, actions: tuple[Action, Action], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = self._details = self._tip = ""
        self._letters = _MOST_LETTERS
        self.button = QPushButton()
        self.button.setFlat(True)
        self.button.clicked.connect(self.pressed)
        self._actions = actions
        self.buttons = tuple(_button(action) for action in actions)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, GRID, 2)
        row.setSpacing(GRID // 2)
        for widget in (self.button, *self.buttons):
            row.addWidget(widget)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._draw_icon()
        self.show_model(None, is_foreign=False)

    def show_model(self, model: ModelSummary | None, *, is_foreign: bool) -> bool:
        """Show the model in use.

        Args:
            model: The model; None if there is none.
            is_foreign: Whether no run of the open collection made it; then its origin is named.

        Returns:
            Whether what it says is new, so that the chip must be fitted again.
        """
        name, details, tip = _NONE, "", "Train a model, or open one: it is named here."
        if model is not None:
            evaluation = model.evaluation
            origin = f" ({origin_in_words(model)})" if is_foreign else ""
            right = f" · {percent(evaluation.accuracy)} right" if evaluation is not None else ""
            # The run of the model may have been given another name.
            name, details = model_title(model), origin + right
            tip = f"The model in use: {model_in_words(model, is_foreign=is_foreign)}"
        if (name, details, tip) == (self._name, self._details, self._tip):
            return False
        self._name, self._details, self._tip = name, details, tip
        set_tip(self.button, tip)
        set_spoken(self.button, tip)
        for button in self.buttons:
            button.setVisible(model is not None)
        self._write()
        return True

    def fit(self, room: int) -> None:
        """Take at most `room` pixels: the buttons lose their words, then the name its middle."""
        for style in (Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonIconOnly):
            for button in self.buttons:
                button.setToolButtonStyle(style)
            for self._letters in (_MOST_LETTERS, _FEWEST_LETTERS):
                self._write()
                if self.sizeHint().width() <= room:
                    return
        self.button.setText(without_key(self._details.removeprefix(" · ") or self._name))

    @override
    def sizeHint(self) -> QSize:
        layout = self.layout()
        assert layout is not None
        layout.invalidate()
        return layout.sizeHint()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange}:
            self._draw_icon()

    def _write(self) -> None:
        metrics = self.button.fontMetrics()
        width = metrics.averageCharWidth() * self._letters
        self.button.setText(
            without_key(metrics.elidedText(self._name, Qt.TextElideMode.ElideMiddle, width) + self._details)
        )

    def _draw_icon(self) -> None:
        self.button.setIcon(themed_icon("model", self.palette()))
        for action in self._actions:
            action.draw_icon(self.palette())
        side = round(self.fontMetrics().height() * 1.1)
        for button in (self.button, *self.buttons):
            button.setIconSize(QSize(side, side))


def _button(action: Action) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    set_spoken(button, action.tip or action.iconText())
    return button
