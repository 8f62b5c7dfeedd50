"""Draws the curves of a training with matplotlib, into pixels for the window or into a file.

Importing this module imports matplotlib, which takes about 0.8 s, so `curve_view` imports it on a thread, after the
window has appeared. A drawing caches its axes as pixels: when an epoch ends, only the lines are drawn anew.
"""

# matplotlib has types, but not in its canvas.
# mypy: disallow-untyped-calls=False

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from tlgui import files
from tlgui.progress import EpochEnded
from tlgui.ui.plots.curve_request import DrawRequest, Frame, PlotStyle, line_style

# matplotlib is not thread-safe: its figures share caches of fonts and texts.
_LOCK = threading.Lock()
_ROUND_LIMITS = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
_MARKED_EPOCHS = 60
_MARKERS_A_LINE = 8
_FINE_TUNING = "Fine-tuning"
_MOST_TICKS = 8
_EPOCH = "Epoch (one pass over the training photos)"
# The average width of a letter, as a share of the font size, with a margin for bold letters.
_LETTER_WIDTH = 0.62
_POINTS_IN_INCH = 72
_SAVED_INCHES = (11.0, 4.4)
_SAVED_DPI = 150


@dataclass(frozen=True, slots=True)
class Measure:
    """A quantity of an epoch, and how it is plotted.

    Args:
        title: The title of the plot.
        label: The label of the y axis.
        training: Returns the value for the training photos.
        validation: Returns the value for the validation photos.
        limits: Returns the limits of the y axis for the values drawn.
        tick: Returns the text of a tick.
    """

    title: str
    label: str
    training: Callable[[EpochEnded], float]
    validation: Callable[[EpochEnded], float]
    limits: Callable[[Sequence[float]], tuple[float, float]]
    tick: Callable[[float], str]


def accuracy_limits(values: Sequence[float]) -> tuple[float, float]:
    """Return the limits of the accuracy axis: from the round share below the lowest value to 100 %, with a margin."""
    lowest = min(values, default=0.0)
    low = max(step for step in (0.0, 0.25, 0.5, 0.75, 0.9) if step <= max(lowest - 0.01, 0.0))
    return low, 1.0 + 0.03 * (1.0 - low)


def loss_limits(values: Sequence[float]) -> tuple[float, float]:
    """Return the limits of the loss axis: from 0 to 1, 2 or 5 times a power of 10, above the highest value."""
    highest = max(values, default=1.0)
    power = 10.0 ** math.floor(math.log10(max(highest, 1e-6)))
    return 0.0, next((step * power for step in (1, 2, 5) if highest <= step * power * 0.97), 10 * power)


ACCURACY = Measure(
    title="Accuracy",
    label="Photos named rightly",
    training=lambda epoch: epoch.accuracy,
    validation=lambda epoch: epoch.validation_accuracy,
    limits=accuracy_limits,
    tick=lambda value: f"{value * 100:.0f} %",
)
LOSS = Measure(
    title="Loss",
    label="Error, lower is better",
    training=lambda epoch: epoch.loss,
    validation=lambda epoch: epoch.validation_loss,
    limits=loss_limits,
    tick=lambda value: f"{value:g}",
)
MEASURES = {"accuracy": ACCURACY, "loss": LOSS}


def epoch_limit(history: Sequence[EpochEnded], *, is_running: bool) -> int:
    """Return the last epoch on the x axis.

    It changes rarely, because each change draws the whole plot: the axis of a short training has all planned epochs
    from the start, that of a long one grows in round steps, and after the training it ends at the last epoch.

    Args:
        history: The epochs.
        is_running: Whether the training is under way.
    """
    if not history:
        return _ROUND_LIMITS[0]
    last, planned = history[-1].epoch, history[-1].epochs
    if not is_running:
        return max(last, 2)
    if planned <= _ROUND_LIMITS[2]:
        return planned
    return next((limit for limit in _ROUND_LIMITS if last <= limit * 0.95), last)


