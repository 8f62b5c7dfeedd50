"""The status of the training: epoch, progress, time left and outcome, with the buttons Start and Stop."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from tlgui.learning.results import ModelSummary
from tlgui.progress import BatchEnded, Event, Progress, Stage
from tlgui.text.accuracy import accuracy_in_words
from tlgui.text.numbers import stop_reason_in_words
from tlgui.text.stages import counts_words, stage_words, time_left_words
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.plain_text import PlainLabel, set_spoken_details, set_tip
from tlgui.ui.widgets.primary import make_primary

_BAR_STEPS = 1000
_WAITING = "Press Start to train. The curves appear here while tlgui learns."
_CANCELLED = "Stopped before the first epoch had ended: this training left no model."
_FAILED = "The training did not come to its end."
_UNSAVED = "The training has ended well; its model is not saved yet."


class TrainingStatus(QWidget):
    """Shows the status that the Train page sets, and emits which button was pressed.

    Args:
        cost: The estimate; shown below Start while a training can start.
        parent: The owner.
    """

    start_pressed = Signal()
    stop_pressed = Signal()
    results_pressed = Signal()
    predict_pressed = Signal()

    def __init__(self, cost: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_in_use = True
        self.stage = PlainLabel(_WAITING)
        self.stage.setWordWrap(True)
        self.time_left = QuietLabel()
        self.time_left.setWordWrap(False)
        self.bar = QProgressBar()
        self.bar.setRange(0, _BAR_STEPS)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the training")
        keeps_place = self.bar.sizePolicy()
        keeps_place.setRetainSizeWhenHidden(True)
        self.bar.setSizePolicy(keeps_place)
        self.bar.hide()
        self.start_button = _button("&Start training", self.start_pressed)
        self.start_button.setDefault(True)
        make_primary(self.start_button)
        self.stop_button = _button("Stop", self.stop_pressed)
        self.stop_button.setToolTip("End the training now and keep the best epoch so far")
        self.results_button = _button("See the results", self.results_pressed)
        self.predict_button = _button("Try it on photos", self.predict_pressed)
        # Why Start is disabled.
        self.reason = QuietLabel()
        self.reason.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._cost = cost
        # Only one of reason and estimate is shown; a stack is always as high as the higher one, so nothing moves.
        self._under_start = QStackedWidget()
        self._lay_out()
        self._show_outcome_buttons(are_shown=False)

    def set_startable(self, reason: str, *, is_training: bool) -> None:
        """Enable or disable Start and Stop.

        Args:
            reason: Why no training can start; empty if one can.
            is_training: Whether a training is under way.
        """
        self.start_button.setEnabled(not reason and not is_training)
        set_tip(self.start_button, reason)
        set_spoken_details(self.start_button, reason)
        self.stop_button.setEnabled(is_training)
        self.reason.setText("" if is_training else reason)
        self._under_start.setCurrentWidget(self.reason if self.reason.text() else self._cost)

    def show_started(self) -> None:
        """Show that a training begins."""
        self._show_outcome_buttons(are_shown=False)
        self._set_text(stage_words(Stage.STARTING) + "…")
        self.bar.setRange(0, 0)
        self.bar.show()

    def show_event(self, event: Event) -> None:
        """Show the progress in a training's event."""
        if isinstance(event, BatchEnded):
            self._set_text(f"Epoch {event.epoch:,} of {event.epochs:,}", time_left_words(event.seconds_left))
            self._show_share(event.batch, event.batches)
        elif isinstance(event, Progress):
            self._set_text(_stage_line(event), time_left_words(event.seconds_left))
            self._show_share(event.done, event.total)

    def show_stopping(self) -> None:
        """Show that the training is about to stop."""
        self._set_text("Stopping…")
        self.bar.setRange(0, 0)
        self.stop_button.setEnabled(False)

    def show_waiting(self) -> None:
        """Show that no training was started yet."""
        self._end(_WAITING)
        self._show_outcome_buttons(are_shown=False)

    def show_succeeded(self, model: ModelSummary) -> None:
        """Show the accuracy of the model, why the training ended, and which epoch was kept."""
        self._end(" ".join(outcome_sentences(model)))
        self._show_outcome_buttons(are_shown=True)

    def set_in_use(self, *, is_in_use: bool) -> None:
        """Offer to try the trained model on photos, or not while another model is in use."""
        self._is_in_use = is_in_use
        self.predict_button.setVisible(is_in_use and not self.results_button.isHidden())

    def show_cancelled(self) -> None:
        """Show that the training was stopped without a model."""
        self._end(_CANCELLED)

    def show_failed(self, *, is_unsaved: bool) -> None:
        """Show that the training failed, or that its model could not be written; the window shows why."""
        self._end(_UNSAVED if is_unsaved else _FAILED)

    def _end(self, sentence: str) -> None:
        self._set_text(sentence)
        self.bar.hide()

    def _set_text(self, stage: str, left: str = "") -> None:
        self.stage.setText(stage)
        self.time_left.setText(left)

    def _show_share(self, done: int, total: int | None) -> None:
        self.bar.setRange(0, _BAR_STEPS if total else 0)
        if total:
            self.bar.setValue(round(_BAR_STEPS * done / total))

    def _show_outcome_buttons(self, *, are_shown: bool) -> None:
        self.results_button.setVisible(are_shown)
        self.predict_button.setVisible(are_shown and self._is_in_use)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        line = QHBoxLayout()
        line.addWidget(self.stage, 1, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.time_left, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(line)
        # The height of the longest sentence is reserved, so that the plots above keep their size.
        self.stage.setMinimumHeight(self.fontMetrics().lineSpacing() * 2)
        self.stage.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.bar)
        buttons = QHBoxLayout()
        for button in (self.start_button, self.stop_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        for button in (self.predict_button, self.results_button):
            buttons.addWidget(button)
        layout.addLayout(buttons)
        for widget in (self._cost, self.reason):
            self._under_start.addWidget(widget)
        layout.addWidget(self._under_start)


def outcome_sentences(model: ModelSummary) -> tuple[str, ...]:
    """Return the accuracy of the model, why its training ended, and which epoch was kept, a sentence each."""
    sentences = []
    if model.evaluation is not None:
        sentences.append(f"{accuracy_in_words(model.evaluation)}.")
    sentences.append(f"{stop_reason_in_words(model.stop_reason, len(model.history))}.")
    best = next((epoch for epoch in reversed(model.history) if epoch.is_best), None)
    if best is not None and best.epoch != len(model.history):
        sentences.append(f"The best one, epoch {best.epoch:,}, was kept.")
    return tuple(sentences)


def _stage_line(event: Progress) -> str:
    if event.stage is Stage.FEATURES and event.total:
        return f"Looking at photos: {event.done:,} of {event.total:,}"
    counts = f": {counts_words(event)}" if event.total and event.total > 1 else ""
    return stage_words(event.stage) + (counts or "…")


def _button(text: str, pressed: object) -> QPushButton:
    button = QPushButton(text)
    button.setAutoDefault(True)
    button.clicked.connect(pressed)
    return button
