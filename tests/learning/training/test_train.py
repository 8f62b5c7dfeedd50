"""A training from photos to a model file: the model, the events, Stop, and photos that vanish meanwhile."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.learning.listening import QUIET, Listener, is_batch_of, is_begin_of, stopping_at
from tests.learning.models import KERAS_SAVE_WARNING
from tests.learning.trainings import CACHED, train, validation_of
from tests.pictures import write_collection, write_text
from tlgui.errors import Cancelled, CollectionError, StorageError, WeightsError
from tlgui.learning.inference.evaluate import evaluate
from tlgui.learning.model_file.archive import read_summary
from tlgui.learning.model_file.tlmodel import load_model
from tlgui.learning.networks import devices
from tlgui.learning.recipes.recipe import (
    EMBEDDED_BACKBONE,
    LARGER_BACKBONE,
    SHIPPED,
    SMALL_CNN,
    SMALLER_BACKBONE,
    Augmentation,
    Head,
)
from tlgui.learning.results import ModelSummary, PhotosUnreadable, StopReason
from tlgui.photos.collection import Collection, Part
from tlgui.photos.scanning.scan import scan
from tlgui.progress import BatchEnded, EpochEnded, Event, Progress, Stage

pytestmark = pytest.mark.filterwarnings(KERAS_SAVE_WARNING)

RECIPE = replace(CACHED, head=Head(dense_units=16, dropout=0.2), epochs=4)


@dataclass(frozen=True)
class _Whole:
    """A training from its beginning to its end."""

    collection: Collection
    summary: ModelSummary
    listener: Listener


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> _Whole:
    folder = tmp_path_factory.mktemp("whole")
    collection = scan(write_collection(folder / "photos", classes=3, photos=10), QUIET)
    listener = Listener()
    return _Whole(collection, train(collection, RECIPE, folder / "model.tlmodel", listener.context), listener)


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return scan(write_collection(tmp_path / "photos", classes=3, photos=10), QUIET)


def test_small_photos_are_learned_from_by_the_smaller_backbone(collection: Collection, tmp_path: Path) -> None:
    recipe = replace(RECIPE, backbone=LARGER_BACKBONE, weights=SHIPPED, input_size=64, small_photos=SMALLER_BACKBONE)

    small = train(replace(collection, short_side=48), replace(recipe, epochs=1), tmp_path / "small.tlmodel")
    large = train(replace(collection, short_side=64), replace(recipe, epochs=1), tmp_path / "large.tlmodel")

    assert (small.backbone, small.recipe.backbone) == (EMBEDDED_BACKBONE, EMBEDDED_BACKBONE)
    assert (large.backbone, large.recipe.backbone) == (LARGER_BACKBONE, LARGER_BACKBONE)
    assert [read_summary(summary.path).recipe for summary in (small, large)] == [small.recipe, large.recipe]


def test_training_writes_a_model_of_the_classes(whole: _Whole) -> None:
    summary = whole.summary
    assert summary.class_names == ("class 01", "class 02", "class 03")
    assert (summary.photo_count, summary.stop_reason) == (24, StopReason.COMPLETED)
    assert (summary.backbone, summary.input_size, summary.recipe) == (SMALL_CNN, 32, RECIPE)
    validation = validation_of(summary)
    assert validation.photo_count == 6
    assert validation.accuracy == max(ended.validation_accuracy for ended in summary.history if ended.is_best)
    assert dict(summary.versions).keys() >= {"tlgui", "python", "keras", "tensorflow", "onnxruntime"}
    assert summary.device == devices.describe()
    assert read_summary(summary.path) == summary
    # The network in the file has the head and the best epoch: it gives the same evaluation.
    evaluated = evaluate(load_model(summary.path), whole.collection, Part.VALIDATION, QUIET)
    assert evaluated.confusion == validation.confusion
    assert evaluated.loss == pytest.approx(validation.loss, abs=1e-4)


def test_training_reports_its_progress(whole: _Whole) -> None:
    summary, listener = whole.summary, whole.listener
    stages = list(dict.fromkeys(event.stage for event in listener.events if isinstance(event, Progress)))
    assert stages == [Stage.LOADING, Stage.FEATURES, Stage.TRAINING, Stage.EVALUATING, Stage.SAVING]
    assert tuple(listener.of(EpochEnded)) == summary.history
    assert [ended.epoch for ended in summary.history] == [1, 2, 3, 4]
    batches = listener.of(BatchEnded)
    # The three steps of an epoch are one execution.
    assert [(event.epoch, event.batch, event.batches) for event in batches] == [(e, 3, 3) for e in range(1, 5)]
    assert all((event.epochs, event.batches) == (4, 3) for event in batches)
    assert batches[-1].seconds_left == 0
    for ended, last in zip(summary.history, batches, strict=True):
        assert (ended.loss, ended.accuracy) == (last.loss, last.accuracy)


def test_same_recipe_on_same_photos_gives_the_same_history(collection: Collection, tmp_path: Path) -> None:
    recipe = replace(RECIPE, epochs=2, augmentation=Augmentation(rotation=20, flip_horizontal=True, copies=1))

    def history(seed: int) -> list[tuple[float, float, float]]:
        summary = train(collection, replace(recipe, seed=seed), tmp_path / "model.tlmodel", QUIET)
        return [(ended.loss, ended.accuracy, ended.validation_loss) for ended in summary.history]

    first, again, other = history(1), history(1), history(2)

    assert first == again
    assert first != other


def test_stop_after_an_epoch_leaves_its_best_as_a_model(collection: Collection, tmp_path: Path) -> None:
    listener = stopping_at(is_batch_of(3))

    summary = train(collection, RECIPE, tmp_path / "model.tlmodel", listener.context)

    assert summary.stop_reason is StopReason.STOPPED
    assert len(summary.history) == 2
    assert read_summary(tmp_path / "model.tlmodel") == summary


@pytest.mark.parametrize("stage", [Stage.LOADING, Stage.FEATURES, Stage.TRAINING])
def test_stop_before_an_epoch_is_complete_leaves_nothing(stage: Stage, collection: Collection, tmp_path: Path) -> None:
    listener = stopping_at(is_begin_of(stage))

    with pytest.raises(Cancelled):
        train(collection, RECIPE, tmp_path / "model.tlmodel", listener.context)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["photos"]


def test_stop_at_the_very_end_keeps_the_model(collection: Collection, tmp_path: Path) -> None:
    listener = stopping_at(is_begin_of(Stage.EVALUATING))

    summary = train(collection, RECIPE, tmp_path / "model.tlmodel", listener.context)

    assert summary.stop_reason is StopReason.COMPLETED
    assert (tmp_path / "model.tlmodel").is_file()


def _at_loading(act: Callable[[], object]) -> Listener:
    """Return a listener that does something to the photos once the training has begun."""

    def act_once(event: Event) -> None:
        if event == Progress(Stage.LOADING):
            act()

    return Listener(act_once)


def test_folder_removed_in_mid_training_is_named(collection: Collection, tmp_path: Path) -> None:
    listener = _at_loading(lambda: shutil.rmtree(collection.folder))

    with pytest.raises(CollectionError, match="“photos” is gone"):
        train(collection, RECIPE, tmp_path / "model.tlmodel", listener.context)


def test_folder_emptied_in_mid_training_is_named(collection: Collection, tmp_path: Path) -> None:
    def empty() -> None:
        for photo in collection.photos():
            photo.path.unlink()

    listener = _at_loading(empty)

    with pytest.raises(CollectionError, match=r"None of the 24 photos .* in “photos” .*\.jpg"):
        train(collection, RECIPE, tmp_path / "model.tlmodel", listener.context)


def test_class_that_loses_its_photos_is_named(collection: Collection, tmp_path: Path) -> None:
    listener = _at_loading(lambda: shutil.rmtree(collection.folder / "class 02"))

    with pytest.raises(CollectionError, match="class “class 02” has no photo left"):
        train(collection, RECIPE, tmp_path / "model.tlmodel", listener.context)


def test_few_photos_lost_do_not_end_the_training(collection: Collection, tmp_path: Path) -> None:
    lost = [photo.path for photo in collection.classes[0].photos[:2]]

    def lose() -> None:
        lost[0].unlink()
        write_text(lost[1])

    listener = _at_loading(lose)

    summary = train(collection, RECIPE, tmp_path / "model.tlmodel", listener.context)

    assert summary.photo_count + validation_of(summary).photo_count == collection.photo_count - 2
    reported = [photo for event in listener.of(PhotosUnreadable) for photo in event.photos]
    assert {photo.path for photo in reported} == set(lost)
    assert [problem.path for problem in scan(collection.folder, QUIET).problems] == [lost[1]]


def test_place_that_cannot_be_written_is_named_before_the_work(collection: Collection, tmp_path: Path) -> None:
    listener = Listener()

    with pytest.raises(StorageError, match=r"model\.tlmodel"):
        train(collection, RECIPE, tmp_path / "nowhere" / "model.tlmodel", listener.context)

    assert listener.events == []


def test_missing_weights_are_named(collection: Collection, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="VGG16"):
        train(collection, replace(RECIPE, backbone="vgg16", weights=SHIPPED), tmp_path / "model.tlmodel", QUIET)
