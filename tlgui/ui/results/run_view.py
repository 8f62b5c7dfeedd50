"""One run: the accuracy of its model, its curves and its confusion matrix; or why it has no model."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QTableView, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.learning.results import Evaluation, ModelSummary
from tlgui.learning.runs.run import Run, RunStatus
from tlgui.photos.collection import Part
from tlgui.text.accuracy import accuracy_in_words, accuracy_notes
from tlgui.text.numbers import count, stop_reason_in_words
from tlgui.ui.plots.curve_view import TrainingPlots
from tlgui.ui.results.class_results import ClassResultsTable
from tlgui.ui.results.confusion_table import ConfusionTable, mix_ups
from tlgui.ui.text.run_words import RunRow, best_so_far, status_text
from tlgui.ui.widgets.card import Card
from tlgui.ui.widgets.elided_label import ElidedLabel
from tlgui.ui.widgets.empty_page import QuietLabel, page_heading
from tlgui.ui.widgets.terms import TermLabel, set_term
from tlgui.ui.widgets.tokens import GRID, MARGIN

_LETTERS_BESIDE = 100
_NOT_MEASURED = "How good this model is was not measured: it had no validation photos."
_COLUMNS = "“Recognised” is also called recall, “correct when it says this” precision."
_CAPTION = "Each row is what the photos are, each column what the model called them."
_RUNNING = "This training is under way. Its curves are on the Train page of its window."
_GONE = "The file of its model was deleted, moved or overwritten, so it cannot be used any more."
_RESUME = "Resume it to train on where it ended, or use the best epoch as it is."
_OPEN = "Its model was written before it was interrupted: use it as it is."
_WRITE = "Resume it to write its model; it is not trained again."
_LOST = "Nothing was kept that it could go on from; train it anew."


class RunView(QWidget):
    """Shows one run.

    Args:
        parent: The owner.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = page_heading("")
        self.model_line = ElidedLabel()
        self.explanation = TermLabel(is_quiet=True)
        self.plots = TrainingPlots()
        self.classes = ClassResultsTable()
        self.confusion = ConfusionTable()
        self.mix_ups = QuietLabel()
        set_term(self.plots, "validation")
        set_term(self.classes, "recall")
        self._details = QWidget()
        self._beside = QBoxLayout(QBoxLayout.Direction.LeftToRight, self._details)
        self._beside.setContentsMargins(0, 0, 0, 0)
        self._beside.setSpacing(MARGIN)
        self._beside.addWidget(_card("How each class fared", TermLabel(_COLUMNS, is_quiet=True), self.classes), 5)
        self._beside.addWidget(_card("Mix-ups", QuietLabel(_CAPTION), self.confusion, self.mix_ups), 4)
        curves = Card()
        curves.column.addWidget(self.plots)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.heading)
        column.addWidget(self.model_line)
        column.addWidget(self.explanation)
        column.addSpacing(GRID)
        column.addWidget(curves, 5)
        column.addSpacing(GRID)
        column.addWidget(self._details, 4)

    @override
    def minimumSizeHint(self) -> QSize:
        # That of the tables one above the other, so that the page can become as narrow.
        widths = [card.minimumSizeHint().width() for card in self._details.findChildren(Card)]
        return QSize(max(*widths, self.plots.minimumWidth() + 2 * MARGIN), super().minimumSizeHint().height())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = event.size().width() >= self.fontMetrics().averageCharWidth() * _LETTERS_BESIDE
        directions = QBoxLayout.Direction
        self._beside.setDirection(directions.LeftToRight if is_wide else directions.TopToBottom)

    def show_run(self, row: RunRow) -> None:
        """Show `row`."""
        model = row.model
        evaluation = model.evaluation if model is not None else None
        self.heading.setText(accuracy_in_words(evaluation) if evaluation is not None else status_text(row))
        self.model_line.set_text(_description(row))
        self.explanation.setText(_explanation(model, row.run) if model is not None else _missing_model_text(row))
        self.plots.set_history(row.history)
        self._details.setVisible(evaluation is not None)
        self.mix_ups.setText(_mix_ups_line(evaluation))
        if evaluation is not None:
            self.classes.show_results(evaluation.classes)
            self.confusion.show_evaluation(evaluation)


def _description(row: RunRow) -> str:
    classes = row.run.class_names if row.run is not None else row.model.class_names if row.model is not None else ()
    parts = [row.name, *([row.recipe.name] if row.recipe.name != row.name else []), count("class", len(classes))]
    if row.run is not None and row.run.started_from:
        parts.append(f"trained further from “{row.run.started_from}”")
    if row.run is not None and row.run.device:
        parts.append(row.run.device)
    return " · ".join(parts)


def _explanation(model: ModelSummary, run: Run | None) -> str:
    """Return what the accuracy means, how many photos were trained on, and why the training ended."""
    sentences = [_NOT_MEASURED]
    evaluation = model.evaluation
    if evaluation is not None:
        part = f"{evaluation.part.value} " if evaluation.part is not None else ""
        right = round(evaluation.accuracy * evaluation.photo_count)
        apart = ", none of which it learned from" if evaluation.part in {Part.VALIDATION, Part.TEST} else ""
        sentences = [
            f"It named {right:,} of {evaluation.photo_count:,} {part}photos rightly{apart}; "
            "on other photos like these expect a share in the range above.",
            *accuracy_notes(evaluation),
        ]
    sentences.append(f"It learned from {count('photo', model.photo_count)}.")
    sentences.append(f"{stop_reason_in_words(model.stop_reason, len(model.history))}.")
    if run is not None and run.saved is not None:
        sentences.append(f"Its model was saved as {run.saved.path}.")
    if run is not None and not run.has_model:
        sentences.append(_GONE)
    return " ".join(sentences)


def _missing_model_text(row: RunRow) -> str:
    """Return why a run has no result, its best accuracy, and what can be done with it."""
    run = row.run
    if run is None or run.status is RunStatus.RUNNING:
        return _RUNNING
    sentences = [run.problem] if run.problem else []
    best = best_so_far(row)
    if best:
        sentences.append(f"At its best it named {best} of the validation photos rightly.")
    if run.status is RunStatus.UNSAVED and run.can_resume:
        sentences.append(_WRITE)
    else:
        sentences.append(_RESUME if run.can_resume else _OPEN if run.has_model else _LOST)
    return " ".join(sentences)


def _mix_ups_line(evaluation: Evaluation | None) -> str:
    found = mix_ups(evaluation) if evaluation is not None else ()
    return f"Most often mixed up: {', '.join(found)}." if found else ""


def _card(title: str, *widgets: QWidget) -> Card:
    card = Card(title)
    for widget in widgets:
        card.column.addWidget(widget, 1 if isinstance(widget, QTableView) else 0)
    return card
