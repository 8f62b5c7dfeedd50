"""The window that shows one named photo large: its best classes, and where the model looked; and what opens it."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QImage, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.learning.results import Prediction
from tlgui.photos.names import shown_name
from tlgui.ui.predict.prediction_list import PredictionList, prediction_text
from tlgui.ui.session.explanations import Explanations
from tlgui.ui.widgets.photo_canvas import PhotoCanvas
from tlgui.ui.widgets.photo_reader import PhotoReader
from tlgui.ui.widgets.plain_text import set_tip, set_title
from tlgui.ui.widgets.tinted_bar import plain_label
from tlgui.ui.widgets.where_it_looked import WhereItLooked

_FIRST_SIZE_IN_LETTERS = (110, 36)


class PredictionView(QDialog):
    """Shows one prediction at a time; the arrow keys step to the others.

    Signals:
        step_requested: How many photos to move on; negative for back.

    Args:
        explanations: Show where the model in use looks.
        parent: The window.
    """

    step_requested = Signal(int)

    def __init__(self, explanations: Explanations, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.canvas = PhotoCanvas()
        self.about = plain_label()
        self.previous_button = _button("&Previous", "Left arrow key")
        self.next_button = _button("&Next", "Right arrow key")
        self._prediction: Prediction | None = None
        self._reader = PhotoReader(self)
        self._reader.read.connect(self._on_reader_read)
        self.looked = WhereItLooked(explanations, self.canvas, self._reader, self)
        self._lay_out()
        self.canvas.step_requested.connect(self.step_requested)
        self.previous_button.clicked.connect(self._on_previous_button_clicked)
        self.next_button.clicked.connect(self._on_next_button_clicked)

    def show_prediction(self, predictions: Sequence[Prediction], place: int) -> None:
        """Show one of the predictions.

        Args:
            predictions: All of the list.
            place: Which one, from 0.
        """
        prediction, total = predictions[place], len(predictions)
        set_title(self, f"{shown_name(prediction.path)} ({place + 1:,} of {total:,})")
        self.about.setText(prediction_text(prediction))
        self.previous_button.setEnabled(place > 0)
        self.next_button.setEnabled(place < total - 1)
        if self._prediction is not prediction:
            self._prediction = prediction
            self.canvas.is_fitted = True
            self.looked.show_photo(prediction.path)
            self._reader.ask(prediction.path, self._screen_side())

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.canvas.setFocus()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        for button in (self.previous_button, self.next_button, self.looked.button):
            row.addWidget(button)
        row.addStretch(1)
        close = _button("&Close", "Esc")
        close.clicked.connect(self.close)
        row.addWidget(close)
        column = QVBoxLayout(self)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.about)
        column.addWidget(self.looked.words)
        column.addLayout(row)
        letter, line = self.fontMetrics().averageCharWidth(), self.fontMetrics().height()
        columns, lines = _FIRST_SIZE_IN_LETTERS
        room = self.screen().availableSize()
        self.resize(min(columns * letter, room.width() * 9 // 10), min(lines * line, room.height() * 9 // 10))

    def _screen_side(self) -> int:
        size = self.screen().size()
        return round(max(size.width(), size.height()) * self.devicePixelRatioF())

    @Slot(QImage, str)
    def _on_reader_read(self, image: QImage, _problem: str) -> None:
        # Why a photo cannot be read stands in its prediction.
        self.canvas.show_image(image)

    @Slot()
    def _on_previous_button_clicked(self) -> None:
        self.step_requested.emit(-1)

    @Slot()
    def _on_next_button_clicked(self) -> None:
        self.step_requested.emit(1)


class PredictionOpener(QObject):
    """Opens the current row of the list in a window of its own.

    Attributes:
        view: The window; None until it is needed.

    Args:
        predictions: The list; a row that is activated opens too.
        explanations: Show where the model in use looks.
        parent: The owner, whose window is the parent of the new one.
    """

    def __init__(self, predictions: PredictionList, explanations: Explanations, parent: QWidget) -> None:
        super().__init__(parent)
        self._list = predictions
        self._explanations = explanations
        self._widget = parent
        self.view: PredictionView | None = None
        predictions.activated.connect(self.open)

    @Slot()
    def open(self) -> None:
        """Open the current row, the first one where none is current."""
        if not self._list.rows.predictions:
            return
        if self.view is None:
            self.view = PredictionView(self._explanations, self._widget.window())
            self.view.step_requested.connect(self._show)
        self._show(0)
        self.view.show()
        self.view.activateWindow()

    @Slot(int)
    def _show(self, step: int) -> None:
        predictions = self._list.rows.predictions
        last = len(predictions) - 1
        row = max(0, min(max(self._list.currentIndex().row(), 0) + step, last))
        if self.view is not None and last >= 0:
            self._list.setCurrentIndex(self._list.rows.index(row))
            self.view.show_prediction(predictions, row)


def _button(text: str, tooltip: str) -> QPushButton:
    button = QPushButton(text)
    set_tip(button, tooltip)
    # Enter presses the focused button only.
    button.setAutoDefault(False)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
