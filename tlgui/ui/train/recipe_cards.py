"""The three recipes that most people need, a card each: what it does, and how long it takes here."""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.learning.recipes.built_in import BUILT_IN
from tlgui.learning.recipes.recipe import Recipe
from tlgui.ui.session.session import Session
from tlgui.ui.train.cost_line import CostLine
from tlgui.ui.widgets.columns import Columns
from tlgui.ui.widgets.empty_page import QuietLabel, card_heading
from tlgui.ui.widgets.icons import icon_pixmap
from tlgui.ui.widgets.plain_text import PlainLabel, set_spoken, set_spoken_details, set_tip
from tlgui.ui.widgets.tokens import CORNER, FOCUS_WIDTH, LINE_WIDTH, MARGIN, Colours, tokens_of

_CARD_LETTERS = 24
_STEPS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Down: 1,
}


@dataclass(frozen=True, slots=True)
class Offer:
    """What a card offers.

    Args:
        recipe_id: The built-in recipe.
        title: The title of the card.
        sentence: What the recipe does.
    """

    recipe_id: str
    title: str
    sentence: str

    @property
    def recipe(self) -> Recipe:
        """The recipe itself."""
        return BUILT_IN[self.recipe_id]


OFFERS = (
    Offer("quick", "Quick", "Looks at each photo once. Start here: it shows how far your photos carry."),
    Offer("balanced", "Better", "Also looks at each photo mirrored. For when Quick works and you can wait longer."),
    Offer("best", "Best", "Studies larger pictures again and again, a little changed each time. Takes the longest."),
)


class RecipeCard(QAbstractButton):
    """One card; checked while its recipe is the session's.

    Args:
        offer: What it offers.
        parent: The owner.
    """

    stepped = Signal(int)

    def __init__(self, offer: Offer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.offer = offer
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.title = card_heading(offer.title)
        self.time = PlainLabel()
        self.sentence = QuietLabel(offer.sentence)
        self._mark = PlainLabel()
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self._mark)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.addLayout(head)
        column.addWidget(self.time)
        column.addWidget(self.sentence, 1)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        for label in (self.title, self.time, self.sentence, self._mark):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        set_tip(self, f"Recipe “{offer.recipe.name}”: {offer.recipe.description}")
        set_spoken_details(self, offer.sentence)
        self.show_time("")

    def show_time(self, words: str) -> None:
        """Show how long the recipe takes here."""
        self.time.setText(words)
        set_spoken(self, f"{self.offer.title}: {words}" if words else self.offer.title)

    @override
    def nextCheckState(self) -> None:
        """Leave the state to the session's recipe."""

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.stepped.emit(step)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = tokens_of(self.palette())
        width = FOCUS_WIDTH if self.isChecked() else LINE_WIDTH
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.accent if self.isChecked() else colours.control), width))
        painter.setBrush(QColor(self._background(colours)))
        edge = QRectF(self.rect()).adjusted(width / 2, width / 2, -width / 2, -width / 2)
        painter.drawRoundedRect(edge, CORNER, CORNER)
        if self.hasFocus():
            inset = 2 * FOCUS_WIDTH
            painter.setPen(QPen(QColor(colours.focus), FOCUS_WIDTH))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(edge.adjusted(inset, inset, -inset, -inset), CORNER - inset / 2, CORNER - inset / 2)
        painter.end()

    def show_chosen(self, *, is_chosen: bool) -> None:
        """Show whether the recipe is the session's."""
        self.setChecked(is_chosen)
        ratio = self.devicePixelRatioF()
        pixmap = icon_pixmap("success", QColor(tokens_of(self.palette()).accent), round(self._line() * ratio))
        pixmap.setDevicePixelRatio(ratio)
        if not is_chosen:
            # Of the same size, so that the text beside it keeps its place.
            pixmap.fill(Qt.GlobalColor.transparent)
        self._mark.setPixmap(pixmap)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if is_chosen else Qt.FocusPolicy.ClickFocus)

    def _line(self) -> int:
        return self.fontMetrics().height()

    def _background(self, colours: Colours) -> str:
        if self.isDown():
            return colours.pressed
        return colours.raised if self.underMouse() and self.isEnabled() else colours.card


class RecipeCards(Columns):
    """The cards; the arrow keys go from one to the next, as with radio buttons.

    Args:
        session: Holds the recipe.
        cost: Knows how long each recipe takes.
        parent: The owner.
    """

    def __init__(self, session: Session, cost: CostLine, parent: QWidget | None = None) -> None:
        self.cards = tuple(RecipeCard(offer) for offer in OFFERS)
        super().__init__([[card] for card in self.cards], _CARD_LETTERS, parent)
        self._session = session
        self._cost = cost
        for card in self.cards:
            card.clicked.connect(self._on_card_clicked)
            card.stepped.connect(self._on_card_stepped)
        session.recipe_changed.connect(self._show_recipe)
        cost.changed.connect(self._show_times)
        self._show_recipe()
        self._show_times()

    @property
    def chosen(self) -> Offer | None:
        """The offer whose recipe is the session's; None if the recipe is another, or its values were changed."""
        return next((card.offer for card in self.cards if card.offer.recipe == self._session.recipe), None)

    @Slot()
    def _show_recipe(self) -> None:
        chosen = self.chosen
        for card in self.cards:
            card.show_chosen(is_chosen=card.offer is chosen)
        if chosen is None:
            # One of them is always a Tab stop.
            self.cards[0].setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @Slot()
    def _show_times(self) -> None:
        for card in self.cards:
            card.show_time(self._cost.time_in_words(card.offer.recipe))

    @Slot()
    def _on_card_clicked(self) -> None:
        card = self.sender()
        assert isinstance(card, RecipeCard)
        self._session.set_recipe(card.offer.recipe)

    @Slot(int)
    def _on_card_stepped(self, step: int) -> None:
        card = self.sender()
        assert isinstance(card, RecipeCard)
        there = self.cards[(self.cards.index(card) + step) % len(self.cards)]
        self._session.set_recipe(there.offer.recipe)
        there.setFocus()
