"""The random changes to training photos: live previews above, the values under them."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFormLayout, QGroupBox, QVBoxLayout, QWidget

from tlgui.ui.session import Session
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.preview_strip import PreviewStrip
from tlgui.ui.widgets.setting_controls import RecipeBinder
from tlgui.ui.widgets.setting_words import AUGMENTATION

_NO_COPIES = "No copies are made now: these changes are used only when there is at least 1 copy of each photo."


class AugmentationForm(QGroupBox):
    """Edits the augmentation of the session's recipe.

    Args:
        session: Holds the recipe and the collection.
        binder: Keeps the controls and the recipe the same.
        parent: The owner.
    """

    def __init__(self, session: Session, binder: RecipeBinder, parent: QWidget | None = None) -> None:
        super().__init__("Changed copies of your photos", parent)
        self._session = session
        self.previews = PreviewStrip(session)
        self.no_copies_note = QuietLabel(_NO_COPIES)
        rows = QFormLayout()
        rows.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        binder.add_rows(rows, AUGMENTATION)
        layout = QVBoxLayout(self)
        layout.addWidget(self.previews)
        layout.addWidget(self.no_copies_note)
        layout.addLayout(rows)
        session.recipe_changed.connect(self._on_recipe_changed)
        self._on_recipe_changed()

    @Slot()
    def _on_recipe_changed(self) -> None:
        self.no_copies_note.setVisible(self._session.recipe.augmentation.copies == 0)
