"""The contrast of every colour of text and of every control, computed from the tokens."""

import pytest
from PySide6.QtGui import QColor

from tlgui.ui.widgets.style import palette
from tlgui.ui.widgets.tinted_bar import TINT
from tlgui.ui.widgets.tokens import (
    DARK,
    LIGHT,
    Accent,
    Colours,
    Type,
    colour,
    contrast,
    is_dark,
    mixed,
    quiet_text,
    series,
    type_scale,
)

TEXT, CONTROL = 4.5, 3.0
GROUNDS = ("page", "card", "raised")
FILLS = ("accent", "accent_raised", "accent_pressed")
WRITTEN = (Accent.INFO, Accent.SUCCESS, Accent.WARNING, Accent.ERROR)

both = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])


def ratio(colours: Colours, one: str, other: str) -> float:
    return contrast(QColor(getattr(colours, one)), QColor(getattr(colours, other)))


def test_contrast_is_that_of_the_guideline() -> None:
    assert contrast(QColor("#FFFFFF"), QColor("#000000")) == pytest.approx(21)
    # An example of the guideline's authors.
    assert contrast(QColor("#777777"), QColor("#FFFFFF")) == pytest.approx(4.48, abs=0.01)


@both
@pytest.mark.parametrize("ground", [*GROUNDS, "pressed"])
@pytest.mark.parametrize("text", ["text", "quiet", "link"])
def test_text_can_be_read_on_every_ground(colours: Colours, text: str, ground: str) -> None:
    assert ratio(colours, text, ground) >= TEXT


@both
@pytest.mark.parametrize("fill", FILLS)
def test_filled_button_can_be_read_and_shows_the_focus(colours: Colours, fill: str) -> None:
    assert ratio(colours, "on_accent", fill) >= TEXT
    assert ratio(colours, "accent", "page") >= CONTROL
    assert ratio(colours, "accent", "card") >= CONTROL
    if fill != "accent_pressed":
        assert ratio(colours, "focus_on_accent", fill) >= CONTROL
    assert ratio(colours, "focus_on_accent", "page") >= CONTROL


@both
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("edge", ["control", "focus"])
def test_edges_of_controls_and_the_focus_are_seen_on_every_ground(colours: Colours, edge: str, ground: str) -> None:
    assert ratio(colours, edge, ground) >= CONTROL


@both
@pytest.mark.parametrize("accent", Accent)
def test_meanings_are_seen_and_can_be_read_where_they_are_written(colours: Colours, accent: Accent) -> None:
    tone = colour(accent, palette(colours))
    for ground in GROUNDS:
        least = TEXT if accent in WRITTEN else CONTROL
        assert contrast(tone, QColor(getattr(colours, ground))) >= least
    tint = mixed(QColor(colours.page), tone, TINT)
    assert contrast(tone, tint) >= CONTROL
    assert contrast(QColor(colours.text), tint) >= TEXT
    assert contrast(QColor(colours.quiet), tint) >= TEXT


@both
def test_curves_are_seen_on_a_card(colours: Colours) -> None:
    assert all(contrast(QColor(tone), QColor(colours.card)) >= CONTROL for tone in series(palette(colours)))


@both
def test_palette_tells_light_from_dark_and_holds_the_tokens(colours: Colours) -> None:
    made = palette(colours)
    assert is_dark(made) is (colours is DARK)
    assert quiet_text(made) == QColor(colours.quiet)
    assert made.window().color() == QColor(colours.page)
    pairs = (
        (made.text(), made.base()),
        (made.windowText(), made.window()),
        (made.buttonText(), made.button()),
        (made.highlightedText(), made.highlight()),
        (made.toolTipText(), made.toolTipBase()),
        (made.placeholderText(), made.base()),
        (made.link(), made.base()),
        (made.text(), made.alternateBase()),
    )
    assert all(contrast(one.color(), other.color()) >= TEXT for one, other in pairs)


def test_type_is_relative_to_the_systems_font() -> None:
    assert type_scale(Type.BODY) == 1
    assert type_scale(Type.HEADING) == pytest.approx(20 / 13)
