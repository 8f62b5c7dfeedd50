"""The store keeps the list of a run's photos with the run."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.pictures import write_collection, write_jpeg
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.runs.store import RunStore
from tlgui.learning.runs.training_photos import PhotoChanges, changes_since
from tlgui.photos.scanning.scan import Survey, survey
from tlgui.progress import JobContext


@pytest.fixture
def birds(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "Birds", ["robin", "wren"], photos=4)


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "workspace")


def read(folder: Path) -> Survey:
    return survey(folder, JobContext())


def test_run_knows_what_came_since(store: RunStore, birds: Path) -> None:
    begun = read(birds)
    run = store.begin(replace(QUICK, epochs=3), begun.collection)
    store.keep_training_photos(run, begun)
    write_jpeg(birds / "wren" / "new.jpg")
    assert changes_since(run.training_photos_path, read(birds)) == PhotoChanges(added=1)
    store.fail(run)


def test_run_that_goes_on_keeps_what_it_began_with(store: RunStore, birds: Path) -> None:
    begun = read(birds)
    run = store.begin(QUICK, begun.collection)
    store.keep_training_photos(run, begun)
    write_jpeg(birds / "wren" / "new.jpg")
    now = read(birds)

    store.keep_training_photos(run, now)

    assert changes_since(run.training_photos_path, now) == PhotoChanges(added=1)
    store.fail(run)


def test_photo_moved_on_disk_without_a_closer_look_is_known_by_its_size_and_date(store: RunStore, birds: Path) -> None:
    begun = read(birds)
    run = store.begin(QUICK, begun.collection)
    store.keep_training_photos(run, begun)
    photo = sorted((birds / "robin").iterdir())[0]
    photo.rename(birds / "wren" / "moved.jpg")
    assert changes_since(run.training_photos_path, read(birds)) == PhotoChanges(moved=1)
    store.fail(run)
