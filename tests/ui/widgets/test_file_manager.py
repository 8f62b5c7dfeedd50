"""Showing a file in the file manager of each platform, or opening its folder."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import ClassInfo, QObject, Slot
from PySide6.QtDBus import QDBusAbstractAdaptor, QDBusConnection
from pytestqt.qtbot import QtBot

from tests.pictures import write_jpeg
from tests.ui.file_managers import RecordingFileManager
from tlgui.errors import TlguiError
from tlgui.ui.widgets.file_manager import FileManager

needs_bus = pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="needs a bus to talk over")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return write_jpeg(tmp_path / "étang, 1 (50 %) & #2.jpg")


def test_finder_selects_the_file(photo: Path) -> None:
    manager = RecordingFileManager("darwin")
    manager.reveal(photo)
    assert manager.asked == [["/usr/bin/open", "-R", str(photo)]]


def test_explorer_selects_the_file_whatever_its_name_has_in_it(photo: Path) -> None:
    manager = RecordingFileManager("win32")
    manager.reveal(photo)
    assert manager.asked == [f'/select,"{photo}"']


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_folder_is_opened_where_the_file_is_gone_or_nothing_can_be_started(platform: str, photo: Path) -> None:
    manager = RecordingFileManager(platform)
    manager.reveal(photo.with_name("gone.jpg"))
    assert manager.asked == [photo.parent]
    manager = RecordingFileManager(platform, can_start=False)
    problems: list[TlguiError] = []
    manager.problem_raised.connect(problems.append)
    manager.reveal(photo)
    assert manager.asked[1:] == [photo.parent]
    assert problems[0].message == f"“{photo.name}” could not be shown: nothing here opens folders."
    assert str(photo.parent) in problems[0].hint


def test_folder_is_opened_on_a_desktop_without_a_bus(photo: Path) -> None:
    manager = RecordingFileManager("linux")
    manager.reveal(photo)
    assert manager.asked == [photo.parent]


def test_program_that_is_not_there_is_not_started(tmp_path: Path) -> None:
    assert not FileManager().start(str(tmp_path / "no such program"), [])


# The type stub lacks the arguments.
@ClassInfo({"D-Bus Interface": "org.freedesktop.FileManager1"})  # type: ignore[call-arg]
class _Interface(QDBusAbstractAdaptor):  # type: ignore[operator]
    """The interface of file managers on the bus."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.calls: list[tuple[list[str], str]] = []

    @Slot("QStringList", str)
    def ShowItems(self, addresses: list[str], notice: str) -> None:  # noqa: N802 - the interface's name
        self.calls.append((addresses, notice))


@needs_bus
class TestBus:
    @pytest.fixture
    def address(self) -> Iterator[str]:
        command = ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as daemon:
            assert daemon.stdout is not None
            yield daemon.stdout.readline().strip()
            daemon.terminate()

    @pytest.fixture
    def bus(self, address: str) -> Iterator[QDBusConnection]:
        yield QDBusConnection.connectToBus(address, "ours")
        QDBusConnection.disconnectFromBus("ours")

    @pytest.fixture
    def desktop(self, address: str) -> Iterator[_Interface]:
        owner = QObject()
        interface = _Interface(owner)
        desktop = QDBusConnection.connectToBus(address, "desktop")
        adaptors = QDBusConnection.RegisterOption.ExportAdaptors
        assert desktop.registerObject("/org/freedesktop/FileManager1", owner, adaptors)
        assert desktop.registerService("org.freedesktop.FileManager1")
        yield interface
        QDBusConnection.disconnectFromBus("desktop")

    def test_file_manager_is_asked_to_select_the_file(
        self, qtbot: QtBot, bus: QDBusConnection, desktop: _Interface, photo: Path
    ) -> None:
        manager = RecordingFileManager("linux", bus)
        manager.reveal(photo)
        qtbot.waitUntil(lambda: bool(desktop.calls))
        assert desktop.calls == [([photo.as_uri()], "")]
        qtbot.waitUntil(lambda: not manager._waiting)
        assert not manager.asked

    @pytest.mark.skipif(sys.platform == "win32", reason="every name is text there")
    def test_name_that_is_not_text_keeps_its_bytes(
        self, qtbot: QtBot, bus: QDBusConnection, desktop: _Interface, tmp_path: Path
    ) -> None:
        manager = RecordingFileManager("linux", bus)
        manager.reveal(tmp_path / os.fsdecode(b"\xe9tang.jpg"))
        qtbot.waitUntil(lambda: bool(desktop.calls))
        assert desktop.calls[0][0][0].endswith("/%E9tang.jpg")
        qtbot.waitUntil(lambda: not manager._waiting)

    def test_folder_is_opened_where_no_file_manager_can_be_asked(
        self, qtbot: QtBot, bus: QDBusConnection, photo: Path
    ) -> None:
        manager = RecordingFileManager("linux", bus)
        manager.reveal(photo)
        qtbot.waitUntil(lambda: bool(manager.asked))
        assert manager.asked == [photo.parent]
