"""The icons: one family of drawings, in the colours of light and dark, and the program's own at every size."""

import xml.etree.ElementTree as ET

import pytest
from PySide6.QtGui import QColor
from PySide6.QtSvg import QSvgRenderer

from tlgui import files
from tlgui.ui.widgets.icons import app_icon, icon_pixmap, themed_icon
from tlgui.ui.widgets.style import palette
from tlgui.ui.widgets.tokens import DARK, LIGHT, Colours, contrast

pytestmark = pytest.mark.usefixtures("qapp")

FOLDER = files.resource("icons")
NAMES = sorted(path.stem for path in FOLDER.glob("*.svg") if path.stem != "tlgui")
STYLE = {
    "viewBox": "0 0 24 24",
    "fill": "none",
    "stroke": "currentColor",
    "stroke-width": "1.8",
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
}


@pytest.mark.parametrize("name", NAMES)
def test_icons_are_lines_of_one_width_on_one_grid(name: str) -> None:
    drawing = ET.parse(FOLDER / f"{name}.svg").getroot()
    assert {key: drawing.get(key) for key in STYLE} == STYLE
    image = icon_pixmap(name, QColor("black"), 24).toImage()
    drawn = [image.pixelColor(x, y).alpha() > 0 for x in range(24) for y in range(24)]
    assert any(drawn)
    # Nothing is cut off at the edge.
    assert not any(image.pixelColor(x, y).alpha() > 200 for x in (0, 23) for y in range(24))


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_icons_are_seen_on_light_and_dark(colours: Colours) -> None:
    image = themed_icon("photos", palette(colours)).pixmap(48, 48).toImage()
    strongest = max(
        (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())), key=QColor.alpha
    )
    assert contrast(strongest, QColor(colours.page)) >= 4.5


@pytest.mark.parametrize("side", [16, 24, 32, 48, 64, 128, 256])
def test_icon_of_the_program_shows_its_parts_at_every_size(side: int) -> None:
    image = app_icon().pixmap(side, side).toImage()
    assert (image.width(), image.height()) == (side, side)

    def at(x: float, y: float) -> QColor:
        return image.pixelColor(round(x * side / 64), round(y * side / 64))

    assert at(0, 0).alpha() < 128
    blue, white, green = at(57, 20), at(36, 18), at(37.5, 46)
    assert blue.blueF() > 2 * blue.redF()
    assert white.lightness() > 200
    assert green.greenF() > 1.3 * green.redF()


def test_every_drawing_of_a_control_can_be_read() -> None:
    names = list((FOLDER / "controls").glob("*.svg"))
    assert {"check", "dot", "down-light", "down-dark", "up-light", "up-dark"} <= {path.stem for path in names}
    assert all(QSvgRenderer(str(path)).isValid() for path in names)


def test_icon_that_was_drawn_before_is_the_same_in_its_colour_and_size_alone() -> None:
    first = icon_pixmap("warning", QColor("red"), 24).toImage()

    assert icon_pixmap("warning", QColor("red"), 24).toImage() == first
    assert icon_pixmap("warning", QColor("lime"), 24).toImage() != first
    assert icon_pixmap("warning", QColor("red"), 16).width() == 16
