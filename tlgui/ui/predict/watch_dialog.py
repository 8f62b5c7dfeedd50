"""Watch a folder: which one, and what becomes of the photos that come into it."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from tlgui import files
from tlgui.errors import TlguiError
from tlgui.photos.names import one_line
from tlgui.photos.sorting.options import SortOptions
from tlgui.ui.predict.sort_choices import CHOICES
from tlgui.ui.watching.choice import WatchChoice
from tlgui.ui.widgets.dialog_size import fit_dialog
from tlgui.ui.widgets.empty_page import QuietLabel, card_heading
from tlgui.ui.widgets.file_dialogs import ask_folder
from tlgui.ui.widgets.indented_note import choice_indent
from tlgui.ui.widgets.plain_text import set_spoken, set_spoken_details
from tlgui.ui.widgets.primary import make_primary
from tlgui.ui.widgets.scroll_area import ScrollArea
from tlgui.ui.widgets.tinted_bar import TintedBar, plain_label
from tlgui.ui.widgets.tokens import GRID, Accent

_WHAT = (
    "Photos that come into it, and into the folders in it, are named by themselves while tlgui is open. "
    "Photos that are still being copied wait until they are complete."
)
_COPY_NOTE = "The photos stay where they are, and no photo is copied twice. Each batch of copies can be undone."
_UNSURE = "A&lso those it is not sure of, into folders of their own"
_LETTERS = 90
_LINES_OF_REFUSAL = 4


class WatchDialog(QDialog):
    """Asks for it.

    Args:
        folder: The folder proposed; None for none.
        sorting: Where copies go, and by which pattern, as chosen last.
        begin: Begins to watch; raises `TlguiError` where that cannot be.
        parent: The window.
    """

    def __init__(
        self,
        folder: Path | None,
        sorting: SortOptions,
        begin: Callable[[WatchChoice], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Watch a folder")
        self._begin = begin
        self._sorting = sorting
        self.folder = QLineEdit(str(folder) if folder is not None else "")
        self.folder_button = QPushButton("C&hoose…")
        self.present = QCheckBox("Also name the photos that are &in it now")
        self.acts = QButtonGroup(self)
        self.only_name = QRadioButton("Only &name them")
        self.copy = QRadioButton("Name them, and &copy them into folders")
        self.into = QLineEdit(str(sorting.into))
        self.into_button = QPushButton("Ch&oose…")
        self.patterns = QComboBox()
        self.unsure = QCheckBox(_UNSURE)
        self.refusal = TintedBar(Accent.WARNING, "warning")
        self.refusal_text = plain_label()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.watch_button = self.buttons.addButton("&Watch", QDialogButtonBox.ButtonRole.AcceptRole)
        make_primary(self.watch_button)
        self._fill()
        self._lay_out()
        self._connect()
        self._refresh()

    def choice(self) -> WatchChoice:
        """Return what is chosen."""
        sorting = None
        if self.copy.isChecked():
            is_all = self.unsure.isChecked()
            defaults = SortOptions(self._path(self.into))
            sorting = SortOptions(
                self._path(self.into),
                pattern=str(self.patterns.currentData()),
                not_sure=defaults.not_sure if is_all else None,
                unlike=defaults.unlike if is_all else None,
            )
        return WatchChoice(self._path(self.folder), self.present.isChecked(), sorting)

    @override
    def accept(self) -> None:
        try:
            self._begin(self.choice())
        except TlguiError as error:
            self._refuse(f"{error.message} {error.hint}".strip())
        else:
            super().accept()

    def _fill(self) -> None:
        self.present.setChecked(True)
        self.only_name.setChecked(True)
        self.unsure.setChecked(True)
        for choice in CHOICES:
            self.patterns.addItem(choice.text, choice.pattern)
        if self.patterns.findData(self._sorting.pattern) < 0:
            self.patterns.addItem(one_line(self._sorting.pattern), self._sorting.pattern)
        self.patterns.setCurrentIndex(self.patterns.findData(self._sorting.pattern))
        self.acts.addButton(self.only_name)
        self.acts.addButton(self.copy)
        set_spoken(self.folder, "Folder to watch")
        set_spoken(self.folder_button, "Choose the folder to watch")
        set_spoken(self.into, "Folder for the copies")
        set_spoken_details(self.into, "It is made where it is not there.")
        set_spoken(self.into_button, "Choose the folder for the copies")
        set_spoken(self.patterns, "Folders")
        set_spoken_details(self.copy, _COPY_NOTE)

    def _lay_out(self) -> None:
        self.refusal.row.addWidget(self.refusal_text, 1)
        form = QWidget()
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(card_heading("Which folder"))
        column.addLayout(_row(self.folder, self.folder_button))
        column.addWidget(QuietLabel(_WHAT))
        column.addWidget(self.present)
        column.addWidget(card_heading("What is done with the photos"))
        column.addWidget(self.only_name)
        column.addWidget(self.copy)
        self.copies = QWidget()
        inner = QVBoxLayout(self.copies)
        inner.setContentsMargins(choice_indent(self), 0, 0, 0)
        inner.setSpacing(GRID)
        inner.addLayout(_row(self.into, self.into_button))
        inner.addWidget(self.patterns)
        inner.addWidget(self.unsure)
        inner.addWidget(QuietLabel(_COPY_NOTE))
        column.addWidget(self.copies)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        area = ScrollArea(form)
        outer.addWidget(area, 1)
        outer.addWidget(self.refusal)
        outer.addWidget(self.buttons)
        self.refusal.hide()
        fit_dialog(self, area, _LETTERS, _LINES_OF_REFUSAL)

    def _connect(self) -> None:
        for edit in (self.folder, self.into):
            edit.textChanged.connect(self._refresh)
        self.acts.buttonClicked.connect(self._refresh)
        self.folder_button.clicked.connect(self._on_folder_button_clicked)
        self.into_button.clicked.connect(self._on_into_button_clicked)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def _refuse(self, words: str) -> None:
        self.refusal_text.setText(words)
        self.refusal.setVisible(bool(words))
        set_spoken_details(self.watch_button, words)

    @Slot()
    def _refresh(self) -> None:
        self._refuse("")
        self.copies.setEnabled(self.copy.isChecked())
        given = [self.folder, *([self.into] if self.copy.isChecked() else [])]
        self.watch_button.setEnabled(all(self._path(edit).is_absolute() for edit in given))

    @Slot()
    def _on_folder_button_clicked(self) -> None:
        self._ask("Choose the folder to watch", self.folder)

    @Slot()
    def _on_into_button_clicked(self) -> None:
        self._ask("Choose the folder for the copies", self.into)

    def _ask(self, title: str, edit: QLineEdit) -> None:
        start = self._path(edit)
        while not files.is_folder(start) and start != start.parent:
            start = start.parent
        ask_folder(self, title, str(start), lambda folder: edit.setText(str(folder)))

    @staticmethod
    def _path(edit: QLineEdit) -> Path:
        return files.expanded(edit.text().strip())


def _row(edit: QLineEdit, button: QPushButton) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addWidget(edit, 1)
    row.addWidget(button)
    return row
