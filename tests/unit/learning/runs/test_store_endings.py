"""How runs end: with a model elsewhere, to be resumed, without a place for the model, or on a disk that refuses."""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes import FakeEngine
from tests.pictures import write_collection
from tests.unit.run_folders import RECIPE, again, finished, interrupt, train
from tlgui.engine.protocol import TrainRequest
from tlgui.errors import StorageError
from tlgui.learning.recipes.built_in import BALANCED
from tlgui.learning.runs.progress import CHECKPOINT
from tlgui.learning.runs.run import RunStatus
from tlgui.learning.runs.store import RunStore
from tlgui.photos.collection import Collection
from tlgui.photos.scanning.scan import scan
from tlgui.progress import JobContext


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    folder = write_collection(tmp_path_factory.mktemp("photos") / "Birds", ["robin", "wren"], photos=6)
    return scan(folder, JobContext())


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "workspace")


def test_run_whose_model_was_written_elsewhere_knows_it_until_it_is_overwritten(
    store: RunStore, collection: Collection, tmp_path: Path
) -> None:
    path = tmp_path / "model.tlmodel"
    run = store.begin(RECIPE, collection)
    finished = store.finish(run, FakeEngine().run(TrainRequest(collection, RECIPE, path), JobContext()))

    (found,) = again(store).runs()
    assert found == finished
    assert (found.model_path, found.has_model) == (path, True)
    assert found.model is not None
    assert found.model.path == path
    # As a disk with coarser times leaves it.
    os.utime(path, ns=(0, path.stat().st_mtime_ns - 10**9))
    assert again(store).runs()[0].has_model
    FakeEngine().run(TrainRequest(collection, replace(RECIPE, epochs=2), path), JobContext())
    (found,) = again(store).runs()
    assert (found.has_model, found.status) == (False, RunStatus.FINISHED)


def test_finished_run_that_may_go_on_keeps_its_checkpoint(store: RunStore, collection: Collection) -> None:
    run = store.begin(RECIPE, collection)
    model = train(run, collection)
    interrupt(run)

    store.finish(run, model, can_go_on=True)

    (found,) = again(store).runs()
    assert (found.status, found.can_resume, found.has_model) == (RunStatus.INTERRUPTED, True, True)
    assert again(store).finish(found, model).status is RunStatus.FINISHED
    assert not (run.folder / CHECKPOINT).exists()


def test_run_whose_model_could_not_be_written_says_so(store: RunStore, collection: Collection) -> None:
    run = store.begin(RECIPE, collection)
    interrupt(run)

    store.fail(run, "The disk is full." * 1000, is_unsaved=True)

    (found,) = again(store).runs()
    assert (found.status, found.can_resume) == (RunStatus.UNSAVED, True)
    assert found.problem.startswith("The disk is full.")


def test_end_of_a_run_is_known_where_its_folder_is_gone(
    store: RunStore, collection: Collection, expect_log: Callable[[str], None]
) -> None:
    expect_log("could not be written")
    run, other = store.begin(RECIPE, collection), store.begin(RECIPE, collection)
    model = train(run, collection)
    for gone in (run, other):
        shutil.rmtree(gone.folder)

    finished = store.finish(run, model)
    unsaved = store.fail(other, "The disk is full.", is_unsaved=True)

    assert (finished.status, finished.model) == (RunStatus.FINISHED, model)
    assert unsaved is not None
    assert (unsaved.status, unsaved.problem) == (RunStatus.UNSAVED, "The disk is full.")


def test_run_that_could_not_be_read_again_is_not_begun(store: RunStore, collection: Collection) -> None:
    named = replace(collection, classes=(replace(collection.classes[0], name="x" * 9 * 2**20), *collection.classes))

    with pytest.raises(StorageError, match=r"“run\.json” cannot be read: it is far too large"):
        store.begin(RECIPE, named)

    assert list((store.workspace / "runs").iterdir()) == []


def test_unfinished_runs_are_found_by_their_settings_and_classes(store: RunStore, collection: Collection) -> None:
    parent = finished(store, collection)
    for recipe, start in ((RECIPE, None), (BALANCED, None), (RECIPE, parent)):
        run = store.begin(recipe, collection, name=recipe.name, parent=start)
        interrupt(run)
        store.fail(run)
    names = collection.class_names

    assert [run.name for run in store.unfinished(replace(RECIPE, name="Mine"), names)] == ["Quick 2"]
    assert store.unfinished(replace(RECIPE, seed=9), names) == ()
    assert store.unfinished(RECIPE, ("owl", *names)) == ()