class _MeasureAxes:
    """The axes of one measure, with their texts and colours.

    Args:
        axes: Where to draw.
        measure: What to draw.
    """

    def __init__(self, axes: Axes, measure: Measure) -> None:
        self.axes = axes
        self._measure = measure
        self._limits: tuple[float, ...] = ()
        axes.xaxis.set_major_locator(MaxNLocator(nbins=_MOST_TICKS, integer=True, min_n_ticks=1))
        axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _position: measure.tick(value)))
        axes.spines[["top", "right"]].set_visible(False)
        # Above the axes, clear of the curves.
        self._fine_tuning_label = axes.text(
            0, 0, _FINE_TUNING, transform=axes.transAxes, ha="center", va="bottom", visible=False, clip_on=False
        )

    @property
    def figure(self) -> Figure:
        """The figure that holds the axes."""
        figure = self.axes.get_figure(root=True)
        assert figure is not None
        return figure

    def _apply_style(self, style: PlotStyle) -> None:
        axes, small = self.axes, style.points * 0.9
        axes.set_facecolor(style.background)
        axes.set_title(self._measure.title, loc="left", fontsize=style.points, fontweight="bold", color=style.text)
        width = self._width_in_points()
        # Numbers of two or three digits, and a gap as wide.
        room = int(width / (5 * _LETTER_WIDTH * small))
        axes.xaxis.set_major_locator(MaxNLocator(nbins=max(2, min(_MOST_TICKS, room)), integer=True, min_n_ticks=1))
        explained = _EPOCH if len(_EPOCH) * _LETTER_WIDTH * small < width * 1.1 else _EPOCH.partition(" ")[0]
        axes.set_xlabel(explained, fontsize=small, color=style.text)
        axes.set_ylabel(self._measure.label, fontsize=small, color=style.text)
        axes.tick_params(labelsize=small, colors=style.text, which="both")
        axes.grid(visible=True, color=style.grid, linewidth=0.8)
        for spine in axes.spines.values():
            spine.set_color(style.grid)
        self._fine_tuning_label.set(color=style.text, fontsize=small)

    def _width_in_points(self) -> float:
        return max(float(self.axes.get_window_extent().width / self.figure.dpi * _POINTS_IN_INCH), 1.0)

    def _set_limits(self, *limits: float) -> bool:
        if limits == self._limits:
            return False
        self._limits = limits
        self.axes.set_xlim(limits[0], limits[1])
        self.axes.set_ylim(limits[2], limits[3])
        return True

    def _place_fine_tuning_label(self, start: float | None) -> bool:
        """Place the label above the first line that marks fine-tuning, clear of the title; return whether it moved."""
        label = self._fine_tuning_label
        before = (label.get_visible(), label.get_position())
        label.set_visible(start is not None)
        if start is not None:
            low, high = self._limits[:2]
            letter = _LETTER_WIDTH * float(label.get_fontsize())
            width = self._width_in_points()
            half = len(_FINE_TUNING) * letter / 2 / width
            title_end = (len(self._measure.title) + 1) * letter / width
            place = (start - low) / (high - low)
            label.set_position((min(max(place, title_end + half), 1.0 - half), 1.01))
        return before != (label.get_visible(), label.get_position())


