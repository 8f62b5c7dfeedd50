"""A training whose model cannot be written: it can be written again, or elsewhere."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.pictures import write_collection
from tlgui.engine.protocol import SaveTrainedRequest, TrainRequest
from tlgui.errors import StorageError, UnsavedModelError
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.runs.run import Run, RunStatus
from tlgui.ui.session.session import Session
from tlgui.ui.session.worker import Job

WAIT_MS = 10_000
FULL = StorageError("“model.tlmodel” could not be written: the disk is full.", "Free some space.")


@pytest.fixture
def session(qtbot: QtBot, fake_engine: FakeEngine, birds: Path) -> Iterator[Session]:
    session = Session(fake_engine)
    end(qtbot, session.scan_folder(birds))
    session.set_recipe(replace(QUICK, epochs=3))
    yield session
    session.close(WAIT_MS)


@pytest.fixture
def unsaved(qtbot: QtBot, session: Session, fake_engine: FakeEngine) -> Session:
    fake_engine.save_error = FULL
    assert isinstance(end(qtbot, session.train()), UnsavedModelError)
    return session


def end(qtbot: QtBot, job: Job) -> object:
    """Wait for a job; return why it failed, None where it did not."""
    errors: list[object] = []
    job.failed.connect(errors.append)
    with qtbot.waitSignal(job.ended, timeout=WAIT_MS):
        pass
    return errors[0] if errors else None


def only_run(session: Session) -> Run:
    (run,) = session.run_list.runs
    return run


def test_finished_run_is_listed_as_what_it_is(unsaved: Session) -> None:
    run = only_run(unsaved)

    assert (run.status, run.problem, run.can_resume) == (RunStatus.UNSAVED, FULL.message, True)
    assert len(run.history) == 3
    assert unsaved.unsaved.run_job is not None
    assert unsaved.model is None


def test_model_is_saved_elsewhere_after_several_tries_without_training_again(
    qtbot: QtBot, unsaved: Session, fake_engine: FakeEngine, tmp_path: Path
) -> None:
    target = tmp_path / "stick" / "mine.tlmodel"
    for place in (None, target):
        assert isinstance(end(qtbot, unsaved.save_trained(place)), StorageError)
        assert unsaved.unsaved.run_job is not None
    target.parent.mkdir()
    fake_engine.save_error = None

    assert end(qtbot, unsaved.save_trained(target)) is None

    assert unsaved.unsaved.run_job is None
    run = only_run(unsaved)
    assert (run.status, run.model_path, run.has_model) == (RunStatus.FINISHED, target, True)
    assert unsaved.active_run == run
    saves, trainings = (
        [r for r in fake_engine.requests if isinstance(r, kind)] for kind in (SaveTrainedRequest, TrainRequest)
    )
    assert (len(saves), len(trainings)) == (3, 1)


def test_model_is_saved_where_it_was_to_be_once_there_is_room(
    qtbot: QtBot, unsaved: Session, fake_engine: FakeEngine
) -> None:
    fake_engine.save_error = None

    assert end(qtbot, unsaved.save_trained()) is None

    run = only_run(unsaved)
    assert (run.status, run.saved, run.has_model) == (RunStatus.FINISHED, None, True)
    assert run.model_path.is_file()


def test_run_that_is_resumed_is_not_unsaved_any_more(qtbot: QtBot, unsaved: Session, fake_engine: FakeEngine) -> None:
    fake_engine.save_error = None

    assert end(qtbot, unsaved.resume(only_run(unsaved))) is None

    assert unsaved.unsaved.run_job is None
    assert only_run(unsaved).status is RunStatus.FINISHED


def test_model_can_be_saved_while_another_folder_is_open(
    qtbot: QtBot, unsaved: Session, fake_engine: FakeEngine, tmp_path: Path
) -> None:
    fake_engine.save_error = None
    end(qtbot, unsaved.scan_folder(write_collection(tmp_path / "Cars", ["red", "blue"], photos=4)))

    assert end(qtbot, unsaved.save_trained(tmp_path / "birds.tlmodel")) is None

    assert unsaved.run_list.runs == ()
    assert unsaved.model is not None
    assert unsaved.model.path == tmp_path / "birds.tlmodel"


def test_training_that_was_given_up_stays_a_run(unsaved: Session) -> None:
    unsaved.unsaved.forget()

    assert unsaved.unsaved.run_job is None
    assert only_run(unsaved).can_resume
