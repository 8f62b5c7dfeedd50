"""A training that is killed between epochs goes on as if nothing had happened; what it left is read with suspicion."""

import functools
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from tests.learning import trainings
from tests.learning.listening import QUIET, Listener, is_batch_of, numbers, stopping_at
from tests.learning.models import KERAS_SAVE_WARNING
from tests.learning.trainings import train
from tests.pictures import write_collection
from tlgui.errors import SettingError
from tlgui.learning.model_file.tlmodel import read_network
from tlgui.learning.recipes.recipe import (
    AFTER_HEAD,
    EVERY_EPOCH,
    Augmentation,
    EarlyStopping,
    FineTuning,
    Recipe,
)
from tlgui.learning.results import ModelSummary, StopReason
from tlgui.learning.runs.progress import CHECKPOINT, PROGRESS, read_progress
from tlgui.learning.training.checkpoint import _array_in
from tlgui.photos.collection import Collection
from tlgui.photos.scanning.scan import scan
from tlgui.progress import EpochEnded, Event, Notice, Stage

pytestmark = pytest.mark.filterwarnings(KERAS_SAVE_WARNING)

CACHED = replace(trainings.CACHED, most_batches=2)
TUNED = replace(
    CACHED,
    augmentation=Augmentation(rotation=20, when=EVERY_EPOCH),
    fine_tuning=FineTuning(when=AFTER_HEAD, from_block="block3", epochs=3),
)


KEEPING_THE_LAST = replace(CACHED, early_stopping=EarlyStopping(enabled=False, keep_best=False))


@dataclass(frozen=True)
class Story:
    """A training that nobody killed, and what a kill would have left.

    Args:
        summary: How it ended.
        folder: In a folder for each epoch, the run's folder as it was when that epoch had just ended.
    """

    summary: ModelSummary
    folder: Path

    def leave(self, epoch: int, run_folder: Path) -> None:
        """Fill `run_folder` with what a process that ends with this epoch leaves."""
        shutil.copytree(self.folder / str(epoch), run_folder, dirs_exist_ok=True)


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    return scan(write_collection(tmp_path_factory.mktemp("checkpoint") / "photos", classes=3, photos=8), QUIET)


@pytest.fixture(scope="module")
def story_of(collection: Collection, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Recipe], Story]:
    """Return a function that tells how a recipe trains; each is trained once."""

    @functools.cache
    def tell(recipe: Recipe) -> Story:
        folder = tmp_path_factory.mktemp("story")
        run_folder = folder / "run"
        run_folder.mkdir()

        def keep(event: Event) -> None:
            if isinstance(event, EpochEnded):
                shutil.copytree(run_folder, folder / str(event.epoch))

        listener = Listener(keep)
        summary = train(collection, recipe, folder / "whole.tlmodel", listener.context, run_folder=run_folder)
        return Story(summary, folder)

    return tell


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("recipe", "epoch"),
    [
        pytest.param(CACHED, 2, id="in the head"),
        pytest.param(TUNED, 3, id="between head and fine-tuning"),
        pytest.param(TUNED, 5, id="in fine-tuning"),
        pytest.param(KEEPING_THE_LAST, 3, id="at the end"),
    ],
)
def test_resumed_training_has_the_history_of_one_that_was_not_killed(
    recipe: Recipe, epoch: int, collection: Collection, story_of: Callable[[Recipe], Story], run_folder: Path
) -> None:
    story = story_of(recipe)
    story.leave(epoch, run_folder)
    whole = story.summary
    listener = Listener()

    resumed = train(
        collection, recipe, run_folder / "model.tlmodel", listener.context, run_folder=run_folder, resume=True
    )

    assert numbers(resumed.history) == numbers(whole.history)
    assert [ended.epoch for ended in listener.of(EpochEnded)] == list(range(epoch + 1, len(whole.history) + 1))
    assert resumed.evaluation == whole.evaluation
    assert resumed.stop_reason is whole.stop_reason
    ours, theirs = (read_network(summary.path)[1].get_weights() for summary in (resumed, whole))
    assert all(np.array_equal(*pair) for pair in zip(ours, theirs, strict=True))


def test_progress_is_told_after_each_epoch_and_read_without_tensorflow(
    collection: Collection, run_folder: Path
) -> None:
    told: list[tuple[EpochEnded, ...]] = []

    def read(event: Event) -> None:
        if isinstance(event, EpochEnded):
            told.append(read_progress(run_folder))

    summary = train(collection, CACHED, run_folder / "model.tlmodel", Listener(read).context, run_folder=run_folder)

    assert told == [summary.history[:1], summary.history[:2], summary.history]
    program = (
        "import sys; from pathlib import Path; from tlgui.learning.runs.progress import read_progress;"
        "print(len(read_progress(Path(sys.argv[1]))), {'keras', 'tensorflow'} & set(sys.modules))"
    )
    said = subprocess.run(
        [sys.executable, "-c", program, str(run_folder)], capture_output=True, text=True, check=True, timeout=60
    )
    assert said.stdout.strip() == "3 set()"


