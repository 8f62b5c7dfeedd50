"""Passes thumbnails on several at a time as they are decoded, because each paint event has a fixed cost."""

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from tlgui.ui.widgets.thumbnails import ThumbnailLoader

_TOGETHER_MS = 25


class Arrivals(QObject):
    """Collects the thumbnails of a loader.

    Signals:
        arrived: The paths whose thumbnails were decoded, a set.

    Args:
        loader: The loader.
        parent: The owner.
    """

    arrived = Signal(object)

    def __init__(self, loader: ThumbnailLoader, parent: QObject) -> None:
        super().__init__(parent)
        self._paths: set[Path] = set()
        self._timer = QTimer(self, singleShot=True, interval=_TOGETHER_MS)
        self._timer.timeout.connect(self._on_timer_timeout)
        loader.loaded.connect(self._on_loader_loaded)

    @Slot(object)
    def _on_loader_loaded(self, path: Path) -> None:
        self._paths.add(path)
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _on_timer_timeout(self) -> None:
        paths, self._paths = self._paths, set()
        self.arrived.emit(paths)
