"""Shows where a file is: in the system's file manager, with the file selected where the system can do that."""

import os
import sys
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QUrl, Signal, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher
from PySide6.QtGui import QDesktopServices

from tlgui.errors import TlguiError
from tlgui.photos.names import shown_name

# The file manager may have to be started first.
_WAIT_MS = 10_000
_SERVICE = "org.freedesktop.FileManager1"


class FileManager(QObject):
    """The system's file manager. What asks the system itself are methods of their own.

    Args:
        parent: The owner.
        platform: Which system this is, as `sys.platform` says it.
    """

    problem_raised = Signal(TlguiError)

    def __init__(self, parent: QObject | None = None, platform: str = sys.platform) -> None:
        super().__init__(parent)
        self._platform = platform
        self._waiting: dict[QDBusPendingCallWatcher, Path] = {}

    def reveal(self, path: Path) -> None:
        """Show a file in its folder, and select it; where that cannot be done, its folder is opened.

        Args:
            path: The file, absolute.
        """
        if not self._select(path):
            self._open_folder_of(path)

    def _select(self, path: Path) -> bool:
        """Return whether the file is being selected, as far as is known yet."""
        if self._platform == "win32":
            # Of a file that is gone, Explorer shows some other folder.
            return os.path.lexists(path) and self.start_explorer(f'/select,"{path}"')
        if self._platform == "darwin":
            return os.path.lexists(path) and self.start("/usr/bin/open", ["-R", str(path)])
        return self._select_over_bus(path)

    def _select_over_bus(self, path: Path) -> bool:
        bus = self.session_bus()
        if not bus.isConnected():
            return False
        message = QDBusMessage.createMethodCall(_SERVICE, f"/{_SERVICE.replace('.', '/')}", _SERVICE, "ShowItems")
        # The address has the very bytes of the file's name; what comes after it is for a start-up notice.
        message.setArguments([[path.as_uri()], ""])
        watcher = QDBusPendingCallWatcher(bus.asyncCall(message, _WAIT_MS), self)
        self._waiting[watcher] = path
        watcher.finished.connect(self._on_watcher_finished)
        return True

    def _open_folder_of(self, path: Path) -> None:
        if not self.open_folder(path.parent):
            message = f"“{shown_name(path)}” could not be shown: nothing here opens folders."
            self.problem_raised.emit(TlguiError(message, f"Look for it in {path.parent}."))

    @Slot(QDBusPendingCallWatcher)
    def _on_watcher_finished(self, watcher: QDBusPendingCallWatcher) -> None:
        path = self._waiting.pop(watcher)
        if watcher.isError():
            # Many desktops have no file manager that can be asked.
            self._open_folder_of(path)
        watcher.deleteLater()

    # The system itself.

    def session_bus(self) -> QDBusConnection:
        """Return the bus that the programs of a desktop talk over; not every desktop has one."""
        return QDBusConnection.sessionBus()

    def start(self, program: str, arguments: list[str]) -> bool:
        """Start a program that goes on by itself, and return whether it was there."""
        return QProcess.startDetached(program, arguments)[0]

    def start_explorer(self, arguments: str) -> bool:
        """Start Explorer with arguments quoted as it alone wants them, and return whether it was there."""
        if sys.platform == "win32":
            try:
                os.startfile(Path(os.environ["SYSTEMROOT"], "explorer.exe"), "open", arguments)
            except OSError:
                return False
            return True
        return False

    def open_folder(self, folder: Path) -> bool:
        """Show a folder in whatever shows folders, and return whether there is such a thing."""
        return QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
