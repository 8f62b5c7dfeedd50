"""The table of classes."""

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.evaluations import evaluation_of
from tests.ui.results.runs import EVALUATION, texts
from tlgui.ui.results.class_results import ClassResultsTable


def test_classes_can_be_sorted_by_how_well_they_are_found(qtbot: QtBot) -> None:
    table = ClassResultsTable()
    qtbot.addWidget(table)
    table.show_results(EVALUATION.classes)
    table.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    assert [row[0] for row in texts(table)] == ["robin", "a wren with a very long name indeed", "owl"]
    assert texts(table)[0] == ["robin", "10", "50.0 %", "70.0 %"]


def test_class_without_photos_has_no_share_that_was_found(qtbot: QtBot) -> None:
    table = ClassResultsTable()
    qtbot.addWidget(table)
    table.show_results(evaluation_of(("owl", "robin", "wren"), ((9, 0, 1), (0, 0, 0), (0, 0, 5))).classes)

    assert texts(table)[1] == ["robin", "0", "—", "—"]
    table.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    assert [row[0] for row in texts(table)] == ["robin", "owl", "wren"]