class CurvePlot(_MeasureAxes):
    """One measure of one run: training and validation photos, and the best epoch; the legend stands outside the axes.

    Args:
        axes: Where to draw.
        measure: What to draw.
    """

    def __init__(self, axes: Axes, measure: Measure) -> None:
        super().__init__(axes, measure)
        # A drawing of the whole figure leaves animated artists out; they are drawn over it.
        line: dict[str, Any] = {"animated": True}
        (self._training,) = axes.plot([], [], "-", marker="o", label="Training photos", **line)
        (self._validation,) = axes.plot([], [], "--", marker="s", label="Validation photos", **line)
        (self._best,) = axes.plot([], [], ":", marker="*", label="Best epoch, kept", **line)
        (self._fine_tuning,) = axes.plot([], [], "-", label="_fine-tuning", **line)
        self.set_history((), is_running=False)

    @property
    def moving_artists(self) -> tuple[Artist, ...]:
        """The artists that are drawn anew after each epoch."""
        return (self._fine_tuning, self._best, self._training, self._validation)

    @property
    def named_lines(self) -> tuple[Line2D, ...]:
        """The lines that the legend names, in its order."""
        return (self._training, self._validation, self._best)

    def show(self, request: DrawRequest) -> bool:
        """Show the history of `request`; return whether the axes changed, so that the whole figure must be drawn."""
        return self.set_history(request.history, is_running=request.is_running)

    def set_history(self, history: Sequence[EpochEnded], *, is_running: bool) -> bool:
        """Show `history`; return whether the axes changed, so that the whole figure must be drawn."""
        epochs = [epoch.epoch for epoch in history]
        training = [self._measure.training(epoch) for epoch in history]
        validation = [self._measure.validation(epoch) for epoch in history]
        self._training.set_data(epochs, training)
        self._validation.set_data(epochs, validation)
        for line in (self._training, self._validation):
            line.set_markevery(1 if len(epochs) <= _MARKED_EPOCHS else [])
        last = epoch_limit(history, is_running=is_running)
        room = max(0.4, 0.02 * last)
        values = [value for value in (*training, *validation) if math.isfinite(value)]
        low, high = self._measure.limits(values)
        best = next((epoch for epoch in reversed(history) if epoch.is_best), None)
        if best is None:
            self._best.set_data([], [])
        else:
            self._best.set_data([best.epoch] * 3, [low, self._measure.validation(best), high])
        has_moved = self._set_limits(1 - room, last + room, low, high)
        start = fine_tuning_start(history)
        self._fine_tuning.set_data(*(([], []) if start is None else ([start] * 2, [low, high])))
        return self._place_fine_tuning_label(start) or has_moved

    def set_style(self, style: PlotStyle) -> None:
        """Apply colours and sizes; the whole figure must be drawn afterwards."""
        self._apply_style(style)
        lines = {"linewidth": style.points * 0.18, "markersize": style.points * 0.4}
        self._training.set(color=style.training, **lines)
        self._validation.set(color=style.validation, **lines)
        self._best.set(color=style.text, linewidth=style.points * 0.12, markersize=style.points, markevery=[1])
        self._fine_tuning.set(color=style.text, linewidth=style.points * 0.08)


class ComparisonPlot(_MeasureAxes):
    """One measure of several runs, on their validation photos; the legend is a widget beside the plot.

    Args:
        axes: Where to draw.
        measure: What to draw.
    """

    def __init__(self, axes: Axes, measure: Measure) -> None:
        super().__init__(axes, measure)
        self._compared: tuple[tuple[EpochEnded, ...], ...] = ()
        self._style: PlotStyle | None = None
        self._set_limits(0.6, 2.4, *measure.limits(()))

    @property
    def moving_artists(self) -> tuple[Artist, ...]:
        """None: the lines of runs that have ended do not change."""
        return ()

    def show(self, request: DrawRequest) -> bool:
        """Show the runs of `request`; return whether anything changed."""
        if request.compared == self._compared:
            return False
        self._compared = request.compared
        last = max((epoch_limit(history, is_running=False) for history in self._compared if history), default=2)
        room = max(0.4, 0.02 * last)
        values = [self._measure.validation(epoch) for history in self._compared for epoch in history]
        low, high = self._measure.limits([value for value in values if math.isfinite(value)])
        self._set_limits(1 - room, last + room, low, high)
        self._draw_lines()
        return True

    def set_style(self, style: PlotStyle) -> None:
        """Apply colours and sizes; the whole figure must be drawn afterwards."""
        self._apply_style(style)
        self._style = style
        self._draw_lines()

    def _draw_lines(self) -> None:
        style = self._style
        if style is None:
            return
        for drawn in self.axes.get_lines():
            drawn.remove()
        starts = [fine_tuning_start(history) for history in self._compared]
        for place, (history, start) in enumerate(zip(self._compared, starts, strict=True)):
            line = line_style(place, style.series)
            epochs = [epoch.epoch for epoch in history]
            self.axes.plot(
                epochs,
                [self._measure.validation(epoch) for epoch in history],
                color=line.colour,
                linestyle=(0, line.dashes) if line.dashes else "-",
                linewidth=style.points * 0.18,
                marker=list(line.marker),
                markersize=style.points * 0.55,
                # Few enough that the dashes between them remain visible.
                markevery=max(1, math.ceil(len(epochs) / _MARKERS_A_LINE)),
            )
            if start is not None:
                self.axes.axvline(start, color=line.colour, linewidth=style.points * 0.08)
        self._place_fine_tuning_label(min((start for start in starts if start is not None), default=None))


