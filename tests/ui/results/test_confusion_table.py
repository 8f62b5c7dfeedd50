"""The confusion matrix, readable with few classes and with many, and the worst mix-ups."""

from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt
from pytestqt.qtbot import QtBot

from tests.pictures import write_collection
from tests.ui.results.runs import EVALUATION, texts
from tlgui.ui.results.confusion_table import ConfusionTable, mix_ups
from tlgui.ui.results.results_page import ResultsPage
from tlgui.ui.session.session import Session


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
