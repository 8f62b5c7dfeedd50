"""The layer over a photo leaves what the model looked at as it is, and dims the rest."""

from pathlib import Path

from PySide6.QtGui import QImage

from tlgui.learning.results import Explanation
from tlgui.ui.viewer.explanation_layer import explanation_layer


def alpha(layer: QImage, across: float, down: float) -> int:
    return layer.pixelColor(round(across * layer.width()), round(down * layer.height())).alpha()


def test_what_counts_is_clear_and_the_rest_is_dimmed() -> None:
    values = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0)

    layer = explanation_layer(Explanation(Path("a.jpg"), "robin", 0.9, 3, 3, values))

    assert alpha(layer, 0.15, 0.85) == 0
    assert alpha(layer, 0.85, 0.15) == 180
    assert alpha(layer, 0.99, 0.85) == 180
    # A bright line in a dark one runs between both.
    tones = {layer.pixelColor(x, round(0.85 * layer.height())).name() for x in range(layer.width())}
    assert {"#f0e442", "#000000"} <= tones


def test_photo_in_which_no_place_counts_is_dimmed_without_a_line() -> None:
    layer = explanation_layer(Explanation(Path("a.jpg"), "robin", 0.9, 2, 3, (0.0,) * 6))

    assert {layer.pixelColor(x, y).alpha() for x in range(0, 384, 37) for y in range(0, 384, 37)} == {180}


def test_photo_that_counts_everywhere_stays_as_it_is() -> None:
    layer = explanation_layer(Explanation(Path("a.jpg"), "robin", 0.9, 7, 5, (1.0,) * 35))

    assert {layer.pixelColor(x, y).alpha() for x in range(0, 384, 37) for y in range(0, 384, 37)} == {0}
