"""Trainings as runs: finished, stopped, failed, interrupted, resumed, trained further, deleted and restored."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.gates import Gate
from tests.pictures import write_collection
from tlgui import files
from tlgui.engine.protocol import TrainRequest, WarmModelRequest
from tlgui.errors import PhotoError, StorageError
from tlgui.learning.recipes.built_in import BALANCED, QUICK, VGG16_FROZEN
from tlgui.learning.results import StopReason
from tlgui.learning.runs.progress import CHECKPOINT, read_progress
from tlgui.learning.runs.run import Run, RunStatus
from tlgui.learning.runs.store import RunStore
from tlgui.progress import BatchEnded, EpochEnded, Progress
from tlgui.ui.session.run_list import further_recipe
from tlgui.ui.session.session import Session
from tlgui.ui.session.worker import Job

WAIT_MS = 10_000
RECIPE = replace(QUICK, epochs=3)


@pytest.fixture
def session(qtbot: QtBot, fake_engine: FakeEngine, birds: Path) -> Iterator[Session]:
    session = Session(fake_engine)
    end(qtbot, session, session.scan_folder(birds))
    session.set_recipe(RECIPE)
    yield session
    session.close(WAIT_MS)


@pytest.fixture
def trained(qtbot: QtBot, session: Session) -> Session:
    end(qtbot, session, session.train())
    return session


def end(qtbot: QtBot, session: Session, job: Job) -> None:
    qtbot.waitUntil(lambda: session.job is not job, timeout=WAIT_MS)


def runs(session: Session) -> tuple[Run, ...]:
    return session.run_list.runs


def until_reached(qtbot: QtBot, gate: Gate) -> None:
    qtbot.waitUntil(lambda: gate.is_reached, timeout=WAIT_MS)


def break_off(qtbot: QtBot, session: Session, engine: FakeEngine, epoch: int = 3) -> Run:
    """Kill the engine in an epoch of a training, and return the run."""
    gate = engine.pause_before(BatchEnded, lambda event: event.epoch == epoch)
    job = session.train()
    until_reached(qtbot, gate)
    engine.die_next()
    gate.open()
    end(qtbot, session, job)
    return runs(session)[0]


def another_window(qtbot: QtBot, engine: FakeEngine, folder: Path) -> Session:
    other = Session(engine)
    end(qtbot, other, other.scan_folder(folder))
    return other


def test_training_is_kept_as_a_run_whose_model_is_active(trained: Session) -> None:
    (run,) = runs(trained)

    assert run.status is RunStatus.FINISHED
    assert run.name == "Quick"
    assert run.recipe == RECIPE
    assert trained.active_run == run
    assert trained.model == run.model
    assert run.folder.is_relative_to(files.data_folder())
    assert trained.collection is not None
    assert not run.folder.is_relative_to(trained.collection.folder)


def test_run_is_seen_while_it_is_trained(qtbot: QtBot, session: Session, fake_engine: FakeEngine) -> None:
    gate = fake_engine.pause_before(EpochEnded)
    with qtbot.waitSignal(session.runs_changed, timeout=WAIT_MS):
        job = session.train()
    until_reached(qtbot, gate)

    assert [run.status for run in runs(session)] == [RunStatus.RUNNING]
    with pytest.raises(StorageError, match="being trained"):
        session.delete_run(runs(session)[0])
    gate.open()
    end(qtbot, session, job)


def test_run_stopped_after_an_epoch_is_finished(qtbot: QtBot, session: Session, fake_engine: FakeEngine) -> None:
    gate = fake_engine.pause_before(EpochEnded, lambda event: event.epoch == 2)
    job = session.train()
    until_reached(qtbot, gate)
    session.stop()
    end(qtbot, session, job)

    (run,) = runs(session)
    assert run.status is RunStatus.FINISHED
    assert run.model is not None
    assert run.model.stop_reason is StopReason.STOPPED


def test_run_stopped_before_an_epoch_leaves_none(qtbot: QtBot, session: Session, fake_engine: FakeEngine) -> None:
    gate = fake_engine.pause_before(Progress)
    job = session.train()
    until_reached(qtbot, gate)
    (begun,) = runs(session)
    session.stop()
    end(qtbot, session, job)

    assert runs(session) == ()
    assert not begun.folder.exists()


def test_run_that_failed_at_once_leaves_none(qtbot: QtBot, session: Session, fake_engine: FakeEngine) -> None:
    fake_engine.fail_next(PhotoError("“a.jpg” is empty."))
    end(qtbot, session, session.train())

    assert runs(session) == ()


def test_run_that_failed_later_says_why(qtbot: QtBot, session: Session, fake_engine: FakeEngine) -> None:
    gate = fake_engine.pause_before(BatchEnded, lambda event: event.epoch == 2)
    job = session.train()
    told: list[PhotoError] = []
    job.failed.connect(told.append)
    until_reached(qtbot, gate)
    fake_engine.fail_next(PhotoError("“a.jpg” is empty."))
    gate.open()
    end(qtbot, session, job)

    (run,) = runs(session)
    assert "go to Results to resume it" in told[0].hint
    assert (run.status, run.problem) == (RunStatus.FAILED, "“a.jpg” is empty.")


def test_death_of_the_engine_interrupts_the_run_and_it_is_resumed(
    qtbot: QtBot, session: Session, fake_engine: FakeEngine
) -> None:
    broken = break_off(qtbot, session, fake_engine)
    assert (broken.status, len(broken.history), broken.can_resume) == (RunStatus.INTERRUPTED, 2, True)
    assert session.model is None
    told: list[object] = []

    session.set_recipe(BALANCED)
    job = session.resume(broken)
    job.reported.connect(told.append)
    end(qtbot, session, job)

    (run,) = runs(session)
    assert (run.id, run.status, run.recipe) == (broken.id, RunStatus.FINISHED, RECIPE)
    assert [event.epoch for event in told if isinstance(event, EpochEnded)] == [3]
    assert [epoch.epoch for epoch in run.history] == [1, 2, 3]
    assert session.active_run == run
    assert not (run.folder / CHECKPOINT).exists()


def test_best_epoch_of_an_interrupted_run_is_used_as_it_is(
    qtbot: QtBot, session: Session, fake_engine: FakeEngine
) -> None:
    broken = break_off(qtbot, session, fake_engine)

    job = session.use_best_epoch(broken)
    assert job is not None
    end(qtbot, session, job)

    (run,) = runs(session)
    assert run.status is RunStatus.FINISHED
    assert [epoch.epoch for epoch in run.history] == [1, 2]
    assert session.active_run == run


def test_run_of_a_window_that_was_killed_is_resumed_by_the_next(
    qtbot: QtBot, session: Session, fake_engine: FakeEngine, birds: Path
) -> None:
    broken = break_off(qtbot, session, fake_engine)
    # The record as its owner wrote it, without the lock that a live owner holds.
    record = broken.folder / "run.json"
    record.write_text(record.read_text().replace('"interrupted"', '"running"'))

    other = another_window(qtbot, fake_engine, birds)
    (dead,) = runs(other)
    assert dead.status is RunStatus.INTERRUPTED
    end(qtbot, other, other.resume(dead))

    assert runs(other)[0].status is RunStatus.FINISHED


def test_run_that_another_window_trains_is_left_alone(
    qtbot: QtBot, session: Session, fake_engine: FakeEngine, birds: Path
) -> None:
    gate = fake_engine.pause_before(EpochEnded)
    job = session.train()
    until_reached(qtbot, gate)

    other = another_window(qtbot, fake_engine, birds)
    (seen,) = runs(other)
    assert seen.status is RunStatus.RUNNING
    with pytest.raises(StorageError, match="being trained"):
        other.resume(seen)
    assert not other.is_busy

    gate.open()
    end(qtbot, session, job)
    with qtbot.waitSignal(other.runs_changed, timeout=WAIT_MS):
        other.reload_runs()
    assert runs(other)[0].status is RunStatus.FINISHED


def test_closing_in_mid_training_keeps_what_was_trained(
    qtbot: QtBot, session: Session, fake_engine: FakeEngine, birds: Path
) -> None:
    gate = fake_engine.pause_before(BatchEnded, lambda event: event.epoch == 2)
    session.train()
    until_reached(qtbot, gate)
    (begun,) = runs(session)

    assert session.close(WAIT_MS)

    (kept,) = RunStore(files.workspace_path(birds)).runs()
    assert kept.id == begun.id
    assert kept.status is RunStatus.FINISHED
    assert len(read_progress(kept.folder)) == 1


def test_train_further_starts_from_the_runs_model(qtbot: QtBot, trained: Session, fake_engine: FakeEngine) -> None:
    (first,) = runs(trained)
    trained.set_recipe(replace(RECIPE, learning_rate=0.0001, seed=9, input_size=192))

    end(qtbot, trained, trained.train_further(first))

    request = fake_engine.last(TrainRequest)
    assert request.start_from == first.model_path
    assert request.model_path != first.model_path
    assert not request.resume
    assert (request.recipe.learning_rate, request.recipe.seed, request.recipe.input_size) == (0.0001, 1, 224)
    second, kept = runs(trained)
    assert kept == first
    assert (second.name, second.started_from) == ("Quick, further", "Quick")
    assert trained.in_use.proposal is not None
    assert trained.in_use.proposal.run == second


def test_training_further_is_resumed_from_the_same_model(
    qtbot: QtBot, trained: Session, fake_engine: FakeEngine
) -> None:
    (start,) = runs(trained)
    fake_engine.save_error = StorageError("The disk is full.")
    end(qtbot, trained, trained.train_further(start))
    fake_engine.save_error = None

    end(qtbot, trained, trained.resume(runs(trained)[0]))

    request = fake_engine.last(TrainRequest)
    assert (request.resume, request.start_from) == (True, start.model_path)


def test_train_further_takes_new_classes_along(qtbot: QtBot, trained: Session, birds: Path) -> None:
    (first,) = runs(trained)
    write_collection(birds, ["crow"], photos=10)
    end(qtbot, trained, trained.scan_folder(birds))

    end(qtbot, trained, trained.train_further(runs(trained)[0]))

    assert "crow" not in first.class_names
    assert "crow" in runs(trained)[0].class_names


def test_settings_of_another_backbone_are_not_applied_to_a_model() -> None:
    assert further_recipe(VGG16_FROZEN, QUICK) == QUICK
    fitting = further_recipe(replace(QUICK, head=replace(QUICK.head, dense_units=64, dropout=0.1), epochs=5), QUICK)
    assert fitting == replace(QUICK, head=replace(QUICK.head, dropout=0.1), epochs=5)


def test_any_run_can_be_made_active_and_is_loaded_in_the_background(
    qtbot: QtBot, trained: Session, fake_engine: FakeEngine
) -> None:
    end(qtbot, trained, trained.train())
    second, first = runs(trained)
    assert trained.active_run == first

    asked = len(fake_engine.requests)
    with qtbot.waitSignal(trained.model_changed, timeout=WAIT_MS):
        trained.use_run(second)

    assert trained.active_run == second
    assert not trained.is_busy
    qtbot.waitUntil(lambda: WarmModelRequest(second.model_path) in fake_engine.requests[asked:], timeout=WAIT_MS)


def test_summary_that_a_record_lacks_is_read_from_the_model(
    qtbot: QtBot, trained: Session, fake_engine: FakeEngine, birds: Path
) -> None:
    (trained.run_list.runs[0].folder / "result.json").unlink()
    other = another_window(qtbot, fake_engine, birds)
    (run,) = runs(other)
    assert run.model is None

    job = other.use_run(run)
    assert job is not None
    end(qtbot, other, job)

    assert other.active_run is not None
    assert other.active_run.model == other.model
    assert (run.folder / "result.json").is_file()


def test_opening_a_collection_brings_its_last_model_back(
    qtbot: QtBot, trained: Session, fake_engine: FakeEngine, birds: Path
) -> None:
    end(qtbot, trained, trained.train())
    _, first = runs(trained)
    trained.use_run(first)

    other = another_window(qtbot, fake_engine, birds)

    assert other.model == first.model
    assert runs(other) == runs(trained)


def test_opening_a_collection_uses_its_own_run_instead_of_a_model_from_a_file(
    qtbot: QtBot, trained: Session, fake_engine: FakeEngine, tmp_path: Path, birds: Path
) -> None:
    mine = tmp_path / "mine.tlmodel"
    end(qtbot, trained, trained.save_model(mine))
    other = Session(fake_engine)
    end(qtbot, other, other.open_model(mine))

    end(qtbot, other, other.scan_folder(birds))

    assert len(runs(other)) == 1
    assert other.active_run == runs(other)[0]


def test_runs_are_those_of_the_open_collection(qtbot: QtBot, trained: Session, tmp_path: Path) -> None:
    trees = write_collection(tmp_path / "Trees", ["oak", "elm"], photos=10)
    end(qtbot, trained, trained.scan_folder(trees))

    assert runs(trained) == ()
    assert trained.model is None
    assert trained.active_run is None


def test_deleted_active_run_closes_its_model_and_undo_opens_it_again(qtbot: QtBot, trained: Session) -> None:
    (run,) = runs(trained)

    with qtbot.waitSignals([trained.runs_changed, trained.model_changed], timeout=WAIT_MS):
        trained.delete_run(run)
    assert runs(trained) == ()
    assert trained.model is None

    assert trained.restore_run() == run
    assert runs(trained) == (run,)
    assert trained.model == run.model


def test_deletion_can_be_undone_after_a_restart(
    qtbot: QtBot, trained: Session, fake_engine: FakeEngine, birds: Path
) -> None:
    (run,) = runs(trained)
    trained.delete_run(run)
    other = another_window(qtbot, fake_engine, birds)
    assert runs(other) == ()

    assert other.run_list.last_deleted is not None
    assert other.restore_run() == run


def test_change_made_meanwhile_is_not_overwritten_by_a_listing(qtbot: QtBot, trained: Session) -> None:
    (run,) = runs(trained)
    trained.reload_runs()
    trained.run_list.rename(run, "with owls")
    qtbot.waitUntil(lambda: not trained._jobs.background, timeout=WAIT_MS)

    assert [known.name for known in runs(trained)] == ["with owls"]


def test_data_folder_that_is_in_the_way_is_said_and_starts_nothing(session: Session, birds: Path) -> None:
    workspace = files.workspace_path(birds)
    workspace.parent.mkdir(parents=True, exist_ok=True)
    (workspace / "runs").write_text("in the way")

    with pytest.raises(StorageError):
        session.train()
    assert not session.is_busy
    assert runs(session) == ()
