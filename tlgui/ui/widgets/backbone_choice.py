"""Which backbone, and for those that do not come with tlgui, the file with their weights."""

import dataclasses
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tlgui.learning.catalog import BACKBONE_TITLES
from tlgui.learning.recipe import EMBEDDED_BACKBONE, SHIPPED, Recipe
from tlgui.ui.session import Session
from tlgui.ui.widgets.empty_page import QuietLabel

_FILTER = "Keras weights (*.h5 *.keras *.weights.h5);;All files (*)"


def weights_problem(recipe: Recipe) -> str:
    """Return what keeps the recipe's backbone from being used, as a sentence that says what to do; empty if nothing."""
    if recipe.backbone == EMBEDDED_BACKBONE:
        return ""
    title = BACKBONE_TITLES[recipe.backbone].title
    if recipe.weights == SHIPPED:
        return f"Choose the weights file of {title}, or the backbone that comes with tlgui."
    if not Path(recipe.weights).is_file():
        return f"The weights file “{Path(recipe.weights).name}” is not there any more. Choose it again."
    return ""


class BackboneChoice(QWidget):
    """Chooses the backbone of the session's recipe.

    Args:
        session: Holds the recipe.
        parent: The owner.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        # A weights file stays known while the user looks at other backbones.
        self._known_weights: dict[str, str] = {}
        self.box = QComboBox()
        self.box.setAccessibleName("Backbone")
        self.box.setAccessibleDescription("The pretrained network that looks at your photos.")
        self.box.setToolTip(self.box.accessibleDescription())
        for backbone, words in BACKBONE_TITLES.items():
            where = "comes with tlgui" if backbone == EMBEDDED_BACKBONE else "needs a weights file"
            self.box.addItem(f"{words.title} ({where})", backbone)
        self.box.activated.connect(self._on_box_activated)
        self.weights_note = QuietLabel()
        self.weights_button = QPushButton("&Weights file…")
        self.weights_button.clicked.connect(self._on_weights_button_clicked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.box)
        layout.addWidget(self.weights_note)
        row = QHBoxLayout()
        row.addWidget(self.weights_button)
        row.addStretch(1)
        layout.addLayout(row)
        session.recipe_changed.connect(self._show_recipe)
        self._show_recipe()

    def use_weights(self, path: Path) -> None:
        """Use the file `path` as the weights of the chosen backbone; the engine checks it when the training starts."""
        self._session.set_recipe(dataclasses.replace(self._session.recipe, weights=str(path)))

    @Slot()
    def _show_recipe(self) -> None:
        recipe = self._session.recipe
        self.box.setCurrentIndex(self.box.findData(recipe.backbone))
        needs_file = recipe.backbone != EMBEDDED_BACKBONE
        if needs_file and recipe.weights != SHIPPED:
            self._known_weights[recipe.backbone] = recipe.weights
        self.weights_note.setText(_weights_note(recipe))
        self.weights_note.setToolTip(recipe.weights if needs_file and recipe.weights != SHIPPED else "")
        self.weights_note.setVisible(needs_file)
        self.weights_button.setVisible(needs_file)

    @Slot(int)
    def _on_box_activated(self, index: int) -> None:
        backbone = str(self.box.itemData(index))
        if backbone == self._session.recipe.backbone:
            return
        self._session.set_recipe(
            dataclasses.replace(
                self._session.recipe,
                backbone=backbone,
                weights=self._known_weights.get(backbone, SHIPPED),
                input_size=BACKBONE_TITLES[backbone].input_size,
            )
        )

    @Slot()
    def _on_weights_button_clicked(self) -> None:
        dialog = QFileDialog(self, "Weights file", "", _FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.use_weights(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _weights_note(recipe: Recipe) -> str:
    if recipe.weights != SHIPPED:
        return f"Weights: {Path(recipe.weights).name}"
    title = BACKBONE_TITLES[recipe.backbone].title
    return (
        f"{title} does not come with tlgui. To use it, choose the file with its ImageNet weights, as Keras "
        "publishes them (without the top layers, its name ends in “notop.h5”)."
    )
