"""The Results page: the numbers of the open model, and what changed since a run was trained; so on Train."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.evaluations import evaluation_of
from tests.fakes import FakeEngine
from tests.ui.results.runs import LEFT, SHORT, Trainer, texts
from tlgui.engine.protocol import TrainRequest
from tlgui.learning.recipes.built_in import QUICK
from tlgui.photos.health.findings import LeaveOut, MoveInto
from tlgui.ui.results.results_page import ResultsPage
from tlgui.ui.session.session import Session
from tlgui.ui.train.train_page import TrainPage


@pytest.fixture
def run_page(page: ResultsPage, opened: Session, train: Trainer) -> ResultsPage:
    """The page with a run of `SHORT`."""
    train(SHORT)
    opened.set_recipe(QUICK)
    return page


def test_without_a_model_the_page_leads_on(qtbot: QtBot, page: ResultsPage) -> None:
    assert page.empty.isVisible()
    buttons = page.empty.findChildren(QPushButton)
    with qtbot.waitSignal(page.train_requested):
        qtbot.mouseClick(buttons[0], LEFT)
    with qtbot.waitSignal(page.open_model_requested):
        qtbot.mouseClick(buttons[1], LEFT)


def test_after_a_training_the_page_shows_its_model(qtbot: QtBot, page: ResultsPage, trained: Session) -> None:
    assert not page.empty.isVisible()
    assert page.view.heading.text().startswith("About 9 in 10 right")
    assert "24 photos" in page.view.story.plain_text
    assert trained.model is not None
    assert trained.model.evaluation is not None
    assert page.view.plots.history == trained.model.history
    assert [row[0] for row in texts(page.view.classes)] == ["owl", "robin", "wren"]
    counts = [[str(entry) if entry else "" for entry in row] for row in trained.model.evaluation.confusion]
    assert texts(page.view.mix_ups.matrix) == counts
    with qtbot.waitSignal(page.predict_requested):
        qtbot.mouseClick(page.predict_button, LEFT)


def test_opened_model_is_shown_as_well(qtbot: QtBot, trained: Session, fake_engine: FakeEngine) -> None:
    assert trained.model is not None
    other = Session(fake_engine)
    page = ResultsPage(other)
    qtbot.addWidget(page)
    with qtbot.waitSignal(other.job_ended):
        other.open_model(trained.model.path)
    assert page.view.plots.history == trained.model.history
    assert "Quick" in page.view.model_line.accessibleName()
    assert page.view.mistakes.hint.text().startswith("Which photos it named wrongly was not kept with this model.")


def move_two(qtbot: QtBot, session: Session, birds: Path) -> None:
    moves = tuple((path, birds / "wren") for path in sorted((birds / "robin").iterdir())[:2])
    with qtbot.waitSignal(session.run_changes.changed, timeout=10_000):
        session.review.mend(MoveInto(moves))
    qtbot.waitUntil(lambda: not session.is_busy, timeout=10_000)


def test_model_that_names_one_class_alone_is_told_as_that(
    qtbot: QtBot, page: ResultsPage, opened: Session, fake_engine: FakeEngine
) -> None:
    fake_engine.evaluation = evaluation_of(("owl", "robin", "wren"), ((0, 0, 0), (0, 54, 0), (0, 6, 0)))
    with qtbot.waitSignal(opened.job_ended, timeout=10_000):
        opened.train()

    view = page.view
    assert view.heading.text() == "No better than always naming “robin” (90.0 %, between 79 and 96; balanced 50.0 %)"
    assert "Always naming “robin” is right for 90.0 % of these photos." in view.explanation.plain_text
    assert "It recognised no photo of “wren”." in view.explanation.plain_text
    assert texts(view.classes) == [
        ["owl", "0", "—", "—", "—"],
        ["robin", "54", "100.0 %", "93 and 100 %", "90.0 %"],
        ["wren", "6", "0.0 %", "0 and 40 %", "—"],
    ]


def test_nothing_is_said_of_a_run_that_is_up_to_date(run_page: ResultsPage) -> None:
    assert run_page.notice.isHidden()
    assert not run_page.run_actions.can_train_again()


def test_run_says_what_it_was_trained_before(qtbot: QtBot, run_page: ResultsPage, opened: Session, birds: Path) -> None:
    move_two(qtbot, opened, birds)
    assert run_page.notice.isVisible()
    assert run_page.notice.text.text() == "Trained before 2 photos moved."
    assert run_page.notice.accessibleName() == "Trained before 2 photos moved."


def test_notice_goes_once_the_change_is_undone(
    qtbot: QtBot, run_page: ResultsPage, opened: Session, birds: Path
) -> None:
    move_two(qtbot, opened, birds)
    with qtbot.waitSignal(opened.run_changes.changed, timeout=10_000):
        opened.review.undo()
    assert run_page.notice.isHidden()


def test_train_again_uses_the_settings_of_the_run_on_the_photos_as_they_are_now(
    qtbot: QtBot, run_page: ResultsPage, opened: Session, birds: Path, fake_engine: FakeEngine
) -> None:
    move_two(qtbot, opened, birds)
    with qtbot.waitSignals([run_page.train_requested, opened.job_ended], timeout=10_000):
        qtbot.mouseClick(run_page.notice.button, LEFT)

    last = [request for request in fake_engine.requests if isinstance(request, TrainRequest)][-1]
    assert last.recipe == SHORT
    assert last.collection is opened.collection
    assert opened.recipe == QUICK
    # The new run is the one that is shown.
    assert run_page.notice.button.text() == "Use this one"
    run_page.table.select_ids([opened.run_list.runs[1].id])
    assert run_page.notice.isVisible()


def test_button_waits_while_something_is_under_way(
    qtbot: QtBot, run_page: ResultsPage, opened: Session, birds: Path
) -> None:
    move_two(qtbot, opened, birds)
    assert run_page.notice.button.isEnabled()
    with qtbot.waitSignal(opened.job_ended, timeout=10_000):
        opened.review.mend(LeaveOut(()))
        assert not run_page.notice.button.isEnabled()


def test_train_page_says_that_the_model_in_use_is_of_before(
    qtbot: QtBot, train_page: TrainPage, trained: Session, birds: Path
) -> None:
    assert train_page.notice.isHidden()

    move_two(qtbot, trained, birds)
    assert train_page.notice.text.text() == "The model in use was trained before 2 photos moved."
    assert train_page.notice.isVisible()

    with qtbot.waitSignal(trained.job_ended, timeout=10_000):
        train_page.start()
    qtbot.mouseClick(train_page.notice.button, LEFT)
    assert train_page.notice.isHidden()
