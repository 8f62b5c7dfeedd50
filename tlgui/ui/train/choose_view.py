"""What to train with: three cards, and behind two buttons every setting and the tutorials."""

import functools

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from tlgui.photos.names import one_line
from tlgui.text.backbones import smaller_backbone_in_words
from tlgui.ui.session.session import Session
from tlgui.ui.train.cost_line import CostLine
from tlgui.ui.train.recipe_cards import RecipeCards
from tlgui.ui.train.recipe_form import RecipeForm
from tlgui.ui.train.recipe_memory import RecipeMemory
from tlgui.ui.train.tutorials import Tutorials
from tlgui.ui.widgets.flow_layout import FlowLayout
from tlgui.ui.widgets.plain_text import set_spoken_details, set_tip
from tlgui.ui.widgets.scroll_area import ScrollArea
from tlgui.ui.widgets.terms import TermLabel
from tlgui.ui.widgets.tokens import MARGIN

_OWN = "Your own settings are used, made from “{}”. Choose a card to go back to one of these."
_OTHER = "“{}” is used. {}"


class ChooseView(QWidget):
    """Chooses the session's recipe.

    Args:
        session: Holds the recipe.
        cost: Knows how long each recipe takes.
        parent: The owner.
    """

    last_pressed = Signal()
    problem_raised = Signal(object)

    def __init__(self, session: Session, cost: CostLine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._memory = RecipeMemory(session, self)
        self.cards = RecipeCards(session, cost)
        self.used = TermLabel(is_quiet=True)
        self.fine_button = _panel_button("Fine control", "Show and change every setting of the recipe")
        self.tutorials_button = _panel_button("Tutorials", "The recipes of three articles, beside their steps")
        self.last_button = QPushButton("Show the last training")
        self.last_button.clicked.connect(self.last_pressed)
        for button in (self.fine_button, self.tutorials_button):
            button.toggled.connect(self._on_panel_button_toggled)
        self._lay_out()
        self.show_last(is_offered=False)
        for signal in (session.recipe_changed, session.collection_changed):
            signal.connect(self._show_recipe)
        self._show_recipe()

    # A third of the window's widgets are in the two panels, so they are made when they are first asked for.
    @functools.cached_property
    def form(self) -> RecipeForm:
        """Every setting."""
        form = RecipeForm(self._session, self._memory)
        form.recipe_choice.problem_raised.connect(self.problem_raised)
        self._add_panel(form)
        return form

    @functools.cached_property
    def tutorials(self) -> Tutorials:
        """The recipes of the articles."""
        tutorials = Tutorials(self._session)
        self._add_panel(tutorials)
        return tutorials

    @property
    def tab_stops(self) -> tuple[QWidget, ...]:
        """What comes before Start in the order of Tab."""
        return (*self.cards.cards, self.fine_button, self.tutorials_button, self.last_button)

    def show_last(self, *, is_offered: bool) -> None:
        """Offer to show the last training, or not."""
        self.last_button.setVisible(is_offered)

    def _lay_out(self) -> None:
        buttons = FlowLayout()
        for button in (self.fine_button, self.tutorials_button, self.last_button):
            buttons.addWidget(button)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(MARGIN)
        column.addWidget(self.cards)
        column.addWidget(self.used)
        column.addLayout(buttons)
        self._panel_column = QVBoxLayout()
        column.addLayout(self._panel_column)
        column.addStretch(1)
        self._area = ScrollArea(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._area)

    def _add_panel(self, panel: QWidget) -> None:
        panel.hide()
        self._panel_column.addWidget(panel)

    @Slot(bool)
    def _on_panel_button_toggled(self, is_open: bool) -> None:  # noqa: FBT001 - a slot of `toggled`
        is_fine = self.sender() is self.fine_button
        panel = self.form if is_fine else self.tutorials
        # At most one is open, and a second press closes it.
        if is_open:
            other = self.tutorials_button if is_fine else self.fine_button
            other.setChecked(False)
        panel.setVisible(is_open)
        if is_open:
            # Once it is laid out.
            QTimer.singleShot(0, self, self._bring_into_view)

    @Slot()
    def _bring_into_view(self) -> None:
        """Scroll to the panel that is open where hardly any of it would be seen, as with large text."""
        for button in (self.fine_button, self.tutorials_button):
            if not button.isChecked():
                continue
            panel = self.form if button is self.fine_button else self.tutorials
            if panel.visibleRegion().boundingRect().height() < self._area.height() // 3:
                self._area.verticalScrollBar().setValue(button.y())

    @Slot()
    def _show_recipe(self) -> None:
        words = self._words()
        self.used.setText(words)
        self.used.setVisible(bool(words))

    def _words(self) -> str:
        """Return what is used instead of a card, or instead of the backbone of a card."""
        recipe, collection = self._session.recipe, self._session.collection
        if self.cards.chosen is not None:
            return smaller_backbone_in_words(recipe, collection) if collection is not None else ""
        name = one_line(recipe.name)
        if self._memory.is_original:
            return _OTHER.format(name, one_line(recipe.description))
        return _OWN.format(name)


def _panel_button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setCheckable(True)
    set_tip(button, tip)
    set_spoken_details(button, tip)
    return button
