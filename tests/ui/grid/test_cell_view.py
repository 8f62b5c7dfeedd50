"""A grid in sections: headings, keyboard, mouse, and what stays at the top."""

import pytest
from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.grid.plain_photos import MadePhotos, PlainDescriber, PlainPhoto, in_sections
from tlgui.ui.grid.photo_grid import PhotoGrid

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Grid = PhotoGrid[PlainPhoto]
COUNTS = (2, 30, 7, 61)


@pytest.fixture
def grid(qtbot: QtBot) -> Grid:
    """Return a grid of 100 photos in four sections."""
    grid: Grid = PhotoGrid()
    qtbot.addWidget(grid)
    grid.resize(800, 600)
    grid.show()
    grid.setFocus()
    qtbot.waitUntil(grid.hasFocus)
    grid.show_items(MadePhotos(range(sum(COUNTS))), PlainDescriber(), in_sections(*COUNTS))
    return grid


def heading(grid: Grid, number: int) -> QPoint:
    """Return a place on a heading."""
    return QPoint(300, grid.cell_lines().heading_top(number) - grid.verticalOffset() + 5)


def place(grid: Grid, row: int) -> QPoint:
    return grid.visualRect(grid.photos.index(row)).center()


def test_cells_are_found_below_their_headings(grid: Grid) -> None:
    assert grid.heading_at(heading(grid, 0).y()) == 0
    assert grid.heading_at(heading(grid, 1).y()) == 1
    assert not grid.indexAt(heading(grid, 1)).isValid()
    for row in (0, 1, 2, 3):
        assert grid.indexAt(place(grid, row)).row() == row
        assert grid.heading_at(place(grid, row).y()) is None


def test_click_on_a_heading_selects_its_section_and_ctrl_adds(grid: Grid) -> None:
    QTest.mouseClick(grid.viewport(), LEFT, NONE, heading(grid, 1))
    assert grid.selected_rows() == [range(2, 32)]
    assert grid.currentIndex().row() == 2
    QTest.mouseClick(grid.viewport(), LEFT, CTRL, heading(grid, 0))
    assert grid.selected_rows() == [range(32)]
    QTest.mouseClick(grid.viewport(), LEFT, NONE, heading(grid, 0))
    assert grid.selected_rows() == [range(2)]


def test_mouse_that_moves_from_a_heading_selects_nothing_else(grid: Grid) -> None:
    QTest.mouseClick(grid.viewport(), LEFT, NONE, place(grid, 0))
    QTest.mousePress(grid.viewport(), LEFT, NONE, heading(grid, 1))
    QTest.mouseMove(grid.viewport(), place(grid, 0))
    QTest.mouseRelease(grid.viewport(), LEFT, NONE, place(grid, 0))
    assert grid.selected_rows() == [range(2, 32)]


def test_arrows_cross_headings_and_what_they_reach_is_not_covered(grid: Grid) -> None:
    grid.setCurrentIndex(grid.photos.index(1))
    rows = [1]
    while rows[-1] < 99 and len(rows) < 100:
        QTest.keyClick(grid, Qt.Key.Key_Down)
        rows.append(grid.currentIndex().row())
        area = grid.visualRect(grid.currentIndex())
        assert area.top() >= grid.heading_height
        assert area.bottom() < grid.viewport().height()
        if rows[-1] == rows[-2]:
            break
    columns = grid.columns()
    assert rows[:3] == [1, 3, 3 + columns]
    assert rows[-1] // columns >= 99 // columns - 1
    while grid.currentIndex().row() > 1:
        QTest.keyClick(grid, Qt.Key.Key_PageUp)
        assert grid.visualRect(grid.currentIndex()).top() >= grid.heading_height


def test_shift_selects_across_headings(grid: Grid) -> None:
    QTest.mouseClick(grid.viewport(), LEFT, NONE, place(grid, 0))
    QTest.mouseClick(grid.viewport(), LEFT, SHIFT, place(grid, 3))
    assert grid.selected_rows() == [range(4)]
    QTest.keyClick(grid, Qt.Key.Key_End, SHIFT)
    assert grid.selected_rows() == [range(100)]


