"""How careful the answers are to be: the share of wrong ones that is accepted, and what follows from it."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSlider, QWidget

from tlgui.learning.results import Evaluation
from tlgui.learning.trust import WRONG_AT_MOST, Caution, Promise, Trust
from tlgui.photos.names import one_line
from tlgui.text.trust import named_in_words, one_in, promise_in_words, unpromised_in_words, wrong_at_most_in_words
from tlgui.ui.widgets.card import Card
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.plain_text import PlainLabel, set_spoken, set_spoken_details, set_tip
from tlgui.ui.widgets.tokens import GRID

_CHOICES: tuple[float | None, ...] = (None, *WRONG_AT_MOST)
_NAMES_SHOWN = 3
_EVERY_PHOTO = "It will name every photo, also where it is hardly surer than a guess."
_UNLIKE = "A photo that resembles nothing it learned is called “unlike anything it learned”, whatever is chosen here."
_CHOOSE_BY_CLASS = "“For each class by itself” shows what can be promised."
_BY_CLASS_TIP = "Keep the promise for the photos of each name, instead of for all photos together"


class CautionCard(Card):
    """A slider and a check box for a `Caution`, with what it means for the model that is shown.

    Signals:
        chosen: The caution that the user chose.

    Args:
        parent: The owner.
    """

    chosen = Signal(Caution)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("When it says “not sure”", parent)
        self._trust: Trust | None = None
        self._class_names: tuple[str, ...] = ()
        self._evaluation: Evaluation | None = None
        self._named_counts: tuple[int, ...] = ()
        self.choice = PlainLabel()
        self.choice.setWordWrap(True)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, len(_CHOICES) - 1)
        self.slider.setPageStep(1)
        set_spoken(self.slider, "Answers that may be wrong")
        self.by_class = QCheckBox("For each &class by itself")
        set_tip(self.by_class, _BY_CLASS_TIP)
        self.meaning = PlainLabel()
        self.meaning.setWordWrap(True)
        self.unlike = QuietLabel(_UNLIKE)
        self._lay_out()
        self.show_caution(Caution())
        self.slider.valueChanged.connect(self._on_changed)
        self.by_class.toggled.connect(self._on_changed)

    @property
    def caution(self) -> Caution:
        """What is chosen."""
        return Caution(_CHOICES[self.slider.value()], self.by_class.isChecked())

    def show_caution(self, caution: Caution) -> None:
        """Show a choice that was made before."""
        with QSignalBlocker(self.slider), QSignalBlocker(self.by_class):
            self.slider.setValue(_CHOICES.index(caution.wrong_at_most) if caution.wrong_at_most in _CHOICES else 0)
            self.by_class.setChecked(caution.is_by_class)
        self._show_meaning()

    def show_trust(self, trust: Trust, class_names: tuple[str, ...], evaluation: Evaluation | None) -> None:
        """Show what the choice means for a model.

        Args:
            trust: What its file says.
            class_names: Its classes in output order.
            evaluation: Of the photos that the promises were measured on; None where it is not known.
        """
        self._trust, self._class_names = trust, class_names
        self._evaluation = evaluation
        columns = zip(*evaluation.confusion, strict=True) if evaluation is not None else ()
        self._named_counts = tuple(map(sum, columns))
        self.unlike.setVisible(trust.novelty is not None)
        self._show_meaning()

    def _lay_out(self) -> None:
        ends = QHBoxLayout()
        ends.setSpacing(GRID)
        least, most = QuietLabel("name all"), QuietLabel(one_in(WRONG_AT_MOST[-1]))
        for label in (least, most):
            label.setWordWrap(False)
        ends.addWidget(least)
        ends.addWidget(self.slider, 1)
        ends.addWidget(most)
        self.column.addWidget(self.choice)
        self.column.addLayout(ends)
        self.column.addWidget(self.by_class)
        self.column.addWidget(self.meaning)
        self.column.addWidget(self.unlike)
        self.column.addStretch(1)

    @Slot()
    def _on_changed(self) -> None:
        self._show_meaning()
        self.chosen.emit(self.caution)

    def _show_meaning(self) -> None:
        caution = self.caution
        choice = wrong_at_most_in_words(caution.wrong_at_most)
        self.choice.setText(f"Its answers may be {choice}." if caution.wrong_at_most else "It is to name every photo.")
        self.by_class.setEnabled(caution.wrong_at_most is not None)
        self.meaning.setText(self._meaning(caution))
        set_spoken_details(self.slider, f"{self.choice.text()} {self.meaning.text()}")

    def _meaning(self, caution: Caution) -> str:
        if self._trust is None:
            return ""
        if caution.wrong_at_most is None:
            return _EVERY_PHOTO
        promise = self._trust.promise(caution.wrong_at_most)
        if promise is None:
            return ""
        return self._meaning_by_class(promise) if caution.is_by_class else self._meaning_for_all(promise, self._trust)

    def _meaning_for_all(self, promise: Promise, trust: Trust) -> str:
        sentences = [promise_in_words(promise, trust)]
        if unpromised := unpromised_in_words([promise], self._evaluation):
            sentences += [unpromised, _CHOOSE_BY_CLASS]
        return " ".join(sentences)

    def _meaning_by_class(self, promise: Promise) -> str:
        rows = list(zip(self._class_names, promise.class_thresholds, promise.class_named_shares, strict=False))
        without = [name for name, threshold, _ in rows if threshold is None]
        if len(without) == len(rows):
            wanted = one_in(promise.wrong_at_most)
            return f"No class has photos enough to promise {wanted} for it alone. So it will name every photo."
        named = self._named_by_class(promise)
        sentences = [
            f"It will name {named_in_words(named)}{'' if named >= 1 else ', and say “not sure” of the others'}."
        ]
        hardest = min(((share, name) for name, threshold, share in rows if threshold is not None), default=(1.0, ""))
        if hardest[0] < 1.0:
            sentences.append(f"“{one_line(hardest[1])}” is named least: {named_in_words(hardest[0])}.")
        if without:
            sentences.append(f"Too few photos for a promise: {_listed(without)}. Photos that look so are always named.")
        return " ".join(sentences)

    def _named_by_class(self, promise: Promise) -> float:
        """Return the share of all photos that are named, the share of each class weighted by its photos."""
        # Without a threshold, every photo of a class is named.
        shares = [
            1.0 if threshold is None else share
            for threshold, share in zip(promise.class_thresholds, promise.class_named_shares, strict=True)
        ]
        counts = self._named_counts if len(self._named_counts) == len(shares) else (1,) * len(shares)
        total = sum(counts)
        named = sum(share * number for share, number in zip(shares, counts, strict=True))
        return named / total if total else 1.0


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"“{one_line(name)}”" for name in names[:_NAMES_SHOWN])
    more = len(names) - _NAMES_SHOWN
    return f"{shown} and {more:,} more" if more > 0 else shown
