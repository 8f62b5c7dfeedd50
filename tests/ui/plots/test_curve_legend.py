"""The legend of compared runs."""

from PySide6.QtGui import QColor, QPalette
from pytestqt.qtbot import QtBot

from tlgui.ui.plots.curve_legend import CurveLegend


def test_legend_takes_as_many_rows_as_it_needs(qtbot: QtBot) -> None:
    legend = CurveLegend()
    qtbot.addWidget(legend)
    legend.set_names(["ein Name, der nicht enden will, und noch weiter geht", "صورة", "🎉"])
    assert legend.heightForWidth(5000) < legend.heightForWidth(200)
    legend.resize(300, legend.heightForWidth(300))
    legend.setPalette(QPalette(QColor("white")))
    image = legend.grab().toImage()
    pixels = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert {"#0072b2", "#d55e00"} <= pixels
