"""The export dialog: format and target."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from tlgui.exporting.export_formats import FORMATS, ExportFormat
from tlgui.files.targets import EXPORTS
from tlgui.ui.widgets.dialog_size import fit_dialog
from tlgui.ui.widgets.empty_page import QuietLabel, card_heading
from tlgui.ui.widgets.indented_note import IndentedNote
from tlgui.ui.widgets.plain_text import set_spoken_details
from tlgui.ui.widgets.primary import make_primary
from tlgui.ui.widgets.scroll_area import ScrollArea
from tlgui.ui.widgets.target_row import TargetRow

_PROMISE = (
    "The export takes RGB from 0 to 255 and gives probabilities; nothing needs to be prepared before. "
    "It is loaded again and compared with the model on photos, and kept only where both agree."
)
_DISTANCE = "A second output says how unlike a photo is. The file gets larger."
_LETTERS = 85
_NO_ROOM = "This format has no room for it."


class ExportDialog(QDialog):
    """Asks for a format and a place.

    Args:
        name: The proposed name, without a suffix.
        folder: The proposed folder.
        parent: The window.
        tells_distance: Whether the model can tell photos that are unlike anything it learned.

    Attributes:
        export_requested: The id of the format, the target, and whether the export gets the distance as an output.
    """

    export_requested = Signal(str, object, bool)

    def __init__(self, name: str, folder: Path, parent: QWidget | None = None, *, tells_distance: bool = False) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Export model")
        self._name = name
        self.formats = QButtonGroup(self)
        self._tells_distance = tells_distance
        self.distance = QCheckBox("Also tell photos &unlike anything it learned")
        self.distance_note = IndentedNote(_DISTANCE, self._gap())
        self.where = TargetRow(folder / self._file_name(FORMATS[0]))
        self.target, self.browse_button, self.note = self.where.edit, self.where.browse_button, self.where.note
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.export_button = self.buttons.addButton("&Export", QDialogButtonBox.ButtonRole.AcceptRole)
        make_primary(self.export_button)
        self._lay_out()
        self.formats.idClicked.connect(self._on_formats_id_clicked)
        self.where.changed.connect(self._check)
        self.browse_button.clicked.connect(self._on_browse_button_clicked)
        self.buttons.accepted.connect(self._on_buttons_accepted)
        self.buttons.rejected.connect(self.reject)
        self._check()

    def chosen(self) -> ExportFormat:
        """Return the chosen format."""
        return FORMATS[self.formats.checkedId()]

    def choose(self, format_id: str) -> None:
        """Choose a format by its id."""
        index = [item.id for item in FORMATS].index(format_id)
        self.formats.button(index).click()

    def _lay_out(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card_heading("Format"))
        for index, item in enumerate(FORMATS):
            button = QRadioButton(item.title)
            set_spoken_details(button, item.description)
            self.formats.addButton(button, index)
            column.addWidget(button)
            column.addWidget(IndentedNote(item.description, self._gap()))
        self.formats.button(0).setChecked(True)
        self.distance.setVisible(self._tells_distance)
        self.distance_note.setVisible(self._tells_distance)
        column.addWidget(self.distance)
        column.addWidget(self.distance_note)
        column.addWidget(self.where)
        column.addStretch(1)
        column.addWidget(QuietLabel(_PROMISE))
        outer = QVBoxLayout(self)
        area = ScrollArea(content)
        outer.addWidget(area, 1)
        outer.addWidget(self.buttons)
        self._show_room()
        fit_dialog(self, area, _LETTERS, more_lines=1)

    def _gap(self) -> int:
        """Return the room below the note of a choice, in pixels."""
        return self.fontMetrics().height() // 3

    def _show_room(self) -> None:
        """Let the distance be chosen where the format has room for it."""
        has_room = self.chosen().has_room_for_distance
        self.distance.setEnabled(has_room)
        note = _DISTANCE if has_room else _NO_ROOM
        self.distance_note.setText(note)
        set_spoken_details(self.distance, note)

    def _file_name(self, item: ExportFormat) -> str:
        return self._name + (item.suffix or f" {item.id}")

    @Slot()
    def _check(self) -> None:
        """Show what prevents the export, and enable the button where nothing does."""
        problem = self.where.problem(EXPORTS.get(self.chosen().suffix))
        self.export_button.setEnabled(not problem)
        self.where.show_problem(problem)

    @Slot(int)
    def _on_formats_id_clicked(self, index: int) -> None:
        self.where.set_path(self.where.path().parent / self._file_name(FORMATS[index]))
        self._show_room()

    @Slot()
    def _on_browse_button_clicked(self) -> None:
        item = self.chosen()
        kind = EXPORTS.get(item.suffix)
        self.where.ask("Export to", item.title, kind, "Choose the folder in which the export is put")

    @Slot()
    def _on_buttons_accepted(self) -> None:
        with_distance = self._tells_distance and self.distance.isEnabled() and self.distance.isChecked()
        self.export_requested.emit(self.chosen().id, self.where.path(), with_distance)
        self.accept()
