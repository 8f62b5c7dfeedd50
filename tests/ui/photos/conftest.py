"""The Photos page over the fake engine, and what drives it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.waiting import shown
from tlgui.ui.photos.photos_page import PhotosPage
from tlgui.ui.session.session import Session
from tlgui.ui.session.settings import Settings

Open = Callable[[Path], None]


def choose_rows(page: PhotosPage, *rows: int) -> None:
    """Select photos of the grid by their places; the keyboard is then at the last of them."""
    grid = page.browser.grid
    grid.clearSelection()
    for row in rows:
        index = grid.photos.index(row)
        grid.selectionModel().select(index, grid.selectionModel().SelectionFlag.Select)
        grid.selectionModel().setCurrentIndex(index, grid.selectionModel().SelectionFlag.NoUpdate)


@pytest.fixture
def page(qtbot: QtBot, session: Session, settings: Settings) -> Iterator[PhotosPage]:
    page = PhotosPage(session, settings)
    with shown(qtbot, page, 1000, 800):
        yield page


@pytest.fixture
def settle(qtbot: QtBot, session: Session) -> Callable[[], None]:
    """Return a function that waits until nothing is under way, not behind the scenes either."""

    def wait() -> None:
        qtbot.waitUntil(lambda: not session.is_busy and not session.review.is_looking, timeout=20_000)

    return wait


@pytest.fixture
def open_folder(session: Session, settle: Callable[[], None]) -> Open:
    """Return a function that opens a folder and waits until everything is known of it."""

    def open_and_wait(folder: Path) -> None:
        session.scan_folder(folder)
        settle()

    return open_and_wait
