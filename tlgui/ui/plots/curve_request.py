"""The description of one picture of the curves: plain values that go from the GUI thread to the drawing thread."""

import math
from dataclasses import dataclass

from tlgui.progress import EpochEnded

Points = tuple[tuple[float, float], ...]

# Lengths of dashes and gaps, in widths of the line; empty for a solid line.
_DASHES: tuple[tuple[float, ...], ...] = ((), (3.7, 1.6), (1.0, 1.65), (6.4, 1.6, 1.0, 1.6))
# Outlines around the origin, with the y axis upwards, at most about 1 away from it.
_MARKERS: tuple[Points, ...] = (
    tuple((math.cos(turn * math.pi / 8), math.sin(turn * math.pi / 8)) for turn in range(17)),
    ((-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85), (-0.85, -0.85)),
    ((-1.0, -0.8), (1.0, -0.8), (0.0, 1.0), (-1.0, -0.8)),
    ((0.0, -1.1), (1.1, 0.0), (0.0, 1.1), (-1.1, 0.0), (0.0, -1.1)),
    ((-1.0, 0.8), (1.0, 0.8), (0.0, -1.0), (-1.0, 0.8)),
    ((-1.0, -0.5), (1.0, -0.5), (1.0, 0.5), (-1.0, 0.5), (-1.0, -0.5)),
    ((-0.5, -1.0), (0.5, -1.0), (0.5, 1.0), (-0.5, 1.0), (-0.5, -1.0)),
)


@dataclass(frozen=True, slots=True)
class LineStyle:
    """The style of one of several lines, which can be distinguished by colour and without it.

    Args:
        colour: As `#rrggbb`.
        dashes: Lengths of dashes and gaps, in widths of the line; empty for a solid line.
        marker: Outline of the markers around the origin, with the y axis upwards, at most about 1 away from it.
    """

    colour: str
    dashes: tuple[float, ...]
    marker: Points


TRAINING_DASHES: tuple[float, ...] = ()
VALIDATION_DASHES, BEST_DASHES = _DASHES[1], _DASHES[2]
CIRCLE, SQUARE = _MARKERS[0], _MARKERS[1]
STAR: Points = tuple(
    (
        (1.3 if turn % 2 == 0 else 0.55) * math.sin(turn * math.pi / 5),
        (1.3 if turn % 2 == 0 else 0.55) * math.cos(turn * math.pi / 5),
    )
    for turn in range(11)
)


def line_style(place: int, colours: tuple[str, ...]) -> LineStyle:
    """Return the style of the line at `place` among several.

    With six colours, the styles of the first 84 places are all different, and those of the first 28 without colour.

    Args:
        place: Counted from 0.
        colours: The colours to take turns with, as `#rrggbb`.
    """
    return LineStyle(colours[place % len(colours)], _DASHES[place % len(_DASHES)], _MARKERS[place % len(_MARKERS)])


@dataclass(frozen=True, slots=True)
class PlotStyle:
    """The colours of a plot and the size of its text.

    Args:
        background: Of the plot, as `#rrggbb`.
        text: Of the text, as `#rrggbb`.
        grid: Of grid and axes, as `#rrggbb`.
        training: Of the line of the training photos, as `#rrggbb`.
        validation: Of the line of the validation photos, as `#rrggbb`.
        series: Of the lines of compared runs, as `#rrggbb`.
        points: The size of the text, in points.
    """

    background: str
    text: str
    grid: str
    training: str
    validation: str
    series: tuple[str, ...]
    points: float


@dataclass(frozen=True, slots=True)
class Frame:
    """The picture without its lines: while it stays the same, only the lines are drawn anew.

    Args:
        width: In device pixels.
        height: In device pixels.
        dpi: Device pixels in an inch; they determine the size of the text.
        margins: Left, right, bottom and top end of the axes, as shares of the picture, counted from bottom left.
        style: Colours and size of the text.
    """

    width: int
    height: int
    dpi: float
    margins: tuple[float, float, float, float]
    style: PlotStyle


@dataclass(frozen=True, slots=True)
class DrawRequest:
    """The request for one picture.

    Args:
        frame: Its size and style.
        history: The epochs.
        is_running: Whether the training is under way; then the axis has room for further epochs.
        compared: The epochs of several runs, drawn instead of `history`: one line each, of the validation photos.
    """

    frame: Frame
    history: tuple[EpochEnded, ...]
    is_running: bool
    compared: tuple[tuple[EpochEnded, ...], ...] = ()
