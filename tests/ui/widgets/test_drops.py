"""Drop targets: which rule of which widget takes what is dragged, with the events of real drags."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QStringListModel, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QListView, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.dragging import drop_at, drop_data, enter_at, files_data, leave, move_to
from tlgui.ui.widgets.drops import DropRule, DropTarget, dropped_paths, is_model_file

INNER, OUTER = "application/x-inner", "application/x-outer"


def data_of(kind: str) -> QMimeData:
    data = QMimeData()
    data.setData(kind, b"something")
    return data


class Nested:
    """A list with a row that takes one kind of data, in a window that takes two."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, QPoint]] = []
        self.hovered: list[QPoint | None] = []
        self.outer_hovered: list[QPoint | None] = []
        self.window = QWidget()
        self.list = QListView()
        self.list.setModel(QStringListModel(["first", "second"], self.list))
        column = QVBoxLayout(self.window)
        column.addWidget(self.list)
        self.outer = DropTarget(
            self.window,
            [
                DropRule(lambda data: data.hasFormat(INNER), self._note("window")),
                DropRule(lambda data: data.hasFormat(OUTER), self._note("window")),
            ],
        )
        self.inner = DropTarget(
            self.list,
            [
                DropRule(
                    lambda data: data.hasFormat(INNER),
                    self._note("list"),
                    lambda _data, place: self.list.indexAt(place).row() == 1,
                    Qt.DropAction.MoveAction,
                )
            ],
        )
        self.inner.hovered.connect(self.hovered.append)
        self.outer.hovered.connect(self.outer_hovered.append)

    @property
    def viewport(self) -> QWidget:
        return self.list.viewport()

    def row(self, number: int) -> QPoint:
        return self.list.visualRect(self.list.model().index(number, 0)).center()

    def _note(self, who: str) -> Callable[[QMimeData, QPoint], None]:
        return lambda _data, place: self.taken.append((who, place))


@pytest.fixture
def nested(qtbot: QtBot) -> Nested:
    nested = Nested()
    qtbot.addWidget(nested.window)
    nested.window.resize(300, 200)
    nested.window.show()
    qtbot.waitExposed(nested.window)
    return nested


def test_row_takes_what_it_accepts_and_the_window_the_rest(nested: Nested) -> None:
    assert drop_data(nested.viewport, data_of(INNER), nested.row(1))
    assert drop_data(nested.viewport, data_of(INNER), nested.row(0))
    assert drop_data(nested.viewport, data_of(OUTER), nested.row(1))
    origin = nested.viewport.mapTo(nested.window, QPoint())
    assert nested.taken == [
        ("list", nested.row(1)),
        ("window", nested.row(0) + origin),
        ("window", nested.row(1) + origin),
    ]


def test_widget_without_a_target_passes_drops_to_the_one_around_it(nested: Nested) -> None:
    button = QWidget(nested.window)
    button.resize(10, 10)
    button.show()
    assert drop_data(button, data_of(OUTER))
    assert [who for who, _ in nested.taken] == ["window"]


def test_data_that_no_rule_matches_does_not_enter(nested: Nested) -> None:
    words = QMimeData()
    words.setText("words")
    for widget in (nested.viewport, nested.window):
        assert not enter_at(widget, words)
        assert not move_to(widget, words)
        assert not drop_at(widget, words)
    assert not nested.taken


def test_position_is_told_while_the_data_is_over_it(nested: Nested) -> None:
    data = data_of(INNER)
    assert enter_at(nested.viewport, data, nested.row(1))
    assert move_to(nested.viewport, data, nested.row(0))
    assert move_to(nested.viewport, data, nested.row(1))
    leave(nested.viewport)
    assert nested.hovered == [nested.row(1), None, nested.row(1), None]
    assert len(nested.outer_hovered) == 2
    assert nested.outer_hovered[1] is None
    assert enter_at(nested.viewport, data, nested.row(1))
    assert drop_at(nested.viewport, data, nested.row(1))
    assert nested.hovered[4:] == [nested.row(1), None]


@pytest.mark.parametrize(
    ("offered", "taken"),
    [
        (Qt.DropAction.CopyAction | Qt.DropAction.MoveAction, Qt.DropAction.MoveAction),
        (Qt.DropAction.CopyAction, Qt.DropAction.CopyAction),
    ],
)
def test_action_is_the_rules_where_the_source_offers_it(
    nested: Nested, offered: Qt.DropAction, taken: Qt.DropAction
) -> None:
    data = data_of(INNER)
    assert enter_at(nested.viewport, data, nested.row(1), offered)
    place, buttons, keys = QPointF(nested.row(1)), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDropEvent(place, offered, data, buttons, keys)
    QApplication.sendEvent(nested.viewport, event)
    assert event.isAccepted()
    assert event.dropAction() == taken


def test_list_scrolls_while_data_is_held_near_its_edge(qtbot: QtBot, nested: Nested) -> None:
    nested.list.setModel(QStringListModel([str(number) for number in range(100)], nested.list))
    bar = nested.list.verticalScrollBar()
    edge = nested.viewport.rect().bottomLeft() + QPoint(20, -3)
    assert enter_at(nested.viewport, data_of(INNER), edge)
    move_to(nested.viewport, data_of(INNER), edge)
    qtbot.waitUntil(lambda: bar.value() > 0)
    leave(nested.viewport)


def test_paths_are_those_of_local_files() -> None:
    data = files_data(Path("/photos/a.jpg"), Path("/photos/b.tlmodel"))
    data.setUrls([*data.urls(), QUrl("https://example.org/c.jpg")])
    assert dropped_paths(data) == (Path("/photos/a.jpg"), Path("/photos/b.tlmodel"))


def test_model_file_is_one_alone() -> None:
    assert is_model_file(files_data(Path("/models/a.TLMODEL")))
    assert not is_model_file(files_data(Path("/models/a.tlmodel"), Path("/models/b.tlmodel")))
    assert not is_model_file(files_data(Path("/photos/a.jpg")))
    assert not is_model_file(QMimeData())
