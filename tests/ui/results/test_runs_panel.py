"""The Results page's list of runs: what it says, what can be done with what is selected, and how runs compare."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tlgui.engine.protocol import TrainRequest
from tlgui.errors import StorageError
from tlgui.learning.recipes.built_in import BALANCED, QUICK
from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.runs.progress import CHECKPOINT, write_progress
from tlgui.learning.runs.run import RunStatus
from tlgui.progress import BatchEnded, EpochEnded
from tlgui.ui.plots.curve_legend import CurveLegend
from tlgui.ui.results.results_page import ResultsPage
from tlgui.ui.results.run_comparison import MOST_COMPARED, compared_rows
from tlgui.ui.session.session import Session
from tlgui.ui.text.run_words import RunRow, best_so_far, circumstances, needs_attention, spoken, standing, when

LEFT = Qt.MouseButton.LeftButton
SHORT = replace(QUICK, epochs=3)
NOW = datetime(2026, 11, 22, 14, 2, tzinfo=timezone(timedelta(hours=1)))
Trainer = Callable[[Recipe], str]


@pytest.fixture
def page(qtbot: QtBot, opened: Session) -> ResultsPage:
    page = ResultsPage(opened)
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show()
    return page


@pytest.fixture
def train(qtbot: QtBot, opened: Session) -> Trainer:
    """Return a function that trains a recipe, and returns the run's id."""

    def train_one(recipe: Recipe) -> str:
        opened.set_recipe(recipe)
        with qtbot.waitSignal(opened.job_ended, timeout=10_000):
            opened.train()
        return opened.run_list.runs[0].id

    return train_one


@pytest.fixture
def interrupted(qtbot: QtBot, opened: Session, fake_engine: FakeEngine) -> str:
    gate = fake_engine.pause_before(BatchEnded, lambda event: event.epoch == 3)
    opened.set_recipe(replace(QUICK, epochs=5))
    opened.train()
    qtbot.waitUntil(lambda: gate.is_reached, timeout=10_000)
    fake_engine.die_next()
    with qtbot.waitSignal(opened.job_ended, timeout=10_000):
        gate.open()
    return opened.run_list.runs[0].id


def usable(page: ResultsPage) -> set[str]:
    return {name for name, button in page.panel.buttons.items() if button.isEnabled()}


def selected(page: ResultsPage) -> list[str]:
    return [row.id for row in page.table.selected()]


def press(qtbot: QtBot, page: ResultsPage, name: str) -> None:
    qtbot.mouseClick(page.panel.buttons[name], LEFT)


def row(page: ResultsPage, run_id: str) -> RunRow:
    return next(row for row in page.table.rows if row.id == run_id)


def cells(page: ResultsPage) -> dict[str, list[str]]:
    model = page.comparison.table.model()
    columns = range(model.columnCount(QModelIndex()))
    return {
        str(model.headerData(place, Qt.Orientation.Vertical)): [
            str(model.index(place, column).data()) for column in columns
        ]
        for place in range(model.rowCount(QModelIndex()))
    }


def test_each_training_adds_a_run_that_is_selected_and_active(page: ResultsPage, train: Trainer) -> None:
    assert page.empty.isVisible()
    first = train(replace(QUICK, epochs=3))
    assert page.table.isVisible()
    second = train(replace(QUICK, epochs=4))

    assert [known.id for known in page.table.rows] == [second, first]
    assert selected(page) == [second]
    assert [known.is_active for known in page.table.rows] == [True, False]
    assert page.view.heading.text().startswith("About 9 in 10 right")
    assert page.view.model_line.accessibleName() == "Quick 2 · Quick · 3 classes · 1 pretended core"
    assert usable(page) == {"train_further", "rename", "delete"}


