"""Reviewing and mending a collection: choosing, filtering, leaving out, moving, undoing."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QMessageBox
from pytestqt.qtbot import QtBot

from tests.pictures import write_collection, write_jpeg, write_split_collection, write_text
from tests.ui.file_managers import RecordingFileManager
from tests.ui.photos.conftest import choose_rows
from tests.ui.waiting import Open
from tlgui.photos.collection import Collection
from tlgui.photos.health.findings import Finding, FindingKind, Severity
from tlgui.ui.photos.move_dialog import MoveDialog
from tlgui.ui.photos.photo_items import PhotoOrder, PhotoUse
from tlgui.ui.photos.photos_page import PhotosPage
from tlgui.ui.session.session import Session

LEFT = Qt.MouseButton.LeftButton
Settle = Callable[[], None]


def shown(page: PhotosPage) -> list[str]:
    return [item.path.name for item in page.browser.grid.photos.items]


def press(button: QAbstractButton) -> None:
    # A change of the selection reaches the buttons with the next turn of the event loop.
    QApplication.processEvents()
    assert button.isVisible()
    assert button.isEnabled()
    QTest.mouseClick(button, LEFT)


def used(session: Session) -> set[str]:
    assert session.collection is not None
    return {f"{photo.path.parent.name}/{photo.path.name}" for photo in session.collection.photos()}


def findings(session: Session) -> dict[FindingKind, Finding]:
    return {finding.kind: finding for finding in session.review.report.findings}


def test_class_is_chosen_and_its_photos_are_shown(page: PhotosPage, birds: Path, open_folder: Open) -> None:
    open_folder(birds)
    assert len(shown(page)) == 30
    page.view.table.choose(frozenset({"owl"}))
    assert len(shown(page)) == 10
    assert not page.browser.filters.classes.isEnabled()
    assert page.browser.filters.classes.currentText() == "owl"
    page.view.table.choose(frozenset({"owl", "wren"}))
    assert {item.class_name for item in page.browser.grid.photos.items} == {"owl", "wren"}
    page.view.table.choose(frozenset({"owl"}))
    QTest.keyClick(page.view.table, Qt.Key.Key_Up)
    assert len(shown(page)) == 30


def test_photos_are_filtered_by_name_use_and_order(
    qtbot: QtBot, page: PhotosPage, birds: Path, open_folder: Open
) -> None:
    open_folder(birds)
    filters = page.browser.filters
    page.activateWindow()
    filters.text.setFocus()
    qtbot.waitUntil(filters.text.hasFocus)
    QTest.keyClicks(filters.text, "003")
    qtbot.waitUntil(lambda: shown(page) == ["photo 003.jpg"] * 3)
    QTest.keyClick(filters.text, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: len(shown(page)) == 30)
    filters.use.setCurrentIndex(list(PhotoUse).index(PhotoUse.VALIDATION))
    assert len(shown(page)) == 6
    filters.use.setCurrentIndex(list(PhotoUse).index(PhotoUse.TEST))
    assert page.browser.nothing.isVisible()
    filters.use.setCurrentIndex(0)
    filters.descending.click()
    assert shown(page)[0] == "photo 009.jpg"


def test_finding_shows_its_photos_and_its_button_mends_it(
    page: PhotosPage, session: Session, birds: Path, open_folder: Open, settle: Settle
) -> None:
    shutil.copy(birds / "owl" / "photo 001.jpg", birds / "owl" / "photo 001 (2).jpg")
    open_folder(birds)
    page.view.findings.choose(FindingKind.COPIES)
    assert sorted(shown(page)) == ["photo 001 (2).jpg", "photo 001.jpg"]
    bar = page.browser.finding_bar
    assert bar.isVisible()
    assert bar.title.text() == findings(session)[FindingKind.COPIES].title
    assert page.browser.filters.order.currentData() is PhotoOrder.TOGETHER
    assert not page.view.table.selectionModel().hasSelection()
    press(bar.button)
    settle()
    assert len(used(session)) == 30
    assert (birds / "owl" / "photo 001 (2).jpg").exists()
    assert FindingKind.COPIES not in findings(session)
    page.view.findings.choose(FindingKind.LEFT_OUT)
    assert shown(page) == ["photo 001 (2).jpg"]
    press(bar.button)
    settle()
    assert len(used(session)) == 31


def test_photos_are_left_out_and_used_again(
    page: PhotosPage, session: Session, birds: Path, open_folder: Open, settle: Settle
) -> None:
    open_folder(birds)
    page.view.table.choose(frozenset({"owl"}))
    choose_rows(page, 1, 2)
    press(page.browser.buttons["leave_out"])
    settle()
    assert "owl/photo 001.jpg" not in used(session)
    # They stay shown and selected, so that the step is easy to take back.
    assert [item.is_left_out for item in list(page.browser.grid.photos.items)[:4]] == [False, True, True, False]
    assert not page.browser.can_leave_out()
    press(page.browser.buttons["use_again"])
    settle()
    assert len(used(session)) == 30


def test_photos_move_to_the_class_that_is_chosen(
    page: PhotosPage, session: Session, birds: Path, open_folder: Open, settle: Settle
) -> None:
    open_folder(birds)
    page.view.table.choose(frozenset({"owl"}))
    choose_rows(page, 0)
    press(page.browser.buttons["move"])
    dialog = page.findChild(MoveDialog)
    assert dialog is not None
    offered = [dialog.classes.item(row) for row in range(dialog.classes.count())]
    assert [item.text() for item in offered if not item.isHidden()] == ["robin", "wren"]
    QTest.keyClicks(dialog.search, "WR")
    QTest.keyClick(dialog.search, Qt.Key.Key_Return)
    settle()
    # The class has a photo of that name already.
    assert {"wren/photo 000.jpg", "wren/photo 000 (2).jpg"} <= used(session)
    assert not (birds / "owl" / "photo 000.jpg").exists()
    session.review.undo()
    settle()
    assert (birds / "owl" / "photo 000.jpg").exists()


@pytest.mark.usefixtures("isolated_home")
def test_bin_is_asked_about_first(page: PhotosPage, birds: Path, open_folder: Open, settle: Settle) -> None:
    open_folder(birds)
    page.view.table.choose(frozenset({"owl"}))
    choose_rows(page, 0, 1)
    for is_sure in (False, True):
        page.browser.move_to_bin()
        box = next(box for box in page.findChildren(QMessageBox) if box.isVisible())
        assert box.text() == "Move 2 files to the bin?"
        role = QMessageBox.ButtonRole.AcceptRole if is_sure else QMessageBox.ButtonRole.RejectRole
        press(next(button for button in box.buttons() if box.buttonRole(button) is role))
        settle()
        assert (birds / "owl" / "photo 000.jpg").exists() is not is_sure


def test_file_itself_is_shown_in_its_folder(
    page: PhotosPage, birds: Path, open_folder: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_folder(birds)
    page.view.table.choose(frozenset({"owl"}))
    choose_rows(page, 3)
    manager = RecordingFileManager("darwin")
    monkeypatch.setattr(page.browser, "file_manager", manager)
    press(page.browser.buttons["reveal"])
    assert manager.asked == [["/usr/bin/open", "-R", str(birds / "owl" / "photo 003.jpg")]]


def test_files_outside_the_classes_are_shown_with_their_finding(
    page: PhotosPage, session: Session, birds: Path, open_folder: Open
) -> None:
    write_text(birds / "owl" / "list.jpg")
    write_jpeg(birds / "stray.jpg")
    open_folder(birds)
    page.view.findings.choose(FindingKind.UNREADABLE)
    assert shown(page) == ["list.jpg"]
    choose_rows(page, 0)
    assert not page.browser.can_leave_out()
    assert page.browser.can_bin()
    page.view.findings.choose(FindingKind.ROOT_PHOTOS)
    assert shown(page) == ["stray.jpg"]
    page.browser.copy_list()
    assert QGuiApplication.clipboard().text() == str(birds / "stray.jpg")
    rows = page.view.findings.findings
    spoken = [str(rows.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)) for row in range(rows.rowCount())]
    severities = {finding.severity for finding in session.review.report.findings}
    assert {"Fix this first"} & set(spoken) if Severity.HARM in severities else True
    assert any(text.endswith(findings(session)[FindingKind.UNREADABLE].title) and ": " in text for text in spoken)


def test_problem_narrows_a_class(page: PhotosPage, birds: Path, open_folder: Open) -> None:
    for name in ("owl", "wren"):
        shutil.copy(birds / name / "photo 001.jpg", birds / name / "copy.jpg")
    open_folder(birds)
    page.view.table.choose(frozenset({"owl"}))
    problem = page.browser.filters.problem
    texts = [problem.itemText(place) for place in range(problem.count())]
    place = next(place for place, text in enumerate(texts) if text.startswith("Copies"))
    problem.setCurrentIndex(place)
    assert sorted(shown(page)) == ["copy.jpg", "photo 001.jpg"]
    assert {item.class_name for item in page.browser.grid.photos.items} == {"owl"}
    page.view.table.choose(frozenset({"robin"}))
    assert len(shown(page)) == 10


def test_class_is_shown_under_another_name(
    qtbot: QtBot, page: PhotosPage, session: Session, birds: Path, open_folder: Open, settle: Settle
) -> None:
    open_folder(birds)
    table = page.view.table
    table.choose(frozenset({"owl"}))
    assert page.can_rename_class()
    table.rename()
    editor = table.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    QTest.keyClicks(editor, "Tawny owl")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: session.collection is not None and "Tawny owl" in session.collection.class_names)
    settle()
    assert (birds / "owl").is_dir()
    row = next(row for row in table.rows_model.rows if row.name == "Tawny owl")
    tooltip = table.rows_model.index(table.rows_model.rows.index(row), 0).data(Qt.ItemDataRole.ToolTipRole)
    assert tooltip == "Tawny owl\nThe folder is called owl\n10 photos: 8 for training, 2 for validation"
    # It stays the chosen one.
    assert table.chosen_classes() == {"Tawny owl"}
    assert len(shown(page)) == 10


def test_all_photos_stay_at_the_top_however_classes_are_sorted(
    page: PhotosPage, birds: Path, open_folder: Open
) -> None:
    write_jpeg(birds / "owl" / "one more.jpg")
    open_folder(birds)
    for column in (0, 1):
        for order in Qt.SortOrder:
            page.view.table.sortByColumn(column, order)
            assert page.view.table.model().index(0, 0).data() == "All photos"
    assert page.view.table.model().index(1, 0).data() == "owl"


def test_changes_on_disk_are_offered(
    qtbot: QtBot, page: PhotosPage, session: Session, birds: Path, open_folder: Open
) -> None:
    open_folder(birds)
    assert page.view.notice.isHidden()
    (birds / "owl" / "photo 001.jpg").unlink()
    for number in range(2):
        write_jpeg(birds / "owl" / f"new {number}.jpg", seed=number)
    page.check_disk()
    qtbot.waitUntil(page.view.notice.isVisible)
    assert page.view.notice.text.text() == "The folder has changed since it was read: 2 new photos, 1 gone."
    with qtbot.waitSignal(page.folder_requested) as asked:
        press(page.view.notice.button)
    assert asked.args == [birds]
    open_folder(birds)
    assert page.view.notice.isHidden()
    assert "owl/new 1.jpg" in used(session)


def test_folders_own_split_can_be_switched_off(
    page: PhotosPage, session: Session, tmp_path: Path, open_folder: Open
) -> None:
    open_folder(write_split_collection(tmp_path / "own", ["a", "b"], photos=4))
    box, table = page.view.own_split, page.view.table
    assert not box.isVisible()
    assert [table.isColumnHidden(column) for column in range(5)] == [False, False, True, True, True]
    press(page.view.parts_button)
    assert box.isVisible()
    assert box.isChecked()
    assert not table.isColumnHidden(4)
    press(box)
    assert session.recipe.split.use_own is False
    assert page.view.split_text.text().startswith("20 %")
    assert table.isColumnHidden(4)


def test_folder_without_parts_offers_no_switch(page: PhotosPage, birds: Path, open_folder: Open) -> None:
    open_folder(birds)
    assert page.view.own_split.isHidden()


def test_names_are_shown_while_photos_are_still_read(
    qtbot: QtBot, page: PhotosPage, session: Session, birds: Path, open_folder: Open, tmp_path: Path
) -> None:
    open_folder(birds)
    other = write_collection(tmp_path / "Trees", ["ash", "oak"], photos=3)
    job = session.scan_folder(other)
    seen: list[tuple[str, int, bool]] = []

    def note(_collection: Collection) -> None:
        seen.append((page.view.header.summary.text(), len(shown(page)), page.browser.can_bin()))

    session.review.collection_listed.connect(note)
    session.review.collection_listed.connect(job.stop)
    qtbot.waitUntil(lambda: not session.is_busy)
    if session.collection is not None and session.collection.folder == birds:
        # Stopped before its end, so the collection before is shown again.
        assert page.view.header.summary.text() == "30 photos in 3 classes"
        assert len(shown(page)) == 30
    assert seen[0][0].startswith("Reading: ")
    assert page.view.header.heading.text() in {"Birds", "Trees"}
    assert seen[0][1] == 6
    assert not seen[0][2]


def test_photo_is_seen_large_and_the_keys_go_on(
    qtbot: QtBot, page: PhotosPage, session: Session, birds: Path, open_folder: Open, settle: Settle
) -> None:
    write_jpeg(birds / "owl" / "photo 000.jpg", 1600, 1200)
    open_folder(birds)
    page.view.table.choose(frozenset({"owl"}))
    choose_rows(page, 0)
    press(page.browser.buttons["open"])
    view = page.browser.opener.view
    assert view is not None
    qtbot.waitUntil(lambda: view.canvas._picture.pixmap().width() > 100)
    assert view.windowTitle() == "photo 000.jpg (1 of 10)"
    assert "1,600 by 1,200 pixels" in view.about.text()
    assert view.canvas.transform().m11() < 1
    press(view.size_button)
    qtbot.waitUntil(lambda: view.canvas._picture.pixmap().width() == 1600)
    assert view.canvas.transform().m11() == 1
    QTest.keyClick(view.canvas, Qt.Key.Key_Right)
    assert view.windowTitle() == "photo 001.jpg (2 of 10)"
    assert not view.size_button.isChecked()
    assert page.browser.grid.currentIndex().row() == 1
    press(view.leave_out_button)
    settle()
    assert view.use_again_button.isVisible()
    assert "owl/photo 001.jpg" not in used(session)
    QTest.keyClick(view.canvas, Qt.Key.Key_Left)
    QTest.keyClick(view.canvas, Qt.Key.Key_Left)
    assert view.windowTitle() == "photo 000.jpg (1 of 10)"
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert not view.isVisible()
