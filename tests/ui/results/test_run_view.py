"""One run on the Results page: the parts it was judged by, how far it can be trusted, and the details."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.evaluations import evaluation_of
from tests.judging import judged, run_of
from tests.trusts import CLASSES, reliability_of, trust_of
from tests.ui.results.runs import LEFT, SHORT, Trainer, texts
from tlgui.learning.results import ModelSummary
from tlgui.learning.runs.judgements import write_judgements
from tlgui.learning.trust import Caution, JudgedBy
from tlgui.photos.collection import Part
from tlgui.ui.results.results_page import ResultsPage
from tlgui.ui.results.run_view import RunView
from tlgui.ui.session.photo_selection import PhotoSelection
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


def test_trust_of_a_model_is_shown(run_page: ResultsPage) -> None:
    view = show(run_page, evaluation=UNSEEN, trust=trust_of())
    assert view.reliability.isVisible()
    assert view.reliability.sentence.text().startswith("When it says 76 %, it is right 75 times in 100.")
    assert view.reliability.key.text().endswith("From 372 photos, each named by a learner that had never seen it.")
    assert "about 94 of 100 photos" in view.caution.meaning.text()
    assert not view.no_trust.isVisible()


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
    assert not view.mistakes.isVisible()
    assert not view.mix_ups.isVisible()
    assert not view.no_trust.isVisible()


# --- the photos behind the numbers


PHOTOS = [
    judged("owl/1.jpg", "owl", 0.97, JudgedBy.OUT_OF_FOLD),
    judged("owl/2.jpg", "wren", 0.91, JudgedBy.OUT_OF_FOLD),
    judged("robin/1.jpg", "robin", 0.55, JudgedBy.OUT_OF_FOLD),
    judged("wren/1.jpg", "wren", 1.0, JudgedBy.OUT_OF_FOLD),
    judged("wren/2.jpg", "robin", 0.2, JudgedBy.TEST),
]
SMALL = replace(evaluation_of(CLASSES, ((1, 0, 1), (0, 1, 0), (0, 0, 1)), None), is_out_of_fold=True)
TRUST = replace(trust_of(), reliability=reliability_of([(5, 1, 1, 0.55), (9, 3, 2, 0.96)]))


@pytest.fixture
def with_photos(run_page: ResultsPage) -> RunView:
    view = show(run_page, evaluation=SMALL, trust=TRUST)
    view.show_judged(run_of(PHOTOS))
    return view


def names(selection: object) -> list[str]:
    assert isinstance(selection, PhotoSelection)
    return [f"{path.parent.name}/{path.name}" for path in selection.paths]


def test_mistakes_and_mix_ups_open_their_photos(qtbot: QtBot, run_page: ResultsPage, with_photos: RunView) -> None:
    assert with_photos.mistakes.isVisible()
    with qtbot.waitSignal(run_page.photos_requested) as asked:
        qtbot.mouseClick(with_photos.mistakes.all_button, LEFT)
    assert names(asked.args[0]) == ["owl/2.jpg"]
    with qtbot.waitSignal(run_page.photos_requested) as asked:
        with_photos.mix_ups.matrix.chosen.emit(0, 2)
    assert names(asked.args[0]) == ["owl/2.jpg"]


def test_bar_opens_its_photos_the_wrong_ones_first(qtbot: QtBot, run_page: ResultsPage, with_photos: RunView) -> None:
    chart = with_photos.reliability.chart
    with qtbot.waitSignal(run_page.photos_requested) as asked:
        qtbot.mouseClick(chart, LEFT, pos=chart.row_rect(0).center())
    assert names(asked.args[0]) == ["owl/2.jpg", "wren/1.jpg", "owl/1.jpg"]
    assert asked.args[0].title == "3 photos of which it said 90 to 100 %"


def test_class_opens_its_photos(qtbot: QtBot, run_page: ResultsPage, with_photos: RunView) -> None:
    with_photos.details.button.click()
    table = with_photos.classes
    with qtbot.waitSignal(run_page.photos_requested) as asked:
        qtbot.mouseClick(table.viewport(), LEFT, pos=table.visualRect(table.model().index(0, 2)).center())
    assert names(asked.args[0]) == ["owl/2.jpg", "owl/1.jpg"]
    with qtbot.waitSignal(run_page.photos_requested) as asked:
        qtbot.keyClick(table, Qt.Key.Key_Down)
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert asked.args[0].title == "1 photo of “robin”, those it named otherwise first"


def test_numbers_whose_photos_are_not_known_open_nothing(
    qtbot: QtBot, run_page: ResultsPage, with_photos: RunView
) -> None:
    with_photos.show_judged(run_of([]))
    with_photos.details.button.click()
    chart, table = with_photos.reliability.chart, with_photos.classes
    with qtbot.assertNotEmitted(run_page.photos_requested):
        qtbot.mouseClick(chart, LEFT, pos=chart.row_rect(0).center())
        qtbot.mouseClick(table.viewport(), LEFT, pos=table.visualRect(table.model().index(0, 2)).center())


def test_page_shows_the_photos_of_a_run_from_its_file(
    qtbot: QtBot, page: ResultsPage, opened: Session, train: Trainer, birds: Path
) -> None:
    train(SHORT)
    (run,) = opened.run_list.runs
    path = sorted((birds / "owl").iterdir())[0]
    wrong = judged(f"owl/{path.name}", "wren", 0.9, JudgedBy.VALIDATION)
    write_judgements(run.judgements_path, [wrong])
    opened.run_list.rename(run, "another name")
    qtbot.waitUntil(page.view.mistakes.all_button.isVisible, timeout=10_000)
    with qtbot.waitSignal(page.photos_requested) as asked:
        qtbot.mouseClick(page.view.mistakes.all_button, LEFT)
    assert asked.args[0].paths == (path,)
