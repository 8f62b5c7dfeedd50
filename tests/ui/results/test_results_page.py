"""The Results page: the numbers of the open model, readable with few classes and with many."""

from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QPushButton, QTableView
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.pictures import write_collection
from tlgui.learning.results import ClassResult, Evaluation, Interval
from tlgui.ui.results.class_results import ClassResultsTable
from tlgui.ui.results.confusion_table import ConfusionTable, mix_ups
from tlgui.ui.results.results_page import ResultsPage
from tlgui.ui.session.session import Session

LEFT = Qt.MouseButton.LeftButton

EVALUATION = Evaluation(
    part=None,
    photo_count=30,
    accuracy=0.7,
    interval=Interval(0.5, 0.8),
    loss=0.4,
    classes=(
        ClassResult("owl", 10, 0.9, 0.75),
        ClassResult("robin", 10, 0.5, 0.7),
        ClassResult("a wren with a very long name indeed", 10, 0.7, 0.63),
    ),
    confusion=((9, 0, 1), (3, 5, 2), (0, 3, 7)),
)


@pytest.fixture
def page(qtbot: QtBot, session: Session) -> ResultsPage:
    page = ResultsPage(session)
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show()
    return page


def texts(table: QTableView, role: Qt.ItemDataRole = Qt.ItemDataRole.DisplayRole) -> list[list[object]]:
    model = table.model()
    return [
        [model.index(row, column).data(role) for column in range(model.columnCount(QModelIndex()))]
        for row in range(model.rowCount(QModelIndex()))
    ]


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
    assert "24 photos" in page.view.explanation.text()
    assert trained.model is not None
    assert trained.model.evaluation is not None
    assert page.view.plots.history == trained.model.history
    assert [row[0] for row in texts(page.view.classes)] == ["owl", "robin", "wren"]
    counts = [[str(entry) if entry else "" for entry in row] for row in trained.model.evaluation.confusion]
    assert texts(page.view.confusion) == counts
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


def test_forty_classes_stay_readable(qtbot: QtBot, page: ResultsPage, session: Session, tmp_path: Path) -> None:
    names = [f"the {number:02d}th kind of a bird whose name goes on and on" for number in range(40)]
    with qtbot.waitSignal(session.job_ended, timeout=20_000):
        session.scan_folder(write_collection(tmp_path / "Many", names, photos=4))
    with qtbot.waitSignal(session.job_ended, timeout=20_000):
        session.train()
    assert page.view.confusion.model().rowCount(QModelIndex()) == 40
    cell = page.view.confusion.horizontalHeader().sectionSize(0)
    assert cell >= page.fontMetrics().height()
    assert cell * 40 > page.view.confusion.viewport().width()
    assert page.view.confusion.horizontalScrollBar().maximum() > 0
    assert page.view.confusion.verticalHeader().width() < page.view.confusion.width() // 2
    assert page.view.confusion.model().headerData(7, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole) == names[7]


def test_classes_can_be_sorted_by_how_well_they_are_found(qtbot: QtBot) -> None:
    table = ClassResultsTable()
    qtbot.addWidget(table)
    table.show_results(EVALUATION.classes)
    table.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    assert [row[0] for row in texts(table)] == ["robin", "a wren with a very long name indeed", "owl"]
    assert texts(table)[0] == ["robin", "10", "50.0 %", "70.0 %"]


def test_cell_says_in_words_what_it_counts(qtbot: QtBot) -> None:
    table = ConfusionTable()
    qtbot.addWidget(table)
    table.show_evaluation(EVALUATION)
    words = texts(table, Qt.ItemDataRole.AccessibleTextRole)
    assert words[1][0] == "3 of 10 photos of “robin” taken for “owl”."
    assert words[0][0] == "9 of 10 photos of “owl” recognised."
    tints = texts(table, Qt.ItemDataRole.BackgroundRole)
    assert tints[0][1] is None
    assert tints[0][0] != tints[1][0]


def test_worst_mix_ups_are_named_first() -> None:
    assert mix_ups(EVALUATION, most=2) == (
        "robin taken for owl (3 photos)",
        "a wren with a very long name indeed taken for robin (3 photos)",
    )
