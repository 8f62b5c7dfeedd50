"""Whether the percentages of a model are true, in a sentence and as bars that open their photos."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from tlgui.learning.trust import ReliabilityBin, Trust
from tlgui.text.trust import judged_by_in_words, reliability_in_words
from tlgui.ui.results.reliability_chart import ReliabilityChart
from tlgui.ui.widgets.card import Card
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.plain_text import PlainLabel

_KEY = "Each bar shows how often it was right, the mark on it how sure it said it was."


class ReliabilityCard(Card):
    """The card.

    Signals:
        bin_pressed: The range of percentages whose photos are asked for.

    Args:
        parent: The owner.
    """

    bin_pressed = Signal(ReliabilityBin)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("How far its percentages can be believed", parent)
        self.sentence = PlainLabel()
        self.sentence.setWordWrap(True)
        self.chart = ReliabilityChart()
        self.chart.bin_pressed.connect(self.bin_pressed)
        self.key = QuietLabel()
        self.column.addWidget(self.sentence)
        self.column.addWidget(self.chart)
        self.column.addWidget(self.key)
        self.column.addStretch(1)

    def show_trust(self, trust: Trust) -> None:
        """Show the reliability of a model."""
        self.sentence.setText(reliability_in_words(trust.reliability))
        self.chart.show_reliability(trust.reliability)
        self.key.setText(f"{_KEY} {judged_by_in_words(trust)}")