def fine_tuning_start(history: Sequence[EpochEnded]) -> float | None:
    """Return the x position where fine-tuning starts; None where the backbone is never trained after the head."""
    first = next((place for place, epoch in enumerate(history) if epoch.is_fine_tuning), 0)
    return history[first].epoch - 0.5 if first else None


class CurveDrawing:
    """Draws the pictures of one measure.

    Args:
        measure: The measure.
        is_comparison: Whether several runs are shown instead of one.
    """

    def __init__(self, measure: Measure, *, is_comparison: bool = False) -> None:
        with _LOCK:
            figure = Figure()
            self.canvas = FigureCanvasAgg(figure)
            kind = ComparisonPlot if is_comparison else CurvePlot
            self.plot: CurvePlot | ComparisonPlot = kind(figure.add_subplot(), measure)
        self._frame: Frame | None = None
        self._background: Any = None

    def draw(self, request: DrawRequest) -> bytes:
        """Return the picture as rows of RGBA pixels; only what has changed is drawn."""
        with _LOCK:
            if request.frame != self._frame:
                self._set_frame(request.frame)
            if self.plot.show(request):
                self._background = None
            if self._background is None:
                self.canvas.draw()
                self._background = self.canvas.copy_from_bbox(self.canvas.figure.bbox)
            else:
                self.canvas.restore_region(self._background)
            for artist in self.plot.moving_artists:
                self.plot.axes.draw_artist(artist)
            return bytes(self.canvas.buffer_rgba())

    def _set_frame(self, frame: Frame) -> None:
        figure = self.plot.figure
        figure.set_dpi(frame.dpi)
        figure.set_size_inches(frame.width / frame.dpi, frame.height / frame.dpi)
        left, right, bottom, top = frame.margins
        figure.subplots_adjust(left=left, right=right, bottom=bottom, top=top)
        figure.set_facecolor(frame.style.background)
        self.plot.set_style(frame.style)
        self._frame, self._background = frame, None


def save_curves(history: Sequence[EpochEnded], path: Path, style: PlotStyle) -> None:
    """Write both plots side by side to a file, as PNG or SVG by its suffix.

    Args:
        history: The epochs.
        path: The file.
        style: Colours and size of the text.

    Raises:
        StorageError: The disk refused; the old file is as it was.
    """
    with _LOCK, files.atomic_path(path) as temporary:
        figure = Figure(figsize=_SAVED_INCHES, dpi=_SAVED_DPI, layout="constrained")
        figure.set_facecolor(style.background)
        plots = [
            CurvePlot(figure.add_subplot(1, 2, place), measure) for place, measure in enumerate((ACCURACY, LOSS), 1)
        ]
        for plot in plots:
            plot.set_style(style)
            plot.set_history(history, is_running=False)
        lines = plots[0].named_lines
        texts = {"fontsize": style.points * 0.9, "labelcolor": style.text}
        figure.legend(handles=lines, loc="outside lower center", ncols=len(lines), frameon=False, **texts)
        figure.savefig(temporary, format=path.suffix.lstrip(".").lower())
