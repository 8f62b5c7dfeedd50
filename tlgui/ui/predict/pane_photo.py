"""The photo of the answer pane, which takes the same room for every photo, so that nothing moves."""

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QWidget
from typing_extensions import override

from tlgui.photos.names import lines_shown
from tlgui.ui.viewer.photo_canvas import PhotoCanvas
from tlgui.ui.viewer.photo_loader import PhotoLoader
from tlgui.ui.widgets.plain_text import set_spoken, set_spoken_details, set_tip
from tlgui.ui.widgets.tokens import FOCUS_WIDTH, GRID, tokens_of

_NOT_SHOWN = "It cannot be shown."
_LEAST_SIDE = 120
# The photo before stays for so long while the next one is loaded: most are there by then, and nothing flickers.
_STAYS_MS = 150
# Photos are loaded in steps of so many pixels, so that a pane that is dragged wider loads few times.
_LOADED_STEP = 512
_OPENING_KEYS = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}


class PanePhoto(PhotoCanvas):
    """Shows one photo, fitted; the wheel scrolls what is around it.

    Signals:
        full_view_requested: The photo was double-clicked, or Enter or Space was pressed on it.

    Attributes:
        loader: Loads the photo.
        problem: Why the photo cannot be shown; empty where it can.

    Args:
        parent: The owner.
    """

    full_view_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path: Path | None = None
        self.problem = ""
        self._is_unreadable = False
        self._loaded_side = 0
        self.loader = PhotoLoader(self)
        self.loader.loaded.connect(self._on_loader_loaded)
        self._clearing = QTimer(self, singleShot=True, interval=_STAYS_MS)
        self._clearing.timeout.connect(self._on_clearing_timeout)
        self.setDragMode(PhotoCanvas.DragMode.NoDrag)
        # Photos that are dropped on it are for the page.
        self.setAcceptDrops(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        # Beside a photo of another shape, the page shows through.
        self.viewport().setAutoFillBackground(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumSize(_LEAST_SIDE, _LEAST_SIDE)
        set_tip(self, "Double-click to see it large (Space or Enter)")

    def show_photo(self, path: Path, spoken: str, *, is_unreadable: bool = False) -> None:
        """Load a photo unless it is shown already.

        Args:
            path: The file.
            spoken: What a screen reader says of it.
            is_unreadable: Whether it is said beside it why it cannot be read.
        """
        set_spoken(self, spoken)
        self._is_unreadable = is_unreadable
        if path != self._path:
            self._path = path
            self._clearing.start()
            self._load()

    def show_nothing(self) -> None:
        """Show no photo."""
        self._path = None
        self._clearing.stop()
        self.loader.stop()
        self._show_image(QImage())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        room = self.viewport().rect()
        painter = QPainter(self.viewport())
        if self.problem:
            painter.setPen(self.palette().windowText().color())
            text = room.adjusted(GRID, GRID, -GRID, -GRID)
            painter.drawText(text, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, lines_shown(self.problem))
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens_of(self.palette()).focus), FOCUS_WIDTH))
            inset = FOCUS_WIDTH // 2
            painter.drawRect(room.adjusted(inset, inset, -inset, -inset))
        painter.end()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._path is not None and self._wanted_side() > self._loaded_side:
            self._load()

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.full_view_requested.emit()
        event.accept()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _OPENING_KEYS:
            self.full_view_requested.emit()
        else:
            event.ignore()

    def _show_image(self, image: QImage, problem: str = "") -> None:
        self.problem = problem
        set_spoken_details(self, problem)
        self.show_image(image)
        self.viewport().update()

    def _load(self) -> None:
        assert self._path is not None
        self._loaded_side = self._wanted_side()
        self.loader.load(self._path, self._loaded_side)

    def _wanted_side(self) -> int:
        pixels = max(self.width(), self.height()) * self.devicePixelRatioF()
        return int(-(-pixels // _LOADED_STEP)) * _LOADED_STEP

    @Slot(QImage, str)
    def _on_loader_loaded(self, image: QImage, problem: str) -> None:
        self._clearing.stop()
        self._show_image(image, _NOT_SHOWN if problem and self._is_unreadable else problem)

    @Slot()
    def _on_clearing_timeout(self) -> None:
        self._show_image(QImage())
