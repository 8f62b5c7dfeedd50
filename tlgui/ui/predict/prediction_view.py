"""The window that shows one named photo large: its best classes, and where the model looked; and what opens it."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from tlgui.learning.results import Prediction
from tlgui.ui.predict.prediction_list import PredictionList, prediction_text
from tlgui.ui.session.explanations import Explanations
from tlgui.ui.viewer.photo_dialog import PhotoDialog

_FIRST_SIZE_IN_LETTERS = (110, 36)


class PredictionView(PhotoDialog):
    """Shows one prediction at a time.

    Args:
        explanations: Asks the model in use where it looked.
        parent: The window.
    """

    def __init__(self, explanations: Explanations, parent: QWidget | None = None) -> None:
        super().__init__(explanations, parent)
        self._prediction: Prediction | None = None
        self._lay_out(self.canvas, [self.about], self._button_row(), _FIRST_SIZE_IN_LETTERS)

    def show_prediction(self, predictions: Sequence[Prediction], place: int) -> None:
        """Show one of the predictions.

        Args:
            predictions: All of the list.
            place: Which one, from 0.
        """
        prediction = predictions[place]
        self._show_place(prediction.path, place, len(predictions))
        self.about.setText(prediction_text(prediction))
        if self._prediction is not prediction:
            self._prediction = prediction
            self._load_fitted(prediction.path)


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
