"""The window that shows one photo, fitted to its size or at actual size.

The arrow keys move to other photos, and the keys 1 to 9 move the photo to the class beside which they stand.
"""

import logging
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QSignalBlocker, Qt, QThreadPool, Signal, Slot
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPixmap,
    QResizeEvent,
    QShortcut,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QDialog,
    QGraphicsPixmapItem,
    QGraphicsScene,
    QGraphicsView,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from tlgui.errors import TlguiError
from tlgui.photos.names import shown_name
from tlgui.photos.pictures.decode import read_thumbnail
from tlgui.ui.photos.class_keys import MOST_KEYS, ClassKeys
from tlgui.ui.photos.photo_items import PhotoItem
from tlgui.ui.photos.photo_words import line_about
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.plain_text import set_tip, set_title
from tlgui.ui.widgets.tinted_bar import plain_label

# The common limit of textures on graphics cards.
_MOST_PIXELS_A_SIDE = 16_384
_ZOOM_STEP, _CLOSEST = 1.25, 16.0
_MOST_ENLARGED = 16.0
_FIRST_SIZE_IN_LETTERS = (130, 38)
# Far beyond the ends of any list.
_ALL = 1 << 30
_STEPS = {
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Space: 1,
    Qt.Key.Key_PageDown: 1,
    Qt.Key.Key_End: _ALL,
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Backspace: -1,
    Qt.Key.Key_PageUp: -1,
    Qt.Key.Key_Home: -_ALL,
}
_ZOOMS = {Qt.Key.Key_Plus: _ZOOM_STEP, Qt.Key.Key_Minus: 1 / _ZOOM_STEP}
_NUMBERS = {Qt.Key(Qt.Key.Key_1 + place): place + 1 for place in range(MOST_KEYS)}

_log = logging.getLogger(__name__)


class _Relay(QObject):
    """Passes a picture to the dialog's thread; may outlive the dialog."""

    done = Signal(int, QImage, str)


class _Task(QRunnable):
    def __init__(self, number: int, path: Path, side: int, relay: _Relay) -> None:
        super().__init__()
        self._number = number
        self._path = path
        self._side = side
        self._relay = relay

    @override
    def run(self) -> None:
        image, problem = QImage(), ""
        try:
            pixels = read_thumbnail(self._path, self._side)
        except TlguiError as error:
            _log.info("not shown: %s", error)
            problem = error.message
        else:
            height, width = pixels.shape[:2]
            image = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()
        finally:
            self._relay.done.emit(self._number, image, problem)


class PhotoCanvas(QGraphicsView):
    """The picture, fitted to the window until the user zooms.

    Signals:
        step_requested: How many photos to move on; negative for back.
        number_pressed: A key from 1 to 9.
        enlarged: The user has zoomed a fitted picture.
        scaled: The picture is shown at another scale.

    Args:
        parent: The owner.
    """

    step_requested = Signal(int)
    number_pressed = Signal(int)
    enlarged = Signal()
    scaled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene = QGraphicsScene(self)
        self._picture = QGraphicsPixmapItem()
        self._picture.setTransformationMode(Qt.TransformationMode.SmoothTransformation)
        self._scene.addItem(self._picture)
        self.setScene(self._scene)
        self.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setAccessibleName("The photo")
        self.is_fitted = True

    def show_image(self, image: QImage) -> None:
        """Show another picture, or the same one at another resolution."""
        pixmap = QPixmap.fromImage(image)
        self._picture.setPixmap(pixmap)
        self._scene.setSceneRect(self._picture.boundingRect())
        if self.is_fitted:
            self.fit()
        else:
            self.show_pixels()

    @Slot()
    def fit(self) -> None:
        """Show all of the picture."""
        self.is_fitted = True
        area = self._picture.boundingRect()
        self.resetTransform()
        if area.isEmpty():
            return
        room = self.viewport().rect()
        scale = min(room.width() / area.width(), room.height() / area.height(), _MOST_ENLARGED)
        self.scale(scale, scale)
        self.scaled.emit()

    def shown_width(self) -> float:
        """Return the width of the picture on the screen, in device pixels."""
        return self._picture.boundingRect().width() * self.transform().m11() * self.devicePixelRatioF()

    @Slot()
    def show_pixels(self) -> None:
        """Show the picture at actual size: one pixel on one device pixel."""
        self.is_fitted = False
        self.resetTransform()
        self.scale(1 / self.devicePixelRatioF(), 1 / self.devicePixelRatioF())
        self.scaled.emit()

    def zoom(self, factor: float) -> None:
        """Scale the picture by `factor`, within limits."""
        if 1 / _CLOSEST < self.transform().m11() * factor < _CLOSEST:
            was_fitted, self.is_fitted = self.is_fitted, False
            self.scale(factor, factor)
            self.scaled.emit()
            if was_fitted:
                self.enlarged.emit()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.is_fitted:
            self.fit()

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(_ZOOM_STEP if event.angleDelta().y() > 0 else 1 / _ZOOM_STEP)
        event.accept()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS:
            self.step_requested.emit(_STEPS[key])
        elif key in _ZOOMS:
            self.zoom(_ZOOMS[key])
        elif key in _NUMBERS:
            self.number_pressed.emit(_NUMBERS[key])
        else:
            super().keyPressEvent(event)


