"""The start page: what the Photos page shows while no collection is open."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tlgui.photos.names import one_line
from tlgui.ui.widgets.empty_page import EmptyPage, QuietLabel
from tlgui.ui.widgets.plain_text import PlainLabel, set_spoken, set_tip, without_key

_TITLE = "Show tlgui your photos"
_TEXT = (
    "Choose the folder that holds one subfolder for each class. "
    "The subfolder's name is what the computer learns to call its photos. You can also drop the folder here."
)
_LAYOUT = """Birds            this is the folder to choose
 ├─ robin        photos of robins
 ├─ sparrow      photos of sparrows
 └─ wren         photos of wrens"""
_PROMISE = (
    "Folders named train, validation and test with class subfolders inside work too. "
    "No photo is changed, and none leaves this computer."
)
_RECENT_SHOWN = 4


class NoPhotos(EmptyPage):
    """Offers to choose a folder, the sample photos, and the folders opened before.

    Signals:
        recent_chosen: A folder that was opened before.
    """

    recent_chosen = Signal(object)

    def __init__(self) -> None:
        self.choose_button = QPushButton("&Choose a folder…")
        self.samples_button = QPushButton("Try it with &sample photos")
        super().__init__(_TITLE, _TEXT, (self.choose_button, self.samples_button))
        layout = PlainLabel(_LAYOUT)
        layout.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        font = layout.font()
        font.setPointSizeF(self.font().pointSizeF())
        layout.setFont(font)
        layout.setAccessibleName("The folder to choose holds one subfolder for each class.")
        layout.setSizePolicy(layout.sizePolicy().Policy.Maximum, layout.sizePolicy().Policy.Fixed)
        row = QWidget()
        line = QHBoxLayout(row)
        line.addWidget(layout, 0, Qt.AlignmentFlag.AlignHCenter)
        self.add_widget(row)
        promise = QuietLabel(_PROMISE)
        promise.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.add_widget(promise)
        self._recent = QWidget()
        self._recent_column = QVBoxLayout(self._recent)
        self._recent_column.setSpacing(0)
        self.add_widget(self._recent)
        self._shown: tuple[str, ...] | None = None

    def show_recent(self, folders: tuple[str, ...]) -> None:
        """Offer folders that were opened before, one button each."""
        if folders == self._shown:
            return
        self._shown = folders
        while (item := self._recent_column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self._recent.setVisible(bool(folders))
        self._recent_column.addWidget(PlainLabel("Opened before:"), 0, Qt.AlignmentFlag.AlignHCenter)
        for folder in folders[:_RECENT_SHOWN]:
            self._recent_column.addWidget(self._recent_button(Path(folder)), 0, Qt.AlignmentFlag.AlignHCenter)

    def _recent_button(self, folder: Path) -> QPushButton:
        metrics = self.fontMetrics()
        width = metrics.averageCharWidth() * 50
        text = metrics.elidedText(one_line(str(folder)), Qt.TextElideMode.ElideMiddle, width)
        button = QPushButton(without_key(text))
        button.setFlat(True)
        set_tip(button, str(folder))
        set_spoken(button, f"Open {one_line(str(folder))}")
        button.clicked.connect(lambda: self.recent_chosen.emit(folder))
        return button