def test_checkpoint_goes_when_the_model_is_written_and_the_history_stays(
    collection: Collection, run_folder: Path
) -> None:
    train(collection, CACHED, run_folder / "model.tlmodel", QUIET, run_folder=run_folder)

    assert sorted(path.name for path in run_folder.iterdir()) == ["model.tlmodel", PROGRESS]
    assert json.loads((run_folder / PROGRESS).read_text())["seconds"] > 0


def test_training_that_had_no_epoch_yet_begins_anew(
    collection: Collection, story_of: Callable[[Recipe], Story], run_folder: Path
) -> None:
    resumed = train(collection, CACHED, run_folder / "model.tlmodel", QUIET, run_folder=run_folder, resume=True)

    assert numbers(resumed.history) == numbers(story_of(CACHED).summary.history)


@pytest.mark.parametrize(("recipe", "epoch"), [(CACHED, 2), (TUNED, 5)])
@pytest.mark.parametrize("is_at_once", [True, False])
def test_stop_makes_a_model_of_the_best_epoch_that_was_saved(
    is_at_once: bool,  # noqa: FBT001
    recipe: Recipe,
    epoch: int,
    collection: Collection,
    story_of: Callable[[Recipe], Story],
    run_folder: Path,
) -> None:
    story_of(recipe).leave(epoch, run_folder)
    saved = read_progress(run_folder)
    listener = stopping_at(lambda event: getattr(event, "stage", None) is Stage.TRAINING)
    listener.is_stopped = is_at_once

    summary = train(
        collection, recipe, run_folder / "model.tlmodel", listener.context, run_folder=run_folder, resume=True
    )

    assert summary.stop_reason is StopReason.STOPPED
    assert summary.history == saved
    best = next(ended for ended in reversed(saved) if ended.is_best)
    assert summary.evaluation is not None
    assert summary.evaluation.accuracy == best.validation_accuracy


def test_other_recipe_does_not_go_on_from_there(
    collection: Collection, story_of: Callable[[Recipe], Story], run_folder: Path
) -> None:
    story_of(CACHED).leave(1, run_folder)
    path = run_folder / "model.tlmodel"

    with pytest.raises(SettingError, match="its recipe changed"):
        train(collection, replace(CACHED, batch_size=4), path, QUIET, run_folder=run_folder, resume=True)
    # What it is called changes nothing.
    named = replace(CACHED, name="Mine")
    assert len(train(collection, named, path, QUIET, run_folder=run_folder, resume=True).history) == 3


def test_other_classes_do_not_go_on_from_there(
    story_of: Callable[[Recipe], Story], run_folder: Path, tmp_path: Path
) -> None:
    story_of(CACHED).leave(1, run_folder)
    renamed = scan(write_collection(tmp_path / "photos", ["class 02", "class 03", "class 09"], photos=8), QUIET)

    with pytest.raises(SettingError, match="its classes changed"):
        train(renamed, CACHED, run_folder / "model.tlmodel", QUIET, run_folder=run_folder, resume=True)


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _flip_a_bit(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def _with_member(name: str, array: np.ndarray) -> Callable[[bytes], bytes]:
    """Return what puts another array into a checkpoint."""

    def change(data: bytes) -> bytes:
        packed, other = io.BytesIO(), io.BytesIO()
        np.save(other, array, allow_pickle=True)
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w") as new:
            for member in old.namelist():
                new.writestr(member, other.getvalue() if member == name else old.read(member))
        return packed.getvalue()

    return change


def _with_raw_member(name: str, data: bytes) -> Callable[[bytes], bytes]:
    """Return what puts other bytes into a checkpoint."""

    def change(original: bytes) -> bytes:
        packed = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(original)) as old, zipfile.ZipFile(packed, "w") as new:
            for member in old.namelist():
                new.writestr(member, data if member == name else old.read(member))
        return packed.getvalue()

    return change


def _array_that_promises(shape: tuple[int, ...]) -> bytes:
    packed = io.BytesIO()
    np.lib.format.write_array_header_1_0(packed, {"descr": "|u1", "fortran_order": False, "shape": shape})
    return packed.getvalue() + b"{}"


