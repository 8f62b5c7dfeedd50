"""The bar about weights that cannot be had, with a button for everything that it proposes."""

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tlgui.errors import WeightsError
from tlgui.learning.recipes.recipe import EMBEDDED_BACKBONE, SHIPPED, SMALL_CNN, Recipe
from tlgui.ui.session.session import Session
from tlgui.ui.train.backbone_choice import WEIGHTS_FILES, weights_problem
from tlgui.ui.train.setting_fit import with_backbone, with_weights
from tlgui.ui.widgets.file_dialogs import ask_file
from tlgui.ui.widgets.flow_layout import FlowLayout
from tlgui.ui.widgets.plain_text import set_spoken, set_tip
from tlgui.ui.widgets.tinted_bar import BarButton, TintedBar, plain_label
from tlgui.ui.widgets.tokens import Accent


class WeightsBar(TintedBar):
    """Shown while the weights of the session's recipe cannot be had; hidden as soon as the recipe has others.

    Args:
        session: Holds the recipe.
        parent: The owner.
    """

    again_pressed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(Accent.ERROR, "error", parent)
        self._session = session
        self._failed: Recipe | None = None
        self.message = plain_label()
        font = self.message.font()
        font.setBold(True)
        self.message.setFont(font)
        self.hint = plain_label()
        self.again_button = BarButton("Try again")
        self.again_button.clicked.connect(self._on_again_button_clicked)
        self.file_button = BarButton("Choose a file…")
        self.file_button.clicked.connect(self._on_file_button_clicked)
        self.embedded_button = BarButton("Use the embedded backbone")
        self.embedded_button.clicked.connect(self._on_embedded_button_clicked)
        lines = QVBoxLayout()
        lines.addWidget(self.message)
        lines.addWidget(self.hint)
        buttons = FlowLayout()
        for button in (self.again_button, self.file_button, self.embedded_button):
            buttons.addWidget(button)
        lines.addLayout(buttons)
        self.row.addLayout(lines, 1)
        session.recipe_changed.connect(self._on_recipe_changed)
        session.job_started.connect(self._on_job_started)
        self._on_recipe_changed()

    def show_failure(self, error: WeightsError, recipe: Recipe) -> None:
        """Show why a training could not have its weights.

        Args:
            error: What happened, and what can be done.
            recipe: The recipe of the training; it becomes the session's, so that the buttons change what has failed.
        """
        self._session.set_recipe(recipe)
        self._failed = recipe
        self._say(error.message, error.hint)

    def _say(self, message: str, hint: str = "") -> None:
        is_new = bool(message) and message != self.message.text()
        self.message.setText(message)
        # The other ways out are the buttons.
        first, stop, _rest = hint.partition(". ")
        self.hint.setText(first + stop.strip())
        self.hint.setVisible(bool(hint))
        set_tip(self.hint, hint)
        self.again_button.setVisible(self._failed is not None)
        self.file_button.setVisible(self._session.recipe.backbone != SMALL_CNN)
        self.setVisible(bool(message))
        set_spoken(self, f"Problem: {message} {hint}".strip())
        if is_new:
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    @Slot()
    def _on_recipe_changed(self) -> None:
        self._failed = None
        self._say(weights_problem(self._session.recipe))

    @Slot()
    def _on_job_started(self) -> None:
        if self._failed is not None:
            self._on_recipe_changed()

    @Slot()
    def _on_again_button_clicked(self) -> None:
        self.again_pressed.emit()

    @Slot()
    def _on_file_button_clicked(self) -> None:
        ask_file(self, "Weights file", "", WEIGHTS_FILES, self._use_file)

    def _use_file(self, path: Path) -> None:
        self._session.set_recipe(with_weights(self._session.recipe, str(path)))
        # The same file as before, which may be whole by now, is no change of the recipe.
        self._on_recipe_changed()

    @Slot()
    def _on_embedded_button_clicked(self) -> None:
        self._session.set_recipe(with_backbone(self._session.recipe, EMBEDDED_BACKBONE, SHIPPED))
