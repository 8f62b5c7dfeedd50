"""Shows a file in the system's file manager, selected if the system supports that."""

import os
import sys
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QUrl, Signal, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher
from PySide6.QtGui import QDesktopServices

from tlgui.errors import TlguiError
from tlgui.photos.names import shown_name

# The bus may have to start the file manager first.
_WAIT_MS = 10_000
_SERVICE = "org.freedesktop.FileManager1"


class FileManager(QObject):
    """The system's file manager; the calls of the system are separate methods, which tests replace.

    Args:
        parent: The owner.
        platform: The system, in the values of `sys.platform`.
    """

    problem_raised = Signal(TlguiError)

    def __init__(self, parent: QObject | None = None, platform: str = sys.platform) -> None:
        super().__init__(parent)
        self._platform = platform
        self._waiting: dict[QDBusPendingCallWatcher, Path] = {}

    def reveal(self, path: Path) -> None:
        """Show a file selected in its folder, or open the folder if that is not possible.

        Args:
            path: The absolute path of the file.
        """
        if not self._select(path):
            self._open_folder_of(path)

    def _select(self, path: Path) -> bool:
        """Select the file; return False if that is known to be impossible, True while the answer is open."""
        if self._platform == "win32":
            # For a file that does not exist, Explorer shows an unrelated folder.
            return os.path.lexists(path) and self.start_explorer(f'/select,"{path}"')
        if self._platform == "darwin":
            return os.path.lexists(path) and self.start("/usr/bin/open", ["-R", str(path)])
        return self._select_over_bus(path)

    def _select_over_bus(self, path: Path) -> bool:
        bus = self.session_bus()
        if not bus.isConnected():
            return False
        message = QDBusMessage.createMethodCall(_SERVICE, f"/{_SERVICE.replace('.', '/')}", _SERVICE, "ShowItems")
        # The URI encodes the exact bytes of the file's name; the second argument is the startup id, which is unused.
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
            # Many desktops have no file manager on the bus.
            self._open_folder_of(path)
        watcher.deleteLater()

    # Calls of the system.

    def session_bus(self) -> QDBusConnection:
        """Return the D-Bus session bus, which may not be connected."""
        return QDBusConnection.sessionBus()

    def start(self, program: str, arguments: list[str]) -> bool:
        """Start a detached program, and return whether it could be started."""
        return QProcess.startDetached(program, arguments)[0]

    def start_explorer(self, arguments: str) -> bool:
        """Start Explorer with its own quoting of arguments, and return whether it could be started."""
        if sys.platform == "win32":
            try:
                os.startfile(Path(os.environ["SYSTEMROOT"], "explorer.exe"), "open", arguments)
            except OSError:
                return False
            return True
        return False

    def open_folder(self, folder: Path) -> bool:
        """Open a folder in the default program for folders, and return whether there is one."""
        return QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
