"""A file manager for any platform that calls nothing of the system."""

from pathlib import Path

from PySide6.QtDBus import QDBusConnection
from typing_extensions import override

from tlgui.ui.widgets.file_manager import FileManager


class RecordingFileManager(FileManager):
    """Records the calls of the system."""

    def __init__(self, platform: str, bus: QDBusConnection | None = None, *, can_start: bool = True) -> None:
        super().__init__(None, platform)
        self.asked: list[object] = []
        self._bus = bus if bus is not None else QDBusConnection("no such bus")
        self._can_start = can_start

    @override
    def session_bus(self) -> QDBusConnection:
        return self._bus

    @override
    def start(self, program: str, arguments: list[str]) -> bool:
        self.asked.append([program, *arguments])
        return self._can_start

    @override
    def start_explorer(self, arguments: str) -> bool:
        self.asked.append(arguments)
        return self._can_start

    @override
    def open_folder(self, folder: Path) -> bool:
        self.asked.append(folder)
        return self._can_start
