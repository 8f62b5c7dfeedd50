"""The model that was just used stays loaded, as does one that could not be written; one whose file changed does not."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from tests.learning.listening import Listener
from tests.pictures import write_collection
from tlgui.engine import jobs
from tlgui.engine.protocol import OpenModelRequest, PredictRequest, SaveTrainedRequest, TrainRequest
from tlgui.errors import EngineError, ModelFileError, UnsavedModelError
from tlgui.learning.model_file.archive import read_summary
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.recipes.recipe import NO_WEIGHTS, SMALL_CNN
from tlgui.learning.results import ModelSummary, StopReason
from tlgui.learning.runs.progress import CHECKPOINT, read_progress
from tlgui.photos.collection import Collection
from tlgui.photos.scanning.scan import scan
from tlgui.progress import EpochEnded, Event, JobContext, Progress, Stage

# Keras converts its variables in a way that NumPy 2.4 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


# The smallest network: the cache of models does not depend on the backbone.
RECIPE = replace(
    QUICK, backbone=SMALL_CNN, weights=NO_WEIGHTS, input_size=32, epochs=1, batch_size=2, learning_rate=0.1
)


class LoadedAgainError(Exception):
    pass


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    return scan(write_collection(tmp_path_factory.mktemp("jobs") / "photos", classes=3, photos=4), JobContext())


@pytest.fixture(scope="module")
def model(collection: Collection, tmp_path_factory: pytest.TempPathFactory) -> ModelSummary:
    path = tmp_path_factory.mktemp("models") / "a.tlmodel"
    return jobs.perform(TrainRequest(collection, replace(RECIPE, epochs=10), path), JobContext())


@pytest.fixture
def no_more_loading(monkeypatch: pytest.MonkeyPatch, model: ModelSummary) -> None:
    """Load the model as after its training, and refuse every later load."""
    jobs.get_ready_after(model)

    def refuse(_path: Path) -> NoReturn:
        raise LoadedAgainError

    monkeypatch.setattr(jobs, "load_model", refuse)


@pytest.mark.usefixtures("no_more_loading")
def test_model_is_warm_after_its_training_and_stays_so(model: ModelSummary, collection: Collection) -> None:
    photo = next(collection.photos()).path

    for _ in range(2):
        assert jobs.perform(PredictRequest(model.path, (photo,)), JobContext()).photo_count == 1


def test_model_that_was_just_trained_is_never_read_from_its_file(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: Path) -> NoReturn:
        raise LoadedAgainError

    monkeypatch.setattr(jobs, "load_model", refuse)
    request = TrainRequest(collection, RECIPE, tmp_path / "new.tlmodel")
    summary = jobs.perform(request, JobContext())
    photo = next(collection.photos()).path

    # Before the engine has warmed the model.
    assert jobs.perform(PredictRequest(summary.path, (photo,)), JobContext()).photo_count == 1
    assert jobs.perform(OpenModelRequest(summary.path), JobContext()) == summary


def test_model_that_was_written_over_after_its_training_is_loaded(collection: Collection, tmp_path: Path) -> None:
    path = tmp_path / "new.tlmodel"
    jobs.perform(TrainRequest(collection, RECIPE, path), JobContext())
    path.write_bytes(b"another file")

    with pytest.raises(ModelFileError):
        jobs.perform(OpenModelRequest(path), JobContext())


def test_training_further_and_resuming_are_passed_on(
    collection: Collection, model: ModelSummary, tmp_path: Path
) -> None:
    recipe = replace(RECIPE, epochs=2)
    path = tmp_path / "further.tlmodel"

    def kill(event: Event) -> None:
        if isinstance(event, EpochEnded):
            raise LoadedAgainError

    request = TrainRequest(collection, recipe, path, run_folder=tmp_path, start_from=model.path)
    with pytest.raises(LoadedAgainError):
        jobs.perform(request, JobContext(kill))
    (first,) = read_progress(tmp_path)
    summary = jobs.perform(replace(request, resume=True), JobContext())

    assert summary.history[0] == first
    assert len(summary.history) == 2
    # It starts with the weights of the model.
    assert first.loss < 0.9 * model.history[0].loss


@pytest.mark.usefixtures("no_more_loading")
def test_other_model_is_loaded(model: ModelSummary, collection: Collection, tmp_path: Path) -> None:
    copy = tmp_path / "copy.tlmodel"
    shutil.copy(model.path, copy)

    with pytest.raises(LoadedAgainError):
        jobs.perform(PredictRequest(copy, (next(collection.photos()).path,)), JobContext())


@pytest.fixture
def unsaved(collection: Collection, tmp_path: Path) -> TrainRequest:
    """Train to the end, where the folder for the model is gone."""
    folder, run_folder = tmp_path / "stick", tmp_path / "run"
    folder.mkdir()
    run_folder.mkdir()

    def pull_out(event: Event) -> None:
        if event == Progress(Stage.SAVING):
            folder.rmdir()

    request = TrainRequest(collection, RECIPE, folder / "a.tlmodel", run_folder=run_folder)
    with pytest.raises(UnsavedModelError, match="the folder is not there"):
        jobs.perform(request, JobContext(pull_out))
    return request


def test_finished_training_that_could_not_be_written_is_not_done_again(unsaved: TrainRequest, tmp_path: Path) -> None:
    listener = Listener()

    summary = jobs.perform(SaveTrainedRequest(unsaved, tmp_path / "b.tlmodel"), listener.context)

    assert listener.events == [Progress(Stage.SAVING)]
    assert read_summary(tmp_path / "b.tlmodel") == summary
    assert summary.history == read_progress(tmp_path / "run")
    assert not (tmp_path / "run" / CHECKPOINT).exists()


def test_engine_that_was_ended_meanwhile_makes_the_model_of_the_last_epoch(
    unsaved: TrainRequest, tmp_path: Path
) -> None:
    jobs._unsaved.clear()
    listener = Listener()

    summary = jobs.perform(SaveTrainedRequest(unsaved, tmp_path / "b.tlmodel"), listener.context)

    assert listener.of(EpochEnded) == []
    assert summary.history == read_progress(tmp_path / "run")
    assert summary.stop_reason is StopReason.COMPLETED


def test_what_neither_engine_nor_disk_kept_is_not_trained_again(unsaved: TrainRequest, tmp_path: Path) -> None:
    jobs._unsaved.clear()
    (tmp_path / "run" / CHECKPOINT).unlink()

    with pytest.raises(EngineError, match="is lost"):
        jobs.perform(SaveTrainedRequest(unsaved, tmp_path / "b.tlmodel"), JobContext())


def test_disk_that_is_full_at_the_end_leaves_the_model_to_be_saved_again_once_there_is_room(
    collection: Collection, full_disk: Path
) -> None:
    ballast, run_folder = full_disk / "ballast", full_disk / "run"
    ballast.unlink()
    run_folder.mkdir()

    def fill(event: Event) -> None:
        if event == Progress(Stage.SAVING):
            room = shutil.disk_usage(full_disk).free
            ballast.write_bytes(bytes(room - 64 * 1024))

    request = TrainRequest(collection, RECIPE, full_disk / "a.tlmodel", run_folder=run_folder)
    with pytest.raises(UnsavedModelError, match=r"a\.tlmodel"):
        jobs.perform(request, JobContext(fill))
    assert (run_folder / CHECKPOINT).exists()
    again = SaveTrainedRequest(request, request.model_path)
    with pytest.raises(UnsavedModelError):
        jobs.perform(again, JobContext())
    ballast.unlink()

    assert jobs.perform(again, JobContext()) == read_summary(request.model_path)


def test_getting_ready_after_other_jobs_does_nothing() -> None:
    jobs.get_ready_after(())