def test_another_run_is_looked_at_without_making_it_active(page: ResultsPage, train: Trainer, opened: Session) -> None:
    first, second = train(replace(QUICK, epochs=3)), train(replace(QUICK, epochs=4))

    page.table.select_ids([first])

    assert len(page.view.plots.history) == 3
    assert opened.active_run is not None
    assert opened.active_run.id == second
    assert usable(page) == {"make_active", "train_further", "rename", "delete"}


def test_run_is_made_active_by_its_button_and_by_enter(
    qtbot: QtBot, page: ResultsPage, train: Trainer, opened: Session
) -> None:
    first, second = train(SHORT), train(SHORT)
    page.table.select_ids([first])
    press(qtbot, page, "make_active")
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
    assert "rightly. Resume it" in page.view.explanation.text()
    assert len(page.view.plots.history) == 2
    assert usable(page) == {"resume", "use_best", "rename", "delete"}

    with (
        qtbot.waitSignal(page.train_requested),
        qtbot.waitSignal(opened.job_ended, timeout=10_000),
    ):
        press(qtbot, page, "resume")
    assert row(page, interrupted).is_active
    assert len(page.view.plots.history) == 5


def test_best_epoch_of_an_interrupted_run_is_used(
    qtbot: QtBot, page: ResultsPage, interrupted: str, opened: Session
) -> None:
    with qtbot.waitSignal(opened.job_ended, timeout=10_000):
        press(qtbot, page, "use_best")
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
        press(qtbot, page, "train_further")
    request = fake_engine.requests[-1]
    assert isinstance(request, TrainRequest)
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
    assert standing(running) == "Training now"
    assert selected(page) == [first]
    assert usable(page) == {"rename", "delete"}
    page.table.select_ids([running.id])
    assert "Train page" in page.view.explanation.text()
    assert usable(page) == {"rename"}
    with qtbot.waitSignal(opened.job_ended, timeout=10_000):
        gate.open()


def test_run_is_renamed_in_its_place(qtbot: QtBot, page: ResultsPage, train: Trainer, opened: Session) -> None:
    train(SHORT)
    press(qtbot, page, "rename")
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
    page.rename()
    editor = page.table.findChild(QLineEdit)
    assert editor is not None
    qtbot.keyClicks(editor, "with owls")
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert page.table.rows[0].name == "Quick"


def test_deleted_runs_come_back_one_by_one(qtbot: QtBot, page: ResultsPage, train: Trainer) -> None:
    ids = [train(replace(SHORT, name=name)) for name in ("one", "two", "three")]
    page.table.select_ids(ids[1:])
    assert usable(page) == {"delete"}

    with qtbot.waitSignal(page.runs_deleted) as told:
        press(qtbot, page, "delete")
    assert told.args == [("three", "two"), True]
    assert [known.name for known in page.table.rows] == ["one"]
    assert selected(page) == [ids[0]]

    page.undo_delete()
    assert [known.name for known in page.table.rows] == ["two", "one"]
    assert selected(page) == [ids[1]]
    page.undo_delete()
    assert [known.name for known in page.table.rows] == ["three", "two", "one"]
    assert not page.can_undo_delete()
    page.undo_delete()


def test_last_run_gone_shows_what_to_do(qtbot: QtBot, page: ResultsPage, train: Trainer) -> None:
    train(SHORT)
    press(qtbot, page, "delete")
    assert page.empty.isVisible()
    page.undo_delete()
    assert page.table.isVisible()


def test_run_that_is_gone_is_said(qtbot: QtBot, page: ResultsPage, train: Trainer, opened: Session) -> None:
    train(SHORT)
    folder = opened.run_list.runs[0].folder
    folder.rename(folder.parent / "elsewhere")
    with qtbot.waitSignal(page.problem_raised) as told:
        press(qtbot, page, "delete")
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
    press(qtbot, page, "make_active")
    assert [known.name for known in page.table.rows] == ["Quick"]


