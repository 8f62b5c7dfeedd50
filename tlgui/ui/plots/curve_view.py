"""The widgets that show the curves of a training: matplotlib draws them on a thread, the GUI thread shows the pictures.

matplotlib takes 0.1 s and more on a busy machine to draw a figure, and no part of the window's work may block the GUI
thread for longer than that (the measured longest block in a whole training is 86 ms). It is imported on a thread too,
after the window has appeared, because the import takes about 0.8 s.
"""

import contextlib
import functools
import importlib
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRunnable, Qt, QThreadPool, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QFontInfo, QImage, QPainter, QPaintEvent, QPalette, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui import gui_priority
from tlgui.progress import EpochEnded
from tlgui.text.numbers import count, percent
from tlgui.ui.plots.curve_legend import CurveLegend
from tlgui.ui.plots.curve_request import (
    BEST_DASHES,
    CIRCLE,
    SQUARE,
    STAR,
    TRAINING_DASHES,
    VALIDATION_DASHES,
    DrawRequest,
    Frame,
    LineStyle,
    PlotStyle,
)
from tlgui.ui.widgets.plain_text import set_spoken, set_spoken_details
from tlgui.ui.widgets.tokens import Accent, colour, mixed, series

if TYPE_CHECKING:
    from tlgui.ui.plots.curve_drawing import CurveDrawing

_CURVES_MODULE = "tlgui.ui.plots.curve_drawing"
_PAUSE_MS = 150
_HEIGHT_IN_LINES = 13
_WIDTH_IN_LETTERS = 30
_SIDE_BY_SIDE_RATIO = 1.5
_SAVED_POINTS = 10.0
_LINES = ("Training photos", "Validation photos", "Best epoch, kept")


def load_curves() -> bool:
    """Start to import matplotlib on a thread, unless that was done before; return whether it is imported."""
    return not _loader().is_alive()


@functools.cache
def _loader() -> threading.Thread:
    thread = threading.Thread(target=importlib.import_module, args=(_CURVES_MODULE,), daemon=True)
    if _CURVES_MODULE not in sys.modules:
        thread.start()
    return thread


def plot_style(palette: QPalette, points: float) -> PlotStyle:
    """Return the style that fits `palette`, light or dark, with text of `points`."""
    base, text = palette.color(QPalette.ColorRole.Base), palette.color(QPalette.ColorRole.Text)
    return PlotStyle(
        background=base.name(),
        text=text.name(),
        grid=mixed(base, text, 0.2).name(),
        training=colour(Accent.TRAINING, palette).name(),
        validation=colour(Accent.VALIDATION, palette).name(),
        series=series(palette),
        points=points,
    )


def _line_of_one_run(place: int, palette: QPalette) -> LineStyle:
    """Return the style of a line of `_LINES`, as `curve_drawing` draws it."""
    if place == _LINES.index("Best epoch, kept"):
        return LineStyle(palette.color(QPalette.ColorRole.Text).name(), BEST_DASHES, STAR)
    accent, dashes, marker = (
        (Accent.TRAINING, TRAINING_DASHES, CIRCLE),
        (Accent.VALIDATION, VALIDATION_DASHES, SQUARE),
    )[place]
    return LineStyle(colour(accent, palette).name(), dashes, marker)


