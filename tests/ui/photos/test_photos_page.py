"""The Photos page: the start page, a collection with its counts and its split, and what is said of it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QTableView
from pytestqt.qtbot import QtBot

from tests.pictures import write_collection, write_jpeg, write_split_collection
from tests.ui import waiting
from tests.ui.session.reviewing import LookGate
from tests.ui.waiting import shown
from tlgui.errors import StorageError
from tlgui.learning.recipes.recipe import SplitSettings
from tlgui.ui.photos.photos_page import PhotosPage
from tlgui.ui.session.session import Session
from tlgui.ui.session.settings import RECENT_FOLDERS, RECENT_MODELS, Settings
from tlgui.ui.session.worker import Job

Finish = Callable[[Session, Job], None]


@pytest.fixture
def page(qtbot: QtBot, session: Session, settings: Settings) -> Iterator[PhotosPage]:
    page = PhotosPage(session, settings)
    with shown(qtbot, page, 900, 600):
        yield page


def cells(table: QTableView) -> list[list[str]]:
    model = table.model()
    rows = range(1, model.rowCount())
    assert model.index(0, 0).data() == "All photos"
    return [[str(model.index(row, column).data()) for column in range(5)] for row in rows]


def click(button: QPushButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_empty_page_offers_what_to_do(qtbot: QtBot, page: PhotosPage) -> None:
    assert page.empty.isVisible()
    with qtbot.waitSignal(page.choose_requested):
        click(page.empty.choose_button)
    with qtbot.waitSignal(page.samples_requested):
        click(page.empty.samples_button)


def test_empty_page_offers_folders_and_models_used_before(
    qtbot: QtBot, session: Session, settings: Settings, tmp_path: Path
) -> None:
    folder, model = tmp_path / "a & b", tmp_path / "birds.tlmodel"
    folder.mkdir()
    model.write_bytes(b"")
    settings.add_recent(RECENT_FOLDERS, folder)
    settings.add_recent(RECENT_MODELS, model)
    page = PhotosPage(session, settings)
    qtbot.addWidget(page)
    page.show()
    buttons = {button.toolTip(): button for button in page.empty.findChildren(QPushButton)}
    with qtbot.waitSignal(page.folder_requested) as asked:
        click(buttons[str(folder)])
    assert asked.args == [folder]
    with qtbot.waitSignal(page.model_requested) as asked:
        click(buttons[str(model)])
    assert asked.args == [model]


def test_scanned_folder_is_shown_with_its_counts(
    page: PhotosPage, session: Session, birds: Path, finish: Finish
) -> None:
    finish(session, session.scan_folder(birds))
    view = page.view
    assert view.isVisible()
    assert view.header.summary.text() == "30 photos in 3 classes"
    assert cells(view.table) == [[name, "10", "8", "2", "0"] for name in ("owl", "robin", "wren")]
    assert "Training 24, Validation 6, Test 0" in view.split_bar.accessibleName()
    assert view.split_text.text().startswith("20 % of each class")
    assert view.next_button.isEnabled()
    assert view.advice.isHidden()
    assert page.browser.grid.photos.rowCount() == 30


def test_classes_can_be_sorted_by_count(page: PhotosPage, session: Session, birds: Path, finish: Finish) -> None:
    write_jpeg(birds / "wren" / "one more.jpg")
    finish(session, session.scan_folder(birds))
    page.view.table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    assert cells(page.view.table)[0][:2] == ["wren", "11"]


def test_changed_share_changes_the_counts(page: PhotosPage, session: Session, birds: Path, finish: Finish) -> None:
    finish(session, session.scan_folder(birds))
    page.hide()
    session.set_recipe(replace(session.recipe, split=SplitSettings(validation=0.5, test=0.2)))
    page.show()
    assert cells(page.view.table)[0] == ["owl", "10", "3", "5", "2"]


def test_folders_own_split_is_said_to_be_used(
    page: PhotosPage, session: Session, tmp_path: Path, finish: Finish
) -> None:
    finish(session, session.scan_folder(write_split_collection(tmp_path / "own", ["a", "b"], photos=4)))
    assert page.view.split_text.text().startswith("The folder's own division")
    assert cells(page.view.table)[0] == ["a", "12", "4", "4", "4"]
    session.set_recipe(replace(session.recipe, split=SplitSettings(use_own=False)))
    assert page.view.split_text.text().startswith("20 %")


def test_own_split_without_validation_says_what_is_cut(
    page: PhotosPage, session: Session, tmp_path: Path, finish: Finish
) -> None:
    folder = write_split_collection(tmp_path / "own", ["a", "b"], photos=10, parts=("train", "test"))
    finish(session, session.scan_folder(folder))
    assert "no validation photos, so 20 %" in page.view.split_text.text()
    assert cells(page.view.table)[0] == ["a", "20", "8", "2", "10"]


def test_one_class_says_what_to_add_and_cannot_go_on(
    page: PhotosPage, session: Session, tmp_path: Path, finish: Finish
) -> None:
    finish(session, session.scan_folder(write_collection(tmp_path / "one", ["alone"], photos=5)))
    assert page.view.advice.isVisible()
    assert "“alone”" in page.view.advice_text.text()
    assert not page.view.next_button.isEnabled()
    assert cells(page.view.table) == [["alone", "5", "—", "—", "—"]]


def test_empty_folder_is_shown_with_advice(page: PhotosPage, session: Session, tmp_path: Path, finish: Finish) -> None:
    folder = tmp_path / "nothing"
    folder.mkdir()
    finish(session, session.scan_folder(folder))
    assert page.view.header.summary.text() == "No photos to learn from"
    assert page.view.advice.isVisible()
    assert not page.view.table.isVisible()
    assert not page.browser.isVisible()
    assert not page.view.split_bar.isVisible()


def test_long_class_name_has_a_tooltip(page: PhotosPage, session: Session, tmp_path: Path, finish: Finish) -> None:
    name = "a name that goes on and on " * 6 + "end"
    finish(session, session.scan_folder(write_collection(tmp_path / "long", [name, "b"], photos=3)))
    table = page.view.table
    index = table.model().index(1, 0)
    assert str(index.data(Qt.ItemDataRole.ToolTipRole)).startswith(f"{name}\n3 photos")
    assert table.columnWidth(0) < page.width() // 2


def test_reading_again_asks_for_the_same_folder(
    qtbot: QtBot, page: PhotosPage, session: Session, birds: Path, finish: Finish
) -> None:
    finish(session, session.scan_folder(birds))
    with qtbot.waitSignal(page.folder_requested) as asked:
        page.view.header.refresh_action.trigger()
    assert asked.args == [birds]
    with qtbot.waitSignal(page.next_requested):
        click(page.view.next_button)


def test_nothing_can_be_chosen_while_a_folder_is_read(
    qtbot: QtBot, page: PhotosPage, session: Session, birds: Path
) -> None:
    job = session.scan_folder(birds)
    assert not page.empty.choose_button.isEnabled()
    with qtbot.waitSignal(session.job_ended):
        job.stop()
    assert page.view.header.choose_action.isEnabled()


def test_nothing_is_called_fine_before_every_photo_was_looked_at(
    qtbot: QtBot, page: PhotosPage, session: Session, tmp_path: Path, gate: LookGate
) -> None:
    birds = write_collection(tmp_path / "Birds", ["owl", "wren"], photos=20, size=250)
    texts: list[str] = []
    session.review.collection_listed.connect(lambda _collection: texts.append(page.view.header.badge.text_below.text()))
    gate.looked_at = 4711 * 57 // 100 + 1
    waiting.finish(qtbot, session.scan_folder(birds))
    assert set(texts) == {"Reading the photos. Problems are listed when this is done."}
    badge = page.view.header.badge
    qtbot.waitUntil(lambda: badge.text() == "Looking closer: 57 %")
    assert badge.text_below.text().startswith("Copies, dark and blurred photos are listed when")
    gate.open()
    qtbot.waitUntil(lambda: not session.review.is_looking)
    assert badge.text() == "No problems"
    assert badge.text_below.text() == "Nothing was found that needs fixing."


def test_photos_without_a_closer_look_are_counted(
    qtbot: QtBot, page: PhotosPage, session: Session, birds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **_options: object) -> None:
        raise StorageError("The disk is away.")

    monkeypatch.setattr("tlgui.ui.session.folder_reading.look_closer", fail)
    waiting.finish(qtbot, session.scan_folder(birds))
    qtbot.waitUntil(lambda: not session.review.is_looking)
    assert page.view.header.badge.text() == "1 problem so far"
    assert page.view.header.badge.text_below.text().startswith("30 photos could not be looked at closely.")
