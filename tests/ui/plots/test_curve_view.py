"""The plots: what they show, how little they draw, and that matplotlib waits for the window."""

import dataclasses
import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtGui import QColor, QPalette
from pytestqt.qtbot import QtBot

from tlgui.progress import EpochEnded
from tlgui.ui.plots.curve_drawing import ACCURACY, LOSS, CurveDrawing, accuracy_limits, epoch_limit, loss_limits
from tlgui.ui.plots.curve_request import DrawRequest, Frame
from tlgui.ui.plots.curve_view import TrainingPlots, look


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


FRAME = Frame(500, 300, 96.0, (0.15, 0.95, 0.2, 0.9), look(QPalette(QColor("white")), 9.0))


def request(*history: EpochEnded, frame: Frame = FRAME) -> DrawRequest:
    return DrawRequest(frame, history, is_running=True)


def shown(drawing: CurveDrawing) -> dict[str, tuple[list[float], list[float]]]:
    return {
        str(line.get_label()): (np.asarray(line.get_xdata()).tolist(), np.asarray(line.get_ydata()).tolist())
        for line in drawing.plot.axes.get_lines()
    }


@pytest.fixture
def plots(qtbot: QtBot) -> TrainingPlots:
    plots = TrainingPlots()
    qtbot.addWidget(plots)
    plots.resize(900, 400)
    plots.show()
    qtbot.waitUntil(lambda: not any(view.image.isNull() for view in plots.views))
    return plots


def test_every_epoch_reaches_both_plots_however_fast_they_come(qtbot: QtBot, plots: TrainingPlots) -> None:
    empty = [view.image for view in plots.views]
    for number in range(1, 21):
        plots.add_epoch(epoch(number))
    qtbot.waitUntil(lambda: [view.drawn_epochs for view in plots.views] == [20, 20])
    assert [view.image for view in plots.views] != empty
    assert "After epoch 20" in plots.views[0].accessibleDescription()


def test_picture_is_as_large_as_its_place_and_follows_it(qtbot: QtBot, plots: TrainingPlots) -> None:
    view = plots.views[0]
    assert view.image.size() == view.size() * view.devicePixelRatioF()
    plots.resize(500, 900)
    qtbot.waitUntil(lambda: view.image.size() == view.size() * view.devicePixelRatioF())
    assert plots.views[1].y() > view.y()


def test_plots_follow_light_and_dark(qtbot: QtBot, plots: TrainingPlots) -> None:
    view = plots.views[0]
    assert view.image.pixelColor(2, 2).lightness() > 200
    plots.setPalette(QPalette(QColor(45, 45, 48)))
    qtbot.waitUntil(lambda: view.image.pixelColor(2, 2).lightness() < 100)


def test_what_happens_while_hidden_is_there_when_shown(qtbot: QtBot, plots: TrainingPlots) -> None:
    plots.hide()
    plots.set_history([epoch(1), epoch(2)])
    assert plots.views[0].drawn_epochs == 0
    plots.show()
    qtbot.waitUntil(lambda: [view.drawn_epochs for view in plots.views] == [2, 2])


def test_both_measures_and_the_best_epoch_are_drawn() -> None:
    history = [epoch(number, is_best=number <= 7) for number in range(1, 21)]
    accuracy, loss = CurveDrawing(ACCURACY), CurveDrawing(LOSS)
    accuracy.draw(request(*history))
    loss.draw(request(*history))
    assert shown(accuracy)["Validation photos"][1] == [item.validation_accuracy for item in history]
    assert shown(accuracy)["Training photos"][1] == [item.accuracy for item in history]
    assert shown(loss)["Training photos"][1] == [item.loss for item in history]
    assert shown(loss)["Validation photos"][0] == list(range(1, 21))
    assert shown(accuracy)["Best epoch, kept"][0] == [7, 7, 7]
    assert shown(accuracy)["Best epoch, kept"][1][1] == epoch(7).validation_accuracy


