"""The start page: what the Photos page shows while no collection is open."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from tlgui.learning.runs.run import MODEL_NAME
from tlgui.ui.photos.recent_cards import RecentCards
from tlgui.ui.widgets.empty_page import EmptyPage, QuietLabel
from tlgui.ui.widgets.plain_text import PlainLabel

_TITLE = "Show tlgui your photos"
_TEXT = (
    "Choose the folder that holds one subfolder for each class. "
    "The subfolder's name is what the computer learns to call its photos. "
    "You can also drop the folder, or a model, anywhere in this window."
)
_LAYOUT = """Birds       the folder to choose
 ├─ robin   photos of robins
 ├─ sparrow photos of sparrows
 └─ wren    photos of wrens"""
_PROMISE = (
    "Folders named train, validation and test with class subfolders inside work too. "
    "No photo is changed, and none leaves this computer."
)
_RECENT_SHOWN = 4
_WIDTH_IN_LETTERS = 84


class NoPhotos(EmptyPage):
    """Offers to choose a folder, the sample photos, and the folders and models used before.

    Signals:
        recent_chosen: A folder that was opened before.
        model_chosen: The file of a model that was used before.
    """

    recent_chosen = Signal(object)
    model_chosen = Signal(object)

    def __init__(self) -> None:
        self.choose_button = QPushButton("&Choose a folder…")
        self.samples_button = QPushButton("Try it with &sample photos")
        super().__init__(_TITLE, _TEXT, (self.choose_button, self.samples_button), letters=_WIDTH_IN_LETTERS)
        layout = PlainLabel(_LAYOUT)
        layout.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        font = layout.font()
        font.setPointSizeF(self.font().pointSizeF())
        layout.setFont(font)
        layout.setAccessibleName("The folder to choose holds one subfolder for each class.")
        layout.setSizePolicy(layout.sizePolicy().Policy.Maximum, layout.sizePolicy().Policy.Fixed)
        self._example = QWidget()
        line = QHBoxLayout(self._example)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(layout, 0, Qt.AlignmentFlag.AlignHCenter)
        self.add_widget(self._example)
        self.folders = RecentCards("Opened before", "folder")
        self.folders.chosen.connect(self.recent_chosen)
        self.models = RecentCards("Models", "model")
        self.models.chosen.connect(self.model_chosen)
        for cards in (self.folders, self.models):
            self.add_widget(cards)
        promise = QuietLabel(_PROMISE)
        promise.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.add_widget(promise)

    def show_recent(self, folders: Sequence[str], models: Sequence[str] = ()) -> None:
        """Offer folders and models that were used before, one card each; what is not there any more vanishes.

        Args:
            folders: The folders, the last used one first.
            models: The files of models; those that lie with the runs of a folder are left to the folder.
        """
        self.folders.show_paths([Path(folder) for folder in folders[:_RECENT_SHOWN]])
        others = [path for path in map(Path, models) if path.name != MODEL_NAME]
        self.models.show_paths(others[:_RECENT_SHOWN])
        # Who has opened a folder knows how they look.
        self._example.setVisible(not folders)
