"""The estimate of what the training takes, below Start: measured on two batches of the collection's photos."""

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget
from typing_extensions import override

from tlgui.errors import TlguiError
from tlgui.learning.recipes.built_in import BUILT_IN
from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.results import CostEstimate
from tlgui.text.numbers import cost_in_words, cost_notes, cost_time_in_words, memory_warning
from tlgui.ui.session.session import Session
from tlgui.ui.session.worker import Job
from tlgui.ui.train.cost_table import CostTable
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.icons import icon_pixmap
from tlgui.ui.widgets.plain_text import PlainLabel, set_spoken, set_tip
from tlgui.ui.widgets.tokens import Accent, colour

DEBOUNCE_MS = 700

_TIMING = "Estimating time…"
_LATER = "How long this takes is measured when tlgui is free again."
_UNKNOWN = "Time not known"
_FAILED = "How long this takes could not be measured. {}"
_LONGEST = CostEstimate(5_000.0, 10**10, "2 processor cores", cached_share=0.123, download_bytes=10**8)


class CostLine(QWidget):
    """Shows the estimate for the session's recipe, and measures recipes that have none.

    Recipes are measured only while the line is visible and no job is under way, one at a time: the session's first,
    then the other built-in ones. Each is measured once for a collection.

    Signals:
        changed: More may be known of some recipe.

    Args:
        session: Holds the recipe and the collection.
        parent: The owner.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._job: Job | None = None
        self._measured: Recipe | None = None
        self._errors: dict[Recipe, TlguiError] = {}
        self.text = QuietLabel()
        self.warning = PlainLabel()
        self.table = CostTable(session, self)
        self.table_button = QPushButton("All recipes…")
        self.table_button.setToolTip("Show what each built-in recipe takes on these photos")
        self.table_button.clicked.connect(self._on_table_button_clicked)
        self._debounce = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._debounce.timeout.connect(self._measure_next)
        self._lay_out()
        session.recipe_changed.connect(self._on_inputs_changed)
        session.collection_changed.connect(self._on_collection_changed)
        session.job_started.connect(self._show)
        session.job_ended.connect(self._on_inputs_changed)
        session.estimates.known.connect(self._show)
        self._show()

    def time_in_words(self, recipe: Recipe) -> str:
        """Return how long a recipe takes, or that this is not known yet; empty where there is nothing to measure."""
        cost = self._session.estimates.get(recipe)
        if cost is not None:
            return cost_time_in_words(cost, recipe)
        if self._session.collection is None or self._session.advice():
            return ""
        return _UNKNOWN if recipe in self._errors else _TIMING

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._on_inputs_changed()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._debounce.stop()
        if self._job is not None:
            self._job.stop()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._reserve_height()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange, QEvent.Type.PaletteChange}:
            self._reserve_height()
            self._draw_warning()

    @Slot()
    def _on_inputs_changed(self) -> None:
        if self._job is not None and self._measured != self._session.recipe:
            self._job.stop()
        self._show()
        if self.isVisible():
            self._debounce.start()

    @Slot()
    def _on_collection_changed(self) -> None:
        self._errors.clear()
        self._on_inputs_changed()

    @Slot()
    def _measure_next(self) -> None:
        recipe = next(self._unmeasured(), None)
        if recipe is None or not self.isVisible() or self._job is not None or self._session.is_busy:
            return
        self._measured = recipe
        self._job = self._session.estimates.begin(recipe)
        self._job.failed.connect(self._on_job_failed)
        self._job.ended.connect(self._on_job_ended)
        self._show()

    def _unmeasured(self) -> Iterator[Recipe]:
        """Yield the recipes to measure, in order."""
        if self._session.collection is None or self._session.advice():
            return
        for recipe in (self._session.recipe, *BUILT_IN.values()):
            if self._session.estimates.get(recipe) is None and recipe not in self._errors:
                yield recipe

    @Slot(object)
    def _on_job_failed(self, error: TlguiError) -> None:
        if self._measured is not None:
            self._errors[self._measured] = error

    @Slot()
    def _on_job_ended(self) -> None:
        self._job = None
        self._on_inputs_changed()

    @Slot()
    def _show(self) -> None:
        recipe = self._session.recipe
        cost = self._session.estimates.get(recipe)
        self.text.setText(self._words(cost))
        tip = memory_warning(cost) if cost is not None else ""
        self.warning.setVisible(bool(tip))
        set_tip(self, tip)
        set_spoken(self, f"{self.text.text()} {tip}".strip())
        self.table_button.setEnabled(self._session.collection is not None)
        self.changed.emit()

    def _words(self, cost: CostEstimate | None) -> str:
        recipe = self._session.recipe
        if cost is not None:
            short = ["That is more memory than is free."] if memory_warning(cost) else []
            return " ".join((f"{cost_in_words(cost, recipe)}.", *short, *cost_notes(cost)))
        if self._session.collection is None or self._session.advice():
            return ""
        if recipe in self._errors:
            return _FAILED.format(self._errors[recipe].message)
        return _LATER if self._session.is_busy else _TIMING

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.warning, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.text, 1)
        row.addWidget(self.table_button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.text.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._draw_warning()

    def _draw_warning(self) -> None:
        ratio = self.devicePixelRatioF()
        side = round(self.fontMetrics().height() * ratio)
        pixmap = icon_pixmap("warning", colour(Accent.WARNING, self.palette()), side)
        pixmap.setDevicePixelRatio(ratio)
        self.warning.setPixmap(pixmap)

    def _reserve_height(self) -> None:
        """Reserve the height of the longest text at this width, so that nothing above moves when the text changes."""
        width = self.width() - self.table_button.sizeHint().width() - 2 * self.fontMetrics().height()
        longest = " ".join((f"{cost_in_words(_LONGEST, self._session.recipe)}.", *cost_notes(_LONGEST)))
        space = QRect(0, 0, max(width, 1), 0)
        needed = self.fontMetrics().boundingRect(space, int(Qt.TextFlag.TextWordWrap), longest).height()
        self.text.setMinimumHeight(needed)

    @Slot()
    def _on_table_button_clicked(self) -> None:
        self.table.show_above(self.table_button)