def test_epoch_draws_the_lines_only_and_moves_no_axis() -> None:
    drawing = CurveDrawing(ACCURACY)
    first = drawing.draw(request(epoch(1)))
    whole_drawings: list[object] = []
    drawing.canvas.mpl_connect("draw_event", whole_drawings.append)
    limits, place = drawing.plot.axes.get_xlim(), drawing.plot.axes.get_position().bounds
    assert drawing.draw(request(epoch(1), epoch(2))) != first
    assert whole_drawings == []
    assert (drawing.plot.axes.get_xlim(), drawing.plot.axes.get_position().bounds) == (limits, place)
    assert drawing.draw(request(epoch(1))) == first
    drawing.draw(request(epoch(1), frame=dataclasses.replace(FRAME, width=600)))
    assert len(whole_drawings) == 1


def test_lines_can_be_told_apart_without_colour() -> None:
    for measure in (ACCURACY, LOSS):
        drawing = CurveDrawing(measure)
        drawing.draw(request(epoch(1)))
        axes = drawing.plot.axes
        named = [line for line in axes.get_lines() if not str(line.get_label()).startswith("_")]
        assert len({(line.get_linestyle(), line.get_marker()) for line in named}) == 3
        legend = axes.get_legend()
        assert legend is not None
        texts = [text.get_text() for text in legend.get_texts()]
        assert texts == ["Training photos", "Validation photos", "Best epoch, kept"]
        assert axes.get_xlabel()
        assert axes.get_ylabel()


def test_loss_that_is_no_number_leaves_the_rest_readable() -> None:
    broken = dataclasses.replace(epoch(2), loss=float("nan"), validation_loss=float("inf"))
    drawing = CurveDrawing(LOSS)
    assert drawing.draw(request(epoch(1), broken))
    assert drawing.plot.axes.get_ylim() == (0.0, 2.0)


def test_epoch_axis_moves_seldom() -> None:
    running = [epoch_limit([epoch(number, 30)], is_running=True) for number in range(1, 31)]
    assert set(running) == {30}
    long_run = {epoch_limit([epoch(number, 1000)], is_running=True) for number in range(1, 1001)}
    assert len(long_run) < 10
    assert epoch_limit([epoch(12, 30)], is_running=False) == 12


@pytest.mark.parametrize(
    ("values", "low"), [([], 0.0), ([0.1, 0.9], 0.0), ([0.3], 0.25), ([0.8], 0.75), ([0.95], 0.9), ([1.0], 0.9)]
)
def test_accuracy_axis_ends_at_all_and_begins_at_a_round_share(values: list[float], low: float) -> None:
    assert accuracy_limits(values)[0] == low
    assert accuracy_limits(values)[1] > 1.0


@pytest.mark.parametrize(("highest", "end"), [(0.03, 0.05), (0.4, 0.5), (0.5, 1.0), (1.4, 2.0), (7.3, 10.0), (80, 100)])
def test_loss_axis_ends_at_a_round_number(highest: float, end: float) -> None:
    assert loss_limits([0.0, highest]) == pytest.approx((0.0, end))


