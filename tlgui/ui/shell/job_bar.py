"""The progress of the job under way: its stage, a bar, the time left, and Stop.

The bar appears after 400 ms, so not at all for short jobs, and then stays at least 500 ms, so that it does not flicker.
"""

from PySide6.QtCore import QElapsedTimer, QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QWidget
from typing_extensions import override

from tlgui.progress import Event, Progress
from tlgui.text.stages import counts_words, stage_words, time_left_words
from tlgui.ui.session.worker import Job
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.fitting_label import FittingLabel
from tlgui.ui.widgets.plain_text import set_tip
from tlgui.ui.widgets.tinted_bar import BarButton
from tlgui.ui.widgets.tokens import GRID, MARGIN

_DELAY_MS = 400
_STAY_MS = 500
_STEPS = 1000
_LEAST_BAR_LETTERS = 6


class JobBar(QWidget):
    """Shows the progress of one job at a time.

    Args:
        parent: The owner.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self._shown_for = QElapsedTimer()
        self._appear = QTimer(self, singleShot=True, interval=_DELAY_MS)
        self._appear.timeout.connect(self._on_appear_timeout)
        self._vanish = QTimer(self, singleShot=True, interval=_STAY_MS)
        self._vanish.timeout.connect(self.hide)
        self.stage = FittingLabel(is_elided=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress")
        # It takes what the words leave.
        self.bar.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.bar.setMinimumWidth(_LEAST_BAR_LETTERS * self.fontMetrics().averageCharWidth())
        self.time_left = QuietLabel()
        self.time_left.setWordWrap(False)
        self.time_left.setMinimumWidth(self.fontMetrics().horizontalAdvance("About 55 seconds left"))
        self.stop_button = BarButton("Stop")
        self.stop_button.setAccessibleName("Stop the job")
        self.stop_button.clicked.connect(self._on_stop_button_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(MARGIN, GRID, GRID, GRID)
        row.addWidget(self.stage)
        row.addWidget(self.bar, 1)
        row.addWidget(self.time_left)
        row.addWidget(self.stop_button)
        self.hide()

    def follow(self, job: Job) -> None:
        """Show the progress of `job`, which may have started already, until it has ended."""
        self._job = job
        self._vanish.stop()
        self._set_text("Getting ready")
        self.bar.setRange(0, 0)
        self.stop_button.setEnabled(True)
        job.reported.connect(self._on_job_reported)
        job.ended.connect(self._on_job_ended)
        if self.isHidden():
            self._appear.start()

    def show_stopping(self) -> None:
        """Show that the job was asked to stop, without delay."""
        if self.isHidden():
            self._on_appear_timeout()
        self._set_text("Stopping…")
        self.stop_button.setEnabled(False)
        self.bar.setRange(0, 0)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _set_text(self, stage: str, left: str = "") -> None:
        self.stage.setText(stage)
        self.time_left.setText(left)
        set_tip(self.bar, left)
        self._fit()

    def _fit(self) -> None:
        """Leave the time out where what is being done would be cut; then the tooltip of the bar has it."""
        layout = self.layout()
        assert layout is not None
        margins = layout.contentsMargins()
        others = self.stage.sizeHint().width() + self.stop_button.sizeHint().width()
        others += self.bar.minimumWidth() + 3 * layout.spacing()
        room = self.width() - margins.left() - margins.right() - others
        self.time_left.setVisible(self.time_left.minimumWidth() <= room)

    @Slot()
    def _on_appear_timeout(self) -> None:
        self._shown_for.start()
        self.show()

    @Slot(object)
    def _on_job_reported(self, event: Event) -> None:
        if self._job is None or self._job.is_stopping or not isinstance(event, Progress):
            return
        counts = f" · {how_far}" if (how_far := counts_words(event)) else ""
        self._set_text(stage_words(event.stage) + counts, time_left_words(event.seconds_left))
        self.bar.setRange(0, _STEPS if event.total else 0)
        if event.total:
            # A fixed range, because QProgressBar has 32 bits, and a changing range makes the bar jump.
            self.bar.setValue(round(_STEPS * event.done / event.total))

    @Slot()
    def _on_job_ended(self) -> None:
        # A slot of `ended` may have started the next job, which is followed already.
        if self.sender() is not self._job:
            return
        self._job = None
        self._appear.stop()
        if not self.isHidden():
            self.stop_button.setEnabled(False)
            self._vanish.start(max(0, _STAY_MS - int(self._shown_for.elapsed())))

    @Slot()
    def _on_stop_button_clicked(self) -> None:
        if self._job is not None:
            self._job.stop()
            self.show_stopping()
