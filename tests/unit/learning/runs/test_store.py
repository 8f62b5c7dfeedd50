"""Runs on the disk: nothing is lost when a process dies, and nothing damaged stops the list."""

import json
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.pictures import write_collection
from tests.unit.run_folders import RECIPE, again, epoch, finished, interrupt, train
from tlgui import files
from tlgui.errors import StorageError
from tlgui.learning.recipes.built_in import BALANCED
from tlgui.learning.runs.progress import CHECKPOINT, write_progress
from tlgui.learning.runs.run import LONGEST_NAME, Run, RunStatus, run_of_model
from tlgui.learning.runs.store import KEPT_DAYS, RunStore
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


@pytest.fixture
def trained(store: RunStore, collection: Collection) -> Run:
    return finished(store, collection)


def test_nothing_is_made_on_the_disk_before_the_first_run(store: RunStore) -> None:
    assert store.runs() == ()
    assert store.deleted() == ()
    assert store.active_id == ""
    assert not store.workspace.exists()


def test_finished_run_tells_all_of_itself_after_a_restart(
    store: RunStore, trained: Run, collection: Collection
) -> None:
    (found,) = again(store).runs()

    assert found == trained
    assert found.status is RunStatus.FINISHED
    assert found.recipe == RECIPE
    assert found.collection == collection.folder
    assert found.class_names == collection.class_names
    assert found.photo_count == 12
    assert found.device == "1 pretended core"
    assert dict(found.versions) == {"fake": "1"}
    assert found.model is not None
    assert found.model.path == found.model_path
    assert len(found.history) == 3
    assert found.has_model
    assert not found.can_resume


def test_newest_run_is_first(store: RunStore, collection: Collection) -> None:
    runs = [finished(store, collection) for _ in range(3)]

    assert [run.id for run in again(store).runs()] == [run.id for run in reversed(runs)]


def test_run_under_way_is_shown_as_such_to_another_window(store: RunStore, collection: Collection) -> None:
    run = store.begin(RECIPE, collection)

    (seen,) = again(store).runs()
    assert seen.status is RunStatus.RUNNING
    assert not seen.can_resume

    with pytest.raises(StorageError, match="being trained"):
        again(store).delete(seen)
    with pytest.raises(StorageError, match="being trained"):
        again(store).resume(seen)
    store.fail(run)


_DYING = """
    import sys
    from pathlib import Path
    from tlgui.learning.recipes.built_in import QUICK
    from tlgui.learning.runs.store import RunStore
    from tlgui.photos.collection import Collection
    store = RunStore(Path(sys.argv[1]))
    run = store.begin(QUICK, Collection(Path(sys.argv[2]), ()))
    print(run.folder, flush=True)
    sys.stdin.read()
"""


def test_killed_between_epochs_it_is_interrupted_and_can_be_resumed(store: RunStore, collection: Collection) -> None:
    arguments = [sys.executable, "-c", textwrap.dedent(_DYING), str(store.workspace), str(collection.folder)]
    owner = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with owner:
        assert owner.stdout is not None
        folder = Path(owner.stdout.readline().strip())
        write_progress(folder, [epoch(1), epoch(2)], 4.0)
        (folder / CHECKPOINT).write_text("weights")
        (alive,) = store.runs()
        assert alive.status is RunStatus.RUNNING
        owner.kill()
        owner.wait()

    (dead,) = store.runs()
    assert dead.status is RunStatus.INTERRUPTED
    assert dead.can_resume
    assert [ended.epoch for ended in dead.history] == [1, 2]
    assert dead.seconds == 4.0
    assert store.resume(dead).status is RunStatus.RUNNING
    assert store.runs()[0].status is RunStatus.RUNNING
    kept = store.fail(dead)
    assert kept is not None
    assert kept.status is RunStatus.INTERRUPTED


def test_run_that_failed_before_its_first_epoch_leaves_nothing(store: RunStore, collection: Collection) -> None:
    run = store.begin(RECIPE, collection)

    assert store.fail(run, "The disk is full.") is None
    assert not run.folder.exists()


def test_run_that_failed_later_says_why_and_can_go_on(store: RunStore, collection: Collection) -> None:
    run = store.begin(RECIPE, collection)
    interrupt(run)

    store.fail(run, "The disk is full.")

    (found,) = again(store).runs()
    assert found.status is RunStatus.FAILED
    assert found.problem == "The disk is full."
    assert found.can_resume
    assert found.best_epoch == epoch(2)


