"""The recipes of the three tutorials, each with the steps of its article and the setting that does the same here."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QVBoxLayout, QWidget

from tlgui.learning.recipes.built_in import BUILT_IN
from tlgui.learning.recipes.recipe import Recipe
from tlgui.ui.recipes.setting_values import value_in_words
from tlgui.ui.recipes.setting_words import setting_name
from tlgui.ui.session.session import Session
from tlgui.ui.widgets.card import Card
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.flow_layout import FlowLayout
from tlgui.ui.widgets.plain_text import PlainLabel, set_spoken
from tlgui.ui.widgets.terms import TermLabel
from tlgui.ui.widgets.tokens import GRID, MARGIN


@dataclass(frozen=True, slots=True)
class Step:
    """A step of an article.

    Args:
        words: What the article does.
        path: The setting that does it here.
    """

    words: str
    path: str


@dataclass(frozen=True, slots=True)
class Tutorial:
    """An article.

    Args:
        title: What it is about.
        recipe_ids: Its recipes; the steps are those of the first.
        steps: Its steps, in order.
    """

    title: str
    recipe_ids: tuple[str, ...]
    steps: tuple[Step, ...]


TUTORIALS = (
    Tutorial(
        "Bottleneck features of VGG16",
        ("vgg16-bottleneck",),
        (
            Step("Load VGG16 without its classifier", "backbone"),
            Step("Bring the photos to 150 pixels", "input_size"),
            Step("Run a changed copy of each photo through it once, and save the features", "augmentation.copies"),
            Step("Train a small dense network on the features", "head.dense_units"),
            Step("At last, fine-tune the top block: switch this on", "fine_tuning.when"),
            Step("From that block on", "fine_tuning.from_block"),
            Step("With slow steps", "fine_tuning.learning_rate"),
        ),
    ),
    Tutorial(
        "VGG16 frozen, with a dense head",
        ("vgg16-frozen",),
        (
            Step("Load VGG16 without its classifier", "backbone"),
            Step("Freeze all its layers", "fine_tuning.when"),
            Step("Flatten its last map", "pooling"),
            Step("Put a dense layer on it", "head.dense_units"),
            Step("Drop half of its outputs", "head.dropout"),
            Step("Change the photos while training", "augmentation.when"),
            Step("Fit", "epochs"),
        ),
    ),
    Tutorial(
        "InceptionV3 cut at mixed7, against a small network",
        ("inceptionv3-mixed7", "small-cnn"),
        (
            Step("Load InceptionV3 without its classifier", "backbone"),
            Step("Take the output of its layer mixed7", "cut_layer"),
            Step("Flatten it", "pooling"),
            Step("Put a wide dense layer on it", "head.dense_units"),
            Step("Drop a fifth", "head.dropout"),
            Step("Train with RMSprop", "optimizer"),
            Step("In small steps", "learning_rate"),
            Step("Change the photos while training", "augmentation.when"),
            Step("End when both accuracies pass the target", "early_stopping.target_accuracy"),
        ),
    ),
)


class TutorialCard(Card):
    """One article: its steps beside the settings, and a button for each of its recipes.

    Args:
        tutorial: The article.
        parent: The owner.
    """

    recipe_chosen = Signal(Recipe)

    def __init__(self, tutorial: Tutorial, parent: QWidget | None = None) -> None:
        super().__init__(tutorial.title, parent)
        recipes = [BUILT_IN[recipe_id] for recipe_id in tutorial.recipe_ids]
        self.column.addWidget(TermLabel(recipes[0].description, is_quiet=True))
        grid = QGridLayout()
        grid.setHorizontalSpacing(MARGIN)
        grid.setVerticalSpacing(GRID // 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        self.rows: list[tuple[PlainLabel, PlainLabel]] = []
        for place, step in enumerate(tutorial.steps):
            article = PlainLabel(f"{place + 1}. {step.words}")
            here = QuietLabel(f"{setting_name(step.path)}: {value_in_words(recipes[0], step.path)}")
            for column, label in enumerate((article, here)):
                label.setWordWrap(True)
                grid.addWidget(label, place, column)
            self.rows.append((article, here))
        self.column.addLayout(grid)
        buttons = FlowLayout()
        self.buttons = [QPushButton(f"Use “{recipe.name}”") for recipe in recipes]
        for button, recipe in zip(self.buttons, recipes, strict=True):
            button.clicked.connect(lambda _checked=False, recipe=recipe: self.recipe_chosen.emit(recipe))
            buttons.addWidget(button)
        self.column.addLayout(buttons)
        set_spoken(self, tutorial.title)


class Tutorials(QWidget):
    """The cards of all articles.

    Args:
        session: Gets the recipe that is chosen.
        parent: The owner.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards = tuple(TutorialCard(tutorial) for tutorial in TUTORIALS)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(MARGIN)
        for card in self.cards:
            card.recipe_chosen.connect(session.set_recipe)
            column.addWidget(card)
