"""The few colours tlgui adds to the platform's palette: Okabe and Ito's, which colour-blind eyes can tell apart.

Everything else is a palette role. Colour never stands alone: a word or a shape says the same.
Source: M. Okabe, K. Ito, "Color Universal Design", 2008.
"""

from enum import Enum

from PySide6.QtGui import QColor, QPalette

BLUE, ORANGE, GREEN, PURPLE, VERMILLION, SKY_BLUE, YELLOW = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#D55E00",
    "#56B4E9",
    "#F0E442",
)
# The curves of runs that are compared: for light and for dark backgrounds, each at least 3 : 1 against them.
SERIES_ON_LIGHT = (BLUE, VERMILLION, "#007F5C", "#A3487B", "#8A6A00", "#3B3B3B")
SERIES_ON_DARK = (SKY_BLUE, ORANGE, "#2FC79B", "#E79BC4", YELLOW, "#D0D0D0")


class Accent(Enum):
    """What a colour stands for: its shade on a light and on a dark background."""

    TRAINING = (BLUE, SKY_BLUE)
    VALIDATION = (VERMILLION, ORANGE)
    TEST = (GREEN, "#2FC79B")
    INFO = ("#00659E", SKY_BLUE)
    SUCCESS = ("#007F5C", "#2FC79B")
    WARNING = ("#A86F00", ORANGE)
    ERROR = ("#B84A00", "#FF8A3D")


def is_dark(palette: QPalette) -> bool:
    """Return whether `palette` writes light on dark."""
    return (
        palette.color(QPalette.ColorRole.Window).lightness() < palette.color(QPalette.ColorRole.WindowText).lightness()
    )


def colour(accent: Accent, palette: QPalette) -> QColor:
    """Return the shade of `accent` that stands out from the background of `palette`."""
    light, dark = accent.value
    return QColor(dark if is_dark(palette) else light)


def series(palette: QPalette) -> tuple[str, ...]:
    """Return the colours of lines that are told apart, as `#rrggbb`."""
    return SERIES_ON_DARK if is_dark(palette) else SERIES_ON_LIGHT


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """Return `one` with `share` (0..1) of `other` mixed in, for quiet backgrounds and second lines."""
    return QColor.fromRgbF(
        one.redF() * (1 - share) + other.redF() * share,
        one.greenF() * (1 - share) + other.greenF() * share,
        one.blueF() * (1 - share) + other.blueF() * share,
    )


def quiet_text(palette: QPalette) -> QColor:
    """Return the text colour for second lines: softer than the text, still readable (contrast over 4.5)."""
    return mixed(palette.color(QPalette.ColorRole.WindowText), palette.color(QPalette.ColorRole.Window), 0.3)
