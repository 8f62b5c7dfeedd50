"""Estimates: a dry run is timed, and its times are extrapolated to all photos and epochs."""

import shutil
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import psutil
import pytest

from tests.contexts import stopping_at
from tests.learning import listening
from tests.learning.listening import is_begin_of
from tests.learning.models import KERAS_SAVE_WARNING
from tests.learning.trainings import train
from tests.pictures import write_collection
from tlgui.errors import Cancelled, CollectionError, SettingError
from tlgui.files import cache_folder
from tlgui.learning.backbones.catalog import BACKBONE_TITLES
from tlgui.learning.backbones.published_weights import downloaded_weights
from tlgui.learning.estimation import estimate as module
from tlgui.learning.estimation.dry_run import DryRun, PhaseTimes, dry_run, dry_run_recipe
from tlgui.learning.estimation.estimate import estimate
from tlgui.learning.networks import devices
from tlgui.learning.recipes.recipe import (
    AFTER_HEAD,
    DOWNLOAD,
    EMBEDDED_BACKBONE,
    EVERY_EPOCH,
    FROM_START,
    LARGER_BACKBONE,
    NO_WEIGHTS,
    SHIPPED,
    SMALL_CNN,
    SMALLER_BACKBONE,
    Augmentation,
    EarlyStopping,
    FineTuning,
    Recipe,
    SplitSettings,
)
from tlgui.photos.collection import Collection
from tlgui.photos.scanning.scan import scan
from tlgui.progress import JobContext, Stage

pytestmark = pytest.mark.filterwarnings(KERAS_SAVE_WARNING)

QUIET = JobContext()
RECIPE = Recipe(
    backbone=SMALL_CNN,
    weights=NO_WEIGHTS,
    input_size=32,
    epochs=10,
    batch_size=8,
    split=SplitSettings(validation=0.25),
    early_stopping=EarlyStopping(enabled=False),
)
TUNED = replace(
    RECIPE,
    augmentation=Augmentation(flip_horizontal=True, when=EVERY_EPOCH),
    fine_tuning=FineTuning(when=AFTER_HEAD, from_block="block3", epochs=4),
)
# Of 60 photos, 45 are for training and 15 for validation.
PHOTOS = 20
# An epoch of `dry_runs`: a second for each training picture, a quarter for each validation photo, and five for the
# checkpoint.
EPOCH = 45.0 + 15 * 0.25 + 5.0
# Heads that judge out of fold take .6 of the time of the training steps, 10 epochs of 45 seconds.
JUDGING = 0.6 * 10 * 45.0


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return scan(write_collection(tmp_path / "photos", classes=3, photos=PHOTOS), QUIET)


@pytest.fixture(autouse=True)
def _nothing_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_timings", type(module._timings)())


@pytest.fixture
def dry_runs(monkeypatch: pytest.MonkeyPatch) -> list[Recipe]:
    """Replace dry runs by round numbers; return the list of their recipes."""
    recipes: list[Recipe] = []

    def stand_in(few: Collection, recipe: Recipe, _context: JobContext) -> DryRun:
        recipes.append(recipe)
        counts = [sum(photo.part == part for photo in few.photos()) for part in ("training", "validation")]
        pictures = counts[0] * len(recipe.augmentation.copy_numbers)
        epoch = PhaseTimes(
            begin_seconds=100.0, train_seconds=float(pictures), validation_seconds=counts[1] * 0.25 + 5.0
        )
        slower = PhaseTimes(begin_seconds=1000.0, train_seconds=10.0 * pictures, validation_seconds=0.0)
        phases = (epoch, slower) if recipe.fine_tuning.when == AFTER_HEAD else (epoch,)
        return DryRun(64.0, phases, 10_000.0, peak_bytes=10**12, step_bytes=10**11, map_numbers=1000)

    monkeypatch.setattr(module, "dry_run", stand_in)
    return recipes


def test_smaller_backbone_is_timed_for_small_photos(collection: Collection, dry_runs: list[Recipe]) -> None:
    recipe = replace(RECIPE, backbone=LARGER_BACKBONE, weights=SHIPPED, input_size=64, small_photos=SMALLER_BACKBONE)

    for short_side in (48, 64):
        estimate(replace(collection, short_side=short_side), recipe, QUIET)

    assert [timed.backbone for timed in dry_runs] == [EMBEDDED_BACKBONE, LARGER_BACKBONE]