def test_selected_runs_are_compared(qtbot: QtBot, page: ResultsPage, train: Trainer) -> None:
    train(replace(QUICK, epochs=3))
    train(replace(BALANCED, epochs=5))
    page.table.selectAll()

    assert page.comparison.isVisible()
    assert not page.view.isVisible()
    assert page.comparison.heading.text() == "2 runs compared"
    table = cells(page)
    assert table["Recipe"] == ["Balanced", "Quick"]
    assert table["Epochs trained"] == ["5", "3"]
    assert table["Right on validation photos"] == ["90.0 % (85 to 94)"] * 2
    assert table["Time"] == ["about 5 seconds", "a few seconds"]
    assert table["Learning rate"] == ["0.001", "0.003"]
    assert "Batch size" not in table
    view = page.comparison.plots.views[0]
    qtbot.waitUntil(lambda: not view.image.isNull(), timeout=20_000)
    assert "Balanced: up to 90.0 % right in 5 epochs; Quick: up to" in view.accessibleDescription()
    assert page.comparison.legend.accessibleName() == "Lines of the plots: Balanced, Quick"
    words = page.comparison.table.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert words == "Right on validation photos, Balanced: 90.0 % (85 to 94)"


def test_selection_outlives_a_change_of_the_list(page: ResultsPage, train: Trainer, opened: Session) -> None:
    ids = [train(SHORT) for _ in range(3)]
    page.table.select_ids([ids[0], ids[2]])
    opened.run_list.rename(opened.run_list.runs[0], "with owls")
    assert set(selected(page)) == {ids[0], ids[2]}
    assert page.comparison.isVisible()


def test_no_more_runs_are_compared_than_can_be_told_apart(page: ResultsPage, train: Trainer) -> None:
    train(replace(QUICK, epochs=2))
    only = page.table.rows[0]
    page.comparison.show_runs([replace(only, id=str(number)) for number in range(MOST_COMPARED + 3)])
    assert page.comparison.heading.text() == f"{MOST_COMPARED} runs compared"
    assert f"first {MOST_COMPARED}" in page.comparison.explanation.text()
    assert page.comparison.legend.accessibleName().endswith(f"Quick ({MOST_COMPARED})")


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


def test_run_is_said_in_words(page: ResultsPage, train: Trainer, interrupted: str) -> None:
    broken = replace(row(page, interrupted), created=NOW - timedelta(hours=2), seconds=130.0)
    assert broken.run is not None
    assert standing(broken) == "Interrupted after 2 epochs"
    assert needs_attention(broken)
    assert circumstances(broken, NOW) == "today 12:02 · 2 minutes"
    assert circumstances(replace(broken, name="with owls"), NOW) == "today 12:02 · 2 minutes · Quick"
    assert spoken(broken, NOW) == "Quick: Interrupted after 2 epochs, today 12:02 · 2 minutes"
    failed = replace(broken, run=replace(broken.run, status=RunStatus.FAILED))
    assert standing(failed) == "Failed after 2 epochs"
    gone = replace(broken, run=replace(broken.run, status=RunStatus.FINISHED, has_model=False))
    assert standing(gone) == "Its model is gone"
    assert best_so_far(broken) == "63.0 %"
    assert compared_rows([broken])[0].values == ("63.0 % so far",)
    finished = row(page, train(SHORT))
    assert standing(finished) == "About 9 in 10 right (90.0 %)"
    assert not needs_attention(finished)


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(minutes=1), "today 14:01"),
        (timedelta(hours=14, minutes=3), "yesterday 23:59"),
        (timedelta(days=3), "19 Nov"),
        (timedelta(days=400), "18 Oct 2025"),
    ],
)
def test_times_are_said_as_people_do(ago: timedelta, words: str) -> None:
    assert when((NOW - ago).astimezone(UTC), NOW) == words


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
        page.resume()
    assert standing(page.table.rows[0]).startswith("About 9 in 10 right")
    assert [epoch.epoch for epoch in page.view.plots.history] == [1, 2, 3, 4]
