"""A training that is killed or stopped between epochs is resumed with the same history."""

import functools
import json
import math
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from unittest import mock

import numpy as np
import pytest

from tests.learning import trainings
from tests.learning.listening import QUIET, Listener, is_batch_of, is_begin_of, numbers, stopping_at
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
from tlgui.learning.runs.judgements import JUDGEMENTS, read_judgements
from tlgui.learning.runs.progress import CHECKPOINT, PROGRESS, read_progress
from tlgui.learning.training import checkpoint
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
    """A training that was not killed, and the files that a kill would have left.

    Args:
        summary: The content of the model's manifest.
        folder: Has a copy of the run's folder after each epoch, by the epoch's number, and the run's folder itself.
    """

    summary: ModelSummary
    folder: Path

    def leave(self, epoch: int, run_folder: Path) -> None:
        """Fill `run_folder` with the files of a process that was killed after this epoch."""
        shutil.copytree(self.folder / str(epoch), run_folder, dirs_exist_ok=True)


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    return scan(write_collection(tmp_path_factory.mktemp("checkpoint") / "photos", classes=3, photos=8), QUIET)


@pytest.fixture(scope="module")
def story_of(collection: Collection, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Recipe], Story]:
    """Return a function that trains a recipe, each one once."""

    @functools.cache
    def tell(recipe: Recipe) -> Story:
        folder = tmp_path_factory.mktemp("story")
        run_folder = folder / "run"
        run_folder.mkdir()

        def keep(event: Event) -> None:
            if isinstance(event, EpochEnded):
                shutil.copytree(run_folder, folder / str(event.epoch))

        listener = Listener(keep)
        # A checkpoint after each epoch, however short it is.
        with mock.patch.object(checkpoint, "LARGEST_SHARE", math.inf):
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
    assert (resumed.evaluation, resumed.more_evaluations) == (whole.evaluation, whole.more_evaluations)
    assert resumed.trust == whole.trust
    judged, before = (read_judgements(folder / JUDGEMENTS) for folder in (run_folder, story.folder / "run"))
    # Digests of files that were only just written may not be known yet.
    assert [replace(each, digest="") for each in judged] == [replace(each, digest="") for each in before]
    assert judged
    assert resumed.stop_reason is whole.stop_reason
    ours, theirs = (read_network(summary.path)[1].get_weights() for summary in (resumed, whole))
    assert all(np.array_equal(*pair) for pair in zip(ours, theirs, strict=True))


def test_run_has_its_history_after_each_epoch_and_no_checkpoint_at_the_end(
    story_of: Callable[[Recipe], Story],
) -> None:
    story = story_of(CACHED)
    history = story.summary.history

    assert [read_progress(story.folder / str(epoch)) for epoch in (1, 2, 3)] == [history[:1], history[:2], history]
    run_folder = story.folder / "run"
    assert sorted(path.name for path in run_folder.iterdir()) == [JUDGEMENTS, PROGRESS]
    assert read_progress(run_folder) == history
    assert json.loads((run_folder / PROGRESS).read_text())["seconds"] > 0


def test_training_that_had_no_epoch_yet_begins_anew(
    collection: Collection, story_of: Callable[[Recipe], Story], run_folder: Path
) -> None:
    resumed = train(collection, CACHED, run_folder / "model.tlmodel", QUIET, run_folder=run_folder, resume=True)

    assert numbers(resumed.history) == numbers(story_of(CACHED).summary.history)


@pytest.mark.parametrize(("recipe", "epoch", "is_at_once"), [(CACHED, 2, True), (TUNED, 5, True), (TUNED, 5, False)])
def test_stop_makes_a_model_of_the_best_epoch_that_was_saved(
    recipe: Recipe,
    epoch: int,
    is_at_once: bool,  # noqa: FBT001
    collection: Collection,
    story_of: Callable[[Recipe], Story],
    run_folder: Path,
) -> None:
    story_of(recipe).leave(epoch, run_folder)
    saved = read_progress(run_folder)
    listener = stopping_at(is_begin_of(Stage.TRAINING))
    listener.is_stopped = is_at_once

    summary = train(
        collection, recipe, run_folder / "model.tlmodel", listener.context, run_folder=run_folder, resume=True
    )

    assert summary.stop_reason is StopReason.STOPPED
    assert summary.history == saved
    best = next(ended for ended in reversed(saved) if ended.is_best)
    assert summary.evaluation is not None
    assert summary.evaluation.accuracy == best.validation_accuracy


def test_other_recipe_is_not_resumed(
    collection: Collection, story_of: Callable[[Recipe], Story], run_folder: Path
) -> None:
    story_of(CACHED).leave(2, run_folder)
    path = run_folder / "model.tlmodel"

    with pytest.raises(SettingError, match="its recipe changed"):
        train(collection, replace(CACHED, batch_size=4), path, run_folder=run_folder, resume=True)
    # The name has no effect on a training.
    named = replace(CACHED, name="Mine")
    assert len(train(collection, named, path, run_folder=run_folder, resume=True).history) == 3


def test_other_classes_are_not_resumed(story_of: Callable[[Recipe], Story], run_folder: Path, tmp_path: Path) -> None:
    story_of(CACHED).leave(1, run_folder)
    renamed = scan(write_collection(tmp_path / "photos", ["class 02", "class 03", "class 09"], photos=8), QUIET)

    with pytest.raises(SettingError, match="its classes changed"):
        train(renamed, CACHED, run_folder / "model.tlmodel", run_folder=run_folder, resume=True)


def test_damaged_checkpoint_is_not_resumed(
    collection: Collection, story_of: Callable[[Recipe], Story], run_folder: Path
) -> None:
    story_of(CACHED).leave(1, run_folder)
    checkpoint = run_folder / CHECKPOINT
    checkpoint.write_bytes(checkpoint.read_bytes()[:-100])

    with pytest.raises(SettingError, match=r"cannot go on: what it left .* is damaged"):
        train(collection, CACHED, run_folder / "model.tlmodel", run_folder=run_folder, resume=True)


def test_training_whose_epochs_cannot_be_kept_goes_on_and_reports_it_once(
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
