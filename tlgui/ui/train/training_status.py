"""The foot of the Train page: Start with the estimate, and while a training runs its progress, time left and Stop."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from tlgui.progress import BatchEnded, Event, Progress, Stage
from tlgui.text.stages import counts_words, stage_words, time_left_words
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.plain_text import PlainLabel, set_spoken_details, set_tip
from tlgui.ui.widgets.primary import make_primary
from tlgui.ui.widgets.tokens import GRID, MARGIN, Type, type_scale

_BAR_STEPS = 1000
_START_LETTERS = 18
_START_LINES, _START_LINES_BELOW = 2.2, 1.4
_BESIDE_LETTERS = 64


class _LargeButton(QPushButton):
    """A button in larger text; its size is a hint, because a least size is the style sheet's to set."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._lines = _START_LINES

    def set_lines(self, lines: float) -> None:
        """Set the height, in lines of its text."""
        if lines != self._lines:
            self._lines = lines
            self.updateGeometry()

    @override
    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return (
            super()
            .sizeHint()
            .expandedTo(QSize(_START_LETTERS * metrics.averageCharWidth(), round(self._lines * metrics.height())))
        )

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class TrainingStatus(QWidget):
    """Shows the status that the Train page sets, and emits which button was pressed; its height stays the same.

    Args:
        cost: The estimate; shown beside Start while a training can start.
        parent: The owner.
    """

    start_pressed = Signal()
    stop_pressed = Signal()

    def __init__(self, cost: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stage = PlainLabel()
        self.stage.setWordWrap(True)
        self.time_left = QuietLabel()
        self.time_left.setWordWrap(False)
        self.bar = QProgressBar()
        self.bar.setRange(0, _BAR_STEPS)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the training")
        self.start_button = _LargeButton("&Start")
        self.start_button.setAutoDefault(True)
        self.start_button.clicked.connect(self.start_pressed)
        make_primary(self.start_button)
        self.stop_button = QPushButton("Stop")
        self.stop_button.setAutoDefault(True)
        self.stop_button.setToolTip("End the training now and keep the best epoch so far")
        self.stop_button.clicked.connect(self.stop_pressed)
        # Why Start is disabled.
        self.reason = QuietLabel()
        self._cost = cost
        self._beside_start = QStackedWidget()
        self._idle = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._faces = QStackedWidget()
        self._lay_out()
        self._enlarge_start()

    def set_startable(self, reason: str, *, is_training: bool) -> None:
        """Enable or disable Start and Stop.

        Args:
            reason: Why no training can start; empty if one can.
            is_training: Whether a training is under way.
        """
        had_focus = self.start_button.hasFocus() or self.stop_button.hasFocus()
        self.start_button.setEnabled(not reason and not is_training)
        set_tip(self.start_button, reason)
        set_spoken_details(self.start_button, reason)
        self.stop_button.setEnabled(is_training)
        self.reason.setText("" if is_training else reason)
        self._beside_start.setCurrentWidget(self.reason if self.reason.text() else self._cost)
        self._faces.setCurrentIndex(int(is_training))
        if had_focus:
            # The keys go on where they were.
            (self.stop_button if is_training else self.start_button).setFocus()

    def show_started(self) -> None:
        """Show that a training begins."""
        self._set_text(stage_words(Stage.STARTING) + "…")
        self.bar.setRange(0, 0)

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

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._enlarge_start()
            self._fit()

    def _set_text(self, stage: str, left: str = "") -> None:
        self.stage.setText(stage)
        self.time_left.setText(left)

    def _show_share(self, done: int, total: int | None) -> None:
        self.bar.setRange(0, _BAR_STEPS if total else 0)
        if total:
            self.bar.setValue(round(_BAR_STEPS * done / total))

    def _fit(self) -> None:
        """Put the estimate above Start where both do not fit beside each other."""
        is_wide = self.width() >= _BESIDE_LETTERS * self.fontMetrics().averageCharWidth()
        beside, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._idle.setDirection(beside if is_wide else below)
        # In a narrow window the room is for the recipes above.
        self._idle.setSpacing(MARGIN if is_wide else GRID)
        self.start_button.set_lines(_START_LINES if is_wide else _START_LINES_BELOW)

    def _enlarge_start(self) -> None:
        font = QFont(self.font() if self.parentWidget() is not None else QApplication.font())
        font.setPointSizeF(font.pointSizeF() * type_scale(Type.CARD))
        font.setBold(True)
        self.start_button.setFont(font)

    def _lay_out(self) -> None:
        idle, running = QWidget(), QWidget()
        idle.setLayout(self._idle)
        self._idle.setContentsMargins(0, 0, 0, 0)
        self._idle.setSpacing(MARGIN)
        for widget in (self._cost, self.reason):
            self._beside_start.addWidget(widget)
        self._idle.addWidget(self._beside_start, 1)
        self._idle.addWidget(self.start_button, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        line = QHBoxLayout()
        line.addWidget(self.stage, 1)
        line.addWidget(self.time_left)
        line.addWidget(self.stop_button)
        column = QVBoxLayout(running)
        column.setContentsMargins(0, 0, 0, 0)
        # Together, where Start needs more height.
        column.addStretch()
        column.addLayout(line)
        column.addWidget(self.bar)
        column.addStretch()
        self._faces.addWidget(idle)
        self._faces.addWidget(running)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._faces)


def _stage_line(event: Progress) -> str:
    if event.stage is Stage.FEATURES and event.total:
        return f"Looking at photos: {event.done:,} of {event.total:,}"
    counts = f": {counts_words(event)}" if event.total and event.total > 1 else ""
    return stage_words(event.stage) + (counts or "…")
