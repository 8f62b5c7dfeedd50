"""What happens to files and folders dropped on the window, as real drop events."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.pictures import write_collection, write_jpeg
from tests.ui.dragging import MOVE, drop_data, enter_at, files_data, place_of
from tests.ui.shell.driving import action, drop, open_folder, train
from tlgui.progress import Progress
from tlgui.ui.grid.photo_drag import MIME_TYPE
from tlgui.ui.shell.main_window import MainWindow
from tlgui.ui.shell.step_list import Step


@pytest.mark.parametrize("where", ["photos", "train", "results"])
def test_dropped_folder_is_opened(qtbot: QtBot, window: MainWindow, birds: Path, where: str) -> None:
    page = getattr(window.pages, where)
    window.show_step({"photos": 0, "train": 1, "results": 2}[where])
    with qtbot.waitSignal(window.session.collection_changed):
        assert drop(page, birds)
    assert window.steps.current() is Step.PHOTOS


def test_dropped_file_or_several_folders_say_what_to_drop(window: MainWindow, birds: Path, tmp_path: Path) -> None:
    photo = write_jpeg(tmp_path / "a.jpg")
    assert drop(window.pages.photos, photo)
    assert "“a.jpg” is not a folder" in window.messages.message.text()
    assert drop(window.pages.photos, birds / "owl", birds / "wren")
    assert "one folder" in window.messages.hint.text()
    assert not window.session.is_busy


def test_words_are_not_taken(window: MainWindow) -> None:
    data = QMimeData()
    data.setText("words")
    for widget in (window, window.pages.photos, window.pages.predict):
        assert not enter_at(widget, data)


def test_folder_dropped_on_the_start_page_is_opened(qtbot: QtBot, window: MainWindow, birds: Path) -> None:
    start_page = window.pages.photos.empty
    assert start_page.isVisible()
    for widget in (start_page, start_page.choose_button, start_page.heading, window.steps):
        assert enter_at(widget, files_data(birds))
    with qtbot.waitSignal(window.session.collection_changed):
        assert drop(start_page.choose_button, birds)


def test_folder_dropped_on_the_class_table_is_opened(
    qtbot: QtBot, window: MainWindow, birds: Path, tmp_path: Path
) -> None:
    open_folder(qtbot, window, birds)
    other = write_collection(tmp_path / "Trees", ["ash", "oak"], photos=3)
    with qtbot.waitSignal(window.session.collection_changed):
        assert drop(window.pages.photos.view.table.viewport(), other)
    assert window.session.collection is not None
    assert window.session.collection.folder == other


def test_photos_dragged_from_the_grid_are_taken_by_no_page(window: MainWindow) -> None:
    data = QMimeData()
    data.setData(MIME_TYPE, b"a mark")
    pages = window.pages
    for page in (pages.photos, pages.train, pages.results, pages.predict):
        assert not enter_at(page, data, actions=MOVE)


def test_dropped_model_is_opened_wherever_it_falls(qtbot: QtBot, window: MainWindow, birds: Path) -> None:
    path = train(qtbot, window, birds)
    pages = window.pages
    for page in (pages.photos, pages.train, pages.results, pages.predict):
        window.show_step(Step.TRAIN)
        window.messages.clear()
        qtbot.waitUntil(lambda: not window.session.is_busy)
        with qtbot.waitSignal(window.session.model_changed):
            assert drop(page, path)
        assert window.steps.current() is Step.PREDICT
        assert "is open" in window.messages.message.text()


def test_model_dropped_on_the_row_of_a_class_is_opened(qtbot: QtBot, window: MainWindow, birds: Path) -> None:
    path = train(qtbot, window, birds)
    window.show_step(Step.PHOTOS)
    table = window.pages.photos.view.table
    with qtbot.waitSignal(window.session.model_changed):
        assert drop_data(table.viewport(), files_data(path), place_of(table, "wren"))


def test_drop_while_busy_says_so(qtbot: QtBot, window: MainWindow, fake_engine: FakeEngine, birds: Path) -> None:
    open_folder(qtbot, window, birds)
    gate = fake_engine.pause_before(Progress)
    action(window, "start").trigger()
    qtbot.waitUntil(lambda: gate.is_reached)
    drop(window.pages.photos, birds)
    assert "still under way" in window.messages.message.text()
    with qtbot.waitSignal(window.session.job_ended):
        action(window, "stop").trigger()