def test_pages_do_not_import_matplotlib_or_tensorflow() -> None:
    program = (
        "import sys, tlgui.ui.train.train_page, tlgui.ui.results.results_page, tlgui.ui.predict.predict_page\n"
        "print([name for name in ('matplotlib', 'tensorflow', 'keras') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def tuned(number: int, start: int) -> EpochEnded:
    return dataclasses.replace(epoch(number), is_fine_tuning=number >= start)


def fine_tuning_word(drawing: CurveDrawing) -> tuple[bool, float]:
    (word,) = [text for text in drawing.plot.axes.texts if text.get_text() == "Fine-tuning"]
    return word.get_visible(), word.get_position()[0]


def test_where_fine_tuning_begins_is_marked_with_a_word() -> None:
    drawing = CurveDrawing(ACCURACY)
    before = drawing.draw(request(*(epoch(number) for number in range(1, 7))))
    assert fine_tuning_word(drawing)[0] is False
    assert drawing.draw(request(*(tuned(number, 20) for number in range(1, 26)))) != before
    (line,) = [line for line in drawing.plot.axes.get_lines() if line.get_label() == "_fine-tuning"]
    assert np.asarray(line.get_xdata()).tolist() == [19.5, 19.5]
    is_visible, place = fine_tuning_word(drawing)
    assert is_visible
    low, high = drawing.plot.axes.get_xlim()
    assert place == pytest.approx((19.5 - low) / (high - low), abs=0.02)
    drawing.draw(request(epoch(1)))
    assert fine_tuning_word(drawing)[0] is False


def test_word_near_an_end_stays_clear_of_the_title_and_within_the_plot() -> None:
    for start, frame in ((2, FRAME), (30, FRAME), (2, dataclasses.replace(FRAME, width=280))):
        drawing = CurveDrawing(ACCURACY)
        drawing.draw(request(*(tuned(number, start) for number in range(1, 31)), frame=frame))
        axes = drawing.plot.axes
        renderer = drawing.canvas.get_renderer()  # type: ignore[no-untyped-call]  # matplotlib's canvas has no types
        (word,) = [text for text in axes.texts if text.get_visible()]
        box = word.get_window_extent(renderer)
        title = next(text for text in axes.get_children() if getattr(text, "get_text", str)() == "Accuracy")
        assert box.x0 > title.get_window_extent(renderer).x1
        assert box.x1 <= frame.width


def test_training_the_backbone_from_the_start_is_no_second_part() -> None:
    drawing = CurveDrawing(ACCURACY)
    drawing.draw(request(*(tuned(number, 1) for number in range(1, 5))))
    assert fine_tuning_word(drawing)[0] is False


def compared(*runs: tuple[EpochEnded, ...], frame: Frame = FRAME) -> DrawRequest:
    return DrawRequest(frame, (), is_running=False, compared=runs)


def test_compared_runs_are_lines_of_their_validation_photos_told_apart_without_colour() -> None:
    runs = [tuple(epoch(number) for number in range(1, last)) for last in range(3, 15)]
    drawing = CurveDrawing(LOSS, is_comparison=True)
    drawing.draw(compared(*runs))
    lines = drawing.plot.axes.get_lines()
    assert [np.asarray(line.get_ydata()).tolist() for line in lines] == [
        [ended.validation_loss for ended in history] for history in runs
    ]
    looks = {(str(vars(line)["_dash_pattern"]), str(line.get_marker())) for line in lines}
    assert len(looks) == len(runs)
    assert drawing.plot.axes.get_xlim()[1] > 13


def test_compared_runs_follow_the_selection_the_palette_and_fine_tuning() -> None:
    drawing = CurveDrawing(ACCURACY, is_comparison=True)
    light = drawing.draw(compared((epoch(1), epoch(2)), ()))
    assert len(drawing.plot.axes.get_lines()) == 2
    dark = dataclasses.replace(FRAME, look=look(QPalette(QColor(45, 45, 48)), 9.0))
    assert drawing.draw(compared((epoch(1), epoch(2)), (), frame=dark)) != light
    drawing.draw(compared(tuple(tuned(number, 4) for number in range(1, 8))))
    assert len(drawing.plot.axes.get_lines()) == 2
    assert fine_tuning_word(drawing)[0]
    drawing.draw(compared((epoch(1),)))
    assert not fine_tuning_word(drawing)[0]


def test_colours_of_compared_runs_stand_out_from_their_background() -> None:
    def luminance(name: str) -> float:
        colour = QColor(name)
        parts = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
            for part in (colour.redF(), colour.greenF(), colour.blueF())
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    for base in ("white", "#2d2d30"):
        for name in look(QPalette(QColor(base)), 9.0).series:
            bright, dim = sorted((luminance(name), luminance(base)), reverse=True)
            assert (bright + 0.05) / (dim + 0.05) >= 3, (base, name)
