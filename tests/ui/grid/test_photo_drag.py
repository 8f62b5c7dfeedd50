"""Photos dragged to other programs: as files that are copied, and taken by no widget of the program itself."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDrag
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from typing_extensions import override

from tests.ui.dragging import drop_data
from tests.ui.grid.plain_photos import FOLDER, MadePhotos, PlainDescriber, PlainPhoto
from tlgui.ui.grid import photo_drag
from tlgui.ui.grid.photo_grid import PhotoGrid
from tlgui.ui.widgets.drops import DropRule, DropTarget, dropped_paths

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def grid(qtbot: QtBot) -> PhotoGrid[PlainPhoto]:
    grid: PhotoGrid[PlainPhoto] = PhotoGrid()
    qtbot.addWidget(grid)
    grid.resize(800, 600)
    grid.show()
    grid.drag.carries_files, grid.drag.can_begin = True, lambda: True
    grid.show_items(MadePhotos(range(50)), PlainDescriber())
    return grid


def drag_away(grid: PhotoGrid[PlainPhoto], row: int) -> None:
    start = grid.visualRect(grid.photos.index(row)).center()
    QTest.mousePress(grid.viewport(), LEFT, NONE, start)
    for step in range(1, 4):
        QTest.mouseMove(grid.viewport(), start + QPoint(step * QApplication.startDragDistance(), step))
    QTest.mouseRelease(grid.viewport(), LEFT, NONE, start)


def test_selected_photos_are_carried_as_files(grid: PhotoGrid[PlainPhoto], monkeypatch: pytest.MonkeyPatch) -> None:
    carried: list[tuple[Path, ...]] = []
    taken: list[bool] = []
    DropTarget(grid, [DropRule(lambda data: bool(dropped_paths(data)), lambda *_: taken.append(True))])

    def execute(drag: QDrag) -> None:
        carried.append(dropped_paths(drag.mimeData()))
        assert not drop_data(grid.viewport(), drag.mimeData())

    monkeypatch.setattr(photo_drag, "execute_drag", execute)
    grid.choose({1, 2, 40})
    drag_away(grid, 1)
    assert carried == [tuple(FOLDER / f"{number:06}.jpg" for number in (1, 2, 40))]
    assert not taken


def test_files_can_only_be_copied(grid: PhotoGrid[PlainPhoto], monkeypatch: pytest.MonkeyPatch) -> None:
    offered: list[Qt.DropAction] = []

    class Drag(QDrag):
        @override
        def exec(self, actions: Qt.DropAction) -> Qt.DropAction:  # type: ignore[override]  # one of Qt's overloads
            offered.append(actions)
            return Qt.DropAction.IgnoreAction

    monkeypatch.setattr(photo_drag, "QDrag", Drag)
    grid.choose({1})
    drag_away(grid, 1)
    assert offered == [Qt.DropAction.CopyAction]
    assert not grid.drag.items
