"""The bar over the foot of the grid: it comes with a selection, and covers no photo that cannot be seen otherwise."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from tests.pictures import write_collection
from tests.ui.photos.conftest import choose_rows
from tests.ui.waiting import Open
from tlgui.ui.photos.photos_page import PhotosPage

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
Settle = Callable[[], None]


@pytest.fixture
def many(page: PhotosPage, tmp_path: Path, open_folder: Open) -> PhotosPage:
    open_folder(write_collection(tmp_path / "Birds", ["owl", "wren"], photos=40))
    return page


def bar_area(page: PhotosPage) -> QRect:
    bar, grid = page.browser.selection_bar, page.browser.grid
    return QRect(grid.viewport().mapFromGlobal(bar.mapToGlobal(QPoint())), bar.size())


def choose(page: PhotosPage, *rows: int) -> None:
    choose_rows(page, *rows)
    QApplication.processEvents()


def test_bar_comes_and_goes_with_the_selection(many: PhotosPage) -> None:
    bar = many.browser.selection_bar
    assert not bar.isVisible()
    choose(many, 0, 1)
    assert bar.isVisible()
    assert bar.about.text().startswith("2 of 80 photos selected")
    assert many.browser.grid.viewport().rect().contains(bar_area(many))
    many.browser.grid.clearSelection()
    QApplication.processEvents()
    assert not bar.isVisible()


def test_last_photo_can_be_scrolled_out_from_under_it(many: PhotosPage) -> None:
    grid = many.browser.grid
    choose(many, 79)
    grid.scrollTo(grid.photos.index(79))
    assert grid.visualRect(grid.photos.index(79)).bottom() < bar_area(many).top()


def test_photo_that_is_chosen_is_never_under_it(many: PhotosPage) -> None:
    grid = many.browser.grid
    columns = grid.columns()
    choose(many, 0)
    for _ in range(20):
        QTest.keyClick(grid, Qt.Key.Key_Down)
        QApplication.processEvents()
        assert not grid.visualRect(grid.currentIndex()).intersects(bar_area(many))
    assert grid.currentIndex().row() >= 80 - columns


def test_second_click_of_a_double_click_reaches_the_photo(qtbot: QtBot, many: PhotosPage) -> None:
    grid, bar = many.browser.grid, many.browser.selection_bar
    area = bar_area(many)
    bar._place()
    area = bar_area(many)
    under = next(row for row in range(80) if area.contains(grid.visualRect(grid.photos.index(row)).center()))
    place = grid.visualRect(grid.photos.index(under)).center()
    QTest.mouseClick(grid.viewport(), LEFT, NONE, place)
    QApplication.processEvents()
    assert not bar.isVisible()
    qtbot.waitUntil(bar.isVisible)
    # Once it is there, the photo has been scrolled out from under it.
    assert not grid.visualRect(grid.photos.index(under)).intersects(bar_area(many))


def test_it_offers_what_applies(many: PhotosPage, settle: Settle) -> None:
    buttons = many.browser.buttons
    choose(many, 0)
    assert buttons["leave_out"].isVisible()
    assert not buttons["use_again"].isVisible()
    QTest.mouseClick(buttons["leave_out"], LEFT)
    settle()
    QApplication.processEvents()
    assert buttons["use_again"].isVisible()
    assert not buttons["leave_out"].isVisible()


def test_with_large_text_it_leaves_room_for_the_photo(many: PhotosPage) -> None:
    buttons = many.browser.buttons
    choose(many, 0)
    assert buttons["open"].isVisible()
    font = many.font()
    font.setPointSizeF(2 * font.pointSizeF())
    many.setFont(font)
    many.resize(700, 520)
    QApplication.processEvents()
    choose(many, 1)
    assert buttons["move"].isVisible()
    assert not buttons["open"].isVisible()
    bar = many.browser.selection_bar
    # One line of buttons below the line about the photos; the others are in a menu.
    assert bar.height() < 2 * buttons["move"].height() + bar.about.height()
    assert [button.isVisible() for button in bar.findChildren(QToolButton)] == [True]
    font.setPointSizeF(font.pointSizeF() / 2)
    many.setFont(font)
    many.resize(1000, 800)
    QApplication.processEvents()
    assert buttons["open"].isVisible()


def test_tab_goes_from_the_grid_to_the_bar(qtbot: QtBot, many: PhotosPage) -> None:
    grid, buttons = many.browser.grid, many.browser.buttons
    many.activateWindow()
    choose(many, 0)
    grid.setFocus()
    qtbot.waitUntil(grid.hasFocus)
    for name in ("move", "leave_out", "bin"):
        QTest.keyClick(QApplication.focusWidget() or grid, Qt.Key.Key_Tab)
        assert buttons[name].hasFocus()
    # Where the bar goes, the keys are not lost.
    grid.clearSelection()
    QApplication.processEvents()
    assert grid.hasFocus()


def test_in_a_narrow_window_it_wraps_and_stays_whole(many: PhotosPage) -> None:
    many.resize(640, 600)
    choose(many, 0)
    bar = many.browser.selection_bar
    for button in many.browser.buttons.values():
        assert button.isHidden() or bar.rect().contains(button.geometry())
    assert many.browser.grid.viewport().rect().contains(bar_area(many))
