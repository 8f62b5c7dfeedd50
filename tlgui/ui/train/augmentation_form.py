"""The settings of the augmentation, below a live preview."""

import dataclasses

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from tlgui.learning.recipes.recipe import Augmentation
from tlgui.ui.recipes.setting_values import changes_photos
from tlgui.ui.recipes.setting_words import AUGMENTATION
from tlgui.ui.session.session import Session
from tlgui.ui.train.preview_strip import PreviewStrip
from tlgui.ui.train.setting_rows import RecipeBinder, form_rows
from tlgui.ui.widgets.card import Card
from tlgui.ui.widgets.stable_height_label import StableHeightLabel

_NO_COPIES = "No variations are made now: these changes are used only when there is at least 1 variation of each photo."
_NO_CHANGE = "No change is set: every variation would be the photo itself."


class AugmentationForm(Card):
    """Edits the augmentation of the session's recipe.

    Args:
        session: Holds the recipe and the collection.
        binder: Binds the controls to the recipe.
        parent: The owner.
    """

    def __init__(self, session: Session, binder: RecipeBinder, parent: QWidget | None = None) -> None:
        super().__init__("Variations of your photos", parent)
        self._session = session
        self.previews = PreviewStrip(session)
        self.note = StableHeightLabel(_NO_COPIES, _NO_CHANGE)
        self.column.addWidget(self.previews)
        self.column.addWidget(self.note)
        rows = form_rows()
        self.column.addLayout(rows)
        binder.add_rows(rows, AUGMENTATION)
        # The card may be as high as the column beside it.
        self.column.addStretch(1)
        session.recipe_changed.connect(self._on_recipe_changed)
        self._on_recipe_changed()

    @Slot()
    def _on_recipe_changed(self) -> None:
        self.note.setText(_note(self._session.recipe.augmentation))


def _note(augmentation: Augmentation) -> str:
    if not changes_photos(augmentation):
        return _NO_COPIES
    identity = Augmentation()
    other_settings = {name: getattr(identity, name) for name in ("copies", "when", "keep_photo", "fill_mode")}
    return _NO_CHANGE if dataclasses.replace(augmentation, **other_settings) == identity else ""
