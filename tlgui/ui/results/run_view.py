"""One run: how good its model is, what it mixes up, how far its answers can be trusted; or why it has no model."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QTableView, QVBoxLayout, QWidget

from tlgui.learning.results import Evaluation
from tlgui.learning.trust import Caution, ReliabilityBin, Trust
from tlgui.photos.collection import Part
from tlgui.text.accuracy import accuracy_in_words
from tlgui.ui.plots.curve_view import TrainingPlots
from tlgui.ui.results.caution_card import CautionCard
from tlgui.ui.results.class_results import ClassResultsTable
from tlgui.ui.results.confusion_table import ConfusionTable, mix_ups
from tlgui.ui.results.part_switch import PartSwitch
from tlgui.ui.results.reliability_card import ReliabilityCard
from tlgui.ui.results.view_words import NO_TRUST, explanation, settings_lines, story, title_line
from tlgui.ui.text.run_words import RunRow, status_text
from tlgui.ui.widgets.card import Card
from tlgui.ui.widgets.collapsible import CollapsibleGroup
from tlgui.ui.widgets.columns import Columns
from tlgui.ui.widgets.elided_label import ElidedLabel
from tlgui.ui.widgets.empty_page import QuietLabel, page_heading
from tlgui.ui.widgets.terms import TermLabel, set_term
from tlgui.ui.widgets.tokens import GRID, MARGIN

_CARD_LETTERS = 44
_COLUMNS = "“Recognised” is also called recall, “correct when it says this” precision."
_CAPTION = "Each row is what the photos are, each column what the model called them."
_DETAILS = "curves, classes and settings"


class RunView(QWidget):
    """Shows one run.

    Signals:
        caution_chosen: How careful the user wants the answers to be.
        bin_pressed: The range of percentages whose photos the user asks for.

    Args:
        parent: The owner.
    """

    caution_chosen = Signal(Caution)
    bin_pressed = Signal(ReliabilityBin)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row: RunRow | None = None
        self._evaluation: Evaluation | None = None
        self._wants_details = False
        self._make_widgets()
        self._lay_out()
        self.parts.chosen.connect(self._show_evaluation)
        self.caution.chosen.connect(self.caution_chosen)
        self.reliability.bin_pressed.connect(self.bin_pressed)
        self.details.button.clicked.connect(self._on_details_clicked)

    @property
    def evaluation(self) -> Evaluation | None:
        """The metrics that are shown, of the part that the user chose; None without any."""
        return self._evaluation

    def show_run(self, row: RunRow) -> None:
        """Show `row`, judged by the cleanest photos there are."""
        if row == self._row:
            return
        self._row = row
        model = row.model
        self.model_line.set_text(title_line(row))
        self.plots.set_history(row.history)
        self.story.setText(story(model, row.run) if model is not None else "")
        lines = settings_lines(row.recipe)
        middle = (len(lines) + 1) // 2
        for label, part in zip(self.settings, (lines[:middle], lines[middle:]), strict=True):
            label.setText("\n".join(part))
        evaluations = (model.evaluation, *model.more_evaluations) if model is not None and model.evaluation else ()
        self.parts.show_evaluations([each for each in evaluations if each is not None])
        self._show_trust(row)
        self._show_evaluation(model.evaluation if model is not None else None)
        # Without a result, the curves are all there is to see.
        self.details.button.setChecked(self._wants_details or self._evaluation is None)

    @Slot(Evaluation)
    def _show_evaluation(self, evaluation: Evaluation | None) -> None:
        row = self._row
        assert row is not None
        self._evaluation = evaluation
        self.heading.setText(accuracy_in_words(evaluation) if evaluation is not None else status_text(row))
        self.explanation.setText(explanation(row, evaluation))
        for card in (self._confusion_card, self._classes_card):
            card.setVisible(evaluation is not None)
        self.mix_ups.setText(_mix_ups_line(evaluation))
        if evaluation is not None:
            self.classes.show_results(evaluation.classes)
            self.confusion.show_evaluation(evaluation)

    def _show_trust(self, row: RunRow) -> None:
        model = row.model
        trust = model.trust if model is not None else None
        self._trust_cards.setVisible(trust is not None)
        self.no_trust.setVisible(trust is None and model is not None and model.evaluation is not None)
        if model is not None and trust is not None:
            self.reliability.show_trust(trust)
            evaluations = [each for each in (model.evaluation, *model.more_evaluations) if each is not None]
            self.caution.show_trust(trust, model.class_names, _measured_on(trust, evaluations))

    def _make_widgets(self) -> None:
        self.heading = page_heading("")
        self.model_line = ElidedLabel()
        self.explanation = TermLabel(is_quiet=True)
        self.parts = PartSwitch()
        self.no_trust = QuietLabel(NO_TRUST)
        self.confusion = ConfusionTable()
        self.mix_ups = QuietLabel()
        self._confusion_card = _card("Mix-ups", QuietLabel(_CAPTION), self.confusion, self.mix_ups)
        self.reliability = ReliabilityCard()
        self.caution = CautionCard()
        self._trust_cards = Columns([[self.reliability], [self.caution]], _CARD_LETTERS)
        self.plots = TrainingPlots()
        self.classes = ClassResultsTable()
        self._classes_card = _card("Each class", TermLabel(_COLUMNS, is_quiet=True), self.classes)
        self.story = TermLabel(is_quiet=True)
        self.settings = (TermLabel(), TermLabel())
        for label in self.settings:
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.details = CollapsibleGroup(
            "&Details", "The curves of the training, each class, and the settings", QWidget()
        )
        self.details.summary.set_text(_DETAILS)
        set_term(self.plots, "validation")
        set_term(self.classes, "recall")

    def _lay_out(self) -> None:
        inside = QVBoxLayout(self.details.content)
        inside.setContentsMargins(0, GRID, 0, 0)
        inside.setSpacing(MARGIN)
        inside.addWidget(_card("Curves", self.story, self.plots))
        inside.addWidget(self._classes_card)
        inside.addWidget(_card("Settings", Columns([[label] for label in self.settings], _CARD_LETTERS)))
        # The photos behind the numbers: first those that were named wrongly, then which classes were mixed up.
        self.photos_place = QVBoxLayout()
        self.photos_place.setSpacing(MARGIN)
        self.photos_place.addWidget(self._confusion_card)
        hero = QVBoxLayout()
        hero.setSpacing(GRID)
        for widget in (self.heading, self.model_line, self.explanation, self.parts):
            hero.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, GRID)
        column.setSpacing(MARGIN)
        column.addLayout(hero)
        column.addLayout(self.photos_place)
        column.addWidget(self._trust_cards)
        column.addWidget(self.no_trust)
        column.addWidget(self.details)
        column.addStretch(1)

    @Slot(bool)
    def _on_details_clicked(self, is_open: bool) -> None:  # noqa: FBT001 - a slot of `clicked`
        self._wants_details = is_open


def _measured_on(trust: Trust, evaluations: list[Evaluation]) -> Evaluation | None:
    """Return the evaluation of the photos that `trust` was measured on; None where it is not among them."""
    for each in evaluations:
        if each.is_out_of_fold == trust.is_out_of_fold and (trust.is_out_of_fold or each.part is Part.VALIDATION):
            return each
    return None


def _mix_ups_line(evaluation: Evaluation | None) -> str:
    found = mix_ups(evaluation) if evaluation is not None else ()
    return f"Most often mixed up: {', '.join(found)}." if found else ""


def _card(title: str, *widgets: QWidget) -> Card:
    card = Card(title)
    for widget in widgets:
        card.column.addWidget(widget, 1 if isinstance(widget, QTableView) else 0)
    return card
