"""The Results page says which runs were trained before the photos changed, and trains them again; Train says it too."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tlgui.engine.protocol import TrainRequest
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.runs.training_photos import PhotoChanges
from tlgui.photos.health.findings import LeaveOut, MoveInto
from tlgui.ui.results.results_page import ResultsPage
from tlgui.ui.session.session import Session
from tlgui.ui.text.run_words import trained_before
from tlgui.ui.train.train_page import TrainPage

LEFT = Qt.MouseButton.LeftButton
SHORT = replace(QUICK, name="Short", epochs=2)


@pytest.fixture
def page(qtbot: QtBot, opened: Session) -> ResultsPage:
    page = ResultsPage(opened)
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show()
    opened.set_recipe(SHORT)
    with qtbot.waitSignal(opened.job_ended, timeout=10_000):
        opened.train()
    opened.set_recipe(QUICK)
    return page


def move_two(qtbot: QtBot, session: Session, birds: Path) -> None:
    moves = tuple((path, birds / "wren") for path in sorted((birds / "robin").iterdir())[:2])
    with qtbot.waitSignal(session.run_changes.changed, timeout=10_000):
        session.review.mend(MoveInto(moves))
    qtbot.waitUntil(lambda: not session.is_busy, timeout=10_000)


def test_nothing_is_said_of_a_run_that_is_up_to_date(page: ResultsPage) -> None:
    assert page.notice.isHidden()
    assert not page.can_train_again()


def test_run_says_what_it_was_trained_before(qtbot: QtBot, page: ResultsPage, opened: Session, birds: Path) -> None:
    move_two(qtbot, opened, birds)
    assert page.notice.isVisible()
    assert page.notice.text.text() == "Trained before 2 photos moved."
    assert page.notice.accessibleName() == "Trained before 2 photos moved."


def test_notice_goes_once_the_change_is_undone(qtbot: QtBot, page: ResultsPage, opened: Session, birds: Path) -> None:
    move_two(qtbot, opened, birds)
    with qtbot.waitSignal(opened.run_changes.changed, timeout=10_000):
        opened.review.undo()
    assert page.notice.isHidden()


def test_train_again_uses_the_settings_of_the_run_on_the_photos_as_they_are_now(
    qtbot: QtBot, page: ResultsPage, opened: Session, birds: Path, fake_engine: FakeEngine
) -> None:
    move_two(qtbot, opened, birds)
    with qtbot.waitSignals([page.train_requested, opened.job_ended], timeout=10_000):
        qtbot.mouseClick(page.notice.button, LEFT)

    last = [request for request in fake_engine.requests if isinstance(request, TrainRequest)][-1]
    assert last.recipe == SHORT
    assert last.collection is opened.collection
    assert opened.recipe == QUICK
    # The new run is the one that is shown.
    assert page.notice.isHidden()
    page.table.select_ids([opened.run_list.runs[1].id])
    assert page.notice.isVisible()


def test_button_waits_while_something_is_under_way(
    qtbot: QtBot, page: ResultsPage, opened: Session, birds: Path
) -> None:
    move_two(qtbot, opened, birds)
    assert page.notice.button.isEnabled()
    with qtbot.waitSignal(opened.job_ended, timeout=10_000):
        opened.review.mend(LeaveOut(()))
        assert not page.notice.button.isEnabled()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (PhotoChanges(), ""),
        (PhotoChanges(moved=14, added=3), "Trained before 14 photos moved and 3 were added."),
        (PhotoChanges(added=1), "Trained before 1 photo was added."),
        (PhotoChanges(gone=1, moved=1), "Trained before 1 photo moved and 1 was taken out."),
        (
            PhotoChanges(added=12_000, gone=2, moved=1, relabelled=5),
            "Trained before 1 photo moved, 5 got another class name, 12,000 were added and 2 were taken out.",
        ),
    ],
)
def test_changes_in_words(changes: PhotoChanges, words: str) -> None:
    assert trained_before(changes) == words


def test_train_page_says_that_the_model_in_use_is_of_before(
    qtbot: QtBot, train_page: TrainPage, trained: Session, birds: Path
) -> None:
    assert train_page.notice.isHidden()

    move_two(qtbot, trained, birds)
    assert train_page.notice.text.text() == "The model in use was trained before 2 photos moved."
    assert train_page.notice.isVisible()

    with qtbot.waitSignal(trained.job_ended, timeout=10_000):
        train_page.start()
    assert train_page.notice.isHidden()
