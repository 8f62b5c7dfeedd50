"""Long work outside the window: progress on the launcher's icon, and attention when it ends in the background."""

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from typing_extensions import override

from tlgui.progress import BatchEnded, Event, Notice, Progress, Stage
from tlgui.ui.session.session import Session
from tlgui.ui.shell.long_work import LongWork, UnityLauncher, share_done, system_launcher


class Icon:
    """A launcher that remembers what it was told."""

    def __init__(self) -> None:
        self.shown: list[float | None] = []

    def show(self, share: float | None) -> None:
        self.shown.append(share)


@pytest.fixture
def icon() -> Icon:
    return Icon()


class Work(LongWork):
    """Remembers that it asked for attention."""

    asked = 0

    @override
    def ask_for_attention(self) -> None:
        super().ask_for_attention()
        self.asked += 1


@pytest.fixture
def work(qtbot: QtBot, session: Session, icon: Icon) -> Work:
    window = QWidget()
    qtbot.addWidget(window)
    return Work(session, window, lambda: icon)


def test_long_training_shows_its_progress_and_asks_for_attention(
    qtbot: QtBot, work: Work, opened: Session, icon: Icon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tlgui.ui.shell.long_work.LONG_MS", 0)
    with qtbot.waitSignal(opened.job_ended, timeout=10_000):
        opened.train()
    *shares, last = icon.shown
    assert last is None
    assert len(shares) > 10
    assert all(share is not None and 0.0 <= share <= 1.0 for share in shares)
    assert work.asked == 1


def test_short_work_shows_nothing_and_asks_for_nothing(
    qtbot: QtBot, work: Work, opened: Session, icon: Icon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tlgui.ui.shell.long_work.LONG_MS", 10**6)
    with qtbot.waitSignal(opened.job_ended, timeout=10_000):
        opened.train()
    assert icon.shown == []
    assert work.asked == 0


def test_system_without_such_icons_is_asked_once_and_left_alone(
    qtbot: QtBot, opened: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tlgui.ui.shell.long_work.LONG_MS", 0)
    asked: list[bool] = []
    window = QWidget()
    qtbot.addWidget(window)
    work = Work(opened, window, lambda: asked.append(True))
    with qtbot.waitSignal(opened.job_ended, timeout=10_000):
        opened.train()
    assert asked == [True]
    assert work.asked == 1


@pytest.mark.parametrize(
    ("event", "share"),
    [
        (BatchEnded(1, 30, 1, 4, 0.5, 0.5), 0.25 / 30),
        (BatchEnded(30, 30, 4, 4, 0.5, 0.5), 1.0),
        (Progress(Stage.FEATURES, 3, 10), 0.3),
        (Progress(Stage.FEATURES, 3), None),
        (Progress(Stage.STARTING), None),
        (Notice("Something"), None),
    ],
)
def test_share_of_an_event(event: Event, share: float | None) -> None:
    assert share_done(event) == share


def test_signal_is_that_of_the_launcher_api(qtbot: QtBot) -> None:
    assert qtbot is not None
    launcher = UnityLauncher("tlgui")
    message = launcher.message(0.25)
    assert message.interface() == "com.canonical.Unity.LauncherEntry"
    assert message.member() == "Update"
    assert message.arguments() == ["application://tlgui.desktop", {"progress": 0.25, "progress-visible": True}]
    assert launcher.message(None).arguments()[1] == {"progress": 0.0, "progress-visible": False}


@pytest.mark.parametrize(
    ("platform", "bus"), [("win32", "unix:abstract=session"), ("darwin", "unix:abstract=session"), ("linux", "")]
)
def test_where_no_launcher_is_known_there_is_none(platform: str, bus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus)
    assert system_launcher(platform) is None
