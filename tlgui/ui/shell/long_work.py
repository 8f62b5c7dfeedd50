"""Long work outside the window: its progress on the taskbar's icon, and attention when it ends in the background.

Progress is shown by launchers that know the `LauncherEntry` signal of Unity on the session's D-Bus: those of Ubuntu,
KDE Plasma, Dash to Dock, Plank and others. They find the window's icon by the name of its desktop file. Qt has
nothing for the taskbar of Windows and the Dock of macOS since version 6, so nothing is shown there; attention is asked
for on every system. Source: https://wiki.ubuntu.com/Unity/LauncherAPI
"""

import os
import sys
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QElapsedTimer, QObject, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage
from PySide6.QtWidgets import QApplication, QWidget

from tlgui.progress import BatchEnded, Event, Progress
from tlgui.ui.session.session import Session
from tlgui.ui.session.worker import Job

# What has ended before the user can turn away needs neither.
LONG_MS = 3000
_STEP = 0.01
_INTERFACE = "com.canonical.Unity.LauncherEntry"


class Launcher(Protocol):
    """Shows progress on an icon."""

    def show(self, share: float | None) -> None:
        """Show a share of 0..1; None removes it."""


class UnityLauncher:
    """The icon in launchers that listen to the `LauncherEntry` signal.

    Args:
        desktop_file: The name of the program's desktop file, without its suffix.
    """

    def __init__(self, desktop_file: str) -> None:
        self._address = f"application://{desktop_file}.desktop"
        self._bus = QDBusConnection.sessionBus()

    def show(self, share: float | None) -> None:
        """Send the signal; see `Launcher`."""
        self._bus.send(self.message(share))

    def message(self, share: float | None) -> QDBusMessage:
        """Return the signal for a share."""
        signal = QDBusMessage.createSignal(f"/com/canonical/unity/launcherentry/{os.getpid()}", _INTERFACE, "Update")
        signal.setArguments([self._address, {"progress": share or 0.0, "progress-visible": share is not None}])
        return signal


def system_launcher(platform: str = sys.platform) -> Launcher | None:
    """Return what shows progress on a system; None where nothing does.

    Args:
        platform: The system, in the values of `sys.platform`.
    """
    # Without a running bus, connecting to it would start one.
    has_bus = bool(os.environ.get("DBUS_SESSION_BUS_ADDRESS"))
    if platform != "linux" or not has_bus:
        return None
    return UnityLauncher(QApplication.desktopFileName())


class LongWork(QObject):
    """Follows the jobs of a session.

    Args:
        session: Its jobs are followed.
        window: The window that asks for attention.
        launcher: Returns what shows progress, or None where nothing does; called with the first long work.
    """

    def __init__(
        self, session: Session, window: QWidget, launcher: Callable[[], Launcher | None] = system_launcher
    ) -> None:
        super().__init__(window)
        self._window = window
        self._find_launcher = launcher
        self._launcher: Launcher | None = None
        self._is_known = False
        self._shown: float | None = None
        self._lasts = QElapsedTimer()
        session.job_started.connect(self._on_session_job_started)
        session.job_ended.connect(self._on_session_job_ended)

    @Slot(Job)
    def _on_session_job_started(self, job: Job) -> None:
        self._lasts.start()
        job.reported.connect(self._on_job_reported)

    @Slot(object)
    def _on_job_reported(self, event: Event) -> None:
        share = share_done(event)
        if share is None or self._lasts.elapsed() < LONG_MS:
            return
        if self._shown is None or abs(share - self._shown) >= _STEP:
            self._show(share)

    @Slot()
    def _on_session_job_ended(self) -> None:
        if self._shown is not None:
            self._show(None)
        if self._lasts.elapsed() >= LONG_MS:
            self.ask_for_attention()

    def ask_for_attention(self) -> None:
        """Let the window ask for attention; the system does nothing where it is in front."""
        QApplication.alert(self._window)

    def _show(self, share: float | None) -> None:
        if not self._is_known:
            self._launcher, self._is_known = self._find_launcher(), True
        self._shown = share
        if self._launcher is not None:
            self._launcher.show(share)


def share_done(event: Event) -> float | None:
    """Return how much of a stage, or of all epochs, is done, 0..1; None where an event does not tell."""
    if isinstance(event, BatchEnded):
        return (event.epoch - 1 + event.batch / event.batches) / event.epochs
    if isinstance(event, Progress) and event.total:
        return min(1.0, event.done / event.total)
    return None