class _Painter:
    """Owns the matplotlib drawing of one view; only the drawing thread makes and uses it, one task at a time."""

    def __init__(self, measure: str, *, is_comparison: bool) -> None:
        self._measure = measure
        self._is_comparison = is_comparison
        self._drawing: CurveDrawing | None = None

    def draw(self, request: DrawRequest) -> QImage:
        # Imports matplotlib, unless that was done before.
        from tlgui.ui.plots.curve_drawing import MEASURES, CurveDrawing  # noqa: PLC0415

        if self._drawing is None:
            self._drawing = CurveDrawing(MEASURES[self._measure], is_comparison=self._is_comparison)
        pixels, width, height = self._drawing.draw(request), request.frame.width, request.frame.height
        return QImage(pixels, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()


class _Relay(QObject):
    """Emits the picture to the view; outlives a view that is closed meanwhile."""

    done = Signal(QImage)


class _Task(QRunnable):
    def __init__(self, painter: _Painter, request: DrawRequest, relay: _Relay) -> None:
        super().__init__()
        self._painter = painter
        self._request = request
        self._relay = relay

    @override
    def run(self) -> None:
        image = QImage()
        # matplotlib draws for 100 ms with hardly a pause, while the window shows what a training has ended with.
        gui_priority.give_way()
        try:
            image = self._painter.draw(self._request)
        finally:
            # Also when drawing failed, so that the view does not wait for the picture.
            # When the program ends, the relay may have been destroyed.
            with contextlib.suppress(RuntimeError):
                self._relay.done.emit(image)


class CurveView(QWidget):
    """One measure of each epoch; requests a new picture after each change, at most every 150 ms.

    Args:
        measure: `"accuracy"` or `"loss"`.
        is_comparison: Whether several runs are shown instead of one.
        parent: The owner.
    """

    def __init__(self, measure: str, parent: QWidget | None = None, *, is_comparison: bool = False) -> None:
        super().__init__(parent)
        self._measure = measure
        self._painter = _Painter(measure, is_comparison=is_comparison)
        self._history: tuple[EpochEnded, ...] = ()
        self._compared: tuple[tuple[EpochEnded, ...], ...] = ()
        self._is_running = False
        self._image = QImage()
        self._requested: DrawRequest | None = None
        self._relay = _Relay()
        self._relay.done.connect(self._on_relay_done)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._request_picture)
        self._is_drawing = False
        set_spoken(self, f"{measure.capitalize()} of each epoch")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def image(self) -> QImage:
        """The picture on the screen; null before the first."""
        return self._image

    def set_history(self, history: tuple[EpochEnded, ...], *, is_running: bool) -> None:
        """Request a picture of `history`."""
        self._history, self._is_running = history, is_running
        set_spoken_details(self, _history_text(history))
        self._request_picture()

    def set_compared(self, runs: Mapping[str, tuple[EpochEnded, ...]]) -> None:
        """Request a picture of the epochs of several runs, by their names."""
        self._compared = tuple(runs.values())
        set_spoken_details(self, _comparison_text(self._measure, runs))
        self._request_picture()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._request_picture()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._request_picture()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange}:
            self._request_picture()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().base())
        if self._image.isNull():
            painter.setPen(self.palette().text().color())
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Preparing the plots…")
        else:
            # While the size changes, the old picture is scaled until the new one is drawn.
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self.rect(), self._image)
        painter.end()

    @Slot()
    def _request_picture(self) -> None:
        if self._is_drawing or self._pause.isActive() or not self.isVisible():
            return
        request = DrawRequest(self._frame(), self._history, self._is_running, self._compared)
        if request != self._requested:
            self._requested = request
            self._is_drawing = True
            QThreadPool.globalInstance().start(_Task(self._painter, request, self._relay))

    @Slot(QImage)
    def _on_relay_done(self, image: QImage) -> None:
        self._is_drawing = False
        self._pause.start()
        if not image.isNull():
            self._image = image
            self.update()

    def _frame(self) -> Frame:
        """Return a frame with margins that depend on the font alone, so that the axes stay in place for all numbers."""
        metrics, ratio = self.fontMetrics(), self.devicePixelRatioF()
        width, height, line = max(self.width(), 1), max(self.height(), 1), metrics.height()
        left = metrics.horizontalAdvance("100 %") + line * 1.9
        margins = (
            min(left / width, 0.45),
            max(1 - line * 0.8 / width, 0.55),
            min(line * 3.0 / height, 0.45),
            max(1 - line * 1.9 / height, 0.55),
        )
        style = plot_style(self.palette(), QFontInfo(self.font()).pointSizeF())
        return Frame(round(width * ratio), round(height * ratio), self.logicalDpiX() * ratio, margins, style)


