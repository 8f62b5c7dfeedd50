"""Whether more photos would help: the card, and when it is measured."""

from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.ui.results.runs import CURVE, SHORT, Trainer
from tlgui.engine.protocol import LearningCurveRequest
from tlgui.learning.runs.learning_curve import write_learning_curve
from tlgui.ui.results.more_photos_card import MorePhotosCard
from tlgui.ui.results.results_page import ResultsPage
from tlgui.ui.session.session import Session
from tlgui.ui.widgets.tokens import Accent, colour


def measured(fake_engine: FakeEngine) -> list[LearningCurveRequest]:
    return [request for request in fake_engine.requests if isinstance(request, LearningCurveRequest)]


def test_card_says_what_would_help_and_shows_how_often_it_was_right(qtbot: QtBot) -> None:
    card = MorePhotosCard()
    qtbot.addWidget(card)
    card.show_curve(CURVE)
    card.show()
    assert card.sentence.text().startswith("About 40 more photos of “wren” would help most.")
    assert card.curve.accessibleDescription() == "25 photos: 50.0 %, 50 photos: 70.0 %, 100 photos: 85.0 %"
    image = card.curve.grab().toImage()
    wanted = colour(Accent.TRAINING, card.palette())
    rows = {x: [y for y in range(image.height()) if QColor(image.pixel(x, y)) == wanted] for x in range(image.width())}
    drawn = [ys[0] for _, ys in sorted(rows.items()) if ys]
    assert drawn[0] > drawn[-1]
    card.show_curve(None)
    assert not card.isVisible()


def test_curve_of_a_run_is_measured_while_the_page_is_looked_at_and_once(
    qtbot: QtBot, page: ResultsPage, train: Trainer, fake_engine: FakeEngine, opened: Session
) -> None:
    fake_engine.learning_curve = CURVE
    page.hide()
    train(SHORT)
    qtbot.wait(50)
    assert measured(fake_engine) == []
    page.show()
    qtbot.waitUntil(page.view.more_photos.isVisible, timeout=10_000)
    (request,) = measured(fake_engine)
    assert request.recipe == SHORT
    assert request.epochs == 3
    assert request.run_folder == opened.run_list.runs[0].folder
    page.hide()
    page.show()
    assert page.view.more_photos.isVisible()
    assert len(measured(fake_engine)) == 1


def test_kept_curve_is_not_measured_again(
    qtbot: QtBot, page: ResultsPage, train: Trainer, fake_engine: FakeEngine, opened: Session
) -> None:
    page.hide()
    train(SHORT)
    write_learning_curve(opened.run_list.runs[0].learning_curve_path, CURVE)
    page.show()
    qtbot.waitUntil(page.view.more_photos.isVisible, timeout=10_000)
    assert measured(fake_engine) == []


def test_nothing_is_shown_where_nothing_can_be_measured(
    qtbot: QtBot, page: ResultsPage, train: Trainer, fake_engine: FakeEngine, opened: Session
) -> None:
    train(SHORT)
    qtbot.waitUntil(lambda: len(measured(fake_engine)) == 1, timeout=10_000)
    qtbot.waitUntil(lambda: not opened.learning_curves.is_under_way, timeout=10_000)
    page.hide()
    page.show()
    qtbot.waitUntil(lambda: not opened.learning_curves.is_under_way, timeout=10_000)
    assert len(measured(fake_engine)) == 1
    assert not page.view.more_photos.isVisible()
