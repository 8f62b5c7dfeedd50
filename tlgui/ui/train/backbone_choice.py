"""The choice of the backbone and of its weights: shipped, downloaded, from a file, or none."""

from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tlgui import files
from tlgui.learning.backbones.catalog import BACKBONE_TITLES
from tlgui.learning.backbones.published_weights import PUBLISHED, downloaded_weights
from tlgui.learning.recipes.recipe import DOWNLOAD, NO_WEIGHTS, SHIPPED, SHIPPED_BACKBONES, SMALL_CNN, Recipe
from tlgui.photos.names import shown_name
from tlgui.text.numbers import size_in_words
from tlgui.ui.recipes.setting_values import is_weights_file, weights_in_words
from tlgui.ui.recipes.setting_words import SETTING_TERMS, SETTINGS
from tlgui.ui.session.session import Session
from tlgui.ui.train.recipe_memory import RecipeMemory
from tlgui.ui.train.setting_fit import usual_weights, with_backbone, with_weights
from tlgui.ui.widgets.file_dialogs import ask_file
from tlgui.ui.widgets.plain_text import PlainLabel, set_spoken, set_spoken_details, set_tip
from tlgui.ui.widgets.stable_height_label import StableHeightLabel
from tlgui.ui.widgets.terms import set_term, with_term_button

WEIGHTS_FILES = "Keras weights (*.h5 *.keras *.weights.h5);;All files (*)"
_LEAST_LETTERS = 14
_NOTES = {
    "shipped": "What it learned from a million pictures comes with tlgui. No network is needed.",
    "download": "Start gets what it learned from a million pictures from the internet, once. "
    "Your photos stay on this computer.",
    "here": "What it learned from a million pictures is on this computer already. No network is needed.",
    "file": "The file is checked when the training starts.",
    "none": "It begins with random numbers and learns from your photos alone: that takes thousands of them, and time.",
}


def weights_problem(recipe: Recipe) -> str:
    """Return why the weights of the recipe cannot be used, as a sentence that also says what to do; empty if they can.

    A download is not tried here, so a missing network is not found.
    """
    title = BACKBONE_TITLES[recipe.backbone].title
    if recipe.weights == NO_WEIGHTS:
        return ""
    if recipe.backbone == SMALL_CNN:
        return f"{title} has no pretrained weights: set its weights to none."
    if recipe.weights == SHIPPED:
        is_there = recipe.backbone in SHIPPED_BACKBONES
        return "" if is_there else f"{title} does not come with tlgui. Choose its weights from the internet, or a file."
    if recipe.weights == DOWNLOAD:
        return (
            "" if recipe.backbone in PUBLISHED else f"There are no weights of {title} on the internet. Choose others."
        )
    if not files.is_file(files.expanded(recipe.weights)):
        return f"The weights file “{shown_name(Path(recipe.weights))}” is not there any more. Choose it again."
    return ""