class PhotoView(QDialog):
    """Shows one photo at a time.

    Signals:
        step_requested: How many photos to move on; negative for back.
        leave_out_requested: The photo is to be left out.
        use_again_requested: The photo is to be used again.
        confirm_requested: The class of the photo is right.
        class_chosen: The photo is to be moved to a class.
        undo_requested: The last change is to be undone.

    Args:
        parent: The window.
    """

    step_requested = Signal(int)
    leave_out_requested = Signal()
    use_again_requested = Signal()
    confirm_requested = Signal()
    class_chosen = Signal(str)
    undo_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.canvas = PhotoCanvas()
        self.about = plain_label()
        self.scale_text = QuietLabel()
        self.classes = ClassKeys()
        self.previous_button = _button("&Previous", "Left arrow key")
        self.next_button = _button("&Next", "Right arrow key")
        self.size_button = _button("&Actual size", "One pixel of the photo on one of the screen")
        self.size_button.setCheckable(True)
        self.leave_out_button = _button("&Leave out", "Do not use this photo; the file stays as it is")
        self.use_again_button = _button("&Use again", "")
        self.confirm_button = _button("It is &right", "The class is right: you are not asked about this photo again")
        self._number = 0
        self._item: PhotoItem | None = None
        self._relay = _Relay()
        self._relay.done.connect(self._on_relay_done)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._lay_out()
        self.canvas.step_requested.connect(self.step_requested)
        self.canvas.number_pressed.connect(self.classes.press)
        self.canvas.scaled.connect(self._on_canvas_scaled)
        self.classes.class_chosen.connect(self.class_chosen)
        undo = QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self)
        undo.activated.connect(self.undo_requested)
        self.canvas.enlarged.connect(self._on_canvas_enlarged)
        self.previous_button.clicked.connect(self._on_previous_button_clicked)
        self.next_button.clicked.connect(self._on_next_button_clicked)
        self.size_button.toggled.connect(self._on_size_button_toggled)
        self.leave_out_button.clicked.connect(self.leave_out_requested)
        self.use_again_button.clicked.connect(self.use_again_requested)
        self.confirm_button.clicked.connect(self.confirm_requested)

    def show_item(self, item: PhotoItem, place: int, total: int, *, can_mend: bool) -> None:
        """Show a photo.

        Args:
            item: The photo.
            place: Its row in the grid, from 0.
            total: The number of photos in the grid.
            can_mend: Whether it can be left out or used again now.
        """
        self.classes.show_photo(item.class_name, can_move=can_mend)
        set_title(self, f"{shown_name(item.path)} ({place + 1:,} of {total:,})")
        self.about.setText(line_about(item))
        self.previous_button.setEnabled(place > 0)
        self.next_button.setEnabled(place < total - 1)
        self.leave_out_button.setVisible(item.is_usable and not item.is_left_out)
        self.use_again_button.setVisible(item.is_left_out)
        self.confirm_button.setVisible(item.can_be_confirmed)
        for button in (self.leave_out_button, self.use_again_button, self.confirm_button):
            button.setEnabled(can_mend)
        if self._item is None or item.path != self._item.path:
            self.size_button.setChecked(False)
            self.canvas.is_fitted = True
            self._item = item
            self._read(self._screen_side())
        self._item = item

    def show_classes(self, names: Sequence[str]) -> None:
        """Show the classes that the keys 1 to 9 move a photo to; none hides them."""
        self.classes.show_classes(names)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Of a button that has the focus, all but what it uses itself.
        if event.key() in _NUMBERS or event.key() in _ZOOMS:
            self.canvas.keyPressEvent(event)
            return
        super().keyPressEvent(event)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.canvas.setFocus()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        for button in (self.previous_button, self.next_button, self.size_button):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.confirm_button)
        row.addWidget(self.leave_out_button)
        row.addWidget(self.use_again_button)
        close = _button("&Close", "Esc")
        close.clicked.connect(self.close)
        row.addWidget(close)
        beside = QHBoxLayout()
        beside.addWidget(self.canvas, 1)
        beside.addWidget(self.classes)
        column = QVBoxLayout(self)
        column.addLayout(beside, 1)
        column.addWidget(self.about)
        column.addWidget(self.scale_text)
        column.addLayout(row)
        letter, line = self.fontMetrics().averageCharWidth(), self.fontMetrics().height()
        columns, lines = _FIRST_SIZE_IN_LETTERS
        room = self.screen().availableSize()
        self.resize(min(columns * letter, room.width() * 9 // 10), min(lines * line, room.height() * 9 // 10))

    def _screen_side(self) -> int:
        size = self.screen().size()
        return round(max(size.width(), size.height()) * self.devicePixelRatioF())

    def _read(self, side: int) -> None:
        if self._item is not None:
            self._number += 1
            # While an arrow key is held down, only the last photo is read.
            self._pool.clear()
            self._pool.start(_Task(self._number, self._item.path, side, self._relay))

    @Slot(int, QImage, str)
    def _on_relay_done(self, number: int, image: QImage, problem: str) -> None:
        if number == self._number:
            self.canvas.show_image(image)
            if problem and self._item is not None:
                self.about.setText(problem)

    @Slot(bool)
    def _on_size_button_toggled(self, is_actual: bool) -> None:  # noqa: FBT001 - the signal's signature
        if is_actual:
            self.canvas.show_pixels()
            self._read(_MOST_PIXELS_A_SIDE)
        else:
            self.canvas.fit()
        self.canvas.setFocus()

    @Slot()
    def _on_canvas_scaled(self) -> None:
        facts = self._item.facts if self._item is not None else None
        shown = self.canvas.shown_width()
        if facts is None or not facts.width or not shown:
            self.scale_text.setText("")
            return
        share = shown / facts.width
        how = "Enlarged" if share > 1.005 else "Made smaller" if share < 0.995 else "At its true size"
        size = f"{facts.width:,} by {facts.height:,} pixels"
        to = f" to {share * 100:,.0f} %" if how != "At its true size" else ""
        self.scale_text.setText(f"{how}{to}; it has {size}.")

    @Slot()
    def _on_canvas_enlarged(self) -> None:
        with QSignalBlocker(self.size_button):
            self.size_button.setChecked(True)

    @Slot()
    def _on_previous_button_clicked(self) -> None:
        self.step_requested.emit(-1)

    @Slot()
    def _on_next_button_clicked(self) -> None:
        self.step_requested.emit(1)


def _button(text: str, tooltip: str) -> QPushButton:
    button = QPushButton(text)
    set_tip(button, tooltip)
    # Enter presses the focused button only.
    button.setAutoDefault(False)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
