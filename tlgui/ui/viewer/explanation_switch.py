"""The switch of a full view that shows where in the photo the model looked, with the place in words beside it."""

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton, QWidget
from typing_extensions import override

from tlgui.errors import TlguiError
from tlgui.learning.results import Explanation
from tlgui.progress import Notice
from tlgui.text.explanations import explanation_in_words
from tlgui.ui.session.explanations import Explanations
from tlgui.ui.session.worker import Job
from tlgui.ui.viewer.explanation_layer import explanation_layer
from tlgui.ui.viewer.photo_canvas import PhotoCanvas
from tlgui.ui.viewer.photo_loader import PhotoLoader
from tlgui.ui.widgets.plain_text import set_tip
from tlgui.ui.widgets.tinted_bar import plain_label

_KEY = "W"
_TIP = "Dim what did not speak for the class that the model names (key W)"
_LOOKING = "Asking the model where it looked…"


class ExplanationSwitch(QObject):
    """Lays what the model looked at over the photo while its button is pressed.

    Attributes:
        button: The switch; hidden while there is no model to ask, or no photo to ask about.
        words: The class that the model names, and where it looked.

    Args:
        explanations: Asks the model; None where none can be asked.
        canvas: Shows the photo.
        loader: Loads the photo for the canvas.
        view: The window; its key W presses the button.
    """

    def __init__(
        self, explanations: Explanations | None, canvas: PhotoCanvas, loader: PhotoLoader, view: QWidget
    ) -> None:
        super().__init__(view)
        self._explanations = explanations
        self._canvas = canvas
        self._path: Path | None = None
        self._is_photo_there = False
        self._explanation: Explanation | None = None
        self._job: Job | None = None
        self.button = QPushButton("&Where it looked")
        self.button.setCheckable(True)
        self.button.setAutoDefault(False)
        set_tip(self.button, _TIP)
        self.words = plain_label()
        self.words.hide()
        self.button.toggled.connect(self._ask)
        QShortcut(QKeySequence(_KEY), view).activated.connect(self._on_key_activated)
        loader.loaded.connect(self._on_loader_loaded)
        view.installEventFilter(self)
        self._show_button()
        if explanations is not None:
            explanations.model_changed.connect(self._on_model_changed)

    def show_photo(self, path: Path | None) -> None:
        """Begin with another photo, which the loader is about to load; None where no photo is shown."""
        self._path = path
        self._is_photo_there = False
        self._show_button()
        self._ask()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and self._explanation is None:
            self._ask()
        elif event.type() == QEvent.Type.Hide:
            self._stop()
        return super().eventFilter(watched, event)

    @Slot()
    def _ask(self) -> None:
        """Ask about the photo that is shown while the button is pressed, and forget what was said of another."""
        self._stop()
        self._explanation = None
        self._canvas.show_layer(None)
        explanations = self._explanations if self.button.isChecked() else None
        is_on = explanations is not None and explanations.can_explain and self._path is not None
        self.words.setVisible(is_on)
        if explanations is not None and is_on and self._path is not None:
            self.words.setText(_LOOKING)
            self._job = explanations.begin(self._path)
            self._job.reported.connect(self._on_job_reported)
            self._job.succeeded.connect(self._on_job_succeeded)
            self._job.failed.connect(self._on_job_failed)

    def _show_button(self) -> None:
        can_ask = self._explanations is not None and self._explanations.can_explain
        self.button.setVisible(can_ask and self._path is not None)

    def _stop(self) -> None:
        if self._job is not None:
            self._job.stop()
            self._job = None

    def _show_layer(self) -> None:
        """Show the layer once both the photo and the answer are there: neither waits for the other."""
        if self._is_photo_there and self._explanation is not None:
            self._canvas.show_layer(explanation_layer(self._explanation))

    @Slot()
    def _on_key_activated(self) -> None:
        if not self.button.isHidden():
            self.button.click()

    @Slot()
    def _on_loader_loaded(self) -> None:
        self._is_photo_there = True
        self._show_layer()

    @Slot(object)
    def _on_job_reported(self, event: object) -> None:
        # Why it takes long, where it does.
        if self.sender() is self._job and isinstance(event, Notice):
            self.words.setText(f"{event.message} {event.hint}".rstrip())

    @Slot(object)
    def _on_job_succeeded(self, explanation: object) -> None:
        # An answer about a photo that was stepped over may still arrive.
        if self.sender() is self._job:
            assert isinstance(explanation, Explanation)
            self._job = None
            self._explanation = explanation
            self.words.setText(explanation_in_words(explanation))
            self._show_layer()

    @Slot(object)
    def _on_job_failed(self, error: object) -> None:
        if self.sender() is self._job:
            assert isinstance(error, TlguiError)
            self._job = None
            self.words.setText(f"{error.message} {error.hint}".rstrip())

    @Slot()
    def _on_model_changed(self) -> None:
        self._show_button()
        self._ask()
