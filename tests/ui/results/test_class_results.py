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
    assert texts(table)[0] == ["robin", "10", "50.0 %", "23 and 77 %", "70.0 %"]


def test_titles_stand_over_what_they_name(qtbot: QtBot) -> None:
    table = ClassResultsTable()
    qtbot.addWidget(table)
    table.show_results(EVALUATION.classes)
    role = Qt.ItemDataRole.TextAlignmentRole
    model = table.model()
    for column in range(model.columnCount()):
        of_title = model.headerData(column, Qt.Orientation.Horizontal, role)
        assert of_title == model.index(0, column).data(role)
        assert of_title & (Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft)


def test_class_without_photos_has_no_share_that_was_found(qtbot: QtBot) -> None:
    table = ClassResultsTable()
    qtbot.addWidget(table)
    table.show_results(evaluation_of(("owl", "robin", "wren"), ((9, 0, 1), (0, 0, 0), (0, 0, 5))).classes)

    assert texts(table)[1] == ["robin", "0", "—", "—", "—"]
    table.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    assert [row[0] for row in texts(table)] == ["robin", "owl", "wren"]


def test_range_gives_way_where_there_is_no_room_and_stays_in_the_tooltip(qtbot: QtBot) -> None:
    table = ClassResultsTable()
    qtbot.addWidget(table)
    table.show_results(EVALUATION.classes)
    table.resize(800, 300)
    table.show()
    assert not table.isColumnHidden(3)
    assert table.horizontalHeader().textElideMode() is Qt.TextElideMode.ElideNone
    table.resize(250, 300)
    qtbot.waitUntil(lambda: table.isColumnHidden(3))
    tip = table.model().index(0, 2).data(Qt.ItemDataRole.ToolTipRole)
    assert tip.endswith("likely between 39 and 90 %.")
    table.resize(800, 300)
    qtbot.waitUntil(lambda: not table.isColumnHidden(3))
