"""One run: how good its model is, what it mixes up, how far its answers can be trusted; or why it has no model."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QTableView, QVBoxLayout, QWidget

from tlgui.learning.learning_curve import LearningCurve
from tlgui.learning.results import Evaluation
from tlgui.learning.trust import Caution, JudgedBy, ReliabilityBin
from tlgui.photos.names import one_line
from tlgui.text.accuracy import accuracy_in_words
from tlgui.text.numbers import count
from tlgui.text.trust import bin_place, bin_title
from tlgui.ui.plots.curve_view import TrainingPlots
from tlgui.ui.results.caution_card import CautionCard
from tlgui.ui.results.class_results import ClassResultsTable
from tlgui.ui.results.mistakes_strip import MistakesStrip
from tlgui.ui.results.mix_ups import MixUps
from tlgui.ui.results.more_photos_card import MorePhotosCard
from tlgui.ui.results.part_switch import PartSwitch
from tlgui.ui.results.reliability_card import ReliabilityCard
from tlgui.ui.results.view_words import NO_TRUST, explanation, settings_lines, story, title_line
from tlgui.ui.session.judged_part import JudgedPart, JudgedRun
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
_DETAILS = "curves, classes and settings"


class RunView(QWidget):
    """Shows one run.

    Signals:
        caution_chosen: How careful the user wants the answers to be.
        photos_requested: The photos behind a number are to be shown, a `PhotoSelection`.

    Args:
        parent: The owner.
    """

    caution_chosen = Signal(Caution)
    photos_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row: RunRow | None = None
        self._evaluation: Evaluation | None = None
        self._judged: JudgedRun | None = None
        self._wants_details = False
        self._make_widgets()
        self._lay_out()
        self.parts.chosen.connect(self._show_evaluation)
        self.caution.chosen.connect(self.caution_chosen)
        self.mistakes.photos_requested.connect(self.photos_requested)
        self.mix_ups.photos_requested.connect(self.photos_requested)
        self.reliability.bin_pressed.connect(self._on_bin_pressed)
        self.classes.class_pressed.connect(self._on_class_pressed)
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
        self._judged = None
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
        for card in (self._mistakes_card, self._mix_ups_card, self._classes_card):
            card.setVisible(evaluation is not None)
        if evaluation is not None:
            self.classes.show_results(evaluation.classes)
        self._show_photos()

    def show_judged(self, judged: JudgedRun | None) -> None:
        """Show the photos behind the numbers of the run that is shown; None while they are read."""
        self._judged = judged
        self._show_photos()

    def show_learning_curve(self, curve: LearningCurve | None) -> None:
        """Show whether more photos would help; None where that is not known."""
        self.more_photos.show_curve(curve)

    def _show_photos(self) -> None:
        evaluation, judged = self._evaluation, self._judged
        self.mistakes.show_mistakes(evaluation, judged)
        if evaluation is not None:
            self.mix_ups.show_mix_ups(evaluation, judged)
        self.classes.set_openable(is_openable=self._part_of_numbers() is not None)
        self.reliability.chart.set_openable(is_openable=self._part_of_trust() is not None)

    def _part_of_numbers(self) -> JudgedPart | None:
        return self._judged.behind(self._evaluation) if self._judged is not None else None

    def _part_of_trust(self) -> JudgedPart | None:
        """Return the photos that reliability and promises were measured on; None where they are not known."""
        model = self._row.model if self._row is not None else None
        if self._judged is None or model is None or model.trust is None:
            return None
        return self._judged.parts.get(JudgedBy.OUT_OF_FOLD if model.trust.is_out_of_fold else JudgedBy.VALIDATION)

    def _show_trust(self, row: RunRow) -> None:
        model = row.model
        trust = model.trust if model is not None else None
        self._trust_cards.setVisible(trust is not None)
        self.no_trust.setVisible(trust is None and model is not None and model.evaluation is not None)
        if model is not None and trust is not None:
            self.reliability.show_trust(trust)
            self.caution.show_trust(trust, model.class_names, model.evaluation_of_trust)

    def _make_widgets(self) -> None:
        self.heading = page_heading("")
        self.model_line = ElidedLabel()
        self.explanation = TermLabel(is_quiet=True)
        self.parts = PartSwitch()
        self.no_trust = QuietLabel(NO_TRUST)
        self.mistakes = MistakesStrip()
        self._mistakes_card = _card("", self.mistakes)
        self.mix_ups = MixUps()
        self._mix_ups_card = _card("Mix-ups", self.mix_ups)
        self.reliability = ReliabilityCard()
        self.caution = CautionCard()
        self._trust_cards = Columns([[self.reliability], [self.caution]], _CARD_LETTERS)
        self.more_photos = MorePhotosCard()
        self.more_photos.hide()
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
        hero = QVBoxLayout()
        hero.setSpacing(GRID)
        for widget in (self.heading, self.model_line, self.explanation, self.parts):
            hero.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, GRID)
        column.setSpacing(MARGIN)
        column.addLayout(hero)
        column.addWidget(self._mistakes_card)
        column.addWidget(self._mix_ups_card)
        column.addWidget(self._trust_cards)
        column.addWidget(self.no_trust)
        column.addWidget(self.more_photos)
        column.addWidget(self.details)
        column.addStretch(1)

    @Slot(ReliabilityBin)
    def _on_bin_pressed(self, pressed: ReliabilityBin) -> None:
        model, part = self._row.model if self._row is not None else None, self._part_of_trust()
        if model is None or model.trust is None or part is None:
            return
        bins = model.trust.reliability.bins
        found = [each for each in part.judgements if bins[bin_place(each.probability, len(bins))] == pressed]
        # Those that are wrong come first.
        found.sort(key=lambda each: (each.is_right, -each.probability))
        title = f"{count('photo', len(found))} of which it said {bin_title(pressed)}"
        self.photos_requested.emit(part.selection(title, found))

    @Slot(str)
    def _on_class_pressed(self, name: str) -> None:
        part = self._part_of_numbers()
        found = part.of_class(name) if part is not None else ()
        if part is not None and found:
            title = f"{count('photo', len(found))} of “{one_line(name)}”, those it named otherwise first"
            self.photos_requested.emit(part.selection(title, found))

    @Slot(bool)
    def _on_details_clicked(self, is_open: bool) -> None:  # noqa: FBT001 - a slot of `clicked`
        self._wants_details = is_open


def _card(title: str, *widgets: QWidget) -> Card:
    card = Card(title)
    for widget in widgets:
        card.column.addWidget(widget, 1 if isinstance(widget, QTableView) else 0)
    return card
