"""The board and the watched folder that earlier versions kept are there again."""

from pathlib import Path

import pytest

from tests.earlier.installing import VERSIONS, card_photos, install
from tests.fakes import FakeEngine
from tests.ui.board.conftest import OpenWindow
from tests.ui.board.windows import words
from tlgui.photos.sorting.options import SortOptions
from tlgui.ui.watching.choice import WatchChoice

WITH_BOARDS = [version for version in VERSIONS if (version / "boards").exists()]

of_boards = pytest.mark.parametrize("version", WITH_BOARDS, ids=lambda path: path.name)


@pytest.fixture
def folder(version: Path, tmp_path: Path) -> Path:
    return install(version, tmp_path / "my photos")


def test_versions_with_a_board_are_among_them() -> None:
    assert [version.name for version in WITH_BOARDS][:1] == ["v0.4.0"]


@of_boards
def test_board_of_a_collection_is_there_again(folder: Path, fake_engine: FakeEngine, open_window: OpenWindow) -> None:
    blue, green, red = card_photos(folder.parent)
    window = open_window(folder)
    assert fake_engine.predictions.named == []
    assert window.keeper.words.endswith("photos are not named yet.")

    window.keeper.go_on()
    window.settle()

    assert window.board.photos.paths == [str(blue), str(red)]
    assert window.board.left_out == {str(green)}


@of_boards
def test_board_of_a_model_is_there_again(version: Path, folder: Path, open_window: OpenWindow) -> None:
    _blue, _green, red = card_photos(folder.parent)
    window = open_window(model=version / "models/small-cnn.tlmodel")
    assert window.keeper.words == "1 photo is not named yet."

    window.keeper.go_on()
    window.settle()

    assert window.board.photos.paths == [str(red)]


@of_boards
def test_watched_folder_is_offered_and_goes_on_where_it_stopped(
    folder: Path, fake_engine: FakeEngine, open_window: OpenWindow
) -> None:
    place = folder.parent
    _blue, green, red = card_photos(place)
    window = open_window(folder)
    assert window.watch.offered == WatchChoice(place / "card", sorting=SortOptions(place / "watched", not_sure=None))

    window.watch.watch_again()
    window.settle()
    window.look()

    assert words(window).startswith("Watching “card”: 2 new photos named")
    assert sorted(fake_engine.predictions.named) == [green, red]
    assert (place / "watched").is_dir()
    assert not list(place.glob("watched/**/blue.jpg"))
