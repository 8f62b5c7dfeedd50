"""What a model mixes up: the most frequent mix-ups as a list, and the whole confusion matrix below."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from tlgui.learning.results import Evaluation
from tlgui.ui.results.confusion_matrix import SIZES, ConfusionMatrix
from tlgui.ui.results.mix_up_list import MixUp, MixUpList, mix_ups
from tlgui.ui.session.judged_part import JudgedPart, JudgedRun
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.plain_text import set_spoken, set_tip
from tlgui.ui.widgets.tokens import GRID

_CAPTION = "Each row is what the photos are, each column what the model called them."
_PRESS = "Press a number to see its photos."
_NOT_KEPT = "Which photos they are was not kept with this model. Train again to see them."
_NONE = "It mixed up none of these photos."


class MixUps(QWidget):
    """The list and the matrix; each mix-up and each cell opens its photos where these are known.

    Signals:
        photos_requested: The photos of a cell are to be shown, a `PhotoSelection`.

    Args:
        parent: The owner.
    """

    photos_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._evaluation: Evaluation | None = None
        self._part: JudgedPart | None = None
        self.list = MixUpList()
        self.none = QuietLabel(_NONE)
        self.caption = QuietLabel(_CAPTION)
        self.matrix = ConfusionMatrix()
        self.smaller = _button("\N{MINUS SIGN}", "Smaller cells")
        self.larger = _button("+", "Larger cells")
        row = QHBoxLayout()
        row.addWidget(self.caption, 1)
        row.addWidget(self.smaller)
        row.addWidget(self.larger)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.list)
        column.addWidget(self.none)
        column.addSpacing(GRID)
        column.addLayout(row)
        column.addWidget(self.matrix, 1)
        self.list.chosen.connect(self._on_list_chosen)
        self.matrix.chosen.connect(self._on_matrix_chosen)
        self.matrix.size_changed.connect(self._refresh_buttons)
        self.smaller.clicked.connect(self._on_smaller_clicked)
        self.larger.clicked.connect(self._on_larger_clicked)

    def show_mix_ups(self, evaluation: Evaluation, judged: JudgedRun | None) -> None:
        """Show what was mixed up.

        Args:
            evaluation: The numbers.
            judged: The photos of its run, as `JudgedPhotos.of` returns them; None while they are read.
        """
        part = judged.behind(evaluation) if judged is not None else None
        is_same = evaluation is self._evaluation and (part is None) == (self._part is None)
        self._evaluation, self._part = evaluation, part
        why = _PRESS if part is not None else _NOT_KEPT if judged is not None else ""
        self.caption.setText(f"{_CAPTION} {why}".strip())
        if is_same:
            # Where the user is in the list and in the matrix stays.
            return
        found = mix_ups(evaluation)
        self.list.show_mix_ups(found, has_photos=part is not None)
        self.list.setVisible(bool(found))
        self.none.setVisible(not found and evaluation.photo_count > 0)
        self.matrix.show_evaluation(evaluation, has_photos=part is not None)

    def _open(self, class_name: str, named: str) -> None:
        selection = self._part.cell(class_name, named) if self._part is not None else None
        if selection is not None:
            self.photos_requested.emit(selection)

    @Slot(object)
    def _on_list_chosen(self, mix_up: MixUp) -> None:
        self._open(mix_up.class_name, mix_up.named)

    @Slot(int, int)
    def _on_matrix_chosen(self, row: int, column: int) -> None:
        if self._evaluation is not None:
            classes = self._evaluation.classes
            self._open(classes[row].name, classes[column].name)

    @Slot()
    def _on_smaller_clicked(self) -> None:
        self.matrix.enlarge(-1)

    @Slot()
    def _on_larger_clicked(self) -> None:
        self.matrix.enlarge(1)

    @Slot()
    def _refresh_buttons(self) -> None:
        self.smaller.setEnabled(self.matrix.size_index > 0)
        self.larger.setEnabled(self.matrix.size_index < len(SIZES) - 1)


def _button(text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    set_tip(button, tip)
    set_spoken(button, tip)
    return button
