"""One photo, fitted to its room or enlarged, with keys that step on and zoom, and a layer over the photo."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPixmap, QResizeEvent, QTransform, QWheelEvent
from PySide6.QtWidgets import QGraphicsPixmapItem, QGraphicsScene, QGraphicsView, QWidget
from typing_extensions import override

_ZOOM_STEP, _CLOSEST = 1.25, 16.0
_MOST_ENLARGED = 16.0
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
ZOOM_KEYS = {Qt.Key.Key_Plus: _ZOOM_STEP, Qt.Key.Key_Minus: 1 / _ZOOM_STEP}
NUMBER_KEYS = {Qt.Key(Qt.Key.Key_1 + place): place + 1 for place in range(9)}


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
        self._layer = QGraphicsPixmapItem()
        self._layer.setTransformationMode(Qt.TransformationMode.SmoothTransformation)
        self._layer.hide()
        self._scene.addItem(self._layer)
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
        self._stretch_layer()
        if self.is_fitted:
            self.fit()
        else:
            self.show_pixels()

    def show_layer(self, layer: QImage | None) -> None:
        """Lay a picture over the whole photo, stretched to its proportions; None shows the photo alone."""
        self._layer.setVisible(layer is not None)
        if layer is not None:
            self._layer.setPixmap(QPixmap.fromImage(layer))
            self._stretch_layer()

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

    def _stretch_layer(self) -> None:
        photo, layer = self._picture.boundingRect(), self._layer.boundingRect()
        if not photo.isEmpty() and not layer.isEmpty():
            scale = QTransform.fromScale(photo.width() / layer.width(), photo.height() / layer.height())
            self._layer.setTransform(scale)

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
        elif key in ZOOM_KEYS:
            self.zoom(ZOOM_KEYS[key])
        elif key in NUMBER_KEYS:
            self.number_pressed.emit(NUMBER_KEYS[key])
        else:
            super().keyPressEvent(event)
