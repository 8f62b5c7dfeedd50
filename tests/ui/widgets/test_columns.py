"""Columns: beside each other where the width suffices, else one below the other, and never wider than one needs."""

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tlgui.ui.widgets.columns import Columns


@pytest.fixture
def columns(qtbot: QtBot) -> Columns:
    columns = Columns([[QPushButton("one")], [QPushButton("two")], [QPushButton("three"), QPushButton("four")]], 20)
    qtbot.addWidget(columns)
    return columns


def test_columns_go_below_each_other_in_a_narrow_window(columns: Columns) -> None:
    letter = columns.fontMetrics().averageCharWidth()
    columns.resize(90 * letter, 400)
    columns.show()
    assert columns.is_wide
    columns.resize(40 * letter, 400)
    assert not columns.is_wide
    columns.resize(90 * letter, 400)
    assert columns.is_wide


def test_least_width_is_that_of_one_column(columns: Columns) -> None:
    columns.resize(1000, 400)
    columns.show()
    widest = max(button.minimumSizeHint().width() for button in columns.findChildren(QPushButton))
    assert columns.minimumSizeHint().width() == widest
