"""The window that shows one photo large: what every such window has, whatever it says of the photo."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QImage, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLayout, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.photos.names import shown_name
from tlgui.ui.session.explanations import Explanations
from tlgui.ui.viewer.explanation_switch import ExplanationSwitch
from tlgui.ui.viewer.photo_canvas import PhotoCanvas
from tlgui.ui.viewer.photo_loader import PhotoLoader
from tlgui.ui.widgets.plain_text import set_tip, set_title
from tlgui.ui.widgets.tinted_bar import plain_label


class PhotoDialog(QDialog):
    """Shows one photo at a time, fitted to the window; arrow keys and buttons step to the others.

    Signals:
        step_requested: How many photos to move on; negative for back.

    Attributes:
        canvas: The photo.
        about: Text below it.
        explanation: Shows where the model in use looked.

    Args:
        explanations: Asks the model in use; None where no model can be asked.
        parent: The window.
    """

    step_requested = Signal(int)

    def __init__(self, explanations: Explanations | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.canvas = PhotoCanvas()
        self.about = plain_label()
        self.previous_button = dialog_button("&Previous", "Left arrow key")
        self.next_button = dialog_button("&Next", "Right arrow key")
        self._loader = PhotoLoader(self)
        self._loader.loaded.connect(self._on_loader_loaded)
        self.explanation = ExplanationSwitch(explanations, self.canvas, self._loader, self)
        self.canvas.step_requested.connect(self.step_requested)
        self.previous_button.clicked.connect(self._on_previous_button_clicked)
        self.next_button.clicked.connect(self._on_next_button_clicked)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.canvas.setFocus()

    def _show_place(self, path: Path, place: int, total: int) -> None:
        """Name a photo in the title, and allow the steps that there are.

        Args:
            path: The photo.
            place: Which one it is, from 0.
            total: How many there are.
        """
        set_title(self, f"{shown_name(path)} ({place + 1:,} of {total:,})")
        self.previous_button.setEnabled(place > 0)
        self.next_button.setEnabled(place < total - 1)

    def _load_fitted(self, path: Path) -> None:
        """Load another photo, to be shown as large as the window."""
        self.canvas.is_fitted = True
        self.explanation.show_photo(path)
        self._loader.load(path, self._screen_side())

    def _button_row(self, *buttons: QPushButton) -> QHBoxLayout:
        """Return a row of the buttons of every window and these, with one that closes the window at its end.

        Args:
            buttons: Those that do something with the photo.
        """
        row = QHBoxLayout()
        for button in (self.previous_button, self.next_button):
            row.addWidget(button)
        row.addWidget(self.explanation.button)
        row.addStretch(1)
        close = dialog_button("&Close", "Esc")
        close.clicked.connect(self.close)
        for button in (*buttons, close):
            row.addWidget(button)
        return row

    def _lay_out(self, photo: QLayout | QWidget, below: list[QWidget], row: QHBoxLayout, size: tuple[int, int]) -> None:
        """Fill the window.

        Args:
            photo: The canvas, or a layout that has it.
            below: Texts below it.
            row: The buttons.
            size: How large the window is at first, in letters and lines; at most 9 tenths of the screen.
        """
        column = QVBoxLayout(self)
        if isinstance(photo, QLayout):
            column.addLayout(photo, 1)
        else:
            column.addWidget(photo, 1)
        for text in (*below, self.explanation.words):
            column.addWidget(text)
        column.addLayout(row)
        letter, line = self.fontMetrics().averageCharWidth(), self.fontMetrics().height()
        room = self.screen().availableSize()
        self.resize(min(size[0] * letter, room.width() * 9 // 10), min(size[1] * line, room.height() * 9 // 10))

    def _screen_side(self) -> int:
        size = self.screen().size()
        return round(max(size.width(), size.height()) * self.devicePixelRatioF())

    @Slot(QImage, str)
    def _on_loader_loaded(self, image: QImage, problem: str) -> None:
        self.canvas.show_image(image)
        if problem:
            self.about.setText(problem)

    @Slot()
    def _on_previous_button_clicked(self) -> None:
        self.step_requested.emit(-1)

    @Slot()
    def _on_next_button_clicked(self) -> None:
        self.step_requested.emit(1)


def dialog_button(text: str, tooltip: str) -> QPushButton:
    """Return a button that Enter presses only while it has the focus, and that takes it with Tab alone."""
    button = QPushButton(text)
    set_tip(button, tooltip)
    button.setAutoDefault(False)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
