"""The dialog before a report is saved: as a page or as a PDF, with or without the photos that the model got wrong."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QDialog, QDialogButtonBox, QRadioButton, QVBoxLayout, QWidget

from tlgui.reporting.small_pictures import MOST_PICTURES
from tlgui.ui.widgets.dialog_size import fit_dialog
from tlgui.ui.widgets.indented_note import IndentedNote
from tlgui.ui.widgets.plain_text import PlainLabel, set_spoken_details
from tlgui.ui.widgets.primary import make_primary
from tlgui.ui.widgets.scroll_area import ScrollArea

_WHAT = (
    "A report says what the model is, how good it is, what it mixes up, and what it should not be used for. It is one "
    "file that can be sent to others."
)
_WITHOUT = "Which photos it got wrong is not known here: the model comes from elsewhere, or from an earlier version."
_WITH = f"At most {MOST_PICTURES} photos, small. Leave them out if others must not see them."
_WIDTH_IN_LETTERS = 66


class ReportDialog(QDialog):
    """Asks what the report is to be.

    Signals:
        chosen: The suffix of the file, and whether photos are shown in it.

    Args:
        parent: The window.
        has_mistakes: Whether the photos that the model got wrong are known.
    """

    chosen = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None, *, has_mistakes: bool) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Save report")
        self.page_button = QRadioButton("A page for the &browser (HTML)")
        self.pdf_button = QRadioButton("A &document for print (PDF)")
        self._kinds = QButtonGroup(self)
        self.pictures = QCheckBox("With the &photos that it got wrong")
        self.pictures.setEnabled(has_mistakes)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.next_button = self.buttons.addButton("Choose &where…", QDialogButtonBox.ButtonRole.AcceptRole)
        make_primary(self.next_button)
        self._lay_out(_WITH if has_mistakes else _WITHOUT)
        self.page_button.setChecked(True)
        self.buttons.accepted.connect(self._on_buttons_accepted)
        self.buttons.rejected.connect(self.reject)

    def _lay_out(self, about_pictures: str) -> None:
        what = PlainLabel(_WHAT)
        what.setWordWrap(True)
        note = IndentedNote(about_pictures)
        set_spoken_details(self.pictures, about_pictures)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(what)
        for button in (self.page_button, self.pdf_button):
            self._kinds.addButton(button)
            column.addWidget(button)
        column.addWidget(self.pictures)
        column.addWidget(note)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        area = ScrollArea(content)
        outer.addWidget(area, 1)
        outer.addWidget(self.buttons)
        fit_dialog(self, area, _WIDTH_IN_LETTERS)

    @Slot()
    def _on_buttons_accepted(self) -> None:
        suffix = ".html" if self.page_button.isChecked() else ".pdf"
        self.chosen.emit(suffix, self.pictures.isChecked())
        self.accept()
