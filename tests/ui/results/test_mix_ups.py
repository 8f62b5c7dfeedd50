"""What is mixed up: the most frequent first, and a matrix whose cells open their photos."""

from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.evaluations import evaluation_of
from tests.judging import judged, run_of
from tests.ui.results.runs import texts
from tlgui.learning.results import Evaluation
from tlgui.learning.trust import PhotoJudgement
from tlgui.photos.collection import Part
from tlgui.ui.results.mix_ups import MixUps
from tlgui.ui.session.judged_part import JudgedRun
from tlgui.ui.session.photo_selection import PhotoSelection

LEFT = Qt.MouseButton.LeftButton
NAMES = ("owl", "robin", "a wren with a very long name indeed")
COUNTS = ((9, 0, 1), (3, 5, 2), (0, 3, 7))
EVALUATION = evaluation_of(NAMES, COUNTS, Part.TEST)


def judgements(names: tuple[str, ...] = NAMES, counts: tuple[tuple[int, ...], ...] = COUNTS) -> list[PhotoJudgement]:
    return [
        judged(f"{names[row]}/{names[column]} {number}.jpg", names[column])
        for row, entries in enumerate(counts)
        for column, photos in enumerate(entries)
        for number in range(photos)
    ]


@pytest.fixture
def widget(qtbot: QtBot) -> MixUps:
    widget = MixUps()
    qtbot.addWidget(widget)
    widget.resize(700, 600)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


@pytest.fixture
def asked(widget: MixUps) -> list[PhotoSelection]:
    asked: list[PhotoSelection] = []
    widget.photos_requested.connect(asked.append)
    return asked


def rows(widget: MixUps, role: Qt.ItemDataRole = Qt.ItemDataRole.DisplayRole) -> list[str]:
    model = widget.list.rows
    return [str(model.index(row).data(role)) for row in range(model.rowCount(QModelIndex()))]


def click_cell(widget: MixUps, row: int, column: int) -> None:
    matrix = widget.matrix
    QTest.mouseClick(matrix.viewport(), LEFT, pos=matrix.visualRect(matrix.model().index(row, column)).center())


def forty() -> tuple[Evaluation, JudgedRun]:
    names = tuple(f"the {number:02d}th kind of a bird whose name goes on and on" for number in range(40))
    counts = tuple(
        tuple(9 if row == column else (row + 2 * column) % 7 == 0 for column in range(40)) for row in range(40)
    )
    whole = tuple(tuple(map(int, entries)) for entries in counts)
    return evaluation_of(names, whole, Part.TEST), run_of(judgements(names, whole))


def test_most_frequent_mix_up_comes_first_and_opens_its_photos(widget: MixUps, asked: list[PhotoSelection]) -> None:
    widget.show_mix_ups(EVALUATION, run_of(judgements()))
    assert rows(widget)[:2] == [
        "“robin” called “owl” 3 times",
        "“a wren with a very long name indeed” called “robin” 3 times",
    ]
    assert rows(widget)[-1] == "“owl” called “a wren with a very long name indeed” 1 time"
    QTest.mouseClick(widget.list.viewport(), LEFT, pos=widget.list.visualRect(widget.list.rows.index(0)).center())
    QTest.keyClick(widget.list, Qt.Key.Key_Down)
    QTest.keyClick(widget.list, Qt.Key.Key_Return)
    assert [selection.title for selection in asked] == [
        "3 photos of “robin” that it called “owl”",
        "3 photos of “a wren with a very long name indeed” that it called “robin”",
    ]
    assert asked[0].paths == tuple(Path(f"/photos/robin/owl {number}.jpg") for number in range(3))


def test_cell_opens_its_photos_by_mouse_and_by_key(widget: MixUps, asked: list[PhotoSelection]) -> None:
    widget.show_mix_ups(EVALUATION, run_of(judgements()))
    click_cell(widget, 1, 2)
    QTest.keyClick(widget.matrix, Qt.Key.Key_Left)
    QTest.keyClick(widget.matrix, Qt.Key.Key_Space)
    assert [len(selection.paths) for selection in asked] == [2, 5]
    assert asked[1].title == "5 photos of “robin” that it recognised"


def test_empty_cell_opens_nothing(widget: MixUps, asked: list[PhotoSelection]) -> None:
    widget.show_mix_ups(EVALUATION, run_of(judgements()))
    click_cell(widget, 0, 1)
    QTest.keyClick(widget.matrix, Qt.Key.Key_Return)
    assert asked == []


