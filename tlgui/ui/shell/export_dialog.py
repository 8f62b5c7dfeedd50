"""The export dialog: format and target."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from tlgui import files
from tlgui.errors import TlguiError
from tlgui.exporting.export_formats import FORMATS, ExportFormat
from tlgui.files.targets import EXPORTS, refusal
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.file_dialogs import ask_folder, ask_target
from tlgui.ui.widgets.plain_text import PlainLabel, set_spoken_details

_PROMISE = (
    "The export takes RGB from 0 to 255 and gives probabilities; nothing needs to be prepared before. "
    "It is loaded again and compared with the model on photos, and kept only where both agree."
)
_DISTANCE = "A second output says how unlike a photo is. The file gets larger."
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
        self.distance_note = QuietLabel(_DISTANCE)
        self.target = QLineEdit()
        self.browse_button = QPushButton("&Browse…")
        self.note = QuietLabel()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.export_button = self.buttons.addButton("&Export", QDialogButtonBox.ButtonRole.AcceptRole)
        self._lay_out()
        self.formats.idClicked.connect(self._on_formats_id_clicked)
        self.target.textChanged.connect(self._check)
        self.browse_button.clicked.connect(self._on_browse_button_clicked)
        self.buttons.accepted.connect(self._on_buttons_accepted)
        self.buttons.rejected.connect(self.reject)
        self.target.setText(str(folder / self._file_name(self.chosen())))
        self._check()

    def chosen(self) -> ExportFormat:
        """Return the chosen format."""
        return FORMATS[self.formats.checkedId()]

    def choose(self, format_id: str) -> None:
        """Choose a format by its id."""
        index = [item.id for item in FORMATS].index(format_id)
        self.formats.button(index).click()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.addWidget(PlainLabel("Format:"))
        for index, item in enumerate(FORMATS):
            button = QRadioButton(item.title)
            set_spoken_details(button, item.description)
            self.formats.addButton(button, index)
            column.addWidget(button)
            column.addWidget(self._indented(QuietLabel(item.description)))
        self.formats.button(0).setChecked(True)
        self.distance.setVisible(self._tells_distance)
        self.distance_note.setVisible(self._tells_distance)
        column.addWidget(self.distance)
        column.addWidget(self._indented(self.distance_note))
        label = PlainLabel("Write &to:")
        label.setBuddy(self.target)
        self.target.setAccessibleName("Write to")
        row = QHBoxLayout()
        row.addWidget(self.target, 1)
        row.addWidget(self.browse_button)
        column.addWidget(label)
        column.addLayout(row)
        column.addWidget(self.note)
        column.addStretch(1)
        column.addWidget(QuietLabel(_PROMISE))
        column.addWidget(self.buttons)
        self._show_room()
        width = self.fontMetrics().averageCharWidth() * 85
        self.setMinimumWidth(width)
        self.resize(width, column.heightForWidth(width))

    def _indented(self, description: QuietLabel) -> QuietLabel:
        """Align a description with the text of the button above it."""
        style = self.style()
        indent = style.pixelMetric(style.PixelMetric.PM_ExclusiveIndicatorWidth) + style.pixelMetric(
            style.PixelMetric.PM_RadioButtonLabelSpacing
        )
        description.setContentsMargins(indent, 0, 0, self.fontMetrics().height() // 3)
        return description

    def _show_room(self) -> None:
        """Let the distance be chosen where the format has room for it."""
        has_room = self.chosen().has_room_for_distance
        self.distance.setEnabled(has_room)
        note = _DISTANCE if has_room else _NO_ROOM
        self.distance_note.setText(note)
        set_spoken_details(self.distance, note)

    def _file_name(self, item: ExportFormat) -> str:
        return self._name + (item.suffix or f" {item.id}")

    def _target(self) -> Path:
        return files.expanded(self.target.text().strip())

    @Slot()
    def _check(self) -> None:
        """Show what prevents the export, and enable the button where nothing does."""
        target = self._target()
        note = ""
        if not self.target.text().strip() or not target.is_absolute():
            note = "Give the whole path, or press Browse."
        elif not files.is_folder(target.parent):
            note = f"The folder “{target.parent}” is not there. Choose one that is."
        elif files.is_folder(target):
            note = f"There is a folder “{target.name}” already. Choose another name."
        elif (kind := EXPORTS.get(self.chosen().suffix)) is not None:
            note = refusal(target, kind)
        self.export_button.setEnabled(not note)
        if not note and files.is_file(target):
            note = f"“{target.name}” is there already and will be replaced."
        self.note.setText(note)

    @Slot(int)
    def _on_formats_id_clicked(self, index: int) -> None:
        folder = self._target().parent
        self.target.setText(str(folder / self._file_name(FORMATS[index])))
        self._show_room()

    @Slot()
    def _on_browse_button_clicked(self) -> None:
        item, target = self.chosen(), self._target()
        if item.suffix:
            kinds = f"{item.title} (*{item.suffix})"
            kind = EXPORTS[item.suffix]
            ask_target(self, "Export to", str(target), kinds, kind, self._set_target, self._show_refusal)
        else:
            ask_folder(
                self,
                "Choose the folder in which the export is put",
                str(target.parent),
                lambda folder: self._set_target(folder / target.name),
            )

    def _set_target(self, target: Path) -> None:
        self.target.setText(str(target))

    def _show_refusal(self, error: TlguiError) -> None:
        self.note.setText(error.message)

    @Slot()
    def _on_buttons_accepted(self) -> None:
        with_distance = self._tells_distance and self.distance.isEnabled() and self.distance.isChecked()
        self.export_requested.emit(self.chosen().id, self._target(), with_distance)
        self.accept()