class BackboneChoice(QWidget):
    """Chooses the backbone of the session's recipe, and its weights.

    Args:
        session: Holds the recipe.
        memory: Knows the weights that each backbone had.
        parent: The owner.
    """

    def __init__(self, session: Session, memory: RecipeMemory, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._memory = memory
        self.box = _combo("backbone")
        for backbone in BACKBONE_TITLES:
            self.box.addItem(_backbone_text(backbone), backbone)
        self.box.activated.connect(self._on_box_activated)
        self.weights_box = _combo("weights")
        self.weights_box.activated.connect(self._on_weights_box_activated)
        self.weights_button = QPushButton("&Weights file…")
        self.weights_button.setToolTip("Use a file with weights that you have")
        self.weights_button.clicked.connect(self._on_weights_button_clicked)
        self.weights_note = StableHeightLabel(*_NOTES.values())
        self._lay_out()
        session.recipe_changed.connect(self._show_recipe)
        # A training may have downloaded the weights.
        session.job_ended.connect(self._show_recipe)
        self._show_recipe()

    def use_weights(self, path: Path) -> None:
        """Set the file `path` as the weights of the chosen backbone; the engine checks it when a training starts."""
        self._session.set_recipe(with_weights(self._session.recipe, str(path)))

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        backbone_label = PlainLabel("Backbone")
        backbone_label.setBuddy(self.box)
        layout.addWidget(with_term_button(backbone_label, "backbone"))
        layout.addWidget(self.box)
        weights_label = PlainLabel("Weights")
        weights_label.setBuddy(self.weights_box)
        layout.addWidget(with_term_button(weights_label, "weights"))
        layout.addWidget(self.weights_box)
        layout.addWidget(self.weights_note)
        row = QHBoxLayout()
        row.addWidget(self.weights_button)
        row.addStretch(1)
        layout.addLayout(row)

    @Slot()
    def _show_recipe(self) -> None:
        recipe = self._session.recipe
        for place in range(self.box.count()):
            self.box.setItemText(place, _backbone_text(str(self.box.itemData(place))))
        self.box.setCurrentIndex(self.box.findData(recipe.backbone))
        self._show_weights(recipe)

    def _show_weights(self, recipe: Recipe) -> None:
        has_choice = recipe.backbone != SMALL_CNN
        offered = [usual_weights(recipe.backbone)]
        if has_choice:
            offered += [*filter(None, [self._memory.weights_file(recipe.backbone)]), NO_WEIGHTS]
        if recipe.weights not in offered:
            # A loaded recipe may have weights that are not offered; the reason below Start then says what to do.
            offered.append(recipe.weights)
        self.weights_box.clear()
        for weights in offered:
            self.weights_box.addItem(_weights_text(recipe.backbone, weights), weights)
        self.weights_box.setCurrentIndex(self.weights_box.findData(recipe.weights))
        self.weights_box.setEnabled(len(offered) > 1)
        self.weights_button.setEnabled(has_choice)
        self.weights_note.setText(_weights_note(recipe))
        set_tip(self.weights_note, recipe.weights if is_weights_file(recipe.weights) else "")

    @Slot(int)
    def _on_box_activated(self, index: int) -> None:
        backbone = str(self.box.itemData(index))
        if backbone != self._session.recipe.backbone:
            changed = with_backbone(self._session.recipe, backbone, self._memory.last_weights(backbone))
            self._session.set_recipe(changed)

    @Slot(int)
    def _on_weights_box_activated(self, index: int) -> None:
        self._session.set_recipe(with_weights(self._session.recipe, str(self.weights_box.itemData(index))))

    @Slot()
    def _on_weights_button_clicked(self) -> None:
        ask_file(self, "Weights file", "", WEIGHTS_FILES, self.use_weights)


def _combo(path: str) -> QComboBox:
    words = SETTINGS[path]
    box = QComboBox()
    box.setObjectName(path)
    set_spoken(box, words.label)
    set_spoken_details(box, words.help)
    set_tip(box, words.help)
    set_term(box, SETTING_TERMS[path])
    # A long name must not widen the column: it is cut here and shown whole in the list that opens.
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(_LEAST_LETTERS)
    return box


def _backbone_text(backbone: str) -> str:
    if backbone in SHIPPED_BACKBONES:
        how = "comes with tlgui"
    elif backbone == SMALL_CNN:
        how = "learns from nothing"
    else:
        how = _download_words(backbone)
    return f"{BACKBONE_TITLES[backbone].title} ({how})"


def _download_words(backbone: str) -> str:
    if downloaded_weights(backbone) is not None:
        return "on this computer"
    size = BACKBONE_TITLES[backbone].download_bytes
    return f"{size_in_words(size)} from the internet" if size else "from the internet"


def _weights_text(backbone: str, weights: str) -> str:
    if weights == DOWNLOAD:
        is_here = downloaded_weights(backbone) is not None
        return "from the internet, on this computer already" if is_here else f"{_download_words(backbone)}, once"
    return weights_in_words(weights)


def _weights_note(recipe: Recipe) -> str:
    if recipe.weights == NO_WEIGHTS:
        return _NOTES["none"]
    if recipe.weights == DOWNLOAD and recipe.backbone in PUBLISHED:
        return _NOTES["download" if downloaded_weights(recipe.backbone) is None else "here"]
    if is_weights_file(recipe.weights):
        return weights_problem(recipe) or _NOTES["file"]
    return weights_problem(recipe) or _NOTES["shipped"]
