"""A training from photos to a model file: what it leaves, what it says on the way, and how Stop and bad luck end it."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.learning.models import KERAS_SAVE_WARNING
from tests.pictures import write_collection, write_text
from tlgui.errors import Cancelled, CollectionError, SettingError, StorageError, WeightsError
from tlgui.learning.evaluation import evaluate
from tlgui.learning.fitting import Examples, Fit, fit_head
from tlgui.learning.model_file import load_model, read_summary
from tlgui.learning.network import build_head
from tlgui.learning.recipe import Augmentation, EarlyStopping, Head, Recipe
from tlgui.learning.records import StopReason
from tlgui.learning.training import train
from tlgui.photos.collection import Collection, Part
from tlgui.photos.scan import scan
from tlgui.progress import BatchEnded, EpochEnded, Event, JobContext, Progress, Stage

pytestmark = pytest.mark.filterwarnings(KERAS_SAVE_WARNING)

RECIPE = Recipe(input_size=32, head=Head(dense_units=16, dropout=0.2), epochs=4, batch_size=8, learning_rate=0.01)
QUIET = JobContext()


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return scan(write_collection(tmp_path / "photos", classes=3, photos=10), QUIET)


class _Listener:
    """Keeps what a training says, and lets a test act on it."""

    def __init__(self, act: Callable[[Event], None] = lambda _: None) -> None:
        self.events: list[Event] = []
        self.is_stopped = False
        self._act = act
        self.context = JobContext(self._report, self._checkpoint)

    def _report(self, event: Event) -> None:
        self.events.append(event)
        self._act(event)

    def _checkpoint(self) -> None:
        if self.is_stopped:
            raise Cancelled

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]


def test_training_leaves_a_model_that_knows_the_classes(collection: Collection, tmp_path: Path) -> None:
    path = tmp_path / "model.tlmodel"
    listener = _Listener()

    summary = train(collection, RECIPE, path, listener.context)

    assert summary.class_names == ("class 01", "class 02", "class 03")
    assert (summary.photo_count, summary.stop_reason) == (24, StopReason.COMPLETED)
    assert (summary.backbone, summary.input_size, summary.recipe) == ("efficientnet-lite0", 32, RECIPE)
    assert summary.evaluation is not None
    assert (summary.evaluation.part, summary.evaluation.photo_count) == (Part.VALIDATION, 6)
    assert summary.evaluation.accuracy == 1
    assert dict(summary.versions).keys() >= {"tlgui", "python", "keras", "tensorflow"}
    assert read_summary(path) == summary
    # The file's network says of the photos on disk what was said of it, so head and best epoch are in it.
    judged = evaluate(load_model(path), collection, Part.VALIDATION, QUIET)
    assert judged.confusion == summary.evaluation.confusion
    assert judged.loss == pytest.approx(summary.evaluation.loss, abs=1e-4)


def test_training_says_how_far_it_is(collection: Collection, tmp_path: Path) -> None:
    listener = _Listener()

    summary = train(collection, RECIPE, tmp_path / "model.tlmodel", listener.context)

    stages = list(dict.fromkeys(event.stage for event in listener.events if isinstance(event, Progress)))
    assert stages == [Stage.LOADING, Stage.FEATURES, Stage.TRAINING, Stage.EVALUATING, Stage.SAVING]
    assert tuple(listener.of(EpochEnded)) == summary.history
    assert [ended.epoch for ended in summary.history] == [1, 2, 3, 4]
    batches = [event for event in listener.events if isinstance(event, BatchEnded)]
    assert [(event.epoch, event.batch) for event in batches] == [(e, b) for e in range(1, 5) for b in range(1, 4)]
    assert all((event.epochs, event.batches) == (4, 3) for event in batches)
    assert batches[-1].seconds_left == 0
    for ended, last in zip(summary.history, batches[2::3], strict=True):
        assert (ended.loss, ended.accuracy) == (last.loss, last.accuracy)


def test_same_recipe_on_same_photos_gives_the_same_history(collection: Collection, tmp_path: Path) -> None:
    recipe = replace(RECIPE, augmentation=Augmentation(rotation=20, flip_horizontal=True, copies=1))

    def history(seed: int) -> list[tuple[float, float, float]]:
        summary = train(collection, replace(recipe, seed=seed), tmp_path / "model.tlmodel", QUIET)
        return [(ended.loss, ended.accuracy, ended.validation_loss) for ended in summary.history]

    first, again, other = history(1), history(1), history(2)

    assert first == again
    assert first != other


def test_stop_after_an_epoch_leaves_its_best_as_a_model(collection: Collection, tmp_path: Path) -> None:
    def stop(event: Event) -> None:
        listener.is_stopped = listener.is_stopped or (isinstance(event, BatchEnded) and event.epoch == 3)

    listener = _Listener(stop)

    summary = train(collection, RECIPE, tmp_path / "model.tlmodel", listener.context)

    assert summary.stop_reason is StopReason.STOPPED
    assert len(summary.history) == 2
    assert read_summary(tmp_path / "model.tlmodel") == summary


@pytest.mark.parametrize("stage", [Stage.LOADING, Stage.FEATURES, Stage.TRAINING])
def test_stop_before_an_epoch_is_complete_leaves_nothing(stage: Stage, collection: Collection, tmp_path: Path) -> None:
    def stop(event: Event) -> None:
        listener.is_stopped = listener.is_stopped or (isinstance(event, Progress) and event.stage == stage)

    listener = _Listener(stop)

    with pytest.raises(Cancelled):
        train(collection, RECIPE, tmp_path / "model.tlmodel", listener.context)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["photos"]


@pytest.mark.parametrize("stage", [Stage.EVALUATING, Stage.SAVING])
def test_stop_at_the_very_end_keeps_the_model(stage: Stage, collection: Collection, tmp_path: Path) -> None:
    def stop(event: Event) -> None:
        listener.is_stopped = listener.is_stopped or (isinstance(event, Progress) and event.stage == stage)

    listener = _Listener(stop)

    summary = train(collection, RECIPE, tmp_path / "model.tlmodel", listener.context)

    assert summary.stop_reason is StopReason.COMPLETED
    assert (tmp_path / "model.tlmodel").is_file()


def _at_loading(act: Callable[[], object]) -> _Listener:
    """Return a listener that does something to the photos once the training has begun."""

    def act_once(event: Event) -> None:
        if event == Progress(Stage.LOADING):
            act()

    return _Listener(act_once)


def test_folder_removed_in_mid_training_is_said(collection: Collection, tmp_path: Path) -> None:
    listener = _at_loading(lambda: shutil.rmtree(collection.folder))

    with pytest.raises(CollectionError, match="“photos” is gone"):
        train(collection, RECIPE, tmp_path / "model.tlmodel", listener.context)


def test_folder_emptied_in_mid_training_is_said(collection: Collection, tmp_path: Path) -> None:
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


def test_a_few_photos_lost_do_not_end_the_training(collection: Collection, tmp_path: Path) -> None:
    lost = [photo.path for photo in collection.classes[0].photos[:2]]

    def lose() -> None:
        lost[0].unlink()
        write_text(lost[1])

    listener = _at_loading(lose)

    summary = train(collection, RECIPE, tmp_path / "model.tlmodel", listener.context)

    assert summary.evaluation is not None
    assert summary.photo_count + summary.evaluation.photo_count == collection.photo_count - 2


def test_place_that_cannot_be_written_is_said_before_the_work(collection: Collection, tmp_path: Path) -> None:
    listener = _Listener()

    with pytest.raises(StorageError, match=r"model\.tlmodel"):
        train(collection, RECIPE, tmp_path / "nowhere" / "model.tlmodel", listener.context)

    assert listener.events == []


def test_weights_that_are_missing_are_said(collection: Collection, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="VGG16"):
        train(collection, replace(RECIPE, backbone="vgg16"), tmp_path / "model.tlmodel", QUIET)


# What follows needs no photos: a head on numbers.


def _examples(rows: int, seed: int, noise: float = 1.0) -> Examples:
    """Return three clouds of points that overlap the more, the more noise there is."""
    dice = np.random.default_rng(seed)
    labels = np.arange(rows) % 3
    centres = np.eye(3, 20) * 3
    return Examples((centres[labels] + dice.normal(0, noise, (rows, 20))).astype(np.float32), labels)


def _fit(recipe: Recipe, noise: float = 1.0, context: JobContext = QUIET) -> tuple[Fit, float]:
    """Return the fit, and the loss that the head it leaves really has on the validation examples."""
    head = build_head(recipe, (20,), 3)
    validation = _examples(60, 2, noise)
    fit = fit_head(head, recipe, _examples(90, 1, noise), validation, context)
    probabilities = np.asarray(head(validation.features, training=False))
    np.testing.assert_allclose(probabilities, fit.probabilities, atol=1e-5)
    return fit, float(-np.log(probabilities[np.arange(60), validation.labels]).mean())


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd", "rmsprop"])
def test_every_optimiser_learns(optimizer: str) -> None:
    fit, _ = _fit(Recipe(optimizer=optimizer, learning_rate=0.01, epochs=15))

    assert fit.history[-1].loss < 0.6 * fit.history[0].loss
    assert fit.history[-1].validation_accuracy > 0.8
    assert {ended.learning_rate for ended in fit.history} == {0.01}


def test_head_is_left_with_its_best_epoch() -> None:
    recipe = Recipe(
        head=Head(dense_units=64), learning_rate=0.05, epochs=25, early_stopping=EarlyStopping(enabled=False)
    )

    fit, loss = _fit(recipe, noise=3.0)

    losses = [ended.validation_loss for ended in fit.history]
    best = int(np.argmin(losses))
    assert len(losses) == 25
    assert fit.reason is StopReason.COMPLETED
    assert best < 24, "the training was to get worse at the end"
    assert loss == pytest.approx(losses[best], abs=1e-4)
    assert [ended.is_best for ended in fit.history] == [loss < min([9e9, *losses[:n]]) for n, loss in enumerate(losses)]


def test_early_stopping_waits_for_its_patience() -> None:
    recipe = Recipe(head=Head(dense_units=64), learning_rate=0.05, epochs=500, early_stopping=EarlyStopping(patience=4))

    fit, _ = _fit(recipe, noise=3.0)

    best = max(ended.epoch for ended in fit.history if ended.is_best)
    assert fit.reason is StopReason.NO_LONGER_IMPROVING
    assert fit.history[-1].epoch == best + 4


def test_label_smoothing_keeps_the_head_from_certainty() -> None:
    recipe = Recipe(learning_rate=0.05, epochs=60, early_stopping=EarlyStopping(enabled=False))

    certain, _ = _fit(recipe, noise=0.1)
    smoothed, _ = _fit(replace(recipe, label_smoothing=0.3), noise=0.1)

    assert certain.probabilities.max() > 0.99
    assert 0.7 < smoothed.probabilities.max() < 0.9


def test_dropout_acts_in_training_only() -> None:
    recipe = Recipe(learning_rate=1e-7, epochs=1)

    plain, _ = _fit(recipe)
    dropped, _ = _fit(replace(recipe, head=Head(dropout=0.8)))

    assert dropped.history[0].loss != pytest.approx(plain.history[0].loss, rel=1e-2)
    np.testing.assert_allclose(dropped.probabilities, plain.probabilities, atol=1e-4)


def test_training_that_gets_lost_says_what_to_change() -> None:
    head = build_head(RECIPE, (20,), 3)
    wild = Examples(np.full((90, 20), 3e38, np.float32), np.arange(90) % 3)

    with pytest.raises(SettingError, match="lost in epoch 1") as caught:
        fit_head(head, replace(RECIPE, optimizer="sgd", learning_rate=10.0), wild, _examples(60, 2), QUIET)

    assert "smaller learning rate" in caught.value.hint