def test_model_written_just_before_the_end_is_not_lost(store: RunStore, collection: Collection) -> None:
    run = store.begin(RECIPE, collection)
    model = train(run, collection)
    store._unlock(run)

    (found,) = again(store).runs()
    assert found.status is RunStatus.INTERRUPTED
    assert found.has_model
    assert not found.can_resume
    assert again(store).finish(found, model).status is RunStatus.FINISHED


def test_dead_run_that_left_nothing_is_not_listed_and_is_cleared_away(store: RunStore, collection: Collection) -> None:
    run = store.begin(RECIPE, collection)
    store._unlock(run)

    assert again(store).runs() == ()
    again(store).purge()
    assert not run.folder.exists()


def _without(*fields: str) -> Callable[[dict[str, Any]], object]:
    return lambda record: {name: value for name, value in record.items() if name not in fields}


@pytest.mark.parametrize(
    "damage",
    [
        _without("name"),
        _without("recipe"),
        lambda record: record | {"recipe": {"epochs": "many"}},
        lambda record: record | {"status": "dancing"},
        lambda record: record | {"created": "yesterday"},
        lambda record: record | {"created": "2026-01-01T12:00:00"},
        lambda record: record | {"name": "x" * (LONGEST_NAME + 1)},
        lambda record: record | {"class_names": [1, 2]},
        lambda record: record | {"photo_count": -1},
        lambda record: record | {"seconds": "NaN"},
        lambda record: record | {"format_version": 99},
        lambda _record: [],
        lambda _record: None,
    ],
)
def test_damaged_record_does_not_stop_the_list(
    store: RunStore, trained: Run, collection: Collection, damage: Callable[[dict[str, Any]], object]
) -> None:
    other = finished(store, collection, BALANCED)
    path = trained.folder / "run.json"
    path.write_text(json.dumps(damage(json.loads(path.read_text()))))

    assert again(store).runs() == (other,)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_record_that_is_no_json_does_not_stop_the_list(store: RunStore, trained: Run, content: bytes) -> None:
    (trained.folder / "run.json").write_bytes(content)
    (store.workspace / "runs" / "not a folder").write_text("hello")

    assert again(store).runs() == ()


def test_endless_record_is_not_read(store: RunStore, trained: Run) -> None:
    with (trained.folder / "run.json").open("r+b") as stream:
        stream.truncate(1 << 40)

    assert again(store).runs() == ()


def test_lost_result_leaves_the_model_to_be_asked_itself(store: RunStore, trained: Run) -> None:
    (trained.folder / "result.json").write_text("{}")

    (found,) = again(store).runs()
    assert found.model is None
    assert found.has_model
    assert found.history == trained.history


def test_model_that_was_taken_away_is_noticed(store: RunStore, trained: Run) -> None:
    trained.model_path.unlink()

    (found,) = again(store).runs()
    assert not found.has_model
    assert found.model is not None


def test_names_that_are_taken_get_a_number(store: RunStore, collection: Collection) -> None:
    runs = [finished(store, collection) for _ in range(3)]

    assert [run.name for run in runs] == ["Quick", "Quick 2", "Quick 3"]
    assert store.rename(runs[0], " with\nowls\t").name == "with owls"
    assert store.rename(runs[1], "With Owls").name == "With Owls 2"
    assert store.rename(runs[2], "  ").name == "Quick 3"
    assert store.rename(runs[2], "x" * 500).name == "x" * LONGEST_NAME
    assert {run.name for run in again(store).runs()} == {"with owls", "With Owls 2", "x" * LONGEST_NAME}


def test_renamed_in_another_window_it_keeps_its_name_when_it_finishes(store: RunStore, collection: Collection) -> None:
    run = store.begin(RECIPE, collection)
    again(store).rename(run, "the owls")

    assert store.finish(run, train(run, collection)).name == "the owls"


def test_odd_names_survive(store: RunStore, trained: Run) -> None:
    for name in ("party 🎉", "صورة", "$x_1$ & <b>", "_under", "\udcff bytes"):
        store.rename(trained, name)
        assert again(store).runs()[0].name == name.replace("\udcff", "").strip()


