"""The actions on runs: by which buttons and keys they are reached, when they can be used, and what they do."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.ui.results.runs import SHORT, Trainer, press, row, selected, usable
from tlgui.engine.protocol import TrainRequest
from tlgui.errors import StorageError
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.runs.progress import CHECKPOINT, write_progress
from tlgui.progress import BatchEnded, EpochEnded
from tlgui.ui.results.results_page import ResultsPage
from tlgui.ui.session.session import Session
from tlgui.ui.text.run_words import (
    status_text,
)


def test_each_better_training_adds_a_run_that_is_selected_and_active(
    page: ResultsPage, train: Trainer, fake_engine: FakeEngine
) -> None:
    fake_engine.train_next(0.3, 0.9)
    assert page.empty.isVisible()
    first = train(replace(QUICK, epochs=3))
    assert page.table.isVisible()
    second = train(replace(QUICK, epochs=4))

    assert [known.id for known in page.table.rows] == [second, first]
    assert selected(page) == [second]
    assert [known.is_active for known in page.table.rows] == [True, False]
    assert page.view.heading.text().startswith("About 9 in 10 right")
    assert page.view.model_line.accessibleName() == "Quick 2 · Quick · 3 classes · 1 pretended core"
    assert usable(page) == {"train-run-further", "rename-run", "delete-runs"}


def test_another_run_is_looked_at_without_making_it_active(
    page: ResultsPage, train: Trainer, opened: Session, fake_engine: FakeEngine
) -> None:
    fake_engine.train_next(0.3, 0.9)
    first, second = train(replace(QUICK, epochs=3)), train(replace(QUICK, epochs=4))

    page.table.select_ids([first])

    assert len(page.view.plots.history) == 3
    assert opened.active_run is not None
    assert opened.active_run.id == second
    assert usable(page) == {"make-run-active", "train-run-further", "rename-run", "delete-runs"}


def test_run_is_made_active_by_its_button_and_by_enter(
    qtbot: QtBot, page: ResultsPage, train: Trainer, opened: Session
) -> None:
    first, second = train(SHORT), train(SHORT)
    page.table.select_ids([first])
    press(qtbot, page, "make-run-active")
    assert opened.active_run is not None
    assert opened.active_run.id == first

    page.table.select_ids([second])
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert opened.active_run.id == second
    assert row(page, second).is_active


def test_interrupted_run_says_so_and_is_resumed(
    qtbot: QtBot, page: ResultsPage, interrupted: str, opened: Session
) -> None:
    assert selected(page) == [interrupted]
    assert page.view.heading.text() == "Interrupted after 2 epochs"
    assert "rightly. Resume it" in page.view.explanation.plain_text
    assert len(page.view.plots.history) == 2
    assert usable(page) == {"resume-run", "use-best-epoch", "rename-run", "delete-runs"}

    with (
        qtbot.waitSignal(page.train_requested),
        qtbot.waitSignal(opened.job_ended, timeout=10_000),
    ):
        press(qtbot, page, "resume-run")
    assert row(page, interrupted).is_active
    assert len(page.view.plots.history) == 5


def test_best_epoch_of_an_interrupted_run_is_used(
    qtbot: QtBot, page: ResultsPage, interrupted: str, opened: Session
) -> None:
    with qtbot.waitSignal(opened.job_ended, timeout=10_000):
        press(qtbot, page, "use-best-epoch")
    assert row(page, interrupted).is_active
    assert len(page.view.plots.history) == 2


def test_train_further_starts_and_leads_to_the_training(
    qtbot: QtBot, page: ResultsPage, train: Trainer, opened: Session, fake_engine: FakeEngine
) -> None:
    first = train(SHORT)
    with (
        qtbot.waitSignal(page.train_requested),
        qtbot.waitSignal(opened.job_ended, timeout=10_000),
    ):
        press(qtbot, page, "train-run-further")
    request = [each for each in fake_engine.requests if isinstance(each, TrainRequest)][-1]
    assert request.start_from == row(page, first).run.model_path  # type: ignore[union-attr]  # it is a run's row
    assert "trained further from “Quick”" in page.view.model_line.accessibleName()


def test_during_a_training_nothing_else_is_begun(
    qtbot: QtBot, page: ResultsPage, train: Trainer, opened: Session, fake_engine: FakeEngine
) -> None:
    first = train(SHORT)
    gate = fake_engine.pause_before(EpochEnded)
    opened.train()
    qtbot.waitUntil(lambda: gate.is_reached)
    running = page.table.rows[0]
    assert status_text(running) == "Training now"
    assert selected(page) == [first]
    assert usable(page) == {"rename-run", "delete-runs"}
    page.table.select_ids([running.id])
    assert "Train page" in page.view.explanation.plain_text
    assert usable(page) == {"rename-run"}
    with qtbot.waitSignal(opened.job_ended, timeout=10_000):
        gate.open()


def test_run_is_renamed_in_its_place(qtbot: QtBot, page: ResultsPage, train: Trainer, opened: Session) -> None:
    train(SHORT)
    press(qtbot, page, "rename-run")
    editor = page.table.findChild(QLineEdit)
    assert editor is not None
    assert editor.text() == "Quick"
    qtbot.keyClicks(editor, "with owls")
    qtbot.keyClick(editor, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: page.table.rows[0].name == "with owls")
    assert opened.run_list.runs[0].name == "with owls"
    assert page.view.model_line.accessibleName().startswith("with owls")


def test_escape_leaves_the_name(qtbot: QtBot, page: ResultsPage, train: Trainer) -> None:
    train(SHORT)
    page.run_actions.rename.trigger()
    editor = page.table.findChild(QLineEdit)
    assert editor is not None
    qtbot.keyClicks(editor, "with owls")
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert page.table.rows[0].name == "Quick"


def test_deleted_runs_come_back_one_by_one(
    qtbot: QtBot, page: ResultsPage, train: Trainer, fake_engine: FakeEngine
) -> None:
    fake_engine.train_next(0.1, 0.5, 0.9)
    ids = [train(replace(SHORT, name=name)) for name in ("one", "two", "three")]
    page.table.select_ids(ids[1:])
    assert usable(page) == {"delete-runs"}

    with qtbot.waitSignal(page.run_actions.runs_deleted) as told:
        press(qtbot, page, "delete-runs")
    assert told.args == [("three", "two"), True]
    assert [known.name for known in page.table.rows] == ["one"]
    assert selected(page) == [ids[0]]

    page.run_actions.undo_delete()
    assert [known.name for known in page.table.rows] == ["two", "one"]
    assert selected(page) == [ids[1]]
    page.run_actions.undo_delete()
    assert [known.name for known in page.table.rows] == ["three", "two", "one"]
    assert not page.run_actions.can_undo_delete()
    page.run_actions.undo_delete()


def test_last_run_gone_shows_what_to_do(qtbot: QtBot, page: ResultsPage, train: Trainer) -> None:
    train(SHORT)
    press(qtbot, page, "delete-runs")
    assert page.empty.isVisible()
    page.run_actions.undo_delete()
    assert page.table.isVisible()


def test_run_that_is_gone_is_said(qtbot: QtBot, page: ResultsPage, train: Trainer, opened: Session) -> None:
    train(SHORT)
    folder = opened.run_list.runs[0].folder
    folder.rename(folder.parent / "elsewhere")
    with qtbot.waitSignal(page.problem_raised) as told:
        press(qtbot, page, "delete-runs")
    assert isinstance(told.args[0], StorageError)


def test_model_from_elsewhere_is_listed_but_is_no_run(
    qtbot: QtBot, page: ResultsPage, train: Trainer, opened: Session, tmp_path: Path
) -> None:
    first = train(SHORT)
    with qtbot.waitSignal(opened.job_ended, timeout=10_000):
        opened.save_model(tmp_path / "mine.tlmodel")
    with qtbot.waitSignal(opened.job_ended, timeout=10_000):
        opened.open_model(tmp_path / "mine.tlmodel")

    assert [known.name for known in page.table.rows] == ["mine", "Quick"]
    assert [known.is_active for known in page.table.rows] == [True, False]
    assert usable(page) == set()
    page.table.select_ids([known.id for known in page.table.rows])
    assert page.comparison.isVisible()
    page.table.select_ids([first])
    press(qtbot, page, "make-run-active")
    assert [known.name for known in page.table.rows] == ["Quick"]


def test_run_whose_window_was_killed_is_resumed_from_the_list(
    qtbot: QtBot, fake_engine: FakeEngine, birds: Path
) -> None:
    killed = Session(fake_engine)
    with qtbot.waitSignal(killed.job_ended, timeout=10_000):
        killed.scan_folder(birds)
    killed.set_recipe(replace(QUICK, epochs=4))
    gate = fake_engine.pause_before(BatchEnded, lambda event: event.epoch == 2)
    killed.train()
    qtbot.waitUntil(lambda: gate.is_reached, timeout=10_000)
    (begun,) = killed.run_list.runs
    fake_engine.die_next()
    with qtbot.waitSignal(killed.job_ended, timeout=10_000):
        gate.open()
    # Its record as the kill left it: it never came to say that it was interrupted.
    record = begun.folder / "run.json"
    record.write_text(record.read_text().replace('"interrupted"', '"running"'))
    write_progress(begun.folder, killed.run_list.runs[0].history, 1.0)
    assert (begun.folder / CHECKPOINT).is_file()

    session = Session(fake_engine)
    page = ResultsPage(session)
    qtbot.addWidget(page)
    with qtbot.waitSignal(session.job_ended, timeout=10_000):
        session.scan_folder(birds)
    assert page.view.heading.text() == "Interrupted after 1 epoch"
    with qtbot.waitSignal(session.job_ended, timeout=10_000):
        page.run_actions.resume.trigger()
    assert status_text(page.table.rows[0]).startswith("About 9 in 10 right")
    assert [epoch.epoch for epoch in page.view.plots.history] == [1, 2, 3, 4]
