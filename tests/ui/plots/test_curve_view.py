"""The widgets that show the curves: what they show, how they follow their place, and that matplotlib waits."""

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.plots.histories import epoch
from tlgui.ui.plots.curve_legend import CurveLegend
from tlgui.ui.plots.curve_view import TrainingPlots, plot_style
from tlgui.ui.widgets.style import look_of
from tlgui.ui.widgets.tokens import Accent, colour, contrast


def shown(qtbot: QtBot) -> TrainingPlots:
    plots = TrainingPlots()
    qtbot.addWidget(plots)
    plots.resize(900, 400)
    plots.show()
    qtbot.waitUntil(lambda: not any(view.image.isNull() for view in plots.views))
    return plots


@pytest.fixture
def plots(qtbot: QtBot) -> TrainingPlots:
    return shown(qtbot)


@pytest.fixture
def others(qtbot: QtBot) -> TrainingPlots:
    """Plots that are shown beside, to compare with."""
    return shown(qtbot)


def pictures(plots: TrainingPlots) -> list[QImage]:
    return [view.image for view in plots.views]


def test_every_epoch_reaches_both_plots_however_fast_they_come(
    qtbot: QtBot, plots: TrainingPlots, others: TrainingPlots
) -> None:
    empty = pictures(plots)
    others.set_history([epoch(number) for number in range(1, 21)], is_running=True)
    qtbot.waitUntil(lambda: all(now != before for now, before in zip(pictures(others), empty, strict=True)))
    for number in range(1, 21):
        plots.add_epoch(epoch(number))
    qtbot.waitUntil(lambda: pictures(plots) == pictures(others))
    assert "After epoch 20" in plots.views[0].accessibleDescription()


def test_picture_is_as_large_as_its_place_and_follows_it(qtbot: QtBot, plots: TrainingPlots) -> None:
    view = plots.views[0]
    assert view.image.size() == view.size() * view.devicePixelRatioF()
    plots.resize(500, 900)
    qtbot.waitUntil(lambda: view.image.size() == view.size() * view.devicePixelRatioF())
    assert plots.views[1].y() > view.y()


def test_plots_follow_light_and_dark(qtbot: QtBot, qapp: QApplication, plots: TrainingPlots) -> None:
    view = plots.views[0]
    assert view.image.pixelColor(2, 2).lightness() > 200
    look_of(qapp).wear(is_dark=True)
    qtbot.waitUntil(lambda: view.image.pixelColor(2, 2).lightness() < 100)
    look_of(qapp).wear(is_dark=False)
    qtbot.waitUntil(lambda: view.image.pixelColor(2, 2).lightness() > 200)


def test_legend_stands_below_the_plots_with_a_sample_of_each_line(plots: TrainingPlots) -> None:
    legend = plots.findChild(CurveLegend)
    assert legend is not None
    assert legend.accessibleName() == "Lines of the plots: Training photos, Validation photos, Best epoch, kept"
    assert legend.y() >= max(view.geometry().bottom() for view in plots.views)
    image = legend.grab().toImage()
    tones = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert {colour(accent, legend.palette()).name() for accent in (Accent.TRAINING, Accent.VALIDATION)} <= tones


def test_saved_plots_have_their_legend_outside_the_axes(plots: TrainingPlots, tmp_path: Path) -> None:
    plots.set_history([epoch(1), epoch(2)])
    plots.save(tmp_path / "curves.svg")
    drawing = (tmp_path / "curves.svg").read_text(encoding="utf-8")
    assert drawing.count('id="legend_1"') == 1
    assert drawing.index('id="legend_1"') > drawing.index('id="axes_2"')


def test_what_happens_while_hidden_is_there_when_shown(
    qtbot: QtBot, plots: TrainingPlots, others: TrainingPlots
) -> None:
    empty = pictures(plots)
    plots.hide()
    for some in (plots, others):
        some.set_history([epoch(1), epoch(2)])
    qtbot.waitUntil(lambda: all(now != before for now, before in zip(pictures(others), empty, strict=True)))
    assert pictures(plots) == empty
    plots.show()
    qtbot.waitUntil(lambda: pictures(plots) == pictures(others))


def test_pages_do_not_import_matplotlib_or_tensorflow() -> None:
    program = (
        "import sys, tlgui.ui.train.train_page, tlgui.ui.results.results_page, tlgui.ui.predict.predict_page\n"
        "print([name for name in ('matplotlib', 'tensorflow', 'keras') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_colours_of_compared_runs_stand_out_from_their_background() -> None:
    for base in ("white", "#2d2d30"):
        for name in plot_style(QPalette(QColor(base)), 9.0).series:
            assert contrast(QColor(name), QColor(base)) >= 3, (base, name)
