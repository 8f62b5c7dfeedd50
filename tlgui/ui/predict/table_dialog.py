"""Save predictions: which photos, in which format, and where; with the place of the camera where a format tells it."""

import itertools
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from tlgui import files
from tlgui.text.tables.exported import Place
from tlgui.text.tables.formats import FORMATS, TableFormat
from tlgui.ui.widgets.dialog_size import fit_dialog
from tlgui.ui.widgets.empty_page import QuietLabel, card_heading
from tlgui.ui.widgets.flow_layout import FlowLayout
from tlgui.ui.widgets.indented_note import IndentedNote, choice_indent
from tlgui.ui.widgets.plain_text import PlainLabel, set_spoken, set_spoken_details
from tlgui.ui.widgets.primary import make_primary
from tlgui.ui.widgets.scroll_area import ScrollArea
from tlgui.ui.widgets.target_row import TargetRow
from tlgui.ui.widgets.tokens import GRID

_LETTERS = 80
_PLACE = "Where was the camera? In degrees; south and west are negative, such as -33.85 in Sydney."
_NO_PLACE = "Give the latitude from -90 to 90 and the longitude from -180 to 180."


@dataclass(frozen=True, slots=True)
class TableChoice:
    """What was chosen.

    Args:
        scope: The place of the chosen photos among those offered.
        chosen: The format.
        target: The file or folder to write.
        place: Where the photos were taken; None where the format does not tell.
    """

    scope: int
    chosen: TableFormat
    target: Path
    place: Place | None = None


class TableDialog(QDialog):
    """Asks what is to be written where.

    Signals:
        save_requested: A `TableChoice`.

    Args:
        scopes: The photos that can be chosen, in words; the first are chosen at first.
        folder: The proposed folder.
        parent: The window.
    """

    save_requested = Signal(TableChoice)

    def __init__(self, scopes: Sequence[str], folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Save predictions")
        self.scopes = QButtonGroup(self)
        self.formats = QButtonGroup(self)
        self.place = QWidget()
        self.latitude = QLineEdit()
        self.longitude = QLineEdit()
        self.place_note = QuietLabel()
        self.where = TargetRow(_proposed(folder, FORMATS[0]))
        self.target, self.browse_button, self.note = self.where.edit, self.where.browse_button, self.where.note
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.save_button = self.buttons.addButton("&Save", QDialogButtonBox.ButtonRole.AcceptRole)
        make_primary(self.save_button)
        self._lay_out(scopes)
        self.formats.idClicked.connect(self._on_formats_id_clicked)
        for edit in (self.target, self.latitude, self.longitude):
            edit.textChanged.connect(self._check)
        self.browse_button.clicked.connect(self._on_browse_button_clicked)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._check()

    def chosen(self) -> TableFormat:
        """Return the chosen format."""
        return FORMATS[self.formats.checkedId()]

    def choose(self, format_id: str) -> None:
        """Choose a format by its id."""
        self.formats.button([item.id for item in FORMATS].index(format_id)).click()

    @override
    def accept(self) -> None:
        if self.save_button.isEnabled():
            place = self._place() if self.chosen().needs_place else None
            self.save_requested.emit(TableChoice(self.scopes.checkedId(), self.chosen(), self.where.path(), place))
            super().accept()

    def _lay_out(self, scopes: Sequence[str]) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card_heading("Which photos"))
        for place, text in enumerate(scopes):
            button = QRadioButton(text)
            self.scopes.addButton(button, place)
            column.addWidget(button)
        column.addWidget(card_heading("Format"))
        for place, item in enumerate(FORMATS):
            button = QRadioButton(item.title)
            set_spoken_details(button, item.description)
            self.formats.addButton(button, place)
            column.addWidget(button)
            column.addWidget(IndentedNote(item.description))
        self.scopes.button(0).setChecked(True)
        self.formats.button(0).setChecked(True)
        column.addWidget(self._place_row())
        column.addWidget(self.where)
        column.addWidget(
            QuietLabel("It says of each photo what it was named, by whom (the model or you), when, and by which model.")
        )
        column.addStretch(1)
        area, outer = ScrollArea(content), QVBoxLayout(self)
        outer.addWidget(area, 1)
        outer.addWidget(self.buttons)
        fit_dialog(self, area, _LETTERS, more_lines=2)
        self.place.hide()

    def _place_row(self) -> QWidget:
        indent = choice_indent(self)
        column = QVBoxLayout(self.place)
        column.setContentsMargins(indent, 0, 0, GRID)
        column.addWidget(QuietLabel(_PLACE))
        row = FlowLayout()
        row.setSpacing(GRID)
        for edit, name, example in (
            (self.latitude, "&Latitude:", "52.70442"),
            (self.longitude, "L&ongitude:", "23.84995"),
        ):
            edit.setPlaceholderText(example)
            set_spoken(edit, name.replace("&", "").rstrip(":"))
            set_spoken_details(edit, _PLACE)
            label = PlainLabel(name)
            label.setBuddy(edit)
            row.addWidget(label)
            row.addWidget(edit)
        column.addLayout(row)
        column.addWidget(self.place_note)
        return self.place

    def _place(self) -> Place | None:
        """Return the place that was typed; None where it is none."""
        try:
            latitude, longitude = (float(edit.text().strip().replace(",", ".")) for edit in self._degrees())
        except ValueError:
            return None
        return Place(latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None

    def _degrees(self) -> tuple[QLineEdit, QLineEdit]:
        return self.latitude, self.longitude

    def _problem(self) -> str:
        item = self.chosen()
        if problem := self.where.problem(item.kind):
            return problem
        if item.kind is None and files.is_file(self.where.path()):
            return f"“{self.where.path().name}” is there already. Choose another name."
        return ""

    @Slot()
    def _check(self) -> None:
        """Show what prevents it, each beside what it is about, and enable the button where nothing does."""
        needs_place = self.chosen().needs_place
        self.place.setVisible(needs_place)
        no_place = _NO_PLACE if needs_place and self._place() is None else ""
        self.place_note.setText(no_place)
        problem = self._problem()
        self.save_button.setEnabled(not problem and not no_place)
        self.where.show_problem(problem)

    @Slot(int)
    def _on_formats_id_clicked(self, place: int) -> None:
        self.where.set_path(_proposed(self.where.path().parent, FORMATS[place]))
        self._check()

    @Slot()
    def _on_browse_button_clicked(self) -> None:
        item = self.chosen()
        self.where.ask("Save predictions", item.title, item.kind, "Choose the folder in which the data package is put")


def _proposed(folder: Path, item: TableFormat) -> Path:
    """Return a path at which nothing is yet: a table is replaced only where the person chose it."""
    stem, ending = "predictions", item.kind.suffixes[0] if item.kind is not None else f" {item.id}"
    names = itertools.chain([f"{stem}{ending}"], (f"{stem} {number}{ending}" for number in itertools.count(2)))
    return next(path for name in names if not os.path.lexists(path := folder / name))
