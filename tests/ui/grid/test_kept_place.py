"""What stays while the photos of a grid are replaced: selection, current photo and what is seen, by their keys."""

import pytest
from PySide6.QtCore import QItemSelectionModel
from pytestqt.qtbot import QtBot

from tests.ui.grid.plain_photos import MadePhotos, PlainDescriber, PlainPhoto
from tlgui.ui.grid.kept_place import runs
from tlgui.ui.grid.photo_grid import PhotoGrid

Grid = PhotoGrid[PlainPhoto]


@pytest.fixture
def grid(qtbot: QtBot) -> Grid:
    grid: Grid = PhotoGrid()
    qtbot.addWidget(grid)
    grid.resize(800, 600)
    grid.show()
    return grid


def show(grid: Grid, numbers: list[int]) -> MadePhotos:
    photos = MadePhotos(numbers)
    grid.show_items(photos, PlainDescriber())
    return photos


def selected(grid: Grid) -> list[str]:
    return [item.path.stem.lstrip("0") for item in grid.selected()]


def test_selection_and_current_photo_are_found_by_their_keys(grid: Grid) -> None:
    show(grid, list(range(1000)))
    grid.choose({3, 4, 700})
    assert grid.currentIndex().row() == 3
    show(grid, list(range(999, -1, -1)))
    assert selected(grid) == ["700", "4", "3"]
    assert grid.selected_rows() == [range(299, 300), range(995, 997)]
    current = grid.current()
    assert current is not None
    assert current.path.stem == "000003"
    # What is not there is selected no more, and comes back unselected.
    show(grid, [700, 5, 6])
    assert selected(grid) == ["700"]
    show(grid, list(range(1000)))
    assert selected(grid) == ["700"]


def test_photo_in_sight_stays_in_sight_when_others_come_before_it(grid: Grid) -> None:
    show(grid, list(range(500)))
    grid.scrollTo(grid.photos.index(250), PhotoGrid.ScrollHint.PositionAtTop)
    first = grid.photos.items.path(grid.first_seen())
    top = grid.visualRect(grid.photos.index(grid.first_seen())).top()
    show(grid, [*range(1000, 1400), *range(500)])
    row = next(iter(grid.photos.items.rows_of({int(first[-10:-4])})))
    assert grid.visualRect(grid.photos.index(row)).top() == top


def test_current_photo_is_followed_from_the_start_of_the_grid(grid: Grid) -> None:
    show(grid, list(range(500)))
    grid.choose({1})
    show(grid, [*range(1000, 1400), *range(500)])
    assert grid.viewport().rect().contains(grid.visualRect(grid.currentIndex()).center())


def test_grid_at_its_start_stays_there_without_a_current_photo(grid: Grid) -> None:
    show(grid, list(range(500)))
    show(grid, [*range(1000, 1400), *range(500)])
    assert grid.verticalScrollBar().value() == 0


def test_items_are_made_for_what_is_seen_alone(qtbot: QtBot, grid: Grid) -> None:
    photos = show(grid, list(range(100_000)))
    grid.selectAll()
    qtbot.waitUntil(lambda: photos.asked["items"] > 0)
    grid.viewport().grab()
    again = show(grid, list(range(100_000)))
    grid.viewport().grab()
    # The selection is the same in the same rows, and nothing is searched for.
    assert again.asked["searches"] == 0
    assert grid.selected_rows() == [range(100_000)]
    assert photos.asked["items"] + again.asked["items"] < 500


def test_many_scattered_photos_stay_selected(grid: Grid) -> None:
    numbers = list(range(20_000))
    show(grid, numbers)
    model = grid.selectionModel()
    model.select(grid.photos.index(7), QItemSelectionModel.SelectionFlag.Select)
    grid.choose(set(range(0, 20_000, 2)))
    show(grid, numbers[::2] + numbers[1::2])
    assert grid.selected_rows() == [range(10_000)]


def test_rows_are_joined_to_ranges() -> None:
    assert list(runs([])) == []
    assert list(runs([3])) == [range(3, 4)]
    assert list(runs([0, 1, 2, 5, 7, 8])) == [range(3), range(5, 6), range(7, 9)]
