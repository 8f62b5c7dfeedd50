"""The session: its state changes only when a job has succeeded, and only one job runs at a time."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from typing_extensions import override

from tests.fakes import FakeEngine
from tests.gates import Gate
from tests.ui.waiting import WAIT_MS, finish
from tlgui import files
from tlgui.engine.protocol import ExportRequest, PredictRequest, Request, ResultT, TrainRequest
from tlgui.errors import Cancelled, CollectionError, EngineError, ModelFileError, TlguiError
from tlgui.learning.recipes.built_in import BEST, QUICK
from tlgui.learning.recipes.recipe import EMBEDDED_BACKBONE, Augmentation
from tlgui.learning.results import ExportResult, PredictionSummary, StopReason
from tlgui.photos.samples import draw_sample_photos
from tlgui.progress import BatchEnded, EpochEnded, JobContext, Progress
from tlgui.ui.session.session import Session
from tlgui.ui.session.worker import Job


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos") / "samples"
    draw_sample_photos(folder, photos_per_class=6, size=48)
    return folder


@pytest.fixture
def session(fake_engine: FakeEngine) -> Iterator[Session]:
    session = Session(fake_engine)
    yield session
    session.close(WAIT_MS)


@pytest.fixture
def opened(qtbot: QtBot, session: Session, photos: Path) -> Session:
    finish(qtbot, session.scan_folder(photos))
    session.set_recipe(replace(QUICK, epochs=3))
    return session


@pytest.fixture
def trained(qtbot: QtBot, opened: Session) -> Session:
    finish(qtbot, opened.train())
    return opened


def until_reached(qtbot: QtBot, gate: Gate) -> None:
    qtbot.waitUntil(lambda: gate.is_reached, timeout=WAIT_MS)


def test_scanned_folder_becomes_the_open_collection(qtbot: QtBot, session: Session, photos: Path) -> None:
    with qtbot.waitSignals([session.job_started, session.collection_changed, session.job_ended], timeout=WAIT_MS):
        session.scan_folder(photos)

    assert session.collection is not None
    assert session.collection.class_names == ("boats", "flowers", "trees")
    assert session.advice() == ()
    assert session.split() is not None


def test_failed_scan_keeps_what_was_open(qtbot: QtBot, opened: Session, tmp_path: Path) -> None:
    before = opened.collection

    error = finish(qtbot, opened.scan_folder(tmp_path / "gone"))

    assert isinstance(error, CollectionError)
    assert opened.collection is before
    assert not opened.is_busy


def test_sample_photos_are_drawn_and_opened(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    finish(qtbot, session.draw_samples(tmp_path / "new"))

    assert session.collection is not None
    assert session.collection.folder == tmp_path / "new"


def test_training_leaves_a_model_in_the_data_folder_and_opens_it(qtbot: QtBot, opened: Session) -> None:
    with qtbot.waitSignal(opened.model_changed, timeout=WAIT_MS):
        job = opened.train()
    qtbot.waitUntil(lambda: not opened.is_busy, timeout=WAIT_MS)

    assert isinstance(job.request, TrainRequest)
    assert opened.model is not None
    assert opened.model.path.is_file()
    assert opened.model.path.is_relative_to(files.data_folder())


def test_run_is_of_the_backbone_that_suits_the_photos(qtbot: QtBot, opened: Session) -> None:
    opened.set_recipe(BEST)
    job = opened.train()
    finish(qtbot, job)

    assert isinstance(job.request, TrainRequest)
    assert (job.request.recipe.backbone, job.request.recipe.input_size) == (EMBEDDED_BACKBONE, 224)
    assert opened.run_list.runs[0].recipe == job.request.recipe
    assert opened.recipe == BEST


def test_two_trainings_leave_two_models(qtbot: QtBot, trained: Session) -> None:
    finish(qtbot, trained.train())

    assert len({run.model_path for run in trained.run_list.runs if run.model_path.is_file()}) == 2


def test_training_tells_batches_then_epochs_in_order(qtbot: QtBot, opened: Session, fake_engine: FakeEngine) -> None:
    gate = fake_engine.pause_before(Progress)
    job = opened.train()
    events: list[object] = []
    job.reported.connect(events.append)
    gate.open()
    finish(qtbot, job)

    told = [(type(event), event.epoch) for event in events if isinstance(event, BatchEnded | EpochEnded)]
    one_epoch = [BatchEnded] * fake_engine.batches + [EpochEnded]
    assert told == [(kind, epoch) for epoch in (1, 2, 3) for kind in one_epoch]


def test_stop_after_an_epoch_opens_the_model_so_far(qtbot: QtBot, opened: Session, fake_engine: FakeEngine) -> None:
    gate = fake_engine.pause_before(EpochEnded, lambda event: event.epoch == 2)
    job = opened.train()
    until_reached(qtbot, gate)

    opened.stop()
    finish(qtbot, job)

    assert opened.model is not None
    assert opened.model.stop_reason is StopReason.STOPPED
    assert len(opened.model.history) == 1


def test_stop_before_an_epoch_keeps_the_old_model(qtbot: QtBot, trained: Session, fake_engine: FakeEngine) -> None:
    before = trained.model
    gate = fake_engine.pause_before(BatchEnded)
    job = trained.train()
    until_reached(qtbot, gate)

    with qtbot.waitSignal(job.cancelled, timeout=WAIT_MS):
        trained.stop()
    qtbot.waitUntil(lambda: not trained.is_busy, timeout=WAIT_MS)

    assert trained.model is before


def test_second_job_is_refused_while_one_runs(qtbot: QtBot, opened: Session, fake_engine: FakeEngine) -> None:
    gate = fake_engine.pause_before(EpochEnded)
    job = opened.train()
    until_reached(qtbot, gate)

    assert opened.is_busy
    assert opened.job is job
    with pytest.raises(RuntimeError, match="another job"):
        opened.train()

    gate.open()
    finish(qtbot, job)
    assert not opened.is_busy


def test_death_of_the_engine_fails_the_job_and_the_next_one_works(
    qtbot: QtBot, opened: Session, fake_engine: FakeEngine
) -> None:
    fake_engine.die_next()

    error = finish(qtbot, opened.train())

    assert isinstance(error, EngineError)
    assert opened.model is None
    assert not isinstance(finish(qtbot, opened.train()), TlguiError)
    assert opened.model is not None


def test_prediction_asks_about_the_open_model(
    qtbot: QtBot, trained: Session, fake_engine: FakeEngine, photos: Path
) -> None:
    result = finish(qtbot, trained.predict((photos / "boats",)))

    assert isinstance(result, PredictionSummary)
    assert result.photo_count == 6
    request = fake_engine.last(PredictRequest)
    assert trained.model is not None
    assert request.model_path == trained.model.path


def test_export_compares_on_photos_of_the_collection(
    qtbot: QtBot, trained: Session, fake_engine: FakeEngine, tmp_path: Path
) -> None:
    result = finish(qtbot, trained.export("onnx", tmp_path / "a.onnx"))

    assert isinstance(result, ExportResult)
    request = fake_engine.last(ExportRequest)
    assert len(request.photos) >= 16
    assert len({photo.parent for photo in request.photos}) == 3


def test_saved_model_is_a_copy_that_opens(qtbot: QtBot, trained: Session, tmp_path: Path) -> None:
    assert trained.model is not None
    target = tmp_path / "mine.tlmodel"
    original = trained.model.path

    finish(qtbot, trained.save_model(target))

    assert target.read_bytes() == original.read_bytes()
    finish(qtbot, trained.open_model(target))
    assert trained.model.path == target


def test_save_that_fails_leaves_the_model_open(qtbot: QtBot, trained: Session, tmp_path: Path) -> None:
    before = trained.model

    error = finish(qtbot, trained.save_model(tmp_path / "gone" / "mine.tlmodel"))

    assert isinstance(error, TlguiError)
    assert trained.model is before


def test_file_that_is_no_model_keeps_the_open_one(qtbot: QtBot, trained: Session, tmp_path: Path) -> None:
    bad = tmp_path / "holiday.tlmodel"
    shutil.copy(__file__, bad)
    before = trained.model

    error = finish(qtbot, trained.open_model(bad))

    assert isinstance(error, ModelFileError)
    assert trained.model is before


def test_preview_leaves_the_session_free(qtbot: QtBot, opened: Session) -> None:
    assert opened.collection is not None
    paths = tuple(photo.path for photo in opened.collection.photos())[:2]
    started: list[Job] = []
    opened.job_started.connect(started.append)

    job = opened.preview(paths, Augmentation(), 32)
    assert not opened.is_busy
    pictures = finish(qtbot, job)

    assert isinstance(pictures, tuple)
    assert len(pictures) == 2
    assert started == []


def test_jobs_without_what_they_need_are_refused(session: Session) -> None:
    with pytest.raises(RuntimeError, match="collection"):
        session.train()
    with pytest.raises(RuntimeError, match="model"):
        session.predict(())


def test_recipe_that_is_the_same_is_no_change(qtbot: QtBot, session: Session) -> None:
    with qtbot.assertNotEmitted(session.recipe_changed):
        session.set_recipe(QUICK)
    with qtbot.waitSignal(session.recipe_changed, timeout=WAIT_MS):
        session.set_recipe(replace(QUICK, epochs=7))

    assert session.recipe.epochs == 7


def test_close_in_mid_training_stops_it_and_closes_the_engine(
    qtbot: QtBot, opened: Session, fake_engine: FakeEngine
) -> None:
    gate = fake_engine.pause_before(EpochEnded)
    job = opened.train()
    until_reached(qtbot, gate)

    assert opened.close(WAIT_MS)

    assert fake_engine.is_closed
    assert job.wait(0)


class DeafEngine(FakeEngine):
    """Runs a job that ignores Stop and ends only with the engine, like one that hangs in native code."""

    def __init__(self) -> None:
        super().__init__()
        self.is_running, self.is_gone = threading.Event(), threading.Event()

    @override
    def run(self, request: Request[ResultT], context: JobContext) -> ResultT:
        self.is_running.set()
        assert self.is_gone.wait(WAIT_MS / 1000)
        raise Cancelled

    @override
    def close(self) -> None:
        self.is_gone.set()
        super().close()


def test_close_leaves_nothing_of_a_job_that_ends_only_with_the_engine(qtbot: QtBot, tmp_path: Path) -> None:
    engine = DeafEngine()
    session = Session(engine)
    job = session.open_model(tmp_path / "a.tlmodel")
    qtbot.waitUntil(engine.is_running.is_set)

    assert session.close(200)

    assert job.wait(0)
    qtbot.waitUntil(lambda: not session.is_busy)