def test_estimate_is_plausible_and_leaves_nothing_behind(collection: Collection) -> None:
    held = psutil.Process().memory_info().rss
    cost = estimate(collection, TUNED, QUIET)
    assert 0.0 < cost.seconds < 600.0
    assert held / 2 < cost.memory_bytes < held + 2**31
    assert cost.memory_bytes < cost.free_bytes <= psutil.virtual_memory().total + cost.memory_bytes
    assert cost.device == devices.describe()
    assert (cost.cached_share, cost.download_bytes) == (0.0, 0)
    assert not list(cache_folder().rglob("*.tlmodel"))


@pytest.mark.parametrize(
    ("recipe", "phases"),
    [
        (RECIPE, 1),
        (TUNED, 2),
        (replace(TUNED, fine_tuning=FineTuning()), 1),
        (replace(TUNED, fine_tuning=FineTuning(when=FROM_START)), 1),
    ],
    ids=["cached", "head, then blocks", "streamed head", "from the start"],
)
def test_each_phase_is_timed(collection: Collection, recipe: Recipe, phases: int) -> None:
    timed = dry_run(collection, dry_run_recipe(recipe), QUIET)
    assert len(timed.phases) == phases
    assert all(phase.train_seconds > 0.0 and phase.validation_seconds > 0.0 for phase in timed.phases)
    has_features = recipe.fine_tuning.when != FROM_START
    assert (timed.feature_seconds > 0.0) == has_features
    assert timed.end_seconds > 0.0
    assert timed.peak_bytes > 10**7


def test_photos_and_epochs_are_counted(collection: Collection, dry_runs: list[Recipe]) -> None:
    # The features of 45 photos that are learned from and 15 that judge fill three batches of 32.
    expected = 60 * 64 / 96 + 100.0 + 10 * EPOCH + 10_000.0 + JUDGING
    assert estimate(collection, RECIPE, QUIET).seconds == pytest.approx(expected)
    assert len(dry_runs) == 1


def test_copies_are_counted(collection: Collection, dry_runs: list[Recipe]) -> None:
    recipe = replace(RECIPE, augmentation=Augmentation(flip_horizontal=True, copies=3))
    cost = estimate(collection, recipe, QUIET)
    (small,) = dry_runs
    assert small.augmentation == recipe.augmentation
    # 16 photos in 4 versions and 15 photos make three batches of 32.
    features = (45 * 4 + 15) * 64 / 96
    assert cost.seconds == pytest.approx(features + 100.0 + 10 * (EPOCH + 3 * 45.0) + 10_000.0 + 4 * JUDGING)


def test_fine_tuning_is_added(collection: Collection, dry_runs: list[Recipe]) -> None:
    before = estimate(collection, replace(TUNED, fine_tuning=FineTuning()), QUIET).seconds
    # What the network sees in the training photos is not cached.
    assert before == pytest.approx((15 + 45) * 64 / 32 + 100.0 + 10 * EPOCH + 10_000.0)
    with_tuning = estimate(collection, TUNED, QUIET).seconds
    head = 60 * 64 / 96 + 100.0 + 10 * EPOCH
    # The tuned network reads all photos again, each in a third of the time of a training step.
    assert with_tuning == pytest.approx(head + 1000.0 + 4 * 450.0 + 10_000.0 + JUDGING + 60 * 10.0 / 3)
    assert len(dry_runs) == 2


def test_most_batches_are_kept_to(collection: Collection, dry_runs: list[Recipe]) -> None:
    whole = estimate(collection, RECIPE, QUIET).seconds
    some = estimate(collection, replace(RECIPE, most_batches=2), QUIET).seconds
    assert whole - some == pytest.approx(10 * (45.0 - 2 * 8))
    assert len(dry_runs) == 1


def test_setting_of_no_effect_on_steps_needs_no_other_dry_run(collection: Collection, dry_runs: list[Recipe]) -> None:
    first = estimate(collection, RECIPE, QUIET).seconds
    longer = replace(RECIPE, name="Longer", epochs=20, learning_rate=0.1, early_stopping=EarlyStopping(patience=9))
    assert estimate(collection, longer, QUIET).seconds - first == pytest.approx(10 * EPOCH + JUDGING)
    assert len(dry_runs) == 1
    estimate(collection, replace(RECIPE, batch_size=16), QUIET)
    assert len(dry_runs) == 2


