"""Whether the user is using the window: background work leaves the processor to it meanwhile."""

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication
from typing_extensions import override

_QUIET_MS = 3000
_INPUTS = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
        QEvent.Type.DragMove,
        QEvent.Type.Drop,
        QEvent.Type.Resize,
    }
)


class UserActivity(QObject):
    """Watches keys, pointer and drags of all windows of the program, while it is there.

    Signals:
        changed: The user has begun, or has done nothing for three seconds.

    Args:
        parent: The owner.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._quiet = QTimer(self, singleShot=True, interval=_QUIET_MS)
        self._quiet.timeout.connect(self.changed)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.focusWindowChanged.connect(self._on_focus_window_changed)
        self._watch_all()

    @property
    def is_active(self) -> bool:
        """Whether the user did something within the last three seconds."""
        return self._quiet.isActive()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note input; every event goes on to its window."""
        if event.type() in _INPUTS:
            was_active = self.is_active
            self._quiet.start()
            if not was_active:
                self.changed.emit()
        return False

    @Slot()
    def _on_focus_window_changed(self) -> None:
        self._watch_all()

    def _watch_all(self) -> None:
        # A window gets all input before its widgets do, and few other events.
        for window in QGuiApplication.topLevelWindows():
            window.installEventFilter(self)
