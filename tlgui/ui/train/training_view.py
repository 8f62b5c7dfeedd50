"""The training: what is done and how good it is in one large sentence, the curves, and where to go from there."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from tlgui.learning.results import ModelSummary
from tlgui.progress import EpochEnded
from tlgui.text.accuracy import accuracy_in_words
from tlgui.text.numbers import count, percent, stop_reason_in_words
from tlgui.ui.plots.curve_view import TrainingPlots
from tlgui.ui.widgets.empty_page import page_heading
from tlgui.ui.widgets.flow_layout import FlowLayout
from tlgui.ui.widgets.scroll_area import ScrollArea
from tlgui.ui.widgets.terms import TermLabel, set_term
from tlgui.ui.widgets.tokens import GRID

_STARTED = "Getting ready to learn from your photos"
_NO_EPOCH = "The curves begin with the first epoch."
_CAPTION = "Training accuracy far above validation accuracy is overfitting: more photos, or variations of them, help."
_CANCELLED = "Stopped before the first epoch had ended: this training left no model."
_FAILED = "The training did not come to its end."
_UNSAVED = "The training has ended well; its model is not saved yet."
_NOT_MEASURED = "The training has ended."
# How far a count of photos may be from a whole number: shares are sums of single precision.
_ROUNDING = 0.01


class TrainingView(QWidget):
    """Shows the training under way, or the last one.

    Args:
        parent: The owner.
    """

    results_pressed = Signal()
    predict_pressed = Signal()
    choose_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_in_use = True
        self._photo_count = 0
        self.heading = page_heading("")
        self.explanation = TermLabel(is_quiet=True)
        self.results_button = _button("See the mistakes", self.results_pressed)
        self.predict_button = _button("Try it on photos", self.predict_pressed)
        self.choose_button = _button("Choose another recipe", self.choose_pressed)
        self.plots = TrainingPlots()
        set_term(self.plots, "validation")
        self.caption = TermLabel(_CAPTION, is_quiet=True)
        self._lay_out()
        self.show_nothing()

    @property
    def is_empty(self) -> bool:
        """Whether there is no training to show."""
        return not self.heading.text()

    def show_nothing(self) -> None:
        """Show no training."""
        self.plots.set_history(())
        self._say("")
        self._show_buttons()

    def show_started(self, history: tuple[EpochEnded, ...], photo_count: int) -> None:
        """Show that a training begins.

        Args:
            history: The epochs that it goes on from.
            photo_count: Its validation photos; 0 where that is not known.
        """
        self._photo_count = photo_count
        self.plots.set_history(history, is_running=True)
        self._say(_STARTED, _NO_EPOCH)
        self._show_buttons(is_over=False)

    def add_epoch(self, event: EpochEnded) -> None:
        """Show how good the model is after an epoch."""
        self.plots.add_epoch(event)
        best = max((epoch.validation_accuracy for epoch in self.plots.history), default=0.0)
        said = f"At its best so far: {right_in_words(best, self._photo_count)}."
        self._say(f"{right_in_words(event.validation_accuracy, self._photo_count).capitalize()}", said)

    def show_succeeded(self, model: ModelSummary) -> None:
        """Show the accuracy of the model, why the training ended, and which epoch was kept."""
        self.plots.set_history(model.history)
        heading, *rest = outcome_sentences(model)
        self._say(heading, " ".join(rest))
        self._show_buttons(has_model=True)

    def show_cancelled(self) -> None:
        """Show that the training was stopped without a model."""
        self._end(_CANCELLED)

    def show_failed(self, *, is_unsaved: bool) -> None:
        """Show that the training failed, or that its model could not be written; the window shows why."""
        self._end(_UNSAVED if is_unsaved else _FAILED)

    def set_in_use(self, *, is_in_use: bool) -> None:
        """Offer to try the trained model on photos, or not while another model is in use."""
        self._is_in_use = is_in_use
        self.predict_button.setVisible(is_in_use and not self.results_button.isHidden())

    def _end(self, sentence: str) -> None:
        self.plots.set_history(self.plots.history)
        self._say(sentence)
        self._show_buttons()

    def _say(self, heading: str, explanation: str = "") -> None:
        self.heading.setText(heading)
        self.explanation.setText(explanation)
        self.explanation.setVisible(bool(explanation))

    def _show_buttons(self, *, has_model: bool = False, is_over: bool = True) -> None:
        self.results_button.setVisible(has_model)
        self.predict_button.setVisible(has_model and self._is_in_use)
        self.choose_button.setVisible(is_over)
        for widget in (self.plots, self.caption):
            widget.setVisible(bool(self.plots.history) or not is_over)

    def _lay_out(self) -> None:
        buttons = FlowLayout()
        for button in (self.results_button, self.predict_button, self.choose_button):
            buttons.addWidget(button)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.heading)
        column.addWidget(self.explanation)
        column.addLayout(buttons)
        column.addWidget(self.plots, 1)
        column.addWidget(self.caption)
        column.addStretch()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(ScrollArea(content))


def right_in_words(accuracy: float, photo_count: int) -> str:
    """Return how many validation photos are right, such as “82 of 98 validation photos right”.

    Args:
        accuracy: The share that is right, 0..1.
        photo_count: How many there are; where that is not known, or does not fit the share, the share itself is told.
    """
    right = accuracy * photo_count
    if not photo_count or abs(right - round(right)) > _ROUNDING:
        return f"{percent(accuracy)} of the validation photos right"
    return f"{round(right):,} of {count('validation photo', photo_count)} right"


def outcome_sentences(model: ModelSummary) -> tuple[str, ...]:
    """Return the accuracy of the model, why its training ended, and which epoch was kept, a sentence each."""
    sentences = [f"{accuracy_in_words(model.evaluation)}." if model.evaluation is not None else _NOT_MEASURED]
    sentences.append(f"{stop_reason_in_words(model.stop_reason, len(model.history))}.")
    best = next((epoch for epoch in reversed(model.history) if epoch.is_best), None)
    if best is not None and best.epoch != len(model.history):
        sentences.append(f"The best one, epoch {best.epoch:,}, was kept.")
    return tuple(sentences)


def _button(text: str, pressed: object) -> QPushButton:
    button = QPushButton(text)
    button.setAutoDefault(True)
    button.clicked.connect(pressed)
    return button
