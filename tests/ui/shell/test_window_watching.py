"""A folder is watched from the menu, and the board is there again: the whole window, with real files."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.pictures import write_jpeg
from tests.ui.shell.driving import action, train
from tlgui import files
from tlgui.app import create_window
from tlgui.learning.results import PhotosPredicted
from tlgui.ui.predict.watch_dialog import WatchDialog
from tlgui.ui.shell.main_window import MainWindow
from tlgui.ui.shell.step_list import Step

WAIT_MS = 15_000


@pytest.fixture
def start(qtbot: QtBot, fake_engine: FakeEngine) -> Iterator[Callable[[Path | None], MainWindow]]:
    """Return a function that starts the program, and opens a collection."""
    windows: list[MainWindow] = []

    def start_one(collection: Path | None = None) -> MainWindow:
        fake_engine.is_closed = False
        window = create_window(fake_engine)
        windows.append(window)
        window.show()
        qtbot.waitExposed(window)
        if collection is not None:
            window.commands.open_folder(collection)
            settle(qtbot, window)
        return window

    yield start_one
    for window in windows:
        close(qtbot, window)
        window.hide()
        window.deleteLater()


@pytest.fixture
def card(tmp_path: Path) -> Path:
    folder = tmp_path / "DCIM"
    folder.mkdir()
    return folder


def settle(qtbot: QtBot, window: MainWindow) -> None:
    session = window.session
    qtbot.waitUntil(lambda: not session.is_busy and not session.review.is_looking, timeout=WAIT_MS)


def close(qtbot: QtBot, window: MainWindow) -> None:
    window.close()
    window.session.close(5000)
    qtbot.waitUntil(lambda: not window.session.is_busy)


def dialog_of(window: MainWindow) -> WatchDialog:
    (dialog,) = (each for each in window.findChildren(WatchDialog) if each.isVisible())
    return dialog


def names(window: MainWindow) -> list[str]:
    return [Path(path).name for path in window.predict.board.photos.paths]


def test_folder_is_watched_from_the_menu_until_the_person_stops(
    qtbot: QtBot, start: Callable[[Path | None], MainWindow], birds: Path, card: Path, tmp_path: Path
) -> None:
    window = start(None)
    assert not action(window, "watch-folder").isEnabled()
    train(qtbot, window, birds)
    settle(qtbot, window)
    bar = window.predict.watching.watch_bar
    assert not bar.isVisibleTo(window.pages.predict)

    action(window, "watch-folder").trigger()
    dialog = dialog_of(window)
    dialog.folder.setText(str(card))
    dialog.copy.click()
    dialog.into.setText(str(card / "sorted"))
    dialog.watch_button.click()
    assert "lies in the watched folder" in dialog.refusal_text.text()
    dialog.into.setText(str(tmp_path / "sorted"))
    window.predict.watching.watch._copy_timer.first_ms = 1
    dialog.watch_button.click()
    assert window.steps.current() is Step.PREDICT
    assert bar.isVisible()
    assert bar.text.text() == "Watching “DCIM”: no new photos yet."

    write_jpeg(card / "a wren.jpg")
    qtbot.waitUntil(lambda: (tmp_path / "sorted" / "wren" / "a wren.jpg").exists(), timeout=WAIT_MS)
    copied = "Watching “DCIM”: 1 new photo named, 1 copied into “sorted”."
    qtbot.waitUntil(lambda: bar.text.text() == copied, timeout=WAIT_MS)
    assert bar.accessibleName() == copied
    assert names(window) == ["a wren.jpg"]
    qtbot.waitUntil(lambda: window.predict.sorting.last is not None, timeout=WAIT_MS)
    # Undo need not ask about what this window has just copied.
    assert window.predict.sorting.last_at > 0

    # The button vanishes, and the next key is not to press another one.
    grid = window.pages.predict.view.grid
    write_jpeg(card / "an owl.jpg", seed=5)
    qtbot.waitUntil(grid.isVisible, timeout=WAIT_MS)
    window.activateWindow()
    bar.stop_button.setFocus()
    qtbot.waitUntil(bar.stop_button.hasFocus)
    bar.stop_button.click()
    assert not bar.isVisible()
    assert grid.hasFocus()


def test_after_a_restart_the_board_is_there_and_watching_is_offered(
    qtbot: QtBot,
    start: Callable[[Path | None], MainWindow],
    birds: Path,
    card: Path,
    fake_engine: FakeEngine,
) -> None:
    first = start(None)
    train(qtbot, first, birds)
    settle(qtbot, first)
    action(first, "watch-folder").trigger()
    dialog_of(first).folder.setText(str(card))
    dialog_of(first).watch_button.click()
    write_jpeg(card / "a wren.jpg")
    qtbot.waitUntil(lambda: names(first) == ["a wren.jpg"], timeout=WAIT_MS)
    settle(qtbot, first)
    close(qtbot, first)
    write_jpeg(card / "an owl.jpg", seed=5)
    fake_engine.predictions.named.clear()

    window = start(birds)
    window.show_step(3)
    bar, notice = window.predict.watching.watch_bar, window.predict.watching.unnamed_bar
    qtbot.waitUntil(lambda: names(window) == ["a wren.jpg"] and notice.isVisible(), timeout=WAIT_MS)
    qtbot.waitUntil(bar.isVisible, timeout=WAIT_MS)
    assert bar.text.text() == "“DCIM” was watched the last time. It is not watched now."
    assert (bar.again_button.isVisible(), bar.stop_button.text()) == (True, "Do not watch &it")
    assert notice.text.text() == "1 photo is not named yet."
    assert fake_engine.predictions.named == []

    bar.again_button.click()
    qtbot.waitUntil(lambda: names(window) == ["a wren.jpg", "an owl.jpg"], timeout=WAIT_MS)
    settle(qtbot, window)
    assert [path.name for path in fake_engine.predictions.named] == ["an owl.jpg"]
    assert bar.text.text() == "Watching “DCIM”: 1 new photo named."


def test_photos_that_wait_in_a_paused_folder_are_told_once(
    qtbot: QtBot, start: Callable[[Path | None], MainWindow], birds: Path, card: Path, fake_engine: FakeEngine
) -> None:
    window = start(None)
    train(qtbot, window, birds)
    settle(qtbot, window)
    for number, name in enumerate(("an owl", "a robin", "a wren")):
        write_jpeg(card / f"{name}.jpg", seed=number)
    gate = fake_engine.pause_before(PhotosPredicted, lambda event: "wren" in str(event.predictions[0].path))
    action(window, "watch-folder").trigger()
    dialog_of(window).folder.setText(str(card))
    dialog_of(window).watch_button.click()
    bar, notice = window.predict.watching.watch_bar, window.predict.watching.unnamed_bar
    qtbot.waitUntil(lambda: gate.is_reached, timeout=WAIT_MS)
    window.session.stop()
    settle(qtbot, window)
    gate.open()
    qtbot.waitUntil(bar.go_on_button.isVisible, timeout=WAIT_MS)
    assert "is paused" in bar.text.text()
    assert not notice.isVisible()
    bar.go_on_button.click()
    qtbot.waitUntil(lambda: len(names(window)) == 3, timeout=WAIT_MS)
    settle(qtbot, window)
    assert bar.text.text() == "Watching “DCIM”: 3 new photos named."
    assert not notice.isVisible()


def test_what_is_not_named_is_named_by_the_button(
    qtbot: QtBot, start: Callable[[Path | None], MainWindow], birds: Path, card: Path
) -> None:
    first = start(None)
    train(qtbot, first, birds)
    settle(qtbot, first)
    write_jpeg(card / "a wren.jpg")
    first.predict.board.name_photos((card,))
    settle(qtbot, first)
    close(qtbot, first)
    write_jpeg(card / "an owl.jpg", seed=5)

    window = start(birds)
    window.show_step(3)
    notice = window.predict.watching.unnamed_bar
    qtbot.waitUntil(notice.isVisible, timeout=WAIT_MS)
    notice.button.click()
    qtbot.waitUntil(lambda: names(window) == ["a wren.jpg", "an owl.jpg"], timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not notice.isVisible(), timeout=WAIT_MS)


def test_board_without_any_named_photo_can_be_forgotten(
    qtbot: QtBot, start: Callable[[Path | None], MainWindow], birds: Path, card: Path, tmp_path: Path
) -> None:
    first = start(None)
    train(qtbot, first, birds)
    settle(qtbot, first)
    write_jpeg(card / "a wren.jpg")
    first.predict.board.name_photos((card,))
    settle(qtbot, first)
    assert not first.predict.watching.unnamed_bar.forget_button.isVisibleTo(first.predict.watching.unnamed_bar)
    close(qtbot, first)
    card.rename(tmp_path / "unplugged")

    second = start(birds)
    second.show_step(3)
    notice = second.predict.watching.unnamed_bar
    qtbot.waitUntil(notice.isVisible, timeout=WAIT_MS)
    assert notice.text.text() == "“DCIM” was on this page, and is not there now."
    notice.forget_button.click()
    assert not notice.isVisible()
    close(qtbot, second)
    (tmp_path / "unplugged").rename(card)
    assert names(start(birds)) == []


def test_board_of_a_later_version_is_told_and_not_offered_to_be_forgotten(
    qtbot: QtBot,
    start: Callable[[Path | None], MainWindow],
    birds: Path,
    expect_log: Callable[[str], None],
) -> None:
    expect_log("kept by a later version of tlgui")
    first = start(None)
    train(qtbot, first, birds)
    settle(qtbot, first)
    close(qtbot, first)
    (files.workspace_path(birds) / "board.json").write_text('{"board": 2}')

    second = start(birds)
    second.show_step(3)
    notice = second.predict.watching.unnamed_bar
    qtbot.waitUntil(notice.isVisible, timeout=WAIT_MS)
    assert notice.text.text().startswith("A later version of tlgui kept what was on this page.")
    assert not notice.forget_button.isVisible()
    assert not notice.button.isVisible()
