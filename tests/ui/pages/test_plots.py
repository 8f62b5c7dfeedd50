"""The plots: what they show, how little they draw, and that matplotlib waits for the window."""

import dataclasses
import subprocess
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QColor, QPalette
from pytestqt.qtbot import QtBot

from tlgui.progress import EpochEnded
from tlgui.ui.widgets.curves import CurveCanvas, accuracy_limits, epoch_limit, loss_limits
from tlgui.ui.widgets.plots import TrainingPlots


def epoch(number: int, epochs: int = 30, *, is_best: bool = True) -> EpochEnded:
    return EpochEnded(
        epoch=number,
        epochs=epochs,
        loss=1.0 / number,
        accuracy=1 - 0.5 / number,
        validation_loss=1.4 / number,
        validation_accuracy=0.9 - 0.4 / number,
        learning_rate=0.001,
        seconds=1.0,
        is_best=is_best,
    )


@pytest.fixture
def plots(qtbot: QtBot) -> Iterator[TrainingPlots]:
    plots = TrainingPlots()
    qtbot.addWidget(plots)
    plots.resize(900, 400)
    plots.show()
    qtbot.waitUntil(lambda: all(canvas.is_drawn for canvas in plots.canvases) and bool(plots.canvases))
    yield plots


def shown(canvas: CurveCanvas) -> dict[str, tuple[list[float], list[float]]]:
    return {
        str(line.get_label()): ([float(x) for x in line.get_xdata()], [float(y) for y in line.get_ydata()])
        for line in canvas.plot.axes.get_lines()
    }


def test_every_epoch_reaches_both_plots_however_fast_they_come(qtbot: QtBot, plots: TrainingPlots) -> None:
    for number in range(1, 21):
        plots.add_epoch(epoch(number, is_best=number <= 7))
    accuracy, loss = plots.canvases
    qtbot.waitUntil(lambda: len(shown(loss)["Validation photos"][0]) == 20)
    qtbot.waitUntil(lambda: len(shown(accuracy)["Training photos"][0]) == 20)
    assert shown(accuracy)["Validation photos"][1] == [epoch(number).validation_accuracy for number in range(1, 21)]
    assert shown(loss)["Training photos"][1] == [epoch(number).loss for number in range(1, 21)]
    assert shown(accuracy)["Best epoch, kept"][0] == [7, 7, 7]
    assert shown(accuracy)["Best epoch, kept"][1][1] == epoch(7).validation_accuracy


def test_an_epoch_draws_the_lines_only_and_moves_no_axis(qtbot: QtBot, plots: TrainingPlots) -> None:
    plots.add_epoch(epoch(1))
    accuracy = plots.canvases[0]
    qtbot.waitUntil(lambda: accuracy.is_drawn and len(shown(accuracy)["Training photos"][0]) == 1)
    drawings: list[object] = []
    accuracy.mpl_connect("draw_event", drawings.append)
    limits, place = accuracy.plot.axes.get_xlim(), accuracy.plot.axes.get_position().bounds
    before = accuracy.grab().toImage()
    plots.add_epoch(epoch(2))
    qtbot.waitUntil(lambda: len(shown(accuracy)["Training photos"][0]) == 2)
    assert drawings == []
    assert (accuracy.plot.axes.get_xlim(), accuracy.plot.axes.get_position().bounds) == (limits, place)
    assert accuracy.grab().toImage() != before


def test_lines_can_be_told_apart_without_colour(plots: TrainingPlots) -> None:
    for canvas in plots.canvases:
        training, validation, best = canvas.plot.axes.get_lines()
        styles = {(line.get_linestyle(), line.get_marker()) for line in (training, validation, best)}
        assert len(styles) == 3
        legend = canvas.plot.axes.get_legend()
        assert legend is not None
        assert [text.get_text() for text in legend.get_texts()] == [
            "Training photos",
            "Validation photos",
            "Best epoch, kept",
        ]
        assert canvas.plot.axes.get_xlabel()
        assert canvas.plot.axes.get_ylabel()


def test_the_plots_follow_light_and_dark(qtbot: QtBot, plots: TrainingPlots) -> None:
    canvas = plots.canvases[0]
    light = canvas.figure.get_facecolor()
    dark = QPalette(QColor(45, 45, 48))
    plots.setPalette(dark)
    qtbot.waitUntil(lambda: canvas.figure.get_facecolor() != light)
    assert max(canvas.figure.get_facecolor()[:3]) < 0.5


def test_what_happens_while_hidden_is_there_when_shown(qtbot: QtBot, plots: TrainingPlots) -> None:
    plots.hide()
    plots.set_history([epoch(1), epoch(2)])
    qtbot.waitUntil(lambda: len(shown(plots.canvases[1])["Training photos"][0]) == 2)
    assert not plots.canvases[0].is_drawn
    plots.show()
    qtbot.waitUntil(lambda: plots.canvases[0].is_drawn)


def test_a_loss_that_is_no_number_leaves_the_rest_readable(qtbot: QtBot, plots: TrainingPlots) -> None:
    broken = dataclasses.replace(epoch(2), loss=float("nan"), validation_loss=float("inf"))
    plots.set_history([epoch(1), broken])
    loss = plots.canvases[1]
    qtbot.waitUntil(lambda: len(shown(loss)["Training photos"][0]) == 2)
    assert loss.plot.axes.get_ylim() == (0.0, 2.0)
    qtbot.waitUntil(lambda: loss.is_drawn)


def test_the_epoch_axis_moves_seldom() -> None:
    running = [epoch_limit([epoch(number, 30)], is_running=True) for number in range(1, 31)]
    assert set(running) == {30}
    long_run = {epoch_limit([epoch(number, 1000)], is_running=True) for number in range(1, 1001)}
    assert len(long_run) < 10
    assert epoch_limit([epoch(12, 30)], is_running=False) == 12


@pytest.mark.parametrize(
    ("values", "low"), [([], 0.0), ([0.1, 0.9], 0.0), ([0.3], 0.25), ([0.8], 0.75), ([0.95], 0.9), ([1.0], 0.9)]
)
def test_the_accuracy_axis_ends_at_all_and_begins_at_a_round_share(values: list[float], low: float) -> None:
    assert accuracy_limits(values)[0] == low
    assert accuracy_limits(values)[1] > 1.0


@pytest.mark.parametrize(("highest", "end"), [(0.03, 0.05), (0.4, 0.5), (0.5, 1.0), (1.4, 2.0), (7.3, 10.0), (80, 100)])
def test_the_loss_axis_ends_at_a_round_number(highest: float, end: float) -> None:
    assert loss_limits([0.0, highest]) == pytest.approx((0.0, end))


def test_the_pages_do_not_import_matplotlib_or_tensorflow() -> None:
    program = (
        "import sys, tlgui.ui.pages.train_page, tlgui.ui.pages.results_page, tlgui.ui.pages.predict_page\n"
        "print([name for name in ('matplotlib', 'tensorflow', 'keras') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
