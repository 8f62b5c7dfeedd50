"""One run on the Results page: the parts it was judged by, how far it can be trusted, and the details."""

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from tests.evaluations import evaluation_of
from tests.trusts import CLASSES, trust_of
from tests.ui.results.runs import LEFT, SHORT, Trainer, texts
from tlgui.learning.results import ModelSummary
from tlgui.learning.trust import Caution
from tlgui.photos.collection import Part
from tlgui.ui.results.results_page import ResultsPage
from tlgui.ui.results.run_view import RunView
from tlgui.ui.session.session import Session

TEST = evaluation_of(CLASSES, ((90, 10, 0), (0, 100, 0), (5, 5, 90)), Part.TEST)
UNSEEN = replace(evaluation_of(CLASSES, ((270, 30, 0), (0, 290, 10), (15, 25, 260)), None), is_out_of_fold=True)
VALIDATION = evaluation_of(CLASSES, ((18, 2, 0), (0, 20, 0), (2, 2, 16)))


def show(page: ResultsPage, **changes: object) -> RunView:
    """Show the only run with a model of which some facts are others."""
    (row,) = page.table.rows
    assert row.model is not None
    model: ModelSummary = replace(row.model, **changes)  # type: ignore[arg-type]
    page.view.show_run(replace(row, model=model, evaluation=model.evaluation))
    return page.view


@pytest.fixture
def run_page(page: ResultsPage, train: Trainer) -> ResultsPage:
    train(SHORT)
    return page


def test_headline_is_of_the_cleanest_photos_and_a_switch_shows_the_others(qtbot: QtBot, run_page: ResultsPage) -> None:
    view = show(run_page, evaluation=TEST, more_evaluations=(UNSEEN, VALIDATION))
    assert view.heading.text() == "About 9 in 10 right (93.3 %, between 89 and 96)"
    assert view.explanation.plain_text.startswith("It named 280 of 300 test photos rightly. They were kept apart")
    assert view.parts.isVisible()
    assert [button.text() for button in view.parts.buttons] == [
        "300 test photos",
        "900 photos, each unseen",
        "60 validation photos",
    ]
    assert [button.isChecked() for button in view.parts.buttons] == [True, False, False]

    view.details.button.click()
    qtbot.mouseClick(view.parts.buttons[1], LEFT)
    assert view.heading.text() == "About 9 in 10 right (91.1 %, between 89 and 93)"
    assert "each by a learner that had never seen it" in view.explanation.plain_text
    assert view.evaluation == UNSEEN
    assert texts(view.classes)[1][:4] == ["robin", "300", "96.7 %", "93 and 99 %"]
    assert [button.isChecked() for button in view.parts.buttons] == [False, True, False]


def test_another_run_is_judged_by_its_cleanest_photos_again(qtbot: QtBot, run_page: ResultsPage) -> None:
    view = show(run_page, evaluation=TEST, more_evaluations=(VALIDATION,))
    qtbot.mouseClick(view.parts.buttons[1], LEFT)
    show(run_page, evaluation=TEST, more_evaluations=(VALIDATION,), photo_count=7)
    assert view.evaluation == TEST
    assert view.parts.buttons[0].isChecked()


def test_there_is_no_switch_where_there_is_one_part(run_page: ResultsPage) -> None:
    assert not show(run_page, evaluation=VALIDATION).parts.isVisible()


def test_trust_of_a_model_is_shown(qtbot: QtBot, run_page: ResultsPage) -> None:
    view = show(run_page, evaluation=UNSEEN, trust=trust_of())
    assert view.reliability.isVisible()
    assert view.reliability.sentence.text().startswith("When it says 76 %, it is right 75 times in 100.")
    assert view.reliability.key.text().endswith("From 372 photos, each named by a learner that had never seen it.")
    assert "about 94 of 100 photos" in view.caution.meaning.text()
    assert not view.no_trust.isVisible()
    with qtbot.waitSignal(view.bin_pressed) as pressed:
        chart = view.reliability.chart
        qtbot.mouseClick(chart, LEFT, pos=chart.row_rect(0).center())
    assert pressed.args == [chart.bins[0]]


def test_model_of_an_earlier_version_says_what_a_new_training_adds(run_page: ResultsPage) -> None:
    view = run_page.view
    assert not view.reliability.isVisible()
    assert not view.caution.isVisible()
    assert view.no_trust.isVisible()
    assert "A new training tells, and lets it answer “not sure”" in view.no_trust.text()


def test_caution_is_that_of_the_session(qtbot: QtBot, run_page: ResultsPage, opened: Session) -> None:
    view = show(run_page, evaluation=UNSEEN, trust=trust_of())
    with qtbot.waitSignal(opened.caution_changed):
        view.caution.slider.setValue(4)
    assert opened.caution == Caution(0.01)
    opened.set_caution(Caution(None))
    assert view.caution.slider.value() == 0


def test_details_stay_open_from_run_to_run(qtbot: QtBot, run_page: ResultsPage) -> None:
    view = run_page.view
    assert not view.plots.isVisible()
    qtbot.mouseClick(view.details.button, LEFT)
    assert view.plots.isVisible()
    assert view.classes.isVisible()
    assert "Epochs: 3 epochs" in view.settings[0].plain_text
    assert view.story.plain_text.startswith("It learned from 24 photos.")
    show(run_page, evaluation=TEST)
    assert view.plots.isVisible()


def test_run_without_a_result_shows_its_curves(page: ResultsPage, interrupted: str) -> None:
    assert page.table.selected()[0].id == interrupted
    view = page.view
    assert view.plots.isVisible()
    assert not view.classes.isVisible()
    assert not view.confusion.isVisible()
    assert not view.no_trust.isVisible()
