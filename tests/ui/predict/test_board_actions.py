"""What can be done with photos of the board: the context menu, the clipboard, other programs, and off the board."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDrag, QGuiApplication, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.ui.file_managers import RecordingFileManager
from tests.ui.predict.showing import answers, chips, names_shown, selected
from tlgui.ui.predict.predict_page import PredictPage
from tlgui.ui.widgets.action import Action


def action(page: PredictPage, name: str) -> Action:
    photos = page.photo_actions
    photos.refresh()
    return next(each for each in (*photos.deciding, *photos.looking, *photos.taking) if each.objectName() == name)


def copied_files() -> list[str]:
    data = QGuiApplication.clipboard().mimeData()
    assert data is not None
    return [url.toLocalFile() for url in data.urls()]


def test_context_menu_offers_what_can_be_done(named: PredictPage) -> None:
    named.photo_actions.refresh()
    texts = [each.text().replace("&", "") for each in named.view.grid.actions()]
    assert texts == [
        "Accept the answer",
        "It is…",
        "",
        "Show large",
        "Show look-alikes",
        "Show in folder",
        "",
        "Copy",
        "Copy path",
        "Take off this page",
    ]
    classes = named.photo_actions.classes
    classes.aboutToShow.emit()
    classes.actions()[2].trigger()
    assert answers(named)["a owl"] == "wren*"


def test_photo_that_cannot_be_read_can_neither_be_named_nor_compared(named: PredictPage) -> None:
    named.view.choose(np.array([5]))
    photos = named.photo_actions
    photos.refresh()
    off = [each.objectName() for each in (*photos.deciding, *photos.looking, *photos.taking) if not each.isEnabled()]
    assert off == ["accept-answer", "name-as", "show-look-alikes"]
    assert not photos.classes.menuAction().isEnabled()


def test_nothing_can_be_done_without_photos(named: PredictPage) -> None:
    named.clear()
    named.photo_actions.refresh()
    photos = named.photo_actions
    assert not any(each.isEnabled() for each in (*photos.deciding, *photos.looking, *photos.taking))


def test_selected_photos_are_copied_as_files(named: PredictPage) -> None:
    named.view.choose(np.array([0, 2]))
    action(named, "copy-photos").trigger()
    paths = [str(photo.path) for photo in named.view.grid.selected()]
    assert copied_files() == paths
    data = QGuiApplication.clipboard().mimeData()
    assert data is not None
    lines = bytes(data.data("x-special/gnome-copied-files").data()).decode().splitlines()
    assert lines[0] == "copy"
    assert lines[1].endswith("/New/a%20owl.jpg")
    action(named, "copy-photo-paths").trigger()
    assert QGuiApplication.clipboard().text() == "\n".join(paths)
    QGuiApplication.clipboard().clear()


def test_single_photo_is_copied_as_a_picture_too(qtbot: QtBot, named: PredictPage) -> None:
    action(named, "copy-photos").trigger()
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().image().width() == 64)
    assert copied_files() == [str(named.view.grid.selected()[0].path)]
    QGuiApplication.clipboard().clear()


def test_photo_is_shown_in_its_folder(named: PredictPage) -> None:
    manager = RecordingFileManager("darwin")
    named.photo_actions.file_manager = manager
    action(named, "show-named-photo-in-folder").trigger()
    assert manager.asked == [["/usr/bin/open", "-R", str(named.view.grid.selected()[0].path)]]


def test_photos_are_dragged_to_other_programs_as_files(
    qtbot: QtBot, named: PredictPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    dragged: list[list[str]] = []

    def take(drag: QDrag) -> None:
        data = drag.mimeData()
        dragged.append([url.fileName() for url in data.urls()])

    monkeypatch.setattr("tlgui.ui.grid.photo_drag.execute_drag", take)
    named.view.choose(np.array([0, 1]))
    viewport = named.view.grid.viewport()
    start = named.view.grid.visualRect(named.view.grid.photos.index(0)).center()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(viewport, start + QPoint(5, 0))
    qtbot.mouseMove(viewport, start + QPoint(60, 0))
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=start)
    if not dragged:
        pytest.fail("no drag has begun")
    assert dragged[0] == ["a owl.jpg", "b robin.jpg"]


def test_photos_are_taken_off_the_board_and_stay_on_the_disk(qtbot: QtBot, named: PredictPage) -> None:
    paths = [Path(path) for path in named.board.photos.paths]
    named.view.choose(np.array([0]))
    QTest.keyClicks(named.view.grid, "e")
    named.view.choose(np.array([1, 2]))
    QTest.keyClick(named.view.grid, Qt.Key.Key_Delete)
    assert names_shown(named) == ["a owl", "d owl", "e robin", "f broken"]
    assert selected(named) == ["d owl"]
    qtbot.waitUntil(lambda: named.view.pane.rows.tolist() == [1])
    assert all(path.exists() for path in paths)
    assert "2 photos are off this page; the files stay." in named.summary.text()
    qtbot.waitUntil(lambda: chips(named) == ["All 4", "owl 1", "robin 1", "wren 1", "unreadable 1", "yours 1"])
    assert answers(named)["a owl"] == "wren*"
    QTest.keyClicks(named.view.grid, "r")
    assert answers(named)["d owl"] == "robin*"


def test_u_puts_photos_back_before_it_takes_an_older_decision_back(qtbot: QtBot, named: PredictPage) -> None:
    named.view.choose(np.array([0]))
    QTest.keyClicks(named.view.grid, "e")
    named.view.choose(np.array([1, 2]))
    QTest.keyClick(named.view.grid, Qt.Key.Key_Delete)
    assert named.board.next_undo == "take 2 photos off this page"
    QTest.keyClicks(named.view.grid, "u")
    assert named.summary.text() == "Taken back: take 2 photos off this page."
    qtbot.waitUntil(lambda: {"b robin", "c wren"} <= set(names_shown(named)) and not named.board.is_naming)
    assert answers(named)["a owl"] == "wren*"
    QTest.keyClicks(named.view.grid, "u")
    qtbot.waitUntil(lambda: answers(named)["a owl"] == "owl 80 %")
    assert named.board.next_undo == ""


def test_last_photo_leaves_an_empty_page_for_others(qtbot: QtBot, named: PredictPage) -> None:
    paths = [Path(path) for path in named.board.photos.paths]
    named.view.grid.selectAll()
    action(named, "take-off-board").trigger()
    assert not named.has_predictions
    assert named.drop_here.isVisible()
    named.predict_paths(paths[1:3])
    qtbot.waitUntil(lambda: answers(named) == {"b robin": "robin 80 %", "c wren": "wren 80 %"}, timeout=20_000)


def test_photo_without_an_image_is_copied_as_a_file_alone(qtbot: QtBot, named: PredictPage) -> None:
    named.view.choose(np.array([5]))
    with qtbot.waitSignal(named.photo_actions.clipboard._loader.loaded) as loaded:
        action(named, "copy-photos").trigger()
    image = loaded.args[0] if loaded.args else None
    assert isinstance(image, QImage)
    assert image.isNull()
    assert copied_files() == [str(named.view.grid.selected()[0].path)]
    QGuiApplication.clipboard().clear()
