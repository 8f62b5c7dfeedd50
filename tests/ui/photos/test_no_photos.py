"""The start page: cards of folders and models used before."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.pictures import write_collection
from tlgui.ui.photos.no_photos import NoPhotos
from tlgui.ui.session.session import Session
from tlgui.ui.widgets.primary import shows_primary
from tlgui.ui.widgets.tokens import GRID, LIGHT


@pytest.fixture
def start(qtbot: QtBot) -> Iterator[NoPhotos]:
    page = NoPhotos()
    qtbot.addWidget(page)
    page.resize(900, 700)
    page.show()
    qtbot.waitExposed(page)
    page.activateWindow()
    yield page
    page.hide()


def tones(page: NoPhotos) -> set[str]:
    image = page.folders.cards[0].grab().toImage()
    return {image.pixelColor(x, y).name() for x in range(image.height()) for y in range(image.height())}


def test_first_start_shows_how_a_folder_looks_and_no_empty_lists(start: NoPhotos) -> None:
    start.show_recent(())
    assert start._example.isVisible()
    assert start.folders.isHidden()
    assert start.models.isHidden()
    assert shows_primary(start.choose_button)
    assert not shows_primary(start.samples_button)


def test_card_shows_a_photo_the_accuracy_and_the_date(
    qtbot: QtBot, start: NoPhotos, trained: Session, birds: Path
) -> None:
    assert trained.model is not None
    start.show_recent((str(birds),))
    (card,) = start.folders.cards
    before = tones(start)
    qtbot.waitUntil(lambda: len(card.words) == 2)
    accuracy, date = card.words
    assert accuracy == "90.0 % right"
    assert date.startswith("trained today")
    assert f"{accuracy}, {date}" in card.accessibleName()
    # Each line is shown whole, beside the picture.
    room = card.sizeHint().width() - card.sizeHint().height() - 2 * GRID
    assert all(card.fontMetrics().horizontalAdvance(line) <= room for line in (*card.words, "trained yesterday 20:48"))
    # The photo of an owl is blue; it arrives when it is decoded.
    qtbot.waitUntil(lambda: any(QColor(tone).blueF() > 2 * QColor(tone).redF() for tone in tones(start) - before))


def test_folder_and_model_that_are_gone_vanish(qtbot: QtBot, start: NoPhotos, tmp_path: Path) -> None:
    kept = write_collection(tmp_path / "kept", ["wren"], photos=1)
    gone = write_collection(tmp_path / "gone", ["wren"], photos=1)
    shutil.rmtree(gone)
    start.show_recent((str(gone), str(kept)), (str(tmp_path / "gone.tlmodel"),))
    qtbot.waitUntil(lambda: [card.path for card in start.folders.cards if card.isVisible()] == [kept])
    qtbot.waitUntil(start.models.isHidden)


def test_keyboard_opens_a_card_and_shows_where_it_is(qtbot: QtBot, start: NoPhotos, birds: Path) -> None:
    start.show_recent((str(birds),))
    (card,) = start.folders.cards
    start.samples_button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(start.samples_button.hasFocus)
    QTest.keyClick(start.samples_button, Qt.Key.Key_Tab)
    assert card.hasFocus()
    assert card.grab().toImage().pixelColor(card.width() // 2, 1) == QColor(LIGHT.focus)
    with qtbot.waitSignal(start.recent_chosen) as chosen:
        QTest.keyClick(card, Qt.Key.Key_Space)
    assert chosen.args == [birds]


def test_models_of_runs_are_left_to_their_folders(start: NoPhotos, trained: Session, birds: Path) -> None:
    assert trained.model is not None
    start.show_recent((str(birds),), (str(trained.model.path),))
    assert start.models.cards == []
