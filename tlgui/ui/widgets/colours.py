"""The colours that tlgui adds to the platform's palette, distinguishable with colour-blindness.

Everything else uses palette roles. No information is carried by colour alone: text or a shape repeats it.
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
# The curves of compared runs, on light and on dark backgrounds, with a contrast of at least 3 : 1.
SERIES_ON_LIGHT = (BLUE, VERMILLION, "#007F5C", "#A3487B", "#8A6A00", "#3B3B3B")
SERIES_ON_DARK = (SKY_BLUE, ORANGE, "#2FC79B", "#E79BC4", YELLOW, "#D0D0D0")


class Accent(Enum):
    """The meaning of a colour; the value is its shade on a light and on a dark background."""

    TRAINING = (BLUE, SKY_BLUE)
    VALIDATION = (VERMILLION, ORANGE)
    TEST = (GREEN, "#2FC79B")
    INFO = ("#00659E", SKY_BLUE)
    SUCCESS = ("#007F5C", "#2FC79B")
    WARNING = ("#A86F00", ORANGE)
    ERROR = ("#B84A00", "#FF8A3D")


def is_dark(palette: QPalette) -> bool:
    """Return whether `palette` has light text on a dark background."""
    return (
        palette.color(QPalette.ColorRole.Window).lightness() < palette.color(QPalette.ColorRole.WindowText).lightness()
    )


def colour(accent: Accent, palette: QPalette) -> QColor:
    """Return the shade of `accent` for the background of `palette`."""
    light, dark = accent.value
    return QColor(dark if is_dark(palette) else light)


def series(palette: QPalette) -> tuple[str, ...]:
    """Return the colours for several curves in one plot, as `#rrggbb`."""
    return SERIES_ON_DARK if is_dark(palette) else SERIES_ON_LIGHT


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """Return `one` blended with `other`, whose share is 0 to 1."""
    return QColor.fromRgbF(
        one.redF() * (1 - share) + other.redF() * share,
        one.greenF() * (1 - share) + other.greenF() * share,
        one.blueF() * (1 - share) + other.blueF() * share,
    )


def quiet_text(palette: QPalette) -> QColor:
    """Return the colour of secondary text: less contrast than the text, but more than 4.5 : 1."""
    return mixed(palette.color(QPalette.ColorRole.WindowText), palette.color(QPalette.ColorRole.Window), 0.3)
