"""What a run's folder tells: record, result, progress, and which photos it was trained on; and which run is active."""

import functools
from dataclasses import replace
from pathlib import Path

from tests.fuzz.container_mutation import gzip_changed
from tests.fuzz.families import Family
from tests.fuzz.json_mutation import json_changed
from tests.fuzz.mutation import bytes_changed
from tests.pictures import write_collection
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.results import ClassResult, Evaluation, Interval, ModelSummary, StopReason
from tlgui.learning.runs.progress import write_progress
from tlgui.learning.runs.run import Run
from tlgui.learning.runs.store import RunStore
from tlgui.learning.runs.training_photos import changes_since
from tlgui.photos.collection import Part
from tlgui.photos.scanning.scan import Survey, survey
from tlgui.progress import EpochEnded, JobContext

_ACTIVE = "active"
_EPOCH = EpochEnded(1, 3, 1.0, 0.5, float("nan"), 0.4, 0.001, 2.5, is_best=True)


def family() -> Family:
    """Return the family of runs."""
    readers = {"list of runs": _list_runs, "renamed, deleted, restored": _change_runs, "changes since": _read_roster}
    return Family("runs", _make_seeds, readers, (json_changed, json_changed, gzip_changed, bytes_changed))


def _make_seeds(folder: Path) -> None:
    for name, data in _good_files().items():
        (folder / name).write_bytes(data)


@functools.cache
def _birds() -> Survey:
    """Read a small collection, once a process."""
    return survey(write_collection(Path.home() / "birds", ["robin", "wren"], photos=3, size=16), JobContext())


@functools.cache
def _good_files() -> dict[str, bytes]:
    store = RunStore(Path.home() / "good workspace")
    run = _finished(store)
    store.set_active(run)
    files = {path.name: path.read_bytes() for path in run.folder.iterdir() if path.is_file()}
    return files | {_ACTIVE: (store.workspace / _ACTIVE).read_bytes()}


def _finished(store: RunStore) -> Run:
    run = store.begin(QUICK, _birds().collection)
    store.keep_training_photos(run, _birds())
    write_progress(run.folder, [_EPOCH], 2.5)
    return store.finish(run, _summary(run.model_path))


def _summary(path: Path) -> ModelSummary:
    results = (ClassResult("robin", 10, 0.9, 0.9), ClassResult("wren", 10, 0.9, 0.9))
    return ModelSummary(
        path=path,
        class_names=("robin", "wren"),
        backbone=QUICK.backbone,
        input_size=224,
        recipe=QUICK,
        created="2026-01-31T12:34:56+01:00",
        photo_count=20,
        evaluation=Evaluation(Part.VALIDATION, 20, 0.9, Interval(0.7, 0.97), 0.4, results, ((9, 1), (1, 9))),
        history=(_EPOCH, replace(_EPOCH, epoch=2, is_best=False)),
        seconds=4.9,
        stop_reason=StopReason.COMPLETED,
        versions=(("keras", "3"), ("tlgui", "0.1")),
    )


def _store_with(path: Path) -> RunStore:
    """Return a store with one run, of whose files one is damaged."""
    workspace = path.parent / "workspace"
    run_folder = workspace / "runs" / "20260131-123456-0a1b2c3d"
    run_folder.mkdir(parents=True)
    for name, data in {**_good_files(), path.name: path.read_bytes()}.items():
        ((workspace if name == _ACTIVE else run_folder) / name).write_bytes(data)
    return RunStore(workspace)


def _list_runs(path: Path) -> None:
    store = _store_with(path)
    for run in (*store.runs(), *store.deleted()):
        _ = (run.best_epoch, run.created_at, run.leaves_something)
    _ = store.active_id


def _change_runs(path: Path) -> None:
    store = _store_with(path)
    for run in store.runs():
        renamed = store.rename(run, "Another name")
        store.set_active(renamed)
        store.restore(store.delete(renamed))
    store.purge()
    run = store.begin(QUICK, _birds().collection)
    store.fail(run, "a problem")


def _read_roster(path: Path) -> None:
    for run in _store_with(path).runs():
        changes_since(run.training_photos_path, _birds())
