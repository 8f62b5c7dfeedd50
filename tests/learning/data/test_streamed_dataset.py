"""Training on photos that are read in each epoch: batches, trained and frozen layers, Stop, and vanishing photos."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from tests.learning.listening import QUIET, Listener, numbers, stopping_at
from tests.learning.models import KERAS_SAVE_WARNING
from tests.learning.trainings import CACHED, FINE_TUNED, train
from tests.pictures import write_collection
from tlgui.errors import Cancelled, CollectionError
from tlgui.learning.arrays import FloatArray
from tlgui.learning.backbones.weights import find_weights
from tlgui.learning.data.batch import Batch
from tlgui.learning.data.cached_dataset import BatchOrder
from tlgui.learning.data.streamed_dataset import PhotoStream, StreamedTrainingData, StreamedValidationData
from tlgui.learning.data.unreadable_photos import UnreadablePhotos
from tlgui.learning.networks.builder import build_backbone
from tlgui.learning.recipes.recipe import (
    EVERY_EPOCH,
    FROM_START,
    Augmentation,
    EarlyStopping,
    FineTuning,
    Head,
    Recipe,
)
from tlgui.learning.results import StopReason
from tlgui.learning.training.train import Trained, train_network
from tlgui.photos.collection import Collection, Photo, Split
from tlgui.photos.scanning.scan import scan
from tlgui.progress import BatchEnded, EpochEnded, Event

pytestmark = pytest.mark.filterwarnings(KERAS_SAVE_WARNING)

_TUNING = FINE_TUNED.fine_tuning


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return scan(write_collection(tmp_path / "photos", classes=3, photos=10), QUIET)


@dataclass(frozen=True)
class _FineTuned:
    """A training whose last epoch is kept, and its events."""

    recipe: Recipe
    trained: Trained
    listener: Listener


@pytest.fixture(scope="module")
def fine_tuned(tmp_path_factory: pytest.TempPathFactory) -> _FineTuned:
    folder = tmp_path_factory.mktemp("fine tuned")
    collection = scan(write_collection(folder / "photos", classes=3, photos=10), QUIET)
    recipe = replace(FINE_TUNED, early_stopping=EarlyStopping(enabled=False, keep_best=False))
    listener = Listener()
    return _FineTuned(recipe, train_network(collection, recipe, folder / "a.tlmodel", listener.context), listener)


def _streams(
    recipe: Recipe, collection: Collection, photos: Sequence[Photo]
) -> tuple[PhotoStream, list[FloatArray], UnreadablePhotos]:
    """Return a stream whose frozen base returns its inputs, these inputs, and the unreadable photos."""
    given: list[FloatArray] = []

    def frozen_base(pixels: FloatArray) -> FloatArray:
        given.append(pixels)
        return pixels

    unreadable = UnreadablePhotos(collection, Split(tuple(photos), tuple(photos)), QUIET)
    return PhotoStream(recipe, frozen_base, (32, 32, 3), collection.class_names, unreadable, QUIET), given, unreadable


def _inputs(batches: list[Batch]) -> FloatArray:
    return np.concatenate([batch.inputs for batch in batches])


# --- batches


def test_augmentation_of_no_strength_trains_as_cached_features_do(collection: Collection, tmp_path: Path) -> None:
    recipe = replace(CACHED, augmentation=Augmentation(when=EVERY_EPOCH))
    cached = train_network(collection, CACHED, tmp_path / "model.tlmodel", QUIET)

    streamed = train_network(collection, recipe, tmp_path / "model.tlmodel", QUIET)

    for ours, theirs in zip(numbers(streamed.summary.history), numbers(cached.summary.history), strict=True):
        assert ours == pytest.approx(theirs, abs=1e-4)
    # The frozen backbone does not change by a bit.
    before = build_backbone(recipe, find_weights(recipe, QUIET)).get_weights()
    after = streamed.model.get_layer("small_cnn").get_weights()
    assert all(np.array_equal(*pair) for pair in zip(before, after, strict=True))


def test_photos_come_in_the_shuffled_order_of_each_epoch(collection: Collection) -> None:
    photos = tuple(collection.photos())
    stream, _, _ = _streams(CACHED, collection, photos)
    data = StreamedTrainingData(stream, photos, CACHED, epochs_before=0)

    labels = [list(batch.labels) for number in (1, 2) for batch in data.epoch(number)]

    expected = [
        stream.labels([photos[row] for row in turn.rows]).tolist()
        for number in (1, 2)
        for turn in BatchOrder(len(photos), CACHED, epochs_before=0).epoch(number)
    ]
    assert labels == expected


def test_each_epoch_sees_photos_changed_anew_and_fixed_by_the_seed(collection: Collection) -> None:
    photos = [photo for item in collection.classes for photo in item.photos[:3]]
    recipe = replace(CACHED, augmentation=Augmentation(rotation=40, flip_horizontal=True, when=EVERY_EPOCH))

    def seen(recipe: Recipe) -> list[FloatArray]:
        data = StreamedTrainingData(_streams(recipe, collection, photos)[0], photos, recipe, epochs_before=2)
        return [_inputs(list(data.epoch(number))) for number in (1, 2)]

    (first, second), (again, _), (other, _) = seen(recipe), seen(recipe), seen(replace(recipe, seed=2))

    np.testing.assert_array_equal(first, again)
    assert np.abs(first - second).mean() > 1
    assert np.abs(first - other).mean() > 1


def test_copies_that_are_made_once_are_the_same_in_each_epoch(collection: Collection) -> None:
    photos = [photo for item in collection.classes for photo in item.photos[:2]]
    recipe = replace(CACHED, augmentation=Augmentation(rotation=40, copies=2, keep_photo=False))
    data = StreamedTrainingData(_streams(recipe, collection, photos)[0], photos, recipe, epochs_before=0)

    first, second = (_inputs(list(data.epoch(number))) for number in (1, 2))

    assert len(first) == 12
    assert data.class_counts == [4, 4, 4]
    # Both epochs hold the same twelve pictures, in orders of their own.
    assert sorted(first.sum(axis=(1, 2, 3))) == sorted(second.sum(axis=(1, 2, 3)))
    assert len({picture.tobytes() for picture in first}) == 12


def test_validation_photos_are_not_changed_and_read_once(collection: Collection) -> None:
    photos = tuple(collection.photos())
    recipe = replace(CACHED, augmentation=Augmentation(rotation=40, when=EVERY_EPOCH))
    stream, given, _ = _streams(recipe, collection, photos)
    plain, _, _ = _streams(CACHED, collection, photos)
    data = StreamedValidationData(stream, photos)

    first = list(data.batches())
    calls = len(given)
    again = list(data.batches())

    np.testing.assert_array_equal(_inputs(first), _inputs(list(StreamedValidationData(plain, photos).batches())))
    np.testing.assert_array_equal(_inputs(first), _inputs(again))
    assert len(given) == calls


# --- trained and frozen layers


def _check_that_block_3_was_trained(recipe: Recipe, trained: Trained) -> None:
    backbone = build_backbone(recipe, find_weights(recipe, QUIET))
    before = {layer.name: layer.get_weights() for layer in backbone.get_layer("small_cnn").layers}
    after = {layer.name: layer.get_weights() for layer in trained.model.get_layer("small_cnn").layers}
    changed = [
        name
        for name, arrays in before.items()
        if arrays and not all(np.array_equal(*pair) for pair in zip(arrays, after[name], strict=True))
    ]
    assert changed == ["block3_conv"]
    kernel, bias = (ours - theirs for ours, theirs in zip(after["block3_conv"], before["block3_conv"], strict=True))
    assert (np.abs(kernel) > 0).mean() > 0.3, "gradients reach most of the kernel"
    assert (np.abs(bias) > 0).any()


def test_fine_tuning_after_the_head_changes_its_blocks_and_nothing_before_them(fine_tuned: _FineTuned) -> None:
    _check_that_block_3_was_trained(fine_tuned.recipe, fine_tuned.trained)


def test_fine_tuning_from_the_start_changes_its_blocks_and_nothing_before_them(
    collection: Collection, tmp_path: Path
) -> None:
    recipe = replace(
        CACHED, fine_tuning=replace(_TUNING, when=FROM_START), early_stopping=EarlyStopping(keep_best=False)
    )

    _check_that_block_3_was_trained(recipe, train_network(collection, recipe, tmp_path / "model.tlmodel", QUIET))


# --- the history


def test_fine_tuning_goes_on_with_the_history(fine_tuned: _FineTuned) -> None:
    summary, listener = fine_tuned.trained.summary, fine_tuned.listener

    assert [(ended.epoch, ended.epochs, ended.is_fine_tuning) for ended in summary.history] == [
        (1, 5, False),
        (2, 5, False),
        (3, 5, False),
        (4, 5, True),
        (5, 5, True),
    ]
    assert summary.stop_reason is StopReason.COMPLETED
    assert tuple(listener.of(EpochEnded)) == summary.history
    batches = listener.of(BatchEnded)
    # The head's steps on cached features are one execution an epoch; each step of fine-tuning is one of its own.
    assert [event.epoch for event in batches] == [1, 2, 3, 4, 4, 4, 5, 5, 5]
    assert [event.seconds_left for event in batches if event.epoch <= 3] == [None] * 3
    assert batches[-1].seconds_left == 0
    # Without a warm-up the rate starts at its largest, and the cosine takes it down from there.
    assert [ended.learning_rate for ended in summary.history[:3]] == [0.01] * 3


def test_fine_tuning_that_does_harm_leaves_the_heads_best(collection: Collection, tmp_path: Path) -> None:
    wild = replace(_TUNING, learning_rate=10.0, optimizer="sgd", schedule="constant", warm_up=0.0)

    trained = train_network(collection, replace(CACHED, fine_tuning=wild), tmp_path / "model.tlmodel", QUIET)

    best = next(ended for ended in reversed(trained.summary.history) if ended.is_best)
    assert not best.is_fine_tuning
    before = build_backbone(CACHED, find_weights(CACHED, QUIET)).get_weights()
    after = trained.model.get_layer("small_cnn").get_weights()
    assert all(np.array_equal(*pair) for pair in zip(before, after, strict=True))
    assert trained.summary.evaluation is not None
    assert trained.summary.evaluation.accuracy == best.validation_accuracy


def test_target_reached_by_the_head_needs_no_fine_tuning(collection: Collection, tmp_path: Path) -> None:
    recipe = replace(
        CACHED,
        epochs=200,
        head=Head(dense_units=8),
        fine_tuning=_TUNING,
        early_stopping=EarlyStopping(enabled=False, target_accuracy=0.5),
    )

    summary = train(collection, recipe, tmp_path / "model.tlmodel", QUIET)

    assert summary.stop_reason is StopReason.TARGET_REACHED
    assert not any(ended.is_fine_tuning for ended in summary.history)


def test_trained_model_is_used_without_its_file(fine_tuned: _FineTuned) -> None:
    trained = fine_tuned.trained
    pictures = np.random.default_rng(1).uniform(0, 255, (5, 32, 32, 3)).astype(np.float32)

    loaded = trained.loaded()

    np.testing.assert_allclose(loaded.predict(pictures), np.asarray(trained.model(pictures, training=False)), atol=1e-5)
    assert loaded.summary == trained.summary


# --- Stop and vanishing photos


def test_stop_in_the_first_streamed_epoch_leaves_nothing(collection: Collection, tmp_path: Path) -> None:
    recipe = replace(CACHED, fine_tuning=FineTuning(when=FROM_START))
    listener = stopping_at(lambda event: isinstance(event, BatchEnded))

    with pytest.raises(Cancelled):
        train(collection, recipe, tmp_path / "model.tlmodel", listener.context)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["photos"]


def test_stop_in_fine_tuning_keeps_the_head(collection: Collection, tmp_path: Path) -> None:
    def is_fine_tuning(event: Event) -> bool:
        return isinstance(event, BatchEnded) and event.epoch == 4

    listener = stopping_at(is_fine_tuning)

    summary = train(collection, FINE_TUNED, tmp_path / "model.tlmodel", listener.context)

    assert summary.stop_reason is StopReason.STOPPED
    assert len(summary.history) == 3


def test_photos_lost_in_mid_training_are_left_out(collection: Collection, tmp_path: Path) -> None:
    split_photos = [photo.path for photo in collection.classes[0].photos]

    def lose(event: Event) -> None:
        if isinstance(event, EpochEnded) and event.epoch == 1:
            for path in split_photos[:3]:
                path.unlink()
            split_photos[3].write_bytes(b"not a photo any more")

    recipe = replace(CACHED, fine_tuning=FineTuning(when=FROM_START))

    summary = train(collection, recipe, tmp_path / "model.tlmodel", Listener(lose).context)

    assert len(summary.history) == 3
    assert summary.evaluation is not None
    # The validation photos among them were read before.
    assert 20 <= summary.photo_count < 24


def test_class_that_vanishes_in_mid_training_is_named(collection: Collection, tmp_path: Path) -> None:
    def lose(event: Event) -> None:
        if isinstance(event, EpochEnded):
            shutil.rmtree(collection.folder / "class 02", ignore_errors=True)

    recipe = replace(CACHED, augmentation=Augmentation(when=EVERY_EPOCH))

    with pytest.raises(CollectionError, match="class “class 02” has no photo left"):
        train(collection, recipe, tmp_path / "model.tlmodel", Listener(lose).context)


def test_folder_that_vanishes_is_named(collection: Collection) -> None:
    photos = tuple(collection.photos())
    data = StreamedTrainingData(_streams(CACHED, collection, photos)[0], photos, CACHED, epochs_before=0)
    shutil.rmtree(collection.folder)

    assert sum(len(batch.labels) for batch in data.epoch(1)) == 0
    with pytest.raises(CollectionError, match="“photos” is gone"):
        data.end_epoch()


def test_photo_that_is_back_is_used_again(collection: Collection) -> None:
    photos = tuple(collection.photos())
    stream, _, unreadable = _streams(CACHED, collection, photos)
    data = StreamedTrainingData(stream, photos, CACHED, epochs_before=0)
    away = photos[0].path.with_suffix(".away")
    counts = []
    for is_away in (True, False):
        source, target = (photos[0].path, away) if is_away else (away, photos[0].path)
        source.rename(target)
        counts.append((sum(len(batch.labels) for batch in data.epoch(1)), unreadable.training_count))

    assert counts == [(29, 29), (30, 30)]