def test_deleted_run_comes_back_as_it_was(store: RunStore, trained: Run) -> None:
    deleted = store.delete(trained)

    assert store.runs() == ()
    assert again(store).deleted() == (deleted,)
    assert again(store).restore(deleted) == trained
    assert store.runs() == (trained,)
    assert store.deleted() == ()


def test_restored_run_whose_name_is_taken_gets_a_number(store: RunStore, trained: Run, collection: Collection) -> None:
    deleted = store.delete(trained)
    finished(store, collection)

    assert store.restore(deleted).name == "Quick 2"


@pytest.mark.skipif(os.name == "nt", reason="there a folder is not moved while a file of it is open")
def test_run_that_is_just_being_deleted_cannot_be_resumed(
    store: RunStore, trained: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename
    refused: list[str] = []

    def resume_first(self: Path, target: Path) -> Path:
        with pytest.raises(StorageError) as caught:
            again(store).resume(trained)
        refused.append(caught.value.message)
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", resume_first)
    store.delete(trained)

    assert len(refused) == 1
    assert store.runs() == ()


def test_last_deleted_run_is_first_to_come_back(store: RunStore, collection: Collection) -> None:
    runs = [finished(store, collection) for _ in range(3)]
    now = time.time()
    for age, run in ((30, runs[2]), (20, runs[0]), (10, runs[1])):
        os.utime(store.delete(run).folder, (now - age, now - age))

    assert [run.id for run in again(store).deleted()] == [runs[1].id, runs[0].id, runs[2].id]


def test_trash_is_emptied_after_a_week(store: RunStore, collection: Collection) -> None:
    old, young = (store.delete(finished(store, collection)) for _ in range(2))
    day = 24 * 60 * 60
    for run, days in ((old, KEPT_DAYS + 1), (young, KEPT_DAYS - 1)):
        os.utime(run.folder, (time.time() - days * day,) * 2)

    again(store).purge()

    assert [run.id for run in store.deleted()] == [young.id]


def test_run_that_is_gone_says_so(store: RunStore, trained: Run) -> None:
    deleted = store.delete(trained)

    with pytest.raises(StorageError, match="“Quick” could not be deleted"):
        store.delete(trained)
    store.restore(deleted)
    with pytest.raises(StorageError, match="“Quick” could not be brought back"):
        store.restore(deleted)


def test_data_folder_that_is_a_file_is_said(store: RunStore, collection: Collection) -> None:
    store.workspace.write_text("in the way")

    assert store.runs() == ()
    with pytest.raises(StorageError, match="could not be written"):
        store.begin(RECIPE, collection)


def test_run_used_last_is_remembered(store: RunStore, trained: Run) -> None:
    store.set_active(trained)

    assert again(store).active_id == trained.id


def test_model_is_named_after_its_collection_and_run(store: RunStore, trained: Run, tmp_path: Path) -> None:
    store.rename(trained, "with owls")

    assert run_of_model(trained.model_path) == ("Birds", "with owls")
    assert run_of_model(tmp_path / "model.tlmodel") is None
    assert run_of_model(trained.folder / "mine.tlmodel") is None


def test_workspace_lies_in_the_data_folder_and_tells_places_apart(tmp_path: Path) -> None:
    one, other = tmp_path / "a" / "Birds", tmp_path / "b" / "Birds"
    odd = files.workspace_path(tmp_path / "all: my? birds/*" / ("x" * 200))

    assert files.workspace_path(one).is_relative_to(files.data_folder())
    assert files.workspace_path(one) != files.workspace_path(other)
    assert files.workspace_path(one) == files.workspace_path(tmp_path / "b" / ".." / "a" / "Birds")
    assert files.workspace_path(one).name.startswith("Birds ")
    assert len(odd.name) < 60


def test_owner_lock_is_one_owners_until_it_is_let_go(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    lock, other = files.OwnerLock(path), files.OwnerLock(path)

    assert not files.is_owned(path)
    assert lock.acquire()
    assert files.is_owned(path)
    assert not other.acquire()
    other.release()
    assert files.is_owned(path)
    lock.release()
    assert not files.is_owned(path)
    assert other.acquire()
    other.release()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders")
def test_pipes_in_the_place_of_a_runs_files_do_not_stop_the_list(store: RunStore, trained: Run) -> None:
    store.set_active(trained)
    for path in [path for path in store.workspace.rglob("*") if path.is_file()]:
        path.unlink()
        os.mkfifo(path)

    assert again(store).runs() == ()
    assert again(store).active_id == ""
