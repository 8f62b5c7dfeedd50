"""How the tests use the Results page, and what it shows."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from tlgui.learning.learning_curve import ClassCurve, LearningCurve, MorePhotos
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.results import ClassResult, Evaluation, Interval
from tlgui.ui.results.results_page import ResultsPage
from tlgui.ui.text.run_words import RunRow

Trainer = Callable[[Recipe], str]
LEFT = Qt.MouseButton.LeftButton
SHORT = replace(QUICK, epochs=3)
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

CURVE = LearningCurve(
    shares=(0.25, 0.5, 1.0),
    training_counts=(25, 50, 100),
    photo_count=120,
    right_counts=(60, 84, 102),
    classes=(ClassCurve("wren", 40, (10, 20, 32), 0.4),),
    advice=MorePhotos("wren", 40, 0.8, 0.84),
)


def usable(page: ResultsPage) -> set[str]:
    return {action.objectName() for action in page.run_actions.all if action.isEnabled()}


def selected(page: ResultsPage) -> list[str]:
    return [row.id for row in page.table.selected()]


def press(qtbot: QtBot, page: ResultsPage, name: str) -> None:
    if page.panel.use_button.defaultAction().objectName() == name:
        qtbot.mouseClick(page.panel.use_button, LEFT)
        return
    menu = page.panel.menu
    menu.popup(page.panel.mapToGlobal(page.panel.rect().center()))
    (action,) = (action for action in menu.actions() if action.objectName() == name)
    qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())


def row(page: ResultsPage, run_id: str) -> RunRow:
    return next(row for row in page.table.rows if row.id == run_id)


def texts(table: QTableView, role: Qt.ItemDataRole = Qt.ItemDataRole.DisplayRole) -> list[list[object]]:
    model = table.model()
    return [
        [model.index(row, column).data(role) for column in range(model.columnCount(QModelIndex()))]
        for row in range(model.rowCount(QModelIndex()))
    ]
