"""The Photos page over the fake engine, and a function that selects photos in it."""

import pytest

from tlgui.ui.photos.photos_page import PhotosPage


def choose_rows(page: PhotosPage, *rows: int) -> None:
    """Select photos of the grid by their rows; the last one becomes the current one."""
    grid = page.browser.grid
    grid.clearSelection()
    for row in rows:
        index = grid.photos.index(row)
        grid.selectionModel().select(index, grid.selectionModel().SelectionFlag.Select)
        grid.selectionModel().setCurrentIndex(index, grid.selectionModel().SelectionFlag.NoUpdate)


@pytest.fixture
def page(photos_page: PhotosPage) -> PhotosPage:
    return photos_page
