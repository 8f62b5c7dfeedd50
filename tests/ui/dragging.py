"""Drag and drop as the mouse and the platform do it: mouse events in the grid, and the events of a drag."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tlgui.ui.photos.class_table import ClassTable
from tlgui.ui.photos.photos_page import PhotosPage

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
COPY, MOVE = Qt.DropAction.CopyAction, Qt.DropAction.MoveAction
_CORNER = QPoint(5, 5)


def files_data(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def enter_at(widget: QWidget, data: QMimeData, place: QPoint = _CORNER, actions: Qt.DropAction = COPY) -> bool:
    """Enter a widget with a drag; return whether it accepts any of it."""
    event = QDragEnterEvent(place, actions, data, LEFT, NONE)
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def move_to(widget: QWidget, data: QMimeData, place: QPoint = _CORNER, actions: Qt.DropAction = COPY) -> bool:
    """Move a drag that has entered; return whether it can be dropped there."""
    event = QDragMoveEvent(place, actions, data, LEFT, NONE)
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def leave(widget: QWidget) -> None:
    QApplication.sendEvent(widget, QDragLeaveEvent())


def drop_at(widget: QWidget, data: QMimeData, place: QPoint = _CORNER, actions: Qt.DropAction = COPY) -> bool:
    """Drop what has entered; return whether it was taken."""
    event = QDropEvent(QPointF(place), actions, data, LEFT, NONE)
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def drop_data(widget: QWidget, data: QMimeData, place: QPoint = _CORNER) -> bool:
    """Enter, move and drop, each only if the event before was accepted; return whether the data was taken."""
    return enter_at(widget, data, place) and move_to(widget, data, place) and drop_at(widget, data, place)


def drag_from(page: PhotosPage, start: QPoint, keys: Qt.KeyboardModifier = NONE) -> None:
    """Press, move further than the drag distance, and release."""
    viewport = page.browser.grid.viewport()
    QTest.mousePress(viewport, LEFT, keys, start)
    for step in range(1, 5):
        QTest.mouseMove(viewport, start + QPoint(step * QApplication.startDragDistance(), step))
    QTest.mouseRelease(viewport, LEFT, keys, start)


def place_of(table: ClassTable, name: str) -> QPoint:
    rows = range(table.model().rowCount())
    index = next(table.model().index(row, 0) for row in rows if table.model().index(row, 0).data() == name)
    return table.visualRect(index).center()


def enter(table: ClassTable, data: QMimeData) -> bool:
    return enter_at(table.viewport(), data, actions=MOVE)


def move_over(table: ClassTable, name: str, data: QMimeData) -> bool:
    return move_to(table.viewport(), data, place_of(table, name), MOVE)


def drop_on(table: ClassTable, name: str, data: QMimeData) -> bool:
    return drop_at(table.viewport(), data, place_of(table, name), MOVE)
