"""Which model is in use, as the window says it: after another folder, after a worse run, and beside each step."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.pictures import write_collection
from tests.ui.shell.driving import action, enabled, open_folder, train
from tlgui.ui.shell.main_window import MainWindow
from tlgui.ui.shell.step_list import Mark, Step

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def trees(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "Trees", ["ash", "oak"], photos=10)


def words(window: MainWindow) -> list[str]:
    return [window.steps.step_state(step).words for step in Step]


def train_to(qtbot: QtBot, window: MainWindow, engine: FakeEngine, accuracy: float) -> None:
    engine.train_next(accuracy)
    with qtbot.waitSignal(window.session.job_ended, timeout=10_000):
        action(window, "start").trigger()


def test_another_folder_is_not_named_by_the_model_of_the_one_before(
    qtbot: QtBot, window: MainWindow, birds: Path, trees: Path
) -> None:
    train(qtbot, window, birds)
    assert words(window) == ["30 photos", "Trained", "90.0 % right", "Drop photos here"]
    open_folder(qtbot, window, trees)
    qtbot.waitUntil(lambda: not window.session.review.is_looking)
    assert words(window) == ["20 photos", "Ready to start", "Nothing yet", "Needs a model"]
    assert not {"save-model", "export-model", "open-photos", "save-plot"} & enabled(window)
    message = "“Birds: Quick” does not belong to this folder and is not in use any more."
    assert window.messages.message.text() == message
    assert "no model yet" in window.messages.hint.text()


def test_model_that_is_kept_is_named_as_one_from_elsewhere(
    qtbot: QtBot, window: MainWindow, birds: Path, trees: Path
) -> None:
    train(qtbot, window, birds)
    open_folder(qtbot, window, trees)
    assert window.messages.action_button.text() == "Keep using it"
    QTest.mouseClick(window.messages.action_button, LEFT)
    assert window.messages.isHidden()
    assert words(window)[1:] == ["Ready to start", "From elsewhere", "Drop photos here"]
    line = window.pages.predict.model_line.accessibleName()
    assert line.startswith("Birds: Quick (from another folder) · About 9 in 10 right")
    (row,) = window.pages.results.table.rows
    assert "From another folder" in window.pages.results.table.rows_model.index(0).data()
    assert row.is_active


def test_model_opened_from_a_file_is_named_as_such(
    qtbot: QtBot, window: MainWindow, birds: Path, trees: Path, tmp_path: Path
) -> None:
    path = train(qtbot, window, birds)
    copy = tmp_path / "mine.tlmodel"
    copy.write_bytes(path.read_bytes())
    open_folder(qtbot, window, trees)
    with qtbot.waitSignal(window.session.job_ended):
        window.commands.open_model(copy)
    assert window.pages.predict.model_line.accessibleName().startswith("mine (from a file) · ")
    assert words(window)[2] == "From elsewhere"


def test_folder_with_a_model_of_its_own_uses_that(qtbot: QtBot, window: MainWindow, birds: Path, trees: Path) -> None:
    train(qtbot, window, trees)
    train(qtbot, window, birds)
    open_folder(qtbot, window, trees)
    assert "“Trees: Quick” is in use now." in window.messages.hint.text()
    assert window.pages.predict.model_line.accessibleName().startswith("Trees: Quick · ")


def test_photos_named_by_the_model_before_are_marked_as_such(
    qtbot: QtBot, window: MainWindow, birds: Path, trees: Path
) -> None:
    train(qtbot, window, birds)
    with qtbot.waitSignal(window.session.job_ended):
        window.pages.predict.predict_paths([birds / "owl"])
    open_folder(qtbot, window, trees)
    assert "named by the model that was open before" in window.pages.predict.notice.text.text()
    assert window.pages.predict.notice.button.isHidden()
    QTest.mouseClick(window.messages.action_button, LEFT)
    assert window.pages.predict.notice.isHidden()


def test_worse_run_is_shown_and_does_not_take_over(
    qtbot: QtBot, window: MainWindow, fake_engine: FakeEngine, birds: Path
) -> None:
    train(qtbot, window, birds)
    train_to(qtbot, window, fake_engine, 0.5)
    results = window.pages.results
    assert words(window)[2] == "90.0 % right"
    window.show_step(Step.RESULTS)
    assert [row.name for row in results.table.selected()] == ["Quick 2"]
    assert results.notice.text.text().startswith("“Quick” stays in use: it is right on 100.0 % of the same 6 photos")
    QTest.mouseClick(results.notice.button, LEFT)
    assert words(window)[2] == "50.0 % right"
    assert results.notice.isHidden()


@pytest.mark.parametrize(("accuracy", "has_tick"), [(0.138, False), (0.74, False), (0.9, True)])
def test_tick_means_good_and_not_done(
    qtbot: QtBot, window: MainWindow, fake_engine: FakeEngine, birds: Path, accuracy: float, *, has_tick: bool
) -> None:
    open_folder(qtbot, window, birds)
    train_to(qtbot, window, fake_engine, accuracy)
    assert window.steps.step_state(Step.TRAIN).words == "Trained"
    ticks = [window.steps.step_state(step).mark is Mark.GOOD for step in (Step.TRAIN, Step.RESULTS)]
    assert ticks == [has_tick, has_tick]
    assert window.steps.step_state(Step.PREDICT).mark is Mark.NONE
