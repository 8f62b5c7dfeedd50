"""The most similar photos of the collection, and why there are none."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.pictures import write_collection
from tests.ui.predict.named_boards import fill_board, look_of_class, named, scores_of
from tests.ui.waiting import Open
from tlgui.learning.results import PhotosPredicted
from tlgui.ui.board.board import Board
from tlgui.ui.predict.similar_photos import SimilarPhotos
from tlgui.ui.session.session import Session


@pytest.fixture
def board(qtbot: QtBot, trained: Session, tmp_path: Path) -> Board:
    """An owl, and a photo whose look the model does not tell."""
    board = Board(trained, trained)
    new = tmp_path / "New"
    new.mkdir()
    predictions = [
        named(new / "1.jpg", scores_of(owl=0.93, wren=0.07), look_of_class(0)),
        named(new / "22.jpg", scores_of(owl=0.9, wren=0.1)),
    ]
    fill_board(qtbot, trained, board, predictions)
    return board


@pytest.fixture
def similar(qtbot: QtBot, trained: Session, board: Board) -> SimilarPhotos:
    similar = SimilarPhotos(trained, board)
    qtbot.addWidget(similar)
    similar.resize(400, 120)
    return similar


def test_most_similar_photos_are_shown_with_their_class(qtbot: QtBot, similar: SimilarPhotos) -> None:
    similar.show_row(0)
    qtbot.waitUntil(lambda: similar.words.isHidden(), timeout=20_000)

    assert [tile.caption for tile in similar.tiles.tiles] == ["owl"] * 5
    assert not similar.isHidden()
    assert similar.tiles.accessibleName().startswith("owl: photo ")


def test_photo_of_unknown_look_has_none(similar: SimilarPhotos) -> None:
    similar.show_row(1)
    assert similar.isHidden()
    similar.show_row(None)
    assert similar.isHidden()


def test_collection_that_is_looked_through_says_how_far(
    qtbot: QtBot, similar: SimilarPhotos, trained: Session, fake_engine: FakeEngine, birds: Path
) -> None:
    gate = fake_engine.pause_before(PhotosPredicted)
    trained.predict((birds / "owl",))
    qtbot.waitUntil(lambda: gate.is_reached)

    similar.show_row(0)

    assert similar.words.text() == ("Looked through 0 of 30 photos so far. It goes on when nothing else is under way.")
    gate.open()
    qtbot.waitUntil(lambda: similar.words.isHidden(), timeout=20_000)


def test_model_of_another_folder_says_what_to_open(
    similar: SimilarPhotos, trained: Session, tmp_path: Path, open_folder: Open
) -> None:
    used = trained.model
    assert used is not None
    open_folder(write_collection(tmp_path / "Others", ["rose", "tulip"], photos=10))
    trained.in_use.use(used)

    similar.show_row(0)

    assert "open the folder that it was trained on" in similar.words.text()
    assert similar.tiles.isHidden()
