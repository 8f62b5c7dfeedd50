"""The scroll area of pages and panes."""

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from typing_extensions import override

from tlgui.ui.widgets.scroll_area import ScrollArea


class Picture(QWidget):
    """Is high where it is wide, so that it fits into its area only beside a scroll bar."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit
        self.resize_count = 0

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resize_count += 1
        self.setFixedHeight(300 if event.size().width() >= self._limit else 50)


def settle() -> None:
    for _ in range(20):
        QCoreApplication.processEvents()


def test_content_that_fits_only_beside_a_scroll_bar_does_not_flicker(qtbot: QtBot) -> None:
    content, picture = QWidget(), Picture(195)
    column = QVBoxLayout(content)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(picture)
    column.addStretch(1)
    area = ScrollArea(content)
    qtbot.addWidget(area)
    area.resize(200, 100)
    area.show()
    qtbot.waitExposed(area)
    for height in (101, 102):
        area.resize(200, height)
        settle()
        count = picture.resize_count
        settle()
        assert picture.resize_count == count
        assert picture.width() < 195
    area.resize(190, 100)
    settle()
    assert area.verticalScrollBarPolicy() is Qt.ScrollBarPolicy.ScrollBarAsNeeded
    assert picture.width() == 190
