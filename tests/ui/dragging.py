"""Drags photos from the grid as a person and the system do: mouse by mouse event, and the drag's own events."""

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tlgui.ui.photos.class_table import ClassTable
from tlgui.ui.photos.photos_page import PhotosPage

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
MOVE = Qt.DropAction.MoveAction


def drag_from(page: PhotosPage, start: QPoint, keys: Qt.KeyboardModifier = NONE) -> None:
    """Press, move further than a trembling hand does, and let go."""
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
    event = QDragEnterEvent(QPoint(5, 5), MOVE, data, LEFT, NONE)
    QApplication.sendEvent(table.viewport(), event)
    return event.isAccepted()


def move_over(table: ClassTable, name: str, data: QMimeData) -> bool:
    event = QDragMoveEvent(place_of(table, name), MOVE, data, LEFT, NONE)
    QApplication.sendEvent(table.viewport(), event)
    return event.isAccepted()


def drop_on(table: ClassTable, name: str, data: QMimeData) -> bool:
    event = QDropEvent(QPointF(place_of(table, name)), MOVE, data, LEFT, NONE)
    QApplication.sendEvent(table.viewport(), event)
    return event.isAccepted()
