"""What one drawing of the curves is asked to show: plain values that may go from the window to a thread."""

import math
from dataclasses import dataclass

from tlgui.progress import EpochEnded

Points = tuple[tuple[float, float], ...]

# Lengths of dashes and gaps, in widths of the line; empty for a whole line.
_DASHES: tuple[tuple[float, ...], ...] = ((), (3.7, 1.6), (1.0, 1.65), (6.4, 1.6, 1.0, 1.6))
# Outlines around the middle, upwards, at most 1 away from it.
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
    """How one of several lines is told from the others, by colour and without it.

    Args:
        colour: As `#rrggbb`.
        dashes: Lengths of dashes and gaps, in widths of the line; empty for a whole line.
        marker: The outline of what marks each point, around the middle, upwards, at most about 1 away from it.
    """

    colour: str
    dashes: tuple[float, ...]
    marker: Points


def line_style(place: int, colours: tuple[str, ...]) -> LineStyle:
    """Return the style of the line at `place` among several; the first forty are all different."""
    return LineStyle(colours[place % len(colours)], _DASHES[place % len(_DASHES)], _MARKERS[place % len(_MARKERS)])


@dataclass(frozen=True, slots=True)
class PlotStyle:
    """The colours, as `#rrggbb`, and the size of the letters, in points."""

    background: str
    text: str
    grid: str
    training: str
    validation: str
    series: tuple[str, ...]
    points: float


@dataclass(frozen=True, slots=True)
class Frame:
    """The picture without its lines: while it stays the same, only the lines are drawn again.

    Args:
        width: In device pixels.
        height: In device pixels.
        dpi: Device pixels in an inch, which the size of letters goes by.
        margins: Left, right, bottom and top end of the axes, as shares of the picture, counted from bottom left.
        look: Colours and letters.
    """

    width: int
    height: int
    dpi: float
    margins: tuple[float, float, float, float]
    look: PlotStyle


@dataclass(frozen=True, slots=True)
class DrawRequest:
    """One picture.

    Args:
        frame: Its size and colours.
        history: The epochs.
        is_running: Whether more are to come; then the axis leaves room for them.
        compared: The epochs of several runs, drawn instead of `history`: one line each, of the validation photos.
    """

    frame: Frame
    history: tuple[EpochEnded, ...]
    is_running: bool
    compared: tuple[tuple[EpochEnded, ...], ...] = ()
