"""The estimate below Start: measured after each change, and never while a job is under way."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.pictures import write_collection
from tlgui.engine.protocol import EstimateRequest, TrainRequest
from tlgui.errors import CollectionError
from tlgui.learning.recipes.built_in import BALANCED, BUILT_IN, QUICK, THOROUGH, VGG16_FROZEN
from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.results import CostEstimate
from tlgui.progress import Progress, Stage
from tlgui.text.numbers import cost_in_words, cost_time_in_words
from tlgui.ui.session.session import Session
from tlgui.ui.session.settings import Settings
from tlgui.ui.train.train_page import TrainPage

# The estimate of the fake engine for every recipe.
COST = CostEstimate(seconds=120.0, memory_bytes=1_100_000_000, device="2 processor cores")
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    # The fake engine answers at once; the pauses between two measurements are not tested.
    monkeypatch.setattr("tlgui.ui.train.cost_line.DEBOUNCE_MS", 20)


@pytest.fixture
def page(qtbot: QtBot, opened: Session, settings: Settings) -> Iterator[TrainPage]:
    """Return the page, still hidden: it measures as soon as it is shown."""
    page = TrainPage(opened, settings)
    qtbot.addWidget(page)
    page.resize(1100, 700)
    yield page
    page.hide()


def said_of(recipe: Recipe) -> str:
    return f"{cost_in_words(COST, recipe)}."


def asked(engine: FakeEngine) -> list[Recipe]:
    return [request.recipe for request in engine.requests if isinstance(request, EstimateRequest)]


def row(page: TrainPage, name: str) -> list[str]:
    return [label.text() for label in page.cost.table.rows[name]]


def wait_until_all_known(qtbot: QtBot, session: Session) -> None:
    qtbot.waitUntil(lambda: all(session.estimates.get(recipe) for recipe in (session.recipe, *BUILT_IN.values())))


def wait_until_idle(qtbot: QtBot, page: TrainPage, session: Session) -> None:
    """Wait until the line has nothing left to measure."""
    qtbot.waitUntil(lambda: not page.cost._debounce.isActive() and not session._jobs.background and not session.is_busy)


def test_line_says_that_it_times_and_then_what_it_takes(qtbot: QtBot, page: TrainPage, fake_engine: FakeEngine) -> None:
    gate = fake_engine.pause_before(Progress, lambda event: event.stage is Stage.TIMING)
    page.show()
    qtbot.waitUntil(lambda: gate.is_reached)
    assert page.cost.text.text() == "Estimating time…"
    gate.open()
    qtbot.waitUntil(lambda: page.cost.text.text() == said_of(QUICK))


def test_each_built_in_recipe_is_measured_once_and_the_chosen_one_first(
    qtbot: QtBot, page: TrainPage, opened: Session, fake_engine: FakeEngine
) -> None:
    own = replace(BALANCED, name="My own", epochs=7)
    opened.set_recipe(own)
    page.show()
    wait_until_all_known(qtbot, opened)
    # An estimate that a preview stopped is requested again.
    assert list(dict.fromkeys(asked(fake_engine))) == [own, *BUILT_IN.values()]
    count = len(asked(fake_engine))
    wait_until_idle(qtbot, page, opened)
    page.cost._debounce.timeout.emit()
    assert len(asked(fake_engine)) == count
    assert row(page, "Thorough") == [cost_time_in_words(COST, THOROUGH), "1.1 GB", ""]


def test_going_back_to_a_recipe_shows_its_cost_at_once(
    qtbot: QtBot, page: TrainPage, opened: Session, fake_engine: FakeEngine
) -> None:
    page.show()
    wait_until_all_known(qtbot, opened)
    count = len(asked(fake_engine))
    opened.set_recipe(VGG16_FROZEN)
    assert page.cost.text.text() == said_of(VGG16_FROZEN)
    opened.set_recipe(replace(QUICK, name="Another name"))
    assert page.cost.text.text() == said_of(QUICK)
    assert len(asked(fake_engine)) == count


def test_many_quick_changes_are_measured_once_and_the_last_wins(
    qtbot: QtBot, page: TrainPage, opened: Session, fake_engine: FakeEngine
) -> None:
    page.show()
    wait_until_all_known(qtbot, opened)
    wait_until_idle(qtbot, page, opened)
    count = len(asked(fake_engine))
    for epochs in range(2, 12):
        opened.set_recipe(replace(QUICK, epochs=epochs))
    assert "Estimating" in page.cost.text.text()
    qtbot.waitUntil(lambda: opened.estimates.get(opened.recipe) is not None)
    assert [recipe.epochs for recipe in asked(fake_engine)[count:]] == [11]


def test_change_stops_the_measurement_of_the_recipe_before(
    qtbot: QtBot, page: TrainPage, opened: Session, fake_engine: FakeEngine
) -> None:
    gate = fake_engine.pause_before(Progress, lambda event: event.stage is Stage.TIMING)
    page.show()
    qtbot.waitUntil(lambda: gate.is_reached)
    changed = replace(QUICK, epochs=3)
    opened.set_recipe(changed)
    # The first one still waits at the gate: unless it is stopped, the other one cannot begin.
    qtbot.waitUntil(lambda: asked(fake_engine)[-1] == changed)
    gate.open()
    qtbot.waitUntil(lambda: page.cost.text.text() == said_of(QUICK))


def test_start_does_not_wait_for_a_measurement_and_it_follows_afterwards(
    qtbot: QtBot, page: TrainPage, opened: Session, fake_engine: FakeEngine
) -> None:
    gate = fake_engine.pause_before(Progress, lambda event: event.stage is Stage.TIMING)
    page.show()
    qtbot.waitUntil(lambda: gate.is_reached)
    with qtbot.waitSignal(opened.job_ended, timeout=10_000):
        qtbot.mouseClick(page.status.start_button, LEFT)
        assert "when tlgui is free again" in page.cost.text.text()
    assert any(isinstance(request, TrainRequest) for request in fake_engine.requests)
    gate.open()
    qtbot.waitUntil(lambda: page.cost.text.text() == said_of(QUICK))


def test_after_a_training_the_recipes_that_see_photos_alike_are_measured_anew(
    qtbot: QtBot, page: TrainPage, opened: Session, fake_engine: FakeEngine
) -> None:
    page.show()
    wait_until_all_known(qtbot, opened)
    count = len(asked(fake_engine))
    fake_engine.cost = CostEstimate(3.0, 10**9, "2 processor cores", cached_share=1.0)
    with qtbot.waitSignal(opened.job_ended, timeout=10_000):
        opened.train()
    qtbot.waitUntil(lambda: "looked at before" in page.cost.text.text())
    assert page.cost.text.text().startswith("A few seconds and 1.0 GB")
    wait_until_all_known(qtbot, opened)
    assert [recipe.name for recipe in asked(fake_engine)[count:]] == ["Quick", "Better", "Thorough"]


def test_another_collection_is_measured_anew(
    qtbot: QtBot, page: TrainPage, opened: Session, fake_engine: FakeEngine, tmp_path: Path
) -> None:
    page.show()
    wait_until_all_known(qtbot, opened)
    count = len(asked(fake_engine))
    with qtbot.waitSignal(opened.job_ended):
        opened.scan_folder(write_collection(tmp_path / "Others", ["cat", "dog"]))
    assert opened.estimates.get(QUICK) is None
    qtbot.waitUntil(lambda: opened.estimates.get(QUICK) is not None)
    assert asked(fake_engine)[count] == QUICK


def test_hidden_line_measures_nothing(qtbot: QtBot, page: TrainPage, opened: Session, fake_engine: FakeEngine) -> None:
    gate = fake_engine.pause_before(Progress, lambda event: event.stage is Stage.TIMING)
    page.show()
    qtbot.waitUntil(lambda: gate.is_reached)
    page.hide()
    gate.open()
    wait_until_idle(qtbot, page, opened)
    page.cost._debounce.timeout.emit()
    assert set(asked(fake_engine)) == {QUICK}
    assert opened.estimates.get(QUICK) is None
    page.show()
    qtbot.waitUntil(lambda: opened.estimates.get(QUICK) is not None)


def test_recipe_that_cannot_be_measured_says_why_and_is_not_tried_again(
    qtbot: QtBot, page: TrainPage, opened: Session, fake_engine: FakeEngine
) -> None:
    fake_engine.cost = CollectionError("The folder “Birds” is gone.")
    page.show()
    qtbot.waitUntil(lambda: set(asked(fake_engine)) == set(BUILT_IN.values()))
    wait_until_idle(qtbot, page, opened)
    count = len(asked(fake_engine))
    page.cost._debounce.timeout.emit()
    assert len(asked(fake_engine)) == count
    assert "The folder “Birds” is gone." in page.cost.text.text()
    assert page.status.start_button.isEnabled()


def test_download_is_said_beforehand(qtbot: QtBot, page: TrainPage, fake_engine: FakeEngine) -> None:
    fake_engine.cost = CostEstimate(600.0, 2 * 10**9, "2 processor cores", download_bytes=58_889_256)
    page.show()
    qtbot.waitUntil(lambda: "It downloads 58.9 MB first." in page.cost.text.text())


def test_more_memory_than_is_free_is_warned_of(
    qtbot: QtBot, page: TrainPage, opened: Session, fake_engine: FakeEngine
) -> None:
    fake_engine.cost = CostEstimate(600.0, 4 * 10**9, "2 processor cores", free_bytes=3 * 10**9)
    page.show()
    qtbot.waitUntil(lambda: "That is more memory than is free." in page.cost.text.text())
    assert page.cost.warning.isVisible()
    assert "Only 3.0 GB" in page.cost.toolTip()
    fake_engine.cost = CostEstimate(600.0, 4 * 10**9, "2 processor cores", free_bytes=5 * 10**9)
    opened.set_recipe(replace(QUICK, epochs=3))
    qtbot.waitUntil(lambda: not page.cost.warning.isVisible())


@pytest.mark.parametrize("width", [900, 1400])
def test_nothing_moves_when_the_text_changes(
    qtbot: QtBot, page: TrainPage, fake_engine: FakeEngine, width: int
) -> None:
    gate = fake_engine.pause_before(Progress, lambda event: event.stage is Stage.TIMING)
    fake_engine.cost = CostEstimate(3000.0, 2 * 10**9, "2 processor cores", cached_share=0.4, download_bytes=10**8)
    page.resize(width, 700)
    page.show()
    qtbot.waitUntil(lambda: gate.is_reached)
    before = page.choices.size(), page.status.geometry()
    gate.open()
    qtbot.waitUntil(lambda: "40.0 %" in page.cost.text.text())
    QApplication.sendPostedEvents()
    assert (page.choices.size(), page.status.geometry()) == before


def test_collection_that_cannot_be_trained_on_shows_why_instead(
    qtbot: QtBot, page: TrainPage, opened: Session, fake_engine: FakeEngine, tmp_path: Path
) -> None:
    page.show()
    with qtbot.waitSignal(opened.job_ended):
        opened.scan_folder(write_collection(tmp_path / "One", ["robin"]))
    wait_until_idle(qtbot, page, opened)
    page.cost._debounce.timeout.emit()
    assert page.status.reason.isVisible()
    assert not page.cost.isVisible()
    assert all(
        len(request.collection.classes) > 1 for request in fake_engine.requests if isinstance(request, EstimateRequest)
    )


# A warning of the offscreen platform about any popup.
@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_table_shows_every_recipe(qtbot: QtBot, page: TrainPage, opened: Session, fake_engine: FakeEngine) -> None:
    fake_engine.cost = replace(COST, download_bytes=58_889_256)
    page.show()
    qtbot.mouseClick(page.cost.table_button, LEFT)
    table = page.cost.table
    assert table.isVisible()
    assert list(table.rows) == [recipe.name for recipe in BUILT_IN.values()]
    wait_until_all_known(qtbot, opened)
    assert row(page, VGG16_FROZEN.name) == [cost_time_in_words(COST, VGG16_FROZEN), "1.1 GB", "downloads 58.9 MB first"]
    table.close()
