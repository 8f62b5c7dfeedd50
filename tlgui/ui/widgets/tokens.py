"""The measures, the sizes of type and the colours of the window: one table, from which the style is made.

How a page uses them:

- Distances are multiples of `GRID`: `MARGIN` around the content of a page and inside a card, `WIDE_MARGIN` around a
  page that has room, `GRID` between what belongs together. They are device-independent pixels and do not follow the
  text, because the space is what large text needs.
- Text is the system's font. `page_heading` (20), `card_heading` (15) and plain labels (13) are the three sizes;
  `type_scale` gives the factor for text that is painted.
- Groups of controls are a `Card` (`widgets/card.py`).
- One button a page is filled, the next thing to do: `make_primary(button)` (`widgets/primary.py`). A page that offers
  another next thing takes it from the old button first: `make_primary(old, is_primary=False)`.
- Colours that a page paints itself are asked of the palette: `colour(Accent.WARNING, palette)`, `quiet_text(palette)`,
  `hairline(palette)`; they follow light and dark at once. Nothing sets a style sheet or a palette of its own.

Text has a contrast of at least 4.5 to what it stands on, borders of controls, icons and the focus at least 3 (WCAG
2.2, 1.4.3 and 1.4.11); a test computes both. The meaning of colours is distinguishable with colour-blindness, and no
information is carried by colour alone: text or a shape repeats it. Source of the hues: M. Okabe, K. Ito, "Color
Universal Design", 2008.
"""

from dataclasses import dataclass
from enum import Enum, IntEnum

from PySide6.QtGui import QColor, QPalette

GRID = 8
MARGIN = 2 * GRID
WIDE_MARGIN = 3 * GRID
CONTROL_HEIGHT = 4 * GRID
CORNER = GRID
SMALL_CORNER = GRID // 2
FOCUS_WIDTH = 2
LINE_WIDTH = 1


class Type(IntEnum):
    """The sizes of text, in pixels where the system's font has 13."""

    HEADING = 20
    CARD = 15
    BODY = 13


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours of the window on a light or a dark desktop, as `#rrggbb`.

    Args:
        page: Behind everything.
        card: Behind the content of cards, lists and fields.
        raised: Of a control under the pointer, and of every second row.
        pressed: Of a control that is held down or switched on.
        text: Text.
        quiet: Secondary text.
        faint: Text and icons of what cannot be used now; exempt from contrast.
        line: Edges of cards and lines between parts; decoration.
        control: Borders of controls that can be used.
        accent: The filled button, what is chosen, what is switched on.
        accent_raised: The same under the pointer.
        accent_pressed: The same held down.
        on_accent: Text and marks on these three.
        link: Links, and text in the accent colour.
        focus: The ring around the control that takes the keys.
        focus_on_accent: The same around a control that is filled with the accent colour.
    """

    page: str
    card: str
    raised: str
    pressed: str
    text: str
    quiet: str
    faint: str
    line: str
    control: str
    accent: str
    accent_raised: str
    accent_pressed: str
    on_accent: str
    link: str
    focus: str
    focus_on_accent: str


LIGHT = Colours(
    page="#F4F6F8",
    card="#FFFFFF",
    raised="#EDF1F5",
    pressed="#E0E7ED",
    text="#1A1E23",
    quiet="#565E68",
    faint="#8C939C",
    line="#DCE1E7",
    control="#848B94",
    accent="#0072B2",
    accent_raised="#0068A3",
    accent_pressed="#005282",
    on_accent="#FFFFFF",
    link="#00629A",
    focus="#0072B2",
    focus_on_accent="#0B0E11",
)
DARK = Colours(
    page="#1C1F24",
    card="#25292F",
    raised="#2E333A",
    pressed="#363D45",
    text="#ECEFF2",
    quiet="#AAB2BC",
    faint="#737B85",
    line="#383E46",
    control="#7C858F",
    accent="#1878B4",
    accent_raised="#1D70A4",
    accent_pressed="#17608F",
    on_accent="#FFFFFF",
    link="#63BDEE",
    focus="#63BDEE",
    focus_on_accent="#FFFFFF",
)

_MIDDLE = 127

# The curves of compared runs, on light and on dark backgrounds, with a contrast of at least 3.
SERIES_ON_LIGHT = ("#0072B2", "#D55E00", "#007F5C", "#A3487B", "#8A6A00", "#3B3B3B")
SERIES_ON_DARK = ("#56B4E9", "#E69F00", "#2FC79B", "#E79BC4", "#F0E442", "#D0D0D0")


class Accent(Enum):
    """The meaning of a colour; the value is its shade on a light and on a dark background."""

    TRAINING = ("#0072B2", "#56B4E9")
    VALIDATION = ("#D55E00", "#E69F00")
    TEST = ("#008F68", "#2FC79B")
    INFO = ("#00659E", "#56B4E9")
    SUCCESS = ("#00734F", "#2FC79B")
    WARNING = ("#8F5E00", "#E69F00")
    ERROR = ("#AE4500", "#FF8A3D")


def tokens(*, is_dark: bool) -> Colours:
    """Return the colours for a light or a dark desktop."""
    return DARK if is_dark else LIGHT


def type_scale(size: Type) -> float:
    """Return by what the size of the system's font is multiplied for text of `size`."""
    return size / Type.BODY


def is_dark(palette: QPalette) -> bool:
    """Return whether `palette` has light text, which is for a dark background."""
    # By the text alone: a style sheet makes the background of some widgets transparent black.
    return palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.WindowText).lightness() > _MIDDLE


def tokens_of(palette: QPalette) -> Colours:
    """Return the colours that go with `palette`."""
    return tokens(is_dark=is_dark(palette))


def colour(accent: Accent, palette: QPalette) -> QColor:
    """Return the shade of `accent` for the background of `palette`."""
    light, dark = accent.value
    return QColor(dark if is_dark(palette) else light)


def series(palette: QPalette) -> tuple[str, ...]:
    """Return the colours for several curves in one plot, as `#rrggbb`."""
    return SERIES_ON_DARK if is_dark(palette) else SERIES_ON_LIGHT


def quiet_text(palette: QPalette) -> QColor:
    """Return the colour of secondary text."""
    return QColor(tokens_of(palette).quiet)


def hairline(palette: QPalette) -> QColor:
    """Return the colour of the edges of cards and of lines between parts."""
    return QColor(tokens_of(palette).line)


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """Return `one` blended with `other`, whose share is 0 to 1."""
    return QColor.fromRgbF(
        one.redF() * (1 - share) + other.redF() * share,
        one.greenF() * (1 - share) + other.greenF() * share,
        one.blueF() * (1 - share) + other.blueF() * share,
    )


def contrast(one: QColor, other: QColor) -> float:
    """Return the contrast of two opaque colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(tone: QColor) -> float:
    red, green, blue = (_linear(part) for part in (tone.redF(), tone.greenF(), tone.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
