"""Runs in the window: their keys and menu, Undo in the message, and what follows from them elsewhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.ui.shell.driving import action, enabled, open_folder, recent, train
from tlgui.app import create_window
from tlgui.progress import BatchEnded
from tlgui.ui.shell.export_dialog import ExportDialog
from tlgui.ui.shell.main_window import MainWindow
from tlgui.ui.shell.step_list import Step
from tlgui.ui.text.run_words import status_text

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def results(qtbot: QtBot, window: MainWindow, birds: Path) -> Iterator[MainWindow]:
    """Give the window with one run, on the Results page with the list in focus."""
    train(qtbot, window, birds, epochs=4)
    window.show_step(Step.RESULTS)
    window.activateWindow()
    window.pages.results.table.setFocus()
    qtbot.waitUntil(window.pages.results.table.hasFocus)
    yield window
    qtbot.waitUntil(lambda: not window.session._jobs.background)


def names(window: MainWindow) -> list[str]:
    return [run.name for run in window.session.run_list.runs]


def offered(window: MainWindow) -> list[str]:
    return [entry.text() for entry in recent(window, "recent-models")]


def test_f2_renames_and_every_list_follows(qtbot: QtBot, results: MainWindow) -> None:
    assert offered(results) == ["Birds: Quick"]
    QTest.keyClick(results.pages.results.table, Qt.Key.Key_F2)
    editor = results.pages.results.table.findChild(QLineEdit)
    assert editor is not None
    QTest.keyClicks(editor, "with owls")
    QTest.keyClick(editor, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: names(results) == ["with owls"])
    assert offered(results) == ["Birds: with owls"]
    assert results.pages.predict.model_line.accessibleName().startswith("Birds: with owls")
    assert results.chip.button.text() == "Birds: with owls · 90.0 % right"
    action(results, "export-model").trigger()
    dialog = results.findChild(ExportDialog)
    assert dialog is not None
    assert Path(dialog.target.text()).stem == "Birds with owls"
    dialog.reject()


def test_del_deletes_and_ctrl_z_brings_back(results: MainWindow) -> None:
    QTest.keyClick(results.pages.results.table, Qt.Key.Key_Delete)
    assert names(results) == []
    assert results.messages.message.text() == "“Quick” is deleted."
    assert "No model is in use any more" in results.messages.hint.text()
    assert offered(results) == []
    assert not {"save-model", "paste", "delete-runs", "rename-run"} & enabled(results)

    QTest.keySequence(results, "Ctrl+Z")
    assert names(results) == ["Quick"]
    assert offered(results) == ["Birds: Quick"]
    assert "save-model" in enabled(results)
    assert "undo" not in enabled(results)


def test_del_elsewhere_deletes_no_run(results: MainWindow) -> None:
    results.show_step(Step.PHOTOS)
    for widget in (results.pages.photos.view.table, results.pages.photos.browser.grid):
        widget.setFocus()
        QTest.keyClick(widget, Qt.Key.Key_Delete)
    assert names(results) == ["Quick"]


def test_message_undoes_all_that_was_deleted(qtbot: QtBot, results: MainWindow) -> None:
    with qtbot.waitSignal(results.session.job_ended, timeout=10_000):
        action(results, "start").trigger()
    results.show_step(Step.RESULTS)
    results.pages.results.table.selectAll()
    action(results, "delete-runs").trigger()
    assert results.messages.message.text() == "2 trainings are deleted."
    results.show_step(Step.PHOTOS)

    QTest.mouseClick(results.messages.action_button, LEFT)
    assert names(results) == ["Quick 2", "Quick"]
    assert results.messages.isHidden()
    assert results.steps.current() == Step.RESULTS


def test_list_offers_its_actions_in_a_menu(results: MainWindow) -> None:
    listed = {entry.objectName() for entry in results.pages.results.table.actions()}
    assert listed == {
        "make-run-active",
        "train-run-further",
        "resume-run",
        "use-best-epoch",
        "rename-run",
        "delete-runs",
    }
    assert results.pages.results.table.contextMenuPolicy() == Qt.ContextMenuPolicy.ActionsContextMenu


def test_train_further_and_resume_show_the_training_go_on(
    qtbot: QtBot, results: MainWindow, fake_engine: FakeEngine
) -> None:
    gate = fake_engine.pause_before(BatchEnded, lambda event: event.epoch == 3)
    action(results, "train-run-further").trigger()
    assert results.steps.current() == Step.TRAIN
    qtbot.waitUntil(lambda: gate.is_reached, timeout=10_000)
    fake_engine.die_next()
    with qtbot.waitSignal(results.session.job_ended, timeout=10_000):
        gate.open()
    (broken, _) = results.pages.results.table.rows
    assert status_text(broken) == "Interrupted after 2 epochs"

    results.pages.results.table.select_ids([broken.id])
    again = fake_engine.pause_before(BatchEnded, lambda event: event.epoch == 4)
    action(results, "resume-run").trigger()
    qtbot.waitUntil(lambda: again.is_reached, timeout=10_000)
    shown = results.pages.train.plots
    qtbot.waitUntil(lambda: [epoch.epoch for epoch in shown.history] == [1, 2, 3])
    with qtbot.waitSignal(results.session.job_ended, timeout=10_000):
        again.open()
    assert status_text(results.pages.results.table.rows[0]).startswith("About 9 in 10 right")
    assert results.pages.results.table.selected() == results.pages.results.table.rows[:1]


@pytest.mark.usefixtures("results")
def test_next_start_finds_the_runs_and_the_model(qtbot: QtBot, birds: Path) -> None:
    other = create_window(FakeEngine())
    qtbot.addWidget(other)
    assert offered(other) == ["Birds: Quick"]
    open_folder(qtbot, other, birds)

    assert names(other) == ["Quick"]
    assert other.steps.step_state(Step.RESULTS).words == "90.0 % right"
    assert other.steps.current() == Step.PHOTOS
    assert other.messages.isHidden()
    other.session.close(5000)
    qtbot.waitUntil(lambda: not other.session._jobs.background)
