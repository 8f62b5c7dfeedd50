"""The pane beside the grid: one photo with its answer, several as a whole, and what is asked for there."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.pictures import write_empty
from tests.trusts import trust_of
from tests.ui.predict.named_boards import fill_board, look_of_class, named, scores_of
from tests.ui.waiting import shown
from tlgui.engine.protocol import ExplainRequest
from tlgui.learning.results import Prediction
from tlgui.ui.board.board import Board
from tlgui.ui.predict.answer_pane import AnswerPane
from tlgui.ui.session.session import Session
from tlgui.ui.widgets.tokens import tokens_of


@pytest.fixture
def board(qtbot: QtBot, trained: Session, tmp_path: Path) -> Board:
    """Four photos: an owl, one that is not sure, one unlike anything, and one that cannot be read."""
    board = Board(trained, trained)
    new = tmp_path / "New"
    new.mkdir()
    predictions = [
        named(new / "1.jpg", scores_of(owl=0.93, wren=0.05, robin=0.02), look_of_class(0), distance=0.1),
        named(new / "22.jpg", scores_of(robin=0.48, wren=0.4, owl=0.12), look_of_class(1), distance=0.1),
        named(new / "333.jpg", scores_of(wren=0.6, owl=0.3, robin=0.1), distance=0.9),
        Prediction(write_empty(new / "4444.jpg"), error="It is empty."),
    ]
    fill_board(qtbot, trained, board, predictions, trust_of())
    return board


@pytest.fixture
def pane(qtbot: QtBot, trained: Session, board: Board) -> AnswerPane:
    pane = AnswerPane(trained, board)
    with shown(qtbot, pane, 360, 900):
        return pane


def rows(*chosen: int) -> "np.typing.NDArray[np.intp]":
    return np.array(chosen, np.intp)


def show(qtbot: QtBot, pane: AnswerPane, *chosen: int) -> None:
    pane.resize(360, 900)
    pane.show()
    qtbot.waitExposed(pane)
    pane.show_rows(rows(*chosen))


def test_without_a_photo_the_pane_says_what_can_be_done(pane: AnswerPane) -> None:
    assert pane.hint.isVisibleTo(pane)
    assert "Keys 1 to 9" in pane.hint.text()
    assert not pane.photo.isVisibleTo(pane)


def test_photo_is_shown_with_its_answer_and_what_that_is_worth(qtbot: QtBot, pane: AnswerPane) -> None:
    show(qtbot, pane, 0)

    assert pane.column.answer.text() == "owl, 93 % sure"
    assert pane.column.meaning.text().startswith("When it says 90 to 100 %, it is right 98 times in 100")
    assert [(line.name, line.figure) for line in pane.column.classes.lines] == [
        ("owl", "93 %"),
        ("wren", "5 %"),
        ("robin", "2 %"),
    ]
    assert [line.keys for line in pane.column.classes.lines] == [("1", "O"), ("3", "E"), ("2", "R")]
    qtbot.waitUntil(lambda: pane.photo.shown_width() > 300)
    qtbot.waitUntil(lambda: "1.jpg · in New · 3 May 2024, 14:05 · " in pane.file_line.text())


@pytest.mark.parametrize(
    ("row", "answer", "further", "accept"),
    [
        (1, "Not sure: robin or wren?", "robin 48 %, wren 40 %", "&It is “robin”"),
        (2, "Unlike anything it learned", "If it had to choose: wren, 60 % sure.", "&It is “wren”"),
        (3, "It could not be read", "It is empty.", ""),
    ],
)
def test_photo_that_is_not_named_says_why(
    qtbot: QtBot, pane: AnswerPane, row: int, answer: str, further: str, accept: str
) -> None:
    show(qtbot, pane, row)
    assert (pane.column.answer.text(), pane.column.further.text()) == (answer, further)
    assert pane.accept_button.isVisibleTo(pane) is bool(accept)
    if accept:
        assert pane.accept_button.text() == accept


def test_photo_that_cannot_be_read_can_neither_be_named_nor_asked_about(qtbot: QtBot, pane: AnswerPane) -> None:
    show(qtbot, pane, 3)
    for widget in (pane.column.classes, pane.column.meaning, pane.explanation.button, pane.alike_button):
        assert not widget.isVisibleTo(pane)
    with qtbot.assertNotEmitted(pane.class_chosen):
        QTest.keyClick(pane, Qt.Key.Key_1)
    # Why is said once.
    qtbot.waitUntil(lambda: pane.photo.problem == "It cannot be shown.")


@pytest.mark.parametrize("key", [Qt.Key.Key_2, Qt.Key.Key_R])
def test_keys_say_which_class_it_is_wherever_the_focus_is(qtbot: QtBot, pane: AnswerPane, key: Qt.Key) -> None:
    show(qtbot, pane, 0)
    for widget in (pane, pane.photo, pane.column.classes, pane.full_button):
        with qtbot.waitSignal(pane.class_chosen) as signal:
            QTest.keyClick(widget, key)
        assert signal.args == ["robin"]


def test_keys_held_with_ctrl_name_nothing(qtbot: QtBot, pane: AnswerPane) -> None:
    show(qtbot, pane, 0)
    with qtbot.assertNotEmitted(pane.class_chosen):
        QTest.keyClick(pane, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClick(pane, Qt.Key.Key_U)


def test_decision_is_shown_once_it_is_made(qtbot: QtBot, pane: AnswerPane, board: Board) -> None:
    show(qtbot, pane, 0)
    assert pane.accept_button.isVisibleTo(pane)

    board.decide(rows(0), "wren", "name a photo wren")

    assert pane.column.answer.text() == "You said: wren"
    assert pane.column.further.text() == "The model had said: owl, 93 % sure."
    assert not pane.accept_button.isVisibleTo(pane)
    assert [line.name for line in pane.column.classes.lines if line.is_decided] == ["wren"]


def test_class_of_another_name_joins_the_classes_with_its_keys(qtbot: QtBot, pane: AnswerPane, board: Board) -> None:
    show(qtbot, pane, 0)
    board.decide(rows(1), "dunnock", "name a photo dunnock")
    pane.show_rows(rows(0))
    last = pane.column.classes.lines[-1]
    assert (last.name, last.keys, last.figure) == ("dunnock", ("4", "D"), "")


def test_several_photos_are_named_at_once(qtbot: QtBot, pane: AnswerPane) -> None:
    show(qtbot, pane, 0, 1, 2)

    assert pane.column.answer.text() == "3 photos"
    assert pane.column.further.text() == "owl 1, not named 2"
    assert [tile.path.name for tile in pane.tiles.tiles] == ["1.jpg", "22.jpg", "333.jpg"]
    assert not pane.photo.isVisibleTo(pane)
    assert not pane.explanation.button.isVisibleTo(pane)
    with qtbot.waitSignal(pane.class_chosen) as signal:
        QTest.keyClick(pane, Qt.Key.Key_3)
    assert signal.args == ["wren"]


def test_several_photos_are_right_only_where_the_model_has_an_answer(
    qtbot: QtBot, pane: AnswerPane, board: Board
) -> None:
    show(qtbot, pane, 0, 1, 2)
    assert pane.accept_button.isVisibleTo(pane)
    pane.show_rows(rows(1, 2, 3))
    assert not pane.accept_button.isVisibleTo(pane)
    board.decide(rows(0), "owl", "name a photo owl")
    pane.show_rows(rows(0, 1, 2))
    assert not pane.accept_button.isVisibleTo(pane)


def test_room_of_the_photo_is_the_same_for_every_photo(qtbot: QtBot, pane: AnswerPane) -> None:
    show(qtbot, pane, 0)
    before = pane.photo.geometry()
    for chosen in ((1,), (3,), (0,)):
        pane.show_rows(rows(*chosen))
        assert pane.photo.geometry() == before
    pane.show_rows(rows(0, 1))
    qtbot.waitUntil(lambda: pane.tiles.geometry() == before)


def test_buttons_and_the_photo_ask_for_what_they_say(qtbot: QtBot, pane: AnswerPane) -> None:
    show(qtbot, pane, 1)
    with qtbot.waitSignal(pane.look_alikes_requested) as asked:
        pane.alike_button.click()
    assert asked.args == [1]
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Return):
        with qtbot.waitSignal(pane.full_view_requested):
            QTest.keyClick(pane.photo, key)
    with qtbot.waitSignal(pane.full_view_requested):
        QTest.mouseDClick(pane.photo.viewport(), Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(pane.full_view_requested):
        pane.full_button.click()
    pane.show_rows(rows(0))
    with qtbot.waitSignal(pane.accept_requested):
        pane.accept_button.click()


def test_photos_without_a_known_look_have_no_look_alikes(qtbot: QtBot, pane: AnswerPane) -> None:
    show(qtbot, pane, 2)
    assert not pane.alike_button.isVisibleTo(pane)


def test_first_photo_has_look_alikes_once_others_came(qtbot: QtBot, trained: Session, tmp_path: Path) -> None:
    board = Board(trained, trained)
    pane = AnswerPane(trained, board)
    qtbot.addWidget(pane)
    first = named(tmp_path / "1.jpg", scores_of(owl=0.93, wren=0.05), look_of_class(0))
    fill_board(qtbot, trained, board, [first])
    show(qtbot, pane, 0)
    assert not pane.alike_button.isVisibleTo(pane)

    board.grew.emit(board.photos.put([named(tmp_path / "22.jpg", scores_of(owl=0.9), look_of_class(0))]))

    assert pane.alike_button.isVisibleTo(pane)


def test_switch_shows_where_the_model_looked(qtbot: QtBot, pane: AnswerPane) -> None:
    show(qtbot, pane, 0)
    pane.explanation.button.click()
    qtbot.waitUntil(pane.photo._layer.isVisible)
    assert "mostly the lower left" in pane.explanation.words.text()

    pane.show_rows(rows(0, 1))
    assert not pane.explanation.words.isVisibleTo(pane)


def test_emptied_board_leaves_the_hint(qtbot: QtBot, pane: AnswerPane, board: Board) -> None:
    show(qtbot, pane, 0)
    board.empty()
    assert pane.hint.isVisibleTo(pane)
    assert not len(pane.rows)


def test_wide_pane_has_the_photo_beside_the_answer(qtbot: QtBot, pane: AnswerPane) -> None:
    pane.set_wide(is_wide=True)
    show(qtbot, pane, 0)
    pane.resize(1000, 600)
    qtbot.waitUntil(lambda: pane.photo.height() > 500)
    assert (
        pane.photo.mapTo(pane, pane.photo.rect().topRight()).x()
        < pane.column.mapTo(pane, pane.column.rect().topLeft()).x()
    )
    pane.set_wide(is_wide=False)
    qtbot.waitUntil(lambda: pane.photo.height() <= 600 * 0.45)


def test_tab_goes_from_the_photo_over_the_buttons_to_the_classes(qtbot: QtBot, pane: AnswerPane) -> None:
    show(qtbot, pane, 0)
    pane.photo.setFocus()
    found = []
    for _ in range(6):
        found.append(pane.focusWidget())
        QTest.keyClick(pane.focusWidget(), Qt.Key.Key_Tab)
    assert found == [
        pane.photo,
        pane.accept_button,
        pane.full_button,
        pane.alike_button,
        pane.explanation.button,
        pane.column.classes,
    ]


def test_photo_that_has_the_focus_has_a_ring(qtbot: QtBot, pane: AnswerPane) -> None:
    show(qtbot, pane, 0)
    pane.activateWindow()
    colour = QColor(tokens_of(pane.palette()).focus)

    def corner() -> QColor:
        return pane.photo.viewport().grab().toImage().pixelColor(1, 1)

    pane.photo.setFocus()
    qtbot.waitUntil(lambda: corner() == colour)
    pane.full_button.setFocus()
    qtbot.waitUntil(lambda: corner() != colour)


def test_photo_that_is_gone_says_so_in_its_place(qtbot: QtBot, pane: AnswerPane, board: Board) -> None:
    Path(board.photos.paths[0]).unlink()
    show(qtbot, pane, 0)
    qtbot.waitUntil(lambda: "1.jpg" in pane.photo.problem)
    assert pane.photo.accessibleDescription() == pane.photo.problem
    before = pane.photo.viewport().grab().toImage()

    pane.show_rows(rows(1))

    qtbot.waitUntil(lambda: not pane.photo.problem)
    assert pane.photo.viewport().grab().toImage() != before


def test_photo_that_was_moved_is_asked_about_at_its_new_place(
    qtbot: QtBot, pane: AnswerPane, board: Board, fake_engine: FakeEngine, tmp_path: Path
) -> None:
    show(qtbot, pane, 0)
    old = Path(board.photos.paths[0])
    new = old.rename(tmp_path / "moved.jpg")

    board.move({str(old): str(new)})
    pane.explanation.button.click()

    qtbot.waitUntil(pane.photo._layer.isVisible)
    assert fake_engine.last(ExplainRequest).photo == new
    assert pane.file_line.text().startswith("moved.jpg")


def test_pane_fits_narrow_and_low_windows(qtbot: QtBot, pane: AnswerPane) -> None:
    show(qtbot, pane, 0)
    assert pane.minimumSizeHint().width() <= 320
    assert pane.minimumSizeHint().height() <= 400


def test_low_page_of_a_single_photo_has_the_photo_and_the_classes(qtbot: QtBot, pane: AnswerPane) -> None:
    pane.set_wide(is_wide=True)
    show(qtbot, pane, 0)
    line, letter = pane.fontMetrics().height(), pane.fontMetrics().averageCharWidth()
    pane.resize(56 * letter, 15 * line)
    qtbot.waitUntil(lambda: not pane.column.question.isVisible())
    assert pane.photo.isVisible()
    assert pane.buttons.folded
    assert abs(pane.photo.width() - pane.column.width()) < pane.width() // 6, "both have about half of it"
    assert pane.column.classes.visibleRegion().boundingRect().height() > 2 * line
    pane.resize(120 * letter, 40 * line)
    qtbot.waitUntil(lambda: pane.column.question.isVisible() and not pane.buttons.folded)
    qtbot.waitUntil(lambda: pane.photo.width() > 1.2 * pane.column.width())
