"""The looks of the collection's photos: gathered in portions while nothing else is under way, and searched."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

from tests.fake_results import prediction_for
from tests.fakes import FakeEngine
from tests.pictures import write_collection, write_jpeg
from tests.ui.waiting import Open
from tlgui.engine.protocol import LooksRequest
from tlgui.errors import ModelFileError
from tlgui.learning.results import PhotosPredicted
from tlgui.progress import JobContext
from tlgui.ui.board import training_looks
from tlgui.ui.board.training_looks import TrainingLooks
from tlgui.ui.session.session import Session

PHOTOS = 30
PORTION = 8


@pytest.fixture
def looks(trained: Session, monkeypatch: pytest.MonkeyPatch) -> TrainingLooks:
    """Of a collection of thirty photos of three classes."""
    monkeypatch.setattr(training_looks, "_AT_ONCE", PORTION)
    return TrainingLooks(trained, trained)


@pytest.fixture
def owl(tmp_path: Path) -> Path:
    return write_jpeg(tmp_path / "a new owl.jpg", seed=77)


def gather(qtbot: QtBot, looks: TrainingLooks) -> None:
    looks.gather()
    qtbot.waitUntil(lambda: looks.known_count == looks.total == PHOTOS, timeout=20_000)


def requests(engine: FakeEngine) -> list[LooksRequest]:
    return [request for request in engine.requests if isinstance(request, LooksRequest)]


def look_of(session: Session, photo: Path) -> NDArray[np.float16]:
    assert session.model is not None
    return np.frombuffer(prediction_for(photo, session.model.class_names, 1).look, np.float16)


def hang_until_stopped(_request: LooksRequest, context: JobContext) -> tuple[bytes, ...]:
    while True:
        context.checkpoint()
        time.sleep(0.001)


def test_photos_are_looked_at_in_portions_once_somebody_wants_it(
    qtbot: QtBot, looks: TrainingLooks, trained: Session, fake_engine: FakeEngine
) -> None:
    assert not requests(fake_engine)

    gather(qtbot, looks)

    assert [len(request.paths) for request in requests(fake_engine)] == [8, 8, 8, 6]
    asked = [path for request in requests(fake_engine) for path in request.paths]
    assert trained.collection is not None
    assert sorted(asked) == sorted(photo.path for photo in trained.collection.photos())
    assert {path.parent.name for path in asked[:PORTION]} == {"robin", "wren", "owl"}


def test_most_similar_photos_are_those_that_look_alike_to_the_model(
    qtbot: QtBot, looks: TrainingLooks, trained: Session, owl: Path
) -> None:
    gather(qtbot, looks)

    found = looks.most_similar(look_of(trained, owl), 5)

    assert [photo.class_name for photo in found] == ["owl"] * 5
    assert [photo.likeness for photo in found] == sorted((photo.likeness for photo in found), reverse=True)
    own = found[0].path
    assert own not in [photo.path for photo in looks.most_similar(look_of(trained, owl), 5, left_out=own)]
    assert looks.most_similar(np.ones(3, np.float16), 5) == ()


def test_nothing_is_looked_at_while_photos_are_named(
    qtbot: QtBot, looks: TrainingLooks, trained: Session, fake_engine: FakeEngine, owl: Path
) -> None:
    gate = fake_engine.pause_before(PhotosPredicted)
    trained.predict((owl,))
    qtbot.waitUntil(lambda: gate.is_reached)

    looks.gather()

    assert not requests(fake_engine)
    gate.open()
    gather(qtbot, looks)


def test_prediction_stops_a_portion_which_is_looked_at_later(
    qtbot: QtBot,
    looks: TrainingLooks,
    trained: Session,
    fake_engine: FakeEngine,
    owl: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(fake_engine.predictions, "looks", hang_until_stopped)
        looks.gather()
        qtbot.waitUntil(lambda: len(requests(fake_engine)) == 1)
        # It would wait for the portion for ever.
        with qtbot.waitSignal(trained.job_ended, timeout=10_000):
            trained.predict((owl,))
            patch.undo()

    gather(qtbot, looks)
    assert requests(fake_engine)[1].paths == requests(fake_engine)[0].paths


def test_model_that_cannot_tell_is_asked_once(
    qtbot: QtBot,
    looks: TrainingLooks,
    trained: Session,
    fake_engine: FakeEngine,
    owl: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_request: LooksRequest, _context: JobContext) -> tuple[bytes, ...]:
        raise ModelFileError("It is gone.")

    monkeypatch.setattr(fake_engine.predictions, "looks", fail)
    with qtbot.waitSignal(looks.changed):
        looks.gather()
    qtbot.waitUntil(lambda: looks.known_count == looks.total)
    with qtbot.waitSignal(trained.job_ended, timeout=10_000):
        trained.predict((owl,))

    assert len(requests(fake_engine)) == 1
    assert looks.most_similar(look_of(trained, owl), 5) == ()


def test_model_of_another_collection_has_no_similar_photos_here(
    qtbot: QtBot, looks: TrainingLooks, trained: Session, tmp_path: Path, open_folder: Open
) -> None:
    gather(qtbot, looks)
    assert looks.is_known
    used = trained.model
    assert used is not None

    open_folder(write_collection(tmp_path / "Others", ["rose", "tulip"], photos=10))

    assert not looks.is_known
    assert looks.total == 0
    assert looks.most_similar(np.ones(8, np.float16), 5) == ()
    trained.in_use.use(replace(used, path=tmp_path / "elsewhere.tlmodel"))
    assert looks.total == 0


def test_of_a_large_collection_some_photos_of_every_class_are_compared(
    qtbot: QtBot, looks: TrainingLooks, fake_engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_looks, "MOST_PHOTOS", 12)
    looks.gather()
    qtbot.waitUntil(lambda: looks.known_count == looks.total == 12, timeout=20_000)
    asked = [path for request in requests(fake_engine) for path in request.paths]
    assert {path.parent.name for path in asked} == {"robin", "wren", "owl"}
