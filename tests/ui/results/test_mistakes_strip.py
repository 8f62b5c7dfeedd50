"""The strip of mistakes: the surest first, opened by mouse and by keys, with none and with very many."""

from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.evaluations import evaluation_of
from tests.judging import judged, run_of
from tests.pictures import write_jpeg
from tlgui.learning.trust import PhotoJudgement
from tlgui.photos.collection import Part
from tlgui.ui.results.mistakes_strip import MOST_SHOWN, MistakesStrip
from tlgui.ui.session.judged_part import JudgedRun, PhotoState, Whereabouts, judged_run
from tlgui.ui.session.photo_selection import PhotoSelection

LEFT = Qt.MouseButton.LeftButton
EVALUATION = evaluation_of(("robin", "wren"), ((8, 2), (1, 9)), Part.TEST)
RIGHT = (judged("robin/1.jpg", "robin"),)
WRONG = (
    judged("robin/2.jpg", "wren", 0.6),
    judged("robin/3.jpg", "wren", 0.97),
    judged("wren/4.jpg", "robin", 0.8),
)


@pytest.fixture
def strip(qtbot: QtBot) -> MistakesStrip:
    strip = MistakesStrip()
    qtbot.addWidget(strip)
    strip.resize(600, 260)
    strip.show()
    qtbot.waitExposed(strip)
    return strip


@pytest.fixture
def asked(strip: MistakesStrip) -> list[PhotoSelection]:
    asked: list[PhotoSelection] = []
    strip.photos_requested.connect(asked.append)
    return asked


def words(strip: MistakesStrip, role: Qt.ItemDataRole = Qt.ItemDataRole.DisplayRole) -> list[str]:
    model = strip.list.mistakes
    return [str(model.index(row).data(role)) for row in range(model.rowCount(QModelIndex()))]


def many(number: int) -> JudgedRun:
    return run_of([judged(f"robin/{place}.jpg", "wren", 0.5 + place / 10**6) for place in range(number)])


def test_surest_mistake_comes_first(strip: MistakesStrip) -> None:
    strip.show_mistakes(EVALUATION, run_of([*RIGHT, *WRONG]))
    assert words(strip) == ["robin → wren, 97 %", "wren → robin, 80 %", "robin → wren, 60 %"]
    assert strip.all_button.text() == "All 3 m&istakes"
    assert not strip.hint.isVisible()


def test_scroll_bar_is_there_only_where_it_is_needed_and_cuts_no_words(qtbot: QtBot, strip: MistakesStrip) -> None:
    strip.show_mistakes(EVALUATION, run_of(WRONG[:2]))
    assert not strip.list.horizontalScrollBar().isVisible()
    height = strip.list.height()
    strip.show_mistakes(EVALUATION, many(50))
    qtbot.waitUntil(strip.list.horizontalScrollBar().isVisible)
    assert strip.list.height() == height
    row = strip.list.visualRect(strip.list.mistakes.index(0))
    assert row.bottom() <= strip.list.viewport().height()
    assert not strip.list.verticalScrollBar().isVisible()


def test_click_opens_that_photo_among_all_mistakes(strip: MistakesStrip, asked: list[PhotoSelection]) -> None:
    strip.show_mistakes(EVALUATION, run_of([*RIGHT, *WRONG]))
    place = strip.list.visualRect(strip.list.mistakes.index(1)).center()
    QTest.mouseClick(strip.list.viewport(), LEFT, pos=place)
    (selection,) = asked
    assert len(selection.paths) == 3
    assert selection.current == Path("/photos/wren/4.jpg")


def test_keys_open_a_photo_too(strip: MistakesStrip, asked: list[PhotoSelection]) -> None:
    strip.show_mistakes(EVALUATION, run_of([*RIGHT, *WRONG]))
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Right, Qt.Key.Key_Space):
        QTest.keyClick(strip.list, key)
    assert [selection.current for selection in asked] == [Path("/photos/robin/3.jpg"), Path("/photos/wren/4.jpg")]


