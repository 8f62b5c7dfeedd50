"""The place where the curves of a training appear; matplotlib is loaded behind it, never before the window is seen."""

import functools
import importlib
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QColor, QPalette, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QLabel, QWidget
from typing_extensions import override

from tlgui.progress import EpochEnded

if TYPE_CHECKING:
    from tlgui.ui.widgets.curves import CurveCanvas

_CURVES_MODULE = "tlgui.ui.widgets.curves"
_POLL_MS = 30
_DRAW_INTERVAL_MS = 150
_HEIGHT_IN_LINES = 13
_WIDTH_IN_LETTERS = 30
_SIDE_BY_SIDE_RATIO = 1.7


def load_curves() -> bool:
    """Begin to import matplotlib on a thread, where that was not done yet; return whether it is loaded."""
    return not _loader().is_alive()


@functools.cache
def _loader() -> threading.Thread:
    thread = threading.Thread(target=importlib.import_module, args=(_CURVES_MODULE,), daemon=True)
    if _CURVES_MODULE not in sys.modules:
        thread.start()
    return thread


class TrainingPlots(QWidget):
    """Accuracy and loss, side by side, or one above the other where there is little width.

    Args:
        parent: The owner.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history: tuple[EpochEnded, ...] = ()
        self._is_running = False
        self._canvases: tuple[CurveCanvas, ...] = ()
        self._waiting: list[CurveCanvas] = []
        self._loading = QLabel("Preparing the plots…")
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self._loading)
        metrics = self.fontMetrics()
        self.setMinimumSize(metrics.averageCharWidth() * _WIDTH_IN_LETTERS, metrics.height() * _HEIGHT_IN_LINES)
        self._poll_timer = QTimer(self, interval=_POLL_MS)
        self._poll_timer.timeout.connect(self._build_when_loaded)
        self._draw_timer = QTimer(self, interval=_DRAW_INTERVAL_MS)
        self._draw_timer.timeout.connect(self._draw_next)

    @property
    def history(self) -> tuple[EpochEnded, ...]:
        """The epochs shown."""
        return self._history

    @property
    def canvases(self) -> tuple["CurveCanvas", ...]:
        """The two canvases, accuracy first; none before matplotlib is loaded."""
        return self._canvases

    def set_history(self, history: Sequence[EpochEnded], *, is_running: bool = False) -> None:
        """Show `history`.

        Args:
            history: The epochs so far.
            is_running: Whether more are to come; then the axes leave room for them.
        """
        self._history, self._is_running = tuple(history), is_running
        self._draw_soon()

    def add_epoch(self, epoch: EpochEnded) -> None:
        """Show one more epoch of a training that runs; drawn within a moment, a few times a second at most."""
        self.set_history((*self._history, epoch), is_running=True)

    def save(self, path: Path) -> None:
        """Write the plots to `path`, as PNG or SVG by its suffix.

        Raises:
            StorageError: The disk refused; the old file is as it was.
        """
        # There is something to save only long after the window appeared; matplotlib is loaded by then.
        from tlgui.ui.widgets.curves import save_curves  # noqa: PLC0415

        save_curves(self._history, path, QPalette(QColor("white")))

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._canvases:
            self._poll_timer.start()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = event.size().width() >= event.size().height() * _SIDE_BY_SIDE_RATIO
        directions = QBoxLayout.Direction
        self._layout.setDirection(directions.LeftToRight if is_wide else directions.TopToBottom)

    @Slot()
    def _build_when_loaded(self) -> None:
        if not load_curves():
            return
        from tlgui.ui.widgets.curves import ACCURACY, LOSS, CurveCanvas  # noqa: PLC0415 - loaded by now

        self._poll_timer.stop()
        self._loading.hide()
        self._canvases = (CurveCanvas(ACCURACY), CurveCanvas(LOSS))
        for canvas in self._canvases:
            self._layout.addWidget(canvas)
        self._draw_soon()

    def _draw_soon(self) -> None:
        # One canvas at a turn, so that the window answers between the two; each in its turn, however fast epochs end.
        self._waiting += [canvas for canvas in self._canvases if canvas not in self._waiting]
        if self._waiting and not self._draw_timer.isActive():
            self._draw_next()
            self._draw_timer.start()

    @Slot()
    def _draw_next(self) -> None:
        if not self._waiting:
            self._draw_timer.stop()
            return
        self._waiting.pop(0).set_history(self._history, is_running=self._is_running)