def _array_of_words(words: bytes) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(words).to_bytes(2, "little") + words


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(_cut, id="cut off"),
        pytest.param(_with_raw_member("about.npy", _array_that_promises((10**13,))), id="more than there is"),
        pytest.param(_with_raw_member("about.npy", _array_that_promises((10**30,))), id="more than there can be"),
        pytest.param(_with_raw_member("about.npy", b"\x93NUMPY\x01\x00\xff\xff" + b"(" * 65535), id="endless words"),
        pytest.param(_with_raw_member("about.npy", _array_of_words(b"{'descr': '|u1', ")), id="words without an end"),
        pytest.param(_with_raw_member("about.npy", _array_of_words(b"-" * 9000 + b"1")), id="words nested too deep"),
        pytest.param(lambda data: data[:-22] + data[-22:-12] + b"\xff" * 4 + data[-8:], id="a directory that lies"),
        pytest.param(_flip_a_bit, id="a flipped bit"),
        pytest.param(lambda _: b"not an archive", id="another file"),
        pytest.param(_with_member("state_0.npy", np.array([print], object)), id="a pickle"),
        pytest.param(_with_member("state_0.npy", np.zeros((2, 2), np.float32)), id="another shape"),
        pytest.param(_with_member("state_0.npy", np.zeros(10**6, np.float32)), id="far too large"),
        pytest.param(_with_member("about.npy", np.frombuffer(b'{"format_version": 1}', np.uint8)), id="no history"),
        pytest.param(_with_member("exam_1.npy", np.full(3, 99)), id="a class that is not there"),
    ],
)
def test_damaged_checkpoint_is_refused(
    change: Callable[[bytes], bytes], collection: Collection, story_of: Callable[[Recipe], Story], run_folder: Path
) -> None:
    story_of(CACHED).leave(1, run_folder)
    checkpoint = run_folder / CHECKPOINT
    checkpoint.write_bytes(change(checkpoint.read_bytes()))

    with pytest.raises(SettingError, match=r"cannot go on: what it left .* is damaged"):
        train(collection, CACHED, run_folder / "model.tlmodel", QUIET, run_folder=run_folder, resume=True)


def test_checkpoint_of_a_newer_tlgui_is_refused(
    collection: Collection, story_of: Callable[[Recipe], Story], run_folder: Path
) -> None:
    story_of(CACHED).leave(1, run_folder)
    checkpoint = run_folder / CHECKPOINT
    with np.load(checkpoint) as arrays:
        about = json.loads(arrays["about"].tobytes())
    newer = np.frombuffer(json.dumps({**about, "format_version": 99}).encode(), np.uint8)
    checkpoint.write_bytes(_with_member("about.npy", newer)(checkpoint.read_bytes()))

    with pytest.raises(SettingError, match="a newer tlgui began it"):
        train(collection, CACHED, run_folder / "model.tlmodel", QUIET, run_folder=run_folder, resume=True)


def test_training_whose_epochs_cannot_be_kept_goes_on_and_says_so_once(
    collection: Collection, story_of: Callable[[Recipe], Story], tmp_path: Path
) -> None:
    listener = Listener()

    summary = train(collection, CACHED, tmp_path / "model.tlmodel", listener.context, run_folder=tmp_path / "gone")

    (notice,) = listener.of(Notice)
    assert "the folder is not there" in notice.message
    assert numbers(summary.history) == numbers(story_of(CACHED).summary.history)
    assert summary.path.is_file()


def test_training_on_a_full_disk_goes_on_and_its_model_is_written_to_another(
    collection: Collection, full_disk: Path, tmp_path: Path
) -> None:
    (full_disk / "more ballast").write_bytes(bytes(12 * 1024))
    listener = Listener()

    summary = train(collection, CACHED, tmp_path / "model.tlmodel", listener.context, run_folder=full_disk)

    (notice,) = listener.of(Notice)
    assert "the disk is full" in notice.message
    assert len(summary.history) == 3
    assert not (full_disk / CHECKPOINT).exists()
    assert summary.path.is_file()


def test_stopped_training_keeps_its_checkpoint_and_goes_on_as_if_it_had_not_been(
    collection: Collection, story_of: Callable[[Recipe], Story], run_folder: Path
) -> None:
    path = run_folder / "model.tlmodel"
    stopped = train(collection, CACHED, path, stopping_at(is_batch_of(3)).context, run_folder=run_folder)
    assert (stopped.stop_reason, len(stopped.history)) == (StopReason.STOPPED, 2)

    resumed = train(collection, CACHED, path, QUIET, run_folder=run_folder, resume=True)

    assert numbers(resumed.history) == numbers(story_of(CACHED).summary.history)
    assert not (run_folder / CHECKPOINT).exists()


@pytest.mark.parametrize("text", ["", "[]", '{"history": 3}', '{"history": [{"epoch": 0}]}', "[" * 100_000])
def test_damaged_progress_says_nothing(text: str, run_folder: Path) -> None:
    (run_folder / PROGRESS).write_text(text)

    assert read_progress(run_folder) == ()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders")
def test_pipe_in_the_place_of_a_checkpoint_is_refused_at_once(collection: Collection, run_folder: Path) -> None:
    os.mkfifo(run_folder / CHECKPOINT)
    os.mkfifo(run_folder / PROGRESS)

    with pytest.raises(SettingError, match="cannot be read: it is no file but a pipe"):
        train(collection, CACHED, run_folder / "model.tlmodel", QUIET, run_folder=run_folder, resume=True)
    assert read_progress(run_folder) == ()


def test_array_stored_by_columns_is_read_as_it_was() -> None:
    array, packed = np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3)), io.BytesIO()
    np.save(packed, array)

    np.testing.assert_array_equal(_array_in(packed.getvalue()), array)
