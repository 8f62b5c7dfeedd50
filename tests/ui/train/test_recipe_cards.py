"""The three cards: each names its time here, one press or arrow key chooses, and Start is few Tabs away."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.ui.shell.driving import open_folder
from tests.ui.waiting import shown
from tlgui.errors import TlguiError
from tlgui.learning.recipes.built_in import BALANCED, QUICK, VGG16_FROZEN
from tlgui.ui.session.session import Session
from tlgui.ui.session.settings import Settings
from tlgui.ui.shell.main_window import MainWindow
from tlgui.ui.shell.step_list import Step
from tlgui.ui.train.recipe_cards import OFFERS, RecipeCard
from tlgui.ui.train.train_page import TrainPage
from tlgui.ui.widgets.primary import shows_primary

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(qtbot: QtBot, opened: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[TrainPage]:
    monkeypatch.setattr("tlgui.ui.train.cost_line.DEBOUNCE_MS", 20)
    page = TrainPage(opened, settings)
    with shown(qtbot, page, 1100, 700):
        yield page


def cards(page: TrainPage) -> tuple[RecipeCard, ...]:
    return page.choices.cards.cards


def chosen(page: TrainPage) -> list[str]:
    return [card.offer.title for card in cards(page) if card.isChecked()]


def test_three_cards_stand_before_everything_else(page: TrainPage) -> None:
    assert [card.title.text() for card in cards(page)] == ["Quick", "Better", "Best"]
    assert all(card.isVisible() and card.sentence.text() == card.offer.sentence for card in cards(page))
    assert chosen(page) == ["Quick"]
    assert not page.form.isVisible()
    assert not page.choices.tutorials.isVisible()


def test_each_card_names_its_time_here(qtbot: QtBot, page: TrainPage) -> None:
    assert {card.time.text() for card in cards(page)} == {"Estimating time…"}
    qtbot.waitUntil(lambda: all("minutes" in card.time.text() for card in cards(page)), timeout=10_000)
    assert cards(page)[0].accessibleName() == "Quick: About 2 minutes"


def test_time_that_cannot_be_measured_is_not_estimated_forever(
    qtbot: QtBot, page: TrainPage, fake_engine: FakeEngine
) -> None:
    fake_engine.cost = TlguiError("The photos are gone.")
    qtbot.waitUntil(lambda: cards(page)[2].time.text() == "Time not known", timeout=10_000)


def test_pressing_a_card_chooses_its_recipe(qtbot: QtBot, page: TrainPage, opened: Session) -> None:
    # Its texts are part of the button.
    better = cards(page)[1]
    qtbot.mouseClick(better, LEFT, pos=better.sentence.geometry().center())
    assert opened.recipe == BALANCED
    assert chosen(page) == ["Better"]
    qtbot.mouseClick(better, LEFT)
    assert chosen(page) == ["Better"]


def test_arrow_keys_go_from_card_to_card(qtbot: QtBot, page: TrainPage, opened: Session) -> None:
    cards(page)[0].setFocus()
    for title in ("Better", "Best", "Quick"):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)
        assert chosen(page) == [title]
        assert cards(page)[[offer.title for offer in OFFERS].index(title)].hasFocus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Left)
    assert opened.recipe == OFFERS[2].recipe


def test_other_settings_check_no_card_and_are_said(page: TrainPage, opened: Session) -> None:
    assert page.choices.used.isHidden()
    opened.set_recipe(VGG16_FROZEN)
    assert chosen(page) == []
    assert page.choices.used.plain_text.startswith("“VGG16 frozen, dense head” is used.")
    opened.set_recipe(replace(QUICK, epochs=3))
    assert chosen(page) == []
    assert page.choices.used.plain_text.startswith("Your own settings are used, made from “Quick”.")
    assert cards(page)[0].focusPolicy() is Qt.FocusPolicy.StrongFocus


def test_fine_control_shows_all_settings_and_tutorials_take_their_place(qtbot: QtBot, page: TrainPage) -> None:
    qtbot.mouseClick(page.choices.fine_button, LEFT)
    assert page.form.isVisible()
    qtbot.mouseClick(page.choices.tutorials_button, LEFT)
    assert page.choices.tutorials.isVisible()
    assert not page.form.isVisible()
    assert not page.choices.fine_button.isChecked()
    qtbot.mouseClick(page.choices.tutorials_button, LEFT)
    assert not page.choices.tutorials.isVisible()


@pytest.mark.parametrize("is_fine", [False, True])
def test_start_is_at_most_eight_tabs_from_the_first_control(qtbot: QtBot, page: TrainPage, *, is_fine: bool) -> None:
    page.choices.fine_button.setChecked(is_fine)
    cards(page)[0].setFocus()
    stops: list[QWidget | None] = []
    while page.status.start_button not in stops and len(stops) < 9:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        stops.append(QApplication.focusWidget())
    assert page.choices.fine_button in stops
    assert page.choices.tutorials_button in stops
    assert len(stops) <= 8


def test_start_is_the_one_filled_button(page: TrainPage) -> None:
    filled = [button for button in page.findChildren(QAbstractButton) if shows_primary(button) and button.isVisible()]
    assert filled == [page.status.start_button]


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_start_is_whole_in_a_small_window_with_large_text(
    qtbot: QtBot, window: MainWindow, birds: Path, scale: float
) -> None:
    usual = QApplication.font()
    font = QFont(usual)
    font.setPointSizeF(usual.pointSizeF() * scale)
    QApplication.setFont(font)
    try:
        open_folder(qtbot, window, birds)
        window.show_step(Step.TRAIN)
        window.resize(900, 640)
        page = window.pages.train
        qtbot.waitUntil(lambda: cards(page)[0].visibleRegion().boundingRect().height() > 0)
        page.choices.fine_button.setChecked(True)
        qtbot.waitUntil(lambda: window.width() <= 900)
        qtbot.waitUntil(lambda: page.form.visibleRegion().boundingRect().height() > 2 * window.fontMetrics().height())
        QApplication.sendPostedEvents()
        start = page.status.start_button
        corner = start.mapTo(window, QPoint(start.width(), start.height()))
        assert start.visibleRegion().boundingRect().size() == start.size()
        assert corner.x() <= window.width()
        assert corner.y() <= window.height()
    finally:
        QApplication.setFont(usual)
