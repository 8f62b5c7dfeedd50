"""The Results page: how good the open model is, how it learned, and what it mixes up."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from tlgui.learning.records import Evaluation, ModelSummary
from tlgui.photos.collection import Part
from tlgui.ui.model_words import model_title
from tlgui.ui.session import Session
from tlgui.ui.widgets.class_results import ClassResultsTable
from tlgui.ui.widgets.confusion_table import ConfusionTable, mix_ups
from tlgui.ui.widgets.elided_label import ElidedLabel
from tlgui.ui.widgets.empty_page import EmptyPage, QuietLabel, page_heading
from tlgui.ui.widgets.plots import TrainingPlots
from tlgui.wording import accuracy_in_words, count, stop_reason_in_words

_NOT_MEASURED = "How good this model is was not measured: it had no validation photos."
_CAPTION = "Each row is what the photos are, each column what the model called them."


class ResultsPage(QWidget):
    """Shows the session's model: the last one trained or opened.

    Args:
        session: What is open.
        parent: The owner.
    """

    train_requested = Signal()
    open_model_requested = Signal()
    predict_requested = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.heading = page_heading("")
        self.model_line = ElidedLabel()
        self.explanation = QuietLabel()
        self.plots = TrainingPlots()
        self.classes = ClassResultsTable()
        self.confusion = ConfusionTable()
        self.mix_ups = QuietLabel()
        self.predict_button = _button("&Next: Predict", self.predict_requested)
        self.predict_button.setDefault(True)
        self.empty = EmptyPage(
            "No results yet",
            "Here you see how good a model is and what it mixes up. Train one, or open one that was saved before.",
            [_button("&Go to Train", self.train_requested), _button("Open &model…", self.open_model_requested)],
        )
        self._lay_out()
        session.model_changed.connect(self._show_model)
        self._show_model()

    def _lay_out(self) -> None:
        self._details = QWidget()
        details = QHBoxLayout(self._details)
        details.setContentsMargins(0, 0, 0, 0)
        details.addLayout(_titled("How each class fared", self.classes), 2)
        details.addLayout(_titled("Which classes were taken for which", QuietLabel(_CAPTION), self.confusion), 3)
        bottom = QHBoxLayout()
        bottom.addWidget(self.mix_ups, 1)
        bottom.addWidget(self.predict_button)
        self._view = QWidget()
        column = QVBoxLayout(self._view)
        column.addWidget(self.heading)
        column.addWidget(self.model_line)
        column.addWidget(self.explanation)
        column.addWidget(self.plots, 4)
        column.addWidget(self._details, 5)
        column.addLayout(bottom)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._view)

    @Slot()
    def _show_model(self) -> None:
        model = self._session.model
        self._stack.setCurrentWidget(self.empty if model is None else self._view)
        if model is None:
            return
        evaluation = model.evaluation
        self.heading.setText(accuracy_in_words(evaluation) if evaluation is not None else "Not measured")
        self.model_line.set_text(
            f"{model_title(model)} · {model.recipe.name} · {count('class', len(model.class_names))}"
        )
        self.explanation.setText(_explanation(model))
        self.plots.set_history(model.history)
        self._details.setVisible(evaluation is not None)
        self.mix_ups.setText(_mix_ups_line(evaluation))
        if evaluation is not None:
            self.classes.show_results(evaluation.classes)
            self.confusion.show_evaluation(evaluation)


def _explanation(model: ModelSummary) -> str:
    """Return what the accuracy means, what the model learned from, and why the training ended."""
    sentences = [_NOT_MEASURED]
    evaluation = model.evaluation
    if evaluation is not None:
        part = f"{evaluation.part.value} " if evaluation.part is not None else ""
        right = round(evaluation.accuracy * evaluation.photo_count)
        apart = ", none of which it learned from" if evaluation.part in {Part.VALIDATION, Part.TEST} else ""
        sentences = [
            f"It named {right:,} of {evaluation.photo_count:,} {part}photos rightly{apart}; "
            "on other photos like these expect a share in the range above."
        ]
    sentences.append(f"It learned from {count('photo', model.photo_count)}.")
    sentences.append(f"{stop_reason_in_words(model.stop_reason, len(model.history))}.")
    return " ".join(sentences)


def _mix_ups_line(evaluation: Evaluation | None) -> str:
    found = mix_ups(evaluation) if evaluation is not None else ()
    return f"Most often mixed up: {', '.join(found)}." if found else ""


def _titled(title: str, *widgets: QWidget) -> QVBoxLayout:
    label = QLabel(title)
    font = label.font()
    font.setBold(True)
    label.setFont(font)
    column = QVBoxLayout()
    column.addWidget(label)
    for widget in widgets:
        column.addWidget(widget)
    column.setStretchFactor(widgets[-1], 1)
    return column


def _button(text: str, pressed: object) -> QPushButton:
    button = QPushButton(text)
    button.clicked.connect(pressed)
    return button
