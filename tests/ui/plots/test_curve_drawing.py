"""What is drawn of a training and of several, and how little of it is drawn anew."""

import dataclasses

import numpy as np
import pytest
from PySide6.QtGui import QColor, QPalette

from tests.ui.plots.histories import epoch, tuned
from tlgui.progress import EpochEnded
from tlgui.ui.plots.curve_drawing import ACCURACY, LOSS, CurveDrawing, accuracy_limits, epoch_limit, loss_limits
from tlgui.ui.plots.curve_request import DrawRequest, Frame
from tlgui.ui.plots.curve_view import plot_style
from tlgui.ui.results.run_comparison import MOST_COMPARED

FRAME = Frame(500, 300, 96.0, (0.15, 0.95, 0.2, 0.9), plot_style(QPalette(QColor("white")), 9.0))
ONE_COLOUR = dataclasses.replace(FRAME, style=dataclasses.replace(FRAME.style, series=("#000000",)))


def request(*history: EpochEnded, frame: Frame = FRAME) -> DrawRequest:
    return DrawRequest(frame, history, is_running=True)


def shown(drawing: CurveDrawing) -> dict[str, tuple[list[float], list[float]]]:
    return {
        str(line.get_label()): (np.asarray(line.get_xdata()).tolist(), np.asarray(line.get_ydata()).tolist())
        for line in drawing.plot.axes.get_lines()
    }


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
        assert [line.get_label() for line in named] == ["Training photos", "Validation photos", "Best epoch, kept"]
        # The legend stands below the plots.
        assert axes.get_legend() is None
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


def test_compared_runs_are_lines_of_their_validation_photos() -> None:
    runs = [tuple(epoch(number) for number in range(1, last)) for last in range(3, 15)]
    drawing = CurveDrawing(LOSS, is_comparison=True)
    drawing.draw(compared(*runs))
    lines = drawing.plot.axes.get_lines()
    assert [np.asarray(line.get_ydata()).tolist() for line in lines] == [
        [ended.validation_loss for ended in history] for history in runs
    ]
    assert drawing.plot.axes.get_xlim()[1] > 13


def test_compared_runs_can_be_told_apart_without_colour() -> None:
    history = tuple(epoch(number) for number in range(1, 15))
    drawing = CurveDrawing(LOSS, is_comparison=True)
    # The same curve in each place of the comparison, all in one colour.
    pictures = {drawing.draw(compared(*[()] * place, history, frame=ONE_COLOUR)) for place in range(MOST_COMPARED)}
    assert len(pictures) == MOST_COMPARED


def test_compared_runs_follow_the_selection_the_palette_and_fine_tuning() -> None:
    drawing = CurveDrawing(ACCURACY, is_comparison=True)
    light = drawing.draw(compared((epoch(1), epoch(2)), ()))
    assert len(drawing.plot.axes.get_lines()) == 2
    dark = dataclasses.replace(FRAME, style=plot_style(QPalette(QColor(45, 45, 48)), 9.0))
    assert drawing.draw(compared((epoch(1), epoch(2)), (), frame=dark)) != light
    drawing.draw(compared(tuple(tuned(number, 4) for number in range(1, 8))))
    assert len(drawing.plot.axes.get_lines()) == 2
    assert fine_tuning_word(drawing)[0]
    drawing.draw(compared((epoch(1),)))
    assert not fine_tuning_word(drawing)[0]