def test_button_opens_all_from_the_first(strip: MistakesStrip, asked: list[PhotoSelection]) -> None:
    strip.show_mistakes(EVALUATION, run_of(WRONG))
    QTest.mouseClick(strip.all_button, LEFT)
    assert [selection.current for selection in asked] == [None]


def test_screen_reader_hears_what_it_is_and_what_the_model_said(strip: MistakesStrip) -> None:
    strip.show_mistakes(EVALUATION, run_of(WRONG))
    assert words(strip, Qt.ItemDataRole.AccessibleTextRole)[0] == "“robin”, called “wren”, 97 % sure: 3.jpg"
    interface = QAccessible.queryAccessibleInterface(strip.list)
    assert interface.text(QAccessible.Text.Name) == "Photos that it called something else, the surest first"


def test_without_mistakes_it_says_so(strip: MistakesStrip) -> None:
    strip.show_mistakes(EVALUATION, run_of(RIGHT))
    assert not strip.list.isVisible()
    assert not strip.all_button.isVisible()
    assert strip.hint.text() == "It named each of these photos rightly."


def test_answered_mistakes_are_counted_and_not_shown(strip: MistakesStrip) -> None:
    confirmed = {"robin/3.jpg": PhotoState.CONFIRMED}
    strip.show_mistakes(EVALUATION, run_of(WRONG, confirmed))
    assert words(strip) == ["wren → robin, 80 %", "robin → wren, 60 %"]
    assert strip.hint.text().startswith("1 more mistake is not shown: you called it right,")
    strip.show_mistakes(EVALUATION, run_of(WRONG, {each.place: PhotoState.MOVED for each in WRONG}))
    assert strip.hint.text() == "You have answered every mistake of this training."


def test_run_of_an_earlier_version_says_how_to_get_them(strip: MistakesStrip) -> None:
    strip.show_mistakes(EVALUATION, None)
    assert not strip.hint.isVisible()
    strip.show_mistakes(EVALUATION, JudgedRun())
    assert strip.hint.isVisible()
    assert "Train again" in strip.hint.text()


def test_very_many_mistakes_are_all_opened_and_some_shown(strip: MistakesStrip, asked: list[PhotoSelection]) -> None:
    strip.show_mistakes(EVALUATION, many(20_000))
    assert len(words(strip)) == MOST_SHOWN
    assert strip.all_button.text() == "All 20,000 m&istakes"
    QTest.mouseClick(strip.all_button, LEFT)
    assert len(asked[0].paths) == 20_000


def test_only_photos_in_sight_are_decoded(qtbot: QtBot, strip: MistakesStrip, tmp_path: Path) -> None:
    mistakes: list[PhotoJudgement] = [judged(f"robin/{place}.jpg", "wren", 0.9) for place in range(60)]
    (tmp_path / "robin").mkdir()
    paths = {each.place: write_jpeg(tmp_path / each.place) for each in mistakes}
    strip.show_mistakes(EVALUATION, judged_run(mistakes, Whereabouts(paths, {})))
    loaded: list[Path] = []
    strip.list.loader.loaded.connect(loaded.append)
    shown = [strip.list.mistakes.path(row) for row in range(3)]
    qtbot.waitUntil(lambda: set(shown) <= set(loaded), timeout=10_000)
    assert len(set(loaded)) < 20
    assert strip.list.loader.image(shown[0]) is not None


def test_current_photo_stays_when_another_is_answered(strip: MistakesStrip) -> None:
    strip.show_mistakes(EVALUATION, run_of(WRONG))
    QTest.keyClick(strip.list, Qt.Key.Key_Right)
    strip.show_mistakes(EVALUATION, run_of(WRONG, {"robin/3.jpg": PhotoState.CONFIRMED}))
    assert strip.list.mistakes.path(strip.list.currentIndex().row()) == Path("/photos/wren/4.jpg")
