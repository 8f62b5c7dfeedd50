"""The styles of lines that are compared."""

import dataclasses

from tlgui.ui.plots.curve_request import line_style
from tlgui.ui.widgets.tokens import SERIES_ON_LIGHT


def test_styles_of_many_lines_are_all_different_with_colour_and_without() -> None:
    styles = [line_style(place, SERIES_ON_LIGHT) for place in range(84)]
    assert len(set(styles)) == 84
    assert len({dataclasses.replace(style, colour="") for style in styles[:28]}) == 28