def test_rubber_band_selects_in_several_sections(grid: Grid) -> None:
    QTest.mousePress(grid.viewport(), LEFT, NONE, QPoint(1, grid.heading_height + 1))
    QTest.mouseMove(grid.viewport(), place(grid, 0))
    QTest.mouseMove(grid.viewport(), place(grid, 3))
    QTest.mouseRelease(grid.viewport(), LEFT, NONE, place(grid, 3))
    assert grid.selected_rows() == [range(4)]


def test_heading_of_what_is_seen_stays_at_the_top_and_is_pushed_out_by_the_next(grid: Grid) -> None:
    bar, lines = grid.verticalScrollBar(), grid.cell_lines()
    bar.setValue(lines.heading_top(1) + 300)
    assert grid.heading_at(0) == 1
    assert grid.heading_at(grid.heading_height - 1) == 1
    assert not grid.indexAt(QPoint(place(grid, 2).x(), 5)).isValid()
    QTest.mouseClick(grid.viewport(), LEFT, NONE, QPoint(300, 5))
    assert grid.selected_rows() == [range(2, 32)]
    bar.setValue(lines.heading_top(2) - 10)
    assert grid.heading_at(5) == 1
    assert grid.heading_at(15) == 2


def on_screen(grid: Grid) -> QImage:
    return grid.screen().grabWindow(grid.winId()).toImage().convertToFormat(QImage.Format.Format_RGB32)


def test_what_is_scrolled_looks_as_if_it_were_painted_anew(qtbot: QtBot, grid: Grid) -> None:
    bar = grid.verticalScrollBar()
    grid.select_section(1, adds=False)
    # The dots of the frame around the current photo begin elsewhere where it is cut.
    grid.selectionModel().setCurrentIndex(QModelIndex(), QItemSelectionModel.SelectionFlag.NoUpdate)
    qtbot.waitUntil(lambda: len(grid._loader._cache) > 0)
    for step in (3, 40, -7, 200, 55, -90, bar.pageStep(), -1, 1, 20, 20, 20):
        bar.setValue(bar.value() + step)
        QApplication.processEvents()
        qtbot.waitUntil(lambda: not (grid._loader._running or grid._loader._waiting or grid._arrivals._paths))
        QApplication.processEvents()
        painted = grid.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        assert on_screen(grid) == painted


def test_heading_is_marked_where_all_of_its_photos_are_selected(grid: Grid) -> None:
    QTest.mouseClick(grid.viewport(), LEFT, NONE, place(grid, 0))
    spot = QPoint(700, heading(grid, 0).y())
    before = grid.viewport().grab().toImage().pixelColor(spot)
    QTest.mouseClick(grid.viewport(), LEFT, CTRL, place(grid, 1))
    assert grid.viewport().grab().toImage().pixelColor(spot) != before


def test_photos_that_come_are_added_without_moving_anything(qtbot: QtBot, grid: Grid) -> None:
    grid.select_section(1, adds=False)
    grid.verticalScrollBar().setValue(150)
    bottom = grid.cell_lines().bottom
    grid.append_items(MadePhotos(range(200)), in_sections(2, 30, 7, 61, 100))
    assert grid.photos.rowCount() == 200
    assert grid.cell_lines().bottom > bottom
    assert grid.selected_rows() == [range(2, 32)]
    assert (grid.currentIndex().row(), grid.verticalScrollBar().value()) == (2, 150)
    photos = MadePhotos(range(300))
    grid.append_items(photos)
    assert photos.asked.total() == 0
    assert grid.cell_lines().heading == 0
    with qtbot.waitSignal(grid.selection_changed):
        grid.selectAll()
    assert grid.selected_rows() == [range(300)]


def test_five_thousand_sections_are_found_at_once(grid: Grid) -> None:
    counts = [20] * 5000
    photos = MadePhotos(range(100_000))
    sections = [*in_sections(*counts[:10])]
    sections += [type(sections[0])(f"section {number}", 20 * number, 20) for number in range(10, 5000)]
    grid.show_items(photos, PlainDescriber(), sections)
    QTest.keyClick(grid, Qt.Key.Key_End)
    assert grid.verticalScrollBar().value() == grid.verticalScrollBar().maximum()
    assert grid.heading_at(0) in range(4990, 5000)
    assert grid.section_of(99_999) is sections[-1]
    grid.viewport().grab()
    assert photos.asked["items"] < 200