def test_cached_features_take_no_time(collection: Collection, dry_runs: list[Recipe], tmp_path: Path) -> None:
    before = estimate(collection, RECIPE, QUIET)
    # Features are cached before the head is trained.
    with pytest.raises(Cancelled):
        train(
            collection,
            RECIPE,
            tmp_path / "a.tlmodel",
            listening.stopping_at(is_begin_of(Stage.TRAINING)).context,
        )
    after = estimate(collection, replace(RECIPE, epochs=10), QUIET)
    assert (before.cached_share, after.cached_share) == (0.0, 1.0)
    assert before.seconds - after.seconds == pytest.approx(60 * 64 / 96, abs=20.0)
    other = estimate(collection, replace(RECIPE, pooling="max"), QUIET)
    assert other.cached_share == 0.0
    # All photos were cached when this one was timed, so another dry run is needed for new ones.
    module._timings.clear()
    estimate(collection, RECIPE, QUIET)
    write_collection(collection.folder, classes=3, photos=2 * PHOTOS, seed=5)
    estimate(scan(collection.folder, QUIET), RECIPE, QUIET)
    assert len(dry_runs) == 4


def test_memory_grows_with_what_is_kept_in_it(collection: Collection, dry_runs: list[Recipe]) -> None:
    plain = estimate(collection, RECIPE, QUIET).memory_bytes
    flat = estimate(collection, replace(RECIPE, pooling="flatten"), QUIET).memory_bytes
    assert flat > plain > 10**12
    tuned = estimate(collection, TUNED, QUIET).memory_bytes
    assert tuned - plain == 15 * 1000 * 4
    # A batch larger than that of the dry run takes more of the memory of the steps.
    large = estimate(collection, replace(TUNED, batch_size=256), QUIET).memory_bytes
    assert large - tuned == 10**11
    assert len(dry_runs) == 4


def test_nothing_is_downloaded(collection: Collection, dry_runs: list[Recipe], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    recipe = replace(RECIPE, backbone="mobilenetv3small", weights=DOWNLOAD)
    monkeypatch.setenv("KERAS_HOME", str(cache_folder() / "keras"))
    cost = estimate(collection, recipe, QUIET)
    assert cost.download_bytes == BACKBONE_TITLES[recipe.backbone].download_bytes > 10**6
    assert cost.seconds > 0.0
    assert downloaded_weights(recipe.backbone) is None
    assert [small.weights for small in dry_runs] == [NO_WEIGHTS]


def test_stop_is_heard_in_the_middle_and_leaves_nothing(collection: Collection) -> None:
    for count in (1, 10, 40):
        with pytest.raises(Cancelled):
            estimate(collection, replace(TUNED, seed=count), stopping_at(count))
    for thread in threading.enumerate():
        if thread.name == "run_in_thread":
            thread.join(60)
    assert not list(cache_folder().rglob("*.tlmodel"))
    assert not list(cache_folder().glob("tmp*"))


def test_class_with_hardly_a_photo_is_no_obstacle(tmp_path: Path) -> None:
    few = scan(write_collection(tmp_path / "few", classes=12, photos=2), QUIET)
    assert estimate(few, RECIPE, QUIET).seconds > 0.0


def test_folder_with_a_split_of_its_own_is_measured(tmp_path: Path) -> None:
    for part, count in (("train", 6), ("validation", 3)):
        write_collection(tmp_path / "own" / part, classes=2, photos=count)
    assert estimate(scan(tmp_path / "own", QUIET), RECIPE, QUIET).seconds > 0.0


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda found: (replace(found, classes=found.classes[:1]), RECIPE), CollectionError),
        (lambda found: (found, replace(RECIPE, backbone="inceptionv3")), SettingError),
    ],
    ids=["one class", "input too small"],
)
def test_training_that_is_impossible_is_refused(
    collection: Collection,
    change: Callable[[Collection], tuple[Collection, Recipe]],
    error: type[Exception],
) -> None:
    with pytest.raises(error):
        estimate(*change(collection), QUIET)


def test_recipe_of_the_dry_run_has_no_settings_without_effect_on_time() -> None:
    changed = replace(TUNED, name="Other", learning_rate=1.0, seed=TUNED.seed, epochs=77, most_batches=3)
    assert dry_run_recipe(changed) == dry_run_recipe(TUNED)
    kept = {"backbone", "weights", "input_size", "pooling", "head", "optimizer", "augmentation", "batch_size"}
    for name in kept:
        assert getattr(dry_run_recipe(TUNED), name) == getattr(TUNED, name)


def test_home_that_cannot_be_written_to_is_no_obstacle(
    collection: Collection, isolated_home: Path, expect_log: Callable[[str], None]
) -> None:
    expect_log("There is no cache folder")
    cache = isolated_home / ".cache"
    shutil.rmtree(cache)
    cache.write_text("a file where the cache belongs")
    timed = dry_run(collection, dry_run_recipe(RECIPE), QUIET)
    assert timed.phases
