"""The first step: choose a folder, and see what is in it, how it is divided, and what was left out."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFontDatabase, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedLayout, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.errors import CollectionError
from tlgui.photos.collection import Collection, Part, Split
from tlgui.ui.colours import Accent
from tlgui.ui.session import Session
from tlgui.ui.settings import RECENT_FOLDERS, Settings
from tlgui.ui.widgets.class_table import ClassTable
from tlgui.ui.widgets.elided_label import ElidedLabel
from tlgui.ui.widgets.empty_page import EmptyPage, QuietLabel, page_heading
from tlgui.ui.widgets.problem_list import ProblemList
from tlgui.ui.widgets.split_bar import SplitBar
from tlgui.ui.widgets.tinted_bar import TintedBar, plain_label
from tlgui.wording import count

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


class PhotosPage(QWidget):
    """Shows the session's collection, or how to get one.

    Args:
        session: The state of the window.
        settings: Knows the folders opened before.
        parent: The owner.
    """

    choose_requested = Signal()
    samples_requested = Signal()
    folder_requested = Signal(object)
    next_requested = Signal()

    def __init__(self, session: Session, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._settings = settings
        self._is_stale = False
        self.empty = _NoPhotos()
        self.view = _CollectionView()
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.view)
        self.empty.choose_button.clicked.connect(self.choose_requested)
        self.empty.samples_button.clicked.connect(self.samples_requested)
        self.empty.recent_chosen.connect(self.folder_requested)
        self.view.choose_button.clicked.connect(self.choose_requested)
        self.view.again_button.clicked.connect(self._on_again_button_clicked)
        self.view.next_button.clicked.connect(self.next_requested)
        session.collection_changed.connect(self._on_session_collection_changed)
        session.recipe_changed.connect(self._on_session_recipe_changed)
        session.job_started.connect(self._on_session_job_changed)
        session.job_ended.connect(self._on_session_job_changed)
        self.empty.show_recent(settings.value(RECENT_FOLDERS))

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh_split()

    @Slot()
    def _on_session_collection_changed(self) -> None:
        collection = self._session.collection
        if collection is not None:
            self.view.show_collection(collection, self._session.advice())
            self._stack.setCurrentWidget(self.view)
            self._is_stale = True
            self._refresh_split()

    @Slot()
    def _on_session_recipe_changed(self) -> None:
        self._is_stale = True
        self._refresh_split()

    @Slot()
    def _on_session_job_changed(self) -> None:
        is_idle = not self._session.is_busy
        self.empty.setEnabled(is_idle)
        self.empty.show_recent(self._settings.value(RECENT_FOLDERS))
        self.view.choose_button.setEnabled(is_idle)
        self.view.again_button.setEnabled(is_idle)

    @Slot()
    def _on_again_button_clicked(self) -> None:
        if self._session.collection is not None:
            self.folder_requested.emit(self._session.collection.folder)

    def _refresh_split(self) -> None:
        """Show who is used for what; only when it is looked at, because dividing many photos takes a moment."""
        collection = self._session.collection
        if collection is None or not self._is_stale or not self.isVisible():
            return
        self._is_stale = False
        try:
            split = self._session.split()
        except CollectionError as error:
            self.view.show_split(collection, None, f"{error.message} {error.hint}")
        else:
            self.view.show_split(collection, split, self._explain(split))

    def _explain(self, split: Split | None) -> str:
        shares = self._session.recipe.split
        collection = self._session.collection
        if split is None or collection is None:
            return ""
        kept = f"{shares.validation * 100:.0f} % of each class is kept apart to check the training"
        if not (shares.use_own and collection.has_own_split):
            return f"{kept}. You can change this on the Train page."
        if any(photo.part is Part.VALIDATION for photo in collection.photos()):
            return "The folder's own division into training, validation and test photos is used."
        return f"The folder's own division is used; it has no validation photos, so {kept}."


class _NoPhotos(EmptyPage):
    """What to do first."""

    recent_chosen = Signal(object)

    def __init__(self) -> None:
        self.choose_button = QPushButton("&Choose a folder…")
        self.samples_button = QPushButton("Try it with &sample photos")
        super().__init__(_TITLE, _TEXT, (self.choose_button, self.samples_button))
        layout = QLabel(_LAYOUT)
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
        """Offer the folders opened before, one button each."""
        if folders == self._shown:
            return
        self._shown = folders
        while (item := self._recent_column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self._recent.setVisible(bool(folders))
        self._recent_column.addWidget(QLabel("Opened before:"), 0, Qt.AlignmentFlag.AlignHCenter)
        for folder in folders[:_RECENT_SHOWN]:
            self._recent_column.addWidget(self._recent_button(Path(folder)), 0, Qt.AlignmentFlag.AlignHCenter)

    def _recent_button(self, folder: Path) -> QPushButton:
        metrics = self.fontMetrics()
        width = metrics.averageCharWidth() * 50
        text = metrics.elidedText(str(folder), Qt.TextElideMode.ElideMiddle, width)
        button = QPushButton(text.replace("&", "&&"))
        button.setFlat(True)
        button.setToolTip(str(folder))
        button.setAccessibleName(f"Open {folder}")
        button.clicked.connect(lambda: self.recent_chosen.emit(folder))
        return button


class _CollectionView(QWidget):
    """A collection: how many, which classes, how divided, what is missing, what was left out."""

    def __init__(self) -> None:
        super().__init__()
        self.heading = page_heading("")
        self.folder = ElidedLabel()
        self.choose_button = QPushButton("&Choose another folder…")
        self.again_button = QPushButton("&Read again")
        self.again_button.setToolTip("Look at the folder again, after you added or removed photos")
        self.advice = TintedBar(Accent.WARNING, "warning")
        self.advice.setAccessibleName("What keeps these photos from being trained on")
        self.advice_text = plain_label()
        self.advice.row.addWidget(self.advice_text, 1)
        self.split_bar = SplitBar()
        self.split_text = QuietLabel()
        self.table = ClassTable()
        self.problems = ProblemList()
        self.next_button = QPushButton("&Next: Train")
        self.next_button.setDefault(True)
        self._folder: Path | None = None
        self._lay_out()

    def show_collection(self, collection: Collection, advice: tuple[str, ...]) -> None:
        """Show all but the split, which follows in `show_split`."""
        self.heading.setText(_headline(collection))
        self.folder.set_text(str(collection.folder))
        self.advice_text.setText("\n".join(advice))
        self.advice.setVisible(bool(advice))
        self.problems.show_collection(collection)
        self.next_button.setEnabled(not advice)
        self.table.forget_thumbnails()

    def show_split(self, collection: Collection, split: Split | None, explanation: str) -> None:
        """Show the classes with their counts, and the whole split as a bar."""
        self.table.show_collection(collection, split)
        self.table.setVisible(bool(collection.classes))
        self.split_bar.show_split(split)
        self.split_text.setText(explanation)
        self.split_text.setVisible(bool(explanation))

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.folder, 1)
        buttons.addWidget(self.again_button)
        buttons.addWidget(self.choose_button)
        bottom = QHBoxLayout()
        bottom.addStretch(1)
        bottom.addWidget(self.next_button)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.heading)
        self._column.addLayout(buttons)
        self._column.addWidget(self.advice)
        self._column.addWidget(self.split_bar)
        self._column.addWidget(self.split_text)
        self._column.addWidget(self.table, 3)
        self._column.addWidget(self.problems)
        self._column.addLayout(bottom)
        self.problems.toggled.connect(self._on_problems_toggled)

    @Slot(bool)
    def _on_problems_toggled(self, is_open: bool) -> None:  # noqa: FBT001 - the signal's signature
        self._column.setStretchFactor(self.problems, 2 if is_open else 0)


def _headline(collection: Collection) -> str:
    if not collection.classes:
        return f"No photos to learn from in “{collection.folder.name}”"
    return f"{count('photo', collection.photo_count)} in {count('class', len(collection.classes))}"