class TrainingPlots(QWidget):
    """Accuracy and loss, side by side, or one above the other where there is little width.

    Args:
        is_comparison: Whether several runs are shown instead of one.
        parent: The owner.
    """

    def __init__(self, parent: QWidget | None = None, *, is_comparison: bool = False) -> None:
        super().__init__(parent)
        self._history: tuple[EpochEnded, ...] = ()
        self.views = tuple(CurveView(measure, is_comparison=is_comparison) for measure in ("accuracy", "loss"))
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        for view in self.views:
            self._layout.addWidget(view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._layout, 1)
        if not is_comparison:
            legend = CurveLegend(_line_of_one_run)
            legend.set_names(_LINES)
            column.addWidget(legend)
        self._fit_font()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_font()

    def _fit_font(self) -> None:
        metrics = self.fontMetrics()
        self.setMinimumSize(metrics.averageCharWidth() * _WIDTH_IN_LETTERS, metrics.height() * _HEIGHT_IN_LINES)

    @property
    def history(self) -> tuple[EpochEnded, ...]:
        """The epochs shown."""
        return self._history

    def set_history(self, history: Sequence[EpochEnded], *, is_running: bool = False) -> None:
        """Show `history`.

        Args:
            history: The epochs so far.
            is_running: Whether the training is under way; then the axes have room for further epochs.
        """
        self._history = tuple(history)
        for view in self.views:
            view.set_history(self._history, is_running=is_running)

    def set_compared(self, runs: Mapping[str, tuple[EpochEnded, ...]]) -> None:
        """Show the values of the validation photos of several runs, by their names, in the order of `line_style`."""
        for view in self.views:
            view.set_compared(runs)

    def add_epoch(self, epoch: EpochEnded) -> None:
        """Add an epoch of the training under way."""
        self.set_history((*self._history, epoch), is_running=True)

    def save(self, path: Path) -> None:
        """Write the plots to `path`, dark on light, as PNG or SVG by its suffix.

        Raises:
            StorageError: The disk refused; the old file is as it was.
        """
        # Curves exist long after the window has appeared, when matplotlib is imported.
        from tlgui.ui.plots.curve_drawing import save_curves  # noqa: PLC0415

        save_curves(self._history, path, plot_style(QPalette(QColor("white")), _SAVED_POINTS))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = event.size().width() >= event.size().height() * _SIDE_BY_SIDE_RATIO
        directions = QBoxLayout.Direction
        self._layout.setDirection(directions.LeftToRight if is_wide else directions.TopToBottom)


def _history_text(history: Sequence[EpochEnded]) -> str:
    """Return the description of the picture for screen readers."""
    if not history:
        return "No epoch has ended yet."
    last = history[-1]
    return (
        f"After epoch {last.epoch}: accuracy {percent(last.validation_accuracy)} and loss {last.validation_loss:.3g} "
        f"on the validation photos, {percent(last.accuracy)} and {last.loss:.3g} on the training photos."
    )


def _comparison_text(measure: str, runs: Mapping[str, Sequence[EpochEnded]]) -> str:
    """Return the description of the picture of several runs for screen readers."""
    parts = []
    for name, history in runs.items():
        if not history:
            parts.append(f"{name}: no epoch has ended")
        elif measure == "accuracy":
            best = max(epoch.validation_accuracy for epoch in history)
            parts.append(f"{name}: up to {percent(best)} right in {count('epoch', len(history))}")
        else:
            best = min(epoch.validation_loss for epoch in history)
            parts.append(f"{name}: down to {best:.3g} in {count('epoch', len(history))}")
    return f"{measure.capitalize()} on the validation photos. {'; '.join(parts)}."
