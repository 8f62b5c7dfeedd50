"""What one drawing of the curves is asked to show: plain values that may go from the window to a thread."""

from dataclasses import dataclass

from tlgui.progress import EpochEnded


@dataclass(frozen=True, slots=True)
class Look:
    """The colours, as `#rrggbb`, and the size of the letters, in points."""

    background: str
    text: str
    grid: str
    training: str
    validation: str
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
    look: Look


@dataclass(frozen=True, slots=True)
class DrawRequest:
    """One picture.

    Args:
        frame: Its size and colours.
        history: The epochs.
        is_running: Whether more are to come; then the axis leaves room for them.
    """

    frame: Frame
    history: tuple[EpochEnded, ...]
    is_running: bool
