"""What screen readers are told of the grid, asked of Qt as they ask it; and Home and End in every list of the page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QAccessibleTableModelChangeEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.pictures import write_text
from tests.ui.grid.plain_photos import PlainDescriber, PlainPhoto, PlainSection, plain_photos
from tests.ui.photos.conftest import choose_rows
from tests.ui.waiting import Open
from tlgui.ui.grid.photo_grid import PhotoGrid
from tlgui.ui.grid.photo_list import ListedPhotos
from tlgui.ui.photos.photo_describer import PhotoDescriber
from tlgui.ui.photos.photo_items import PhotoItem
from tlgui.ui.photos.photos_page import PhotosPage

Name = QAccessible.Text.Name


@pytest.fixture
def opened(photos_page: PhotosPage, birds: Path, open_folder: Open) -> Iterator[PhotosPage]:
    write_text(birds / "owl" / "damaged.jpg")
    open_folder(birds)
    yield photos_page
    photos_page.browser.grid.photos.set_items(ListedPhotos(), None)


def interface(widget: QWidget) -> QAccessibleInterface:
    found = QAccessible.queryAccessibleInterface(widget)
    assert found is not None
    return found


class TestGrid:
    def test_it_is_a_list_of_photos_with_their_names_and_classes(self, opened: PhotosPage) -> None:
        grid = interface(opened.browser.grid)
        assert (grid.role(), grid.text(Name)) == (QAccessible.Role.List, "Photos")
        assert grid.childCount() == 30
        first = grid.child(0)
        assert first.role() == QAccessible.Role.ListItem
        assert first.text(Name).startswith("photo 000.jpg, owl, for training, 48 by 48 pixels")
        assert grid.indexOfChild(first) == 0
        assert grid.child(0) is first
        assert grid.child(30) is None

    def test_entry_lies_where_its_photo_is_shown(self, opened: PhotosPage) -> None:
        grid, shown = interface(opened.browser.grid), opened.browser.grid
        for row in (0, 3):
            area = shown.visualRect(shown.photos.index(row))
            place = shown.viewport().mapToGlobal(area.center())
            assert grid.child(row).rect().contains(place)
            found = grid.childAt(place.x(), place.y())
            assert found is not None
            assert grid.indexOfChild(found) == row
        outside = shown.viewport().mapToGlobal(QPoint(-5, -5))
        assert grid.childAt(outside.x(), outside.y()) is None

    def test_selection_is_told_and_can_be_changed(self, opened: PhotosPage) -> None:
        opened.view.table.choose(frozenset({"owl"}))
        choose_rows(opened, 1, 2, 5)
        grid = interface(opened.browser.grid)
        assert [row for row in range(10) if grid.child(row).state().selected] == [1, 2, 5]
        selection = grid.selectionInterface()
        assert selection is not None
        assert selection.selectedItemCount() == 3
        assert [grid.indexOfChild(item) for item in selection.selectedItems()] == [1, 2, 5]
        assert selection.unselect(grid.child(2))
        assert selection.select(grid.child(7))
        assert [item.path.name[6:9] for item in opened.browser.selected()] == ["001", "005", "007"]
        assert selection.clear()
        assert not opened.browser.has_selection()

    def test_focus_is_told(self, qtbot: QtBot, opened: PhotosPage, monkeypatch: pytest.MonkeyPatch) -> None:
        grid, told = opened.browser.grid, list[tuple[QAccessible.Event, int]]()
        opened.activateWindow()
        grid.setFocus()
        qtbot.waitUntil(grid.hasFocus)
        monkeypatch.setattr(
            QAccessible, "updateAccessibility", lambda event: told.append((event.type(), event.child()))
        )
        monkeypatch.setattr(QAccessible, "isActive", lambda: True)
        choose_rows(opened, 0)
        told.clear()
        QTest.keyClick(grid, Qt.Key.Key_Right)
        assert (QAccessible.Event.Focus, 1) in told
        assert (QAccessible.Event.Selection, 1) in told
        assert interface(grid).child(1).state().focused
        grid.selectAll()
        assert told[-1][0] == QAccessible.Event.SelectionWithin

    def test_interfaces_it_does_not_have_are_none(self, opened: PhotosPage) -> None:
        grid = opened.browser.grid
        assert interface(grid).textInterface() is None
        assert interface(grid).child(0).actionInterface() is None
        # Qt asks for a table when the photos change; where Python's answer is no address, the process ends.
        reset = QAccessibleTableModelChangeEvent.ModelChangeType.ModelReset
        QAccessible.updateAccessibility(QAccessibleTableModelChangeEvent(grid, reset))

    def test_empty_grid_says_why(self, opened: PhotosPage) -> None:
        filters = opened.browser.filters
        filters.text.setText("no such name")
        filters.text.returnPressed.emit()
        assert interface(opened.browser.grid).text(QAccessible.Text.Description).startswith("No photo is like that.")
        filters.clear_button.click()
        assert interface(opened.browser.grid).text(QAccessible.Text.Description) == ""

    def test_other_photos_have_other_entries(self, opened: PhotosPage) -> None:
        grid = interface(opened.browser.grid)
        last = grid.child(29)
        opened.view.table.choose(frozenset({"wren"}))
        assert grid.childCount() == 10
        assert ", wren, " in grid.child(0).text(Name)
        assert grid.child(29) is None
        del last

    def test_hundred_thousand_photos_cost_nothing_until_they_are_asked_for(self, qtbot: QtBot) -> None:
        shown: PhotoGrid[PhotoItem] = PhotoGrid()
        qtbot.addWidget(shown)
        photos = [PhotoItem(Path(f"/x/{number}.jpg"), "a") for number in range(100_000)]
        shown.show_items(ListedPhotos(photos), PhotoDescriber(Path("/x")))
        grid = interface(shown)
        assert grid.childCount() == 100_000
        assert grid.child(99_999).text(Name) == "99999.jpg, a, used"
        assert grid.child(99_999).state().offscreen
        shown.selectAll()
        selection = grid.selectionInterface()
        assert selection is not None
        assert selection.selectedItemCount() == 100_000

    def test_section_of_a_photo_is_told(self, qtbot: QtBot) -> None:
        shown: PhotoGrid[PlainPhoto] = PhotoGrid()
        qtbot.addWidget(shown)
        sections = [PlainSection("owl", 0, 3), PlainSection("wren", 3, 2)]
        shown.show_items(ListedPhotos(plain_photos(5)), PlainDescriber(), sections)
        grid = interface(shown)
        described = [grid.child(row).text(QAccessible.Text.Description) for row in range(5)]
        assert described == ["owl", "owl", "owl", "wren", "wren"]
        shown.show_items(ListedPhotos(plain_photos(5)), PlainDescriber())
        assert grid.child(0).text(QAccessible.Text.Description) == ""


def test_classes_and_problems_are_told(opened: PhotosPage) -> None:
    table = interface(opened.view.table)
    texts = [table.child(place).text(Name) for place in range(table.childCount())]
    assert "owl, 10 photos, 8 for training, 2 for validation" in texts
    badge = opened.view.header.badge
    assert interface(badge).text(Name).endswith("Open the list of problems")
    badge.panel.open_below()
    problems = interface(opened.view.findings)
    texts = [problems.child(place).text(Name) for place in range(problems.childCount())]
    assert any(text.startswith("Worth a look: ") for text in texts)
    badge.panel.close()


def test_home_and_end_go_to_the_ends_of_every_list(opened: PhotosPage) -> None:
    opened.view.header.badge.panel.open_below()
    lists: tuple[QAbstractItemView, ...] = (opened.browser.grid, opened.view.table, opened.view.findings)
    for shown in lists:
        rows = shown.model().rowCount()
        first = next(row for row in range(rows) if shown.model().index(row, 0).flags() & Qt.ItemFlag.ItemIsEnabled)
        for key, row in ((Qt.Key.Key_End, rows - 1), (Qt.Key.Key_Home, first)):
            QTest.keyClick(shown, key)
            QApplication.processEvents()
            assert shown.currentIndex().row() == row, shown
    opened.view.header.badge.panel.close()