def test_cell_says_in_words_what_it_counts(widget: MixUps) -> None:
    widget.show_mix_ups(EVALUATION, run_of(judgements()))
    words = texts(widget.matrix, Qt.ItemDataRole.AccessibleTextRole)
    assert words[1][0] == "3 of 10 photos of “robin” taken for “owl”. Press to see them."
    assert words[0][1] == "0 of 10 photos of “owl” taken for “robin”."
    tints = texts(widget.matrix, Qt.ItemDataRole.BackgroundRole)
    assert tints[0][1] is None
    assert tints[0][0] != tints[1][0]


def test_run_of_an_earlier_version_has_numbers_and_opens_nothing(widget: MixUps, asked: list[PhotoSelection]) -> None:
    widget.show_mix_ups(EVALUATION, None)
    assert "Train again" not in widget.caption.text()
    widget.show_mix_ups(EVALUATION, JudgedRun())
    assert "Train again" in widget.caption.text()
    assert texts(widget.matrix)[1] == ["3", "5", "2"]
    assert "Press" not in str(texts(widget.matrix, Qt.ItemDataRole.ToolTipRole)) + str(rows(widget))
    click_cell(widget, 1, 2)
    QTest.keyClick(widget.list, Qt.Key.Key_Return)
    assert asked == []
    shape = widget.matrix.viewport().cursor().shape()
    assert shape is not Qt.CursorShape.PointingHandCursor


def test_without_mix_ups_it_says_so(widget: MixUps) -> None:
    widget.show_mix_ups(evaluation_of(("owl", "robin"), ((4, 0), (0, 5))), JudgedRun())
    assert not widget.list.isVisible()
    assert widget.none.isVisible()


def test_forty_classes_stay_readable(widget: MixUps, asked: list[PhotoSelection]) -> None:
    evaluation, run = forty()
    widget.show_mix_ups(evaluation, run)
    matrix = widget.matrix
    side = matrix.horizontalHeader().sectionSize(0)
    assert side >= widget.fontMetrics().height()
    assert side * 40 > matrix.viewport().width()
    assert matrix.horizontalScrollBar().maximum() > 0
    assert matrix.verticalHeader().width() < matrix.width() // 2
    title = matrix.model().headerData(7, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    assert title == evaluation.classes[7].name
    QTest.keyClick(matrix, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(matrix, Qt.Key.Key_Return)
    assert asked[0].title.startswith("9 photos of “the 39th kind")


def test_cells_grow_and_shrink(widget: MixUps) -> None:
    widget.show_mix_ups(*forty())
    header = widget.matrix.horizontalHeader()
    before = header.sectionSize(0)
    QTest.mouseClick(widget.larger, LEFT)
    larger = header.sectionSize(0)
    assert larger > before
    QTest.keyClick(widget.matrix, Qt.Key.Key_Minus)
    assert header.sectionSize(0) == before
    place = QPointF(widget.matrix.viewport().rect().center())
    QApplication.sendEvent(
        widget.matrix.viewport(),
        QWheelEvent(
            place,
            widget.matrix.viewport().mapToGlobal(place),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.ControlModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,  # noqa: FBT003 - the signature of Qt
        ),
    )
    assert header.sectionSize(0) == larger
    for _ in range(9):
        widget.matrix.enlarge(1)
    assert not widget.larger.isEnabled()
    assert widget.smaller.isEnabled()


def test_photo_that_moves_leaves_the_place_in_the_matrix(widget: MixUps, asked: list[PhotoSelection]) -> None:
    widget.show_mix_ups(EVALUATION, run_of(judgements()))
    click_cell(widget, 1, 2)
    widget.show_mix_ups(EVALUATION, run_of(judgements(), gone=["robin/owl 1.jpg"]))
    assert (widget.matrix.currentIndex().row(), widget.matrix.currentIndex().column()) == (1, 2)
    click_cell(widget, 1, 0)
    assert len(asked[-1].paths) == 2
    assert asked[-1].remark()


def test_matrix_of_few_classes_is_seen_without_scrolling(qtbot: QtBot) -> None:
    widget = MixUps()
    qtbot.addWidget(widget)
    names = tuple(f"class {number}" for number in range(6))
    counts = tuple(tuple(9 if row == column else 1 for column in range(6)) for row in range(6))
    widget.show_mix_ups(evaluation_of(names, counts, Part.TEST), None)
    widget.resize(widget.sizeHint())
    widget.show()
    qtbot.waitUntil(lambda: widget.matrix.verticalScrollBar().maximum() == 0)
