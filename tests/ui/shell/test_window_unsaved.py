"""The bar about a model that could not be written: it stays until the model is, or is given up."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.ui.shell.driving import action, answer, open_folder, question
from tlgui.errors import StorageError
from tlgui.learning.runs.progress import CHECKPOINT
from tlgui.progress import BatchEnded, EpochEnded, Notice
from tlgui.ui.shell.main_window import MainWindow
from tlgui.ui.shell.step_list import Step
from tlgui.ui.text.run_words import run_rows, status_text

LEFT = Qt.MouseButton.LeftButton
REASON = "“model.tlmodel” could not be written: the disk is full."


@pytest.fixture
def unsaved(qtbot: QtBot, window: MainWindow, birds: Path, fake_engine: FakeEngine) -> MainWindow:
    fake_engine.save_error = StorageError(REASON)
    open_folder(qtbot, window, birds)
    with qtbot.waitSignal(window.session.job_ended, timeout=10_000):
        action(window, "start").trigger()
    return window


def pressed(qtbot: QtBot, window: MainWindow, button: str) -> None:
    with qtbot.waitSignal(window.session.job_ended, timeout=10_000):
        qtbot.mouseClick(getattr(window.unsaved_bar, button), LEFT)


def test_bar_says_what_happened_once_and_stays(qtbot: QtBot, unsaved: MainWindow, birds: Path) -> None:
    bar = unsaved.unsaved_bar
    assert bar.isVisible()
    assert bar.message.text() == "“Quick” is trained, and its model is not saved yet."
    assert bar.reason.text() == REASON
    assert not unsaved.messages.isVisible()
    assert unsaved.pages.train.training.heading.text() == "The training has ended well; its model is not saved yet."
    (row,) = run_rows(unsaved.session.run_list.runs, None)
    assert status_text(row) == "Trained for 30 epochs, not saved"

    open_folder(qtbot, unsaved, birds)

    assert bar.isVisible()


def test_save_elsewhere_asks_for_a_place_and_writes_the_model(
    qtbot: QtBot, unsaved: MainWindow, fake_engine: FakeEngine, tmp_path: Path
) -> None:
    pressed(qtbot, unsaved, "again_button")
    assert unsaved.unsaved_bar.isVisible()
    fake_engine.save_error = None
    qtbot.mouseClick(unsaved.unsaved_bar.elsewhere_button, LEFT)
    dialog = question(unsaved)
    assert Path(dialog.selectedFiles()[0]).name == "Birds Quick.tlmodel"
    with qtbot.waitSignal(unsaved.session.job_ended, timeout=10_000):
        dialog.fileSelected.emit(str(tmp_path / "mine.tlmodel"))
    dialog.reject()

    assert not unsaved.unsaved_bar.isVisible()
    assert unsaved.messages.message.text() == "The model is saved as “mine.tlmodel”."
    assert unsaved.session.model is not None
    assert unsaved.session.model.path == tmp_path / "mine.tlmodel"
    unsaved.show_step(Step.RESULTS)
    assert f"saved as {tmp_path / 'mine.tlmodel'}" in unsaved.pages.results.view.story.plain_text


def test_try_again_writes_the_model_once_there_is_room(
    qtbot: QtBot, unsaved: MainWindow, fake_engine: FakeEngine
) -> None:
    fake_engine.save_error = None

    pressed(qtbot, unsaved, "again_button")

    assert not unsaved.unsaved_bar.isVisible()
    assert unsaved.session.active_run is not None
    assert unsaved.pages.train.training.results_button.isVisible()


def test_model_can_be_given_up(qtbot: QtBot, unsaved: MainWindow) -> None:
    qtbot.mouseClick(unsaved.unsaved_bar.dismiss_button, LEFT)

    assert not unsaved.unsaved_bar.isVisible()


@pytest.mark.parametrize("is_kept", [True, False])
def test_closing_asks_only_where_the_model_would_be_lost(
    is_kept: bool,  # noqa: FBT001
    qtbot: QtBot,
    unsaved: MainWindow,
) -> None:
    (run,) = unsaved.session.run_list.runs
    if not is_kept:
        (run.folder / CHECKPOINT).unlink()
        pressed(qtbot, unsaved, "again_button")

    assert unsaved.close() is is_kept
    if is_kept:
        return
    answer(unsaved, "Keep open")
    assert unsaved.isVisible()
    assert not unsaved.close()
    with qtbot.waitSignal(unsaved.closed):
        answer(unsaved, "Close and lose it")


def test_training_that_is_stopped_to_close_and_cannot_be_saved_keeps_the_window_open(
    qtbot: QtBot, window: MainWindow, birds: Path, fake_engine: FakeEngine
) -> None:
    fake_engine.save_error = StorageError(REASON)
    open_folder(qtbot, window, birds)
    gate = fake_engine.pause_before(EpochEnded, lambda event: event.epoch == 3)
    action(window, "start").trigger()
    qtbot.waitUntil(lambda: gate.is_reached)
    (run,) = window.session.run_list.runs
    (run.folder / CHECKPOINT).unlink()
    assert not window.close()
    with qtbot.waitSignal(window.session.job_ended, timeout=10_000):
        answer(window, "Stop and close")

    assert window.isVisible()
    answer(window, "Close and lose it")
    assert not window.isVisible()


def test_notice_of_a_job_is_said_while_it_goes_on(
    qtbot: QtBot, window: MainWindow, birds: Path, fake_engine: FakeEngine
) -> None:
    open_folder(qtbot, window, birds)
    gate = fake_engine.pause_before(BatchEnded)
    action(window, "start").trigger()
    job = window.session.job
    assert job is not None
    job.reported.emit(Notice("The epochs cannot be kept: the disk is full.", "Free some space."))

    assert window.messages.message.text() == "The epochs cannot be kept: the disk is full."
    gate.open()
    qtbot.waitUntil(lambda: not window.session.is_busy, timeout=10_000)
