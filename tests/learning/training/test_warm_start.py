"""Warm start: the weights of an earlier model are taken over, for the classes that are still there."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from tests.learning.listening import QUIET, Listener, is_begin_of, stopping_at
from tests.learning.models import KERAS_SAVE_WARNING
from tests.learning.trainings import CACHED, train, validation_of
from tests.pictures import write_collection, write_jpeg
from tlgui.errors import Cancelled, ModelFileError, SettingError
from tlgui.learning.arrays import Arrays
from tlgui.learning.backbones.weights import find_weights
from tlgui.learning.data import feature_extractor
from tlgui.learning.model_file.tlmodel import read_network
from tlgui.learning.networks.builder import build_backbone, build_head
from tlgui.learning.recipes.recipe import (
    AFTER_HEAD,
    FROM_START,
    EarlyStopping,
    FineTuning,
    Head,
    Recipe,
)
from tlgui.learning.results import ModelSummary
from tlgui.learning.training.warm_start import WarmStart
from tlgui.photos.collection import Collection
from tlgui.photos.scanning.scan import scan
from tlgui.progress import EpochEnded, Event, Stage

pytestmark = pytest.mark.filterwarnings(KERAS_SAVE_WARNING)

RECIPE = replace(CACHED, head=Head(dense_units=8), early_stopping=EarlyStopping(enabled=False, keep_best=False))
TUNED = replace(RECIPE, fine_tuning=FineTuning(when=AFTER_HEAD, from_block="block2", epochs=1, learning_rate=0.01))
# So small that the weights are the same after a step, within the tolerance.
_HOLD = 1e-7


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    return scan(write_collection(tmp_path_factory.mktemp("start") / "photos", classes=3, photos=8), QUIET)


@pytest.fixture(scope="module")
def plain(collection: Collection, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(collection, RECIPE, tmp_path_factory.mktemp("plain") / "plain.tlmodel", QUIET).path


@pytest.fixture(scope="module")
def tuned(collection: Collection, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(collection, TUNED, tmp_path_factory.mktemp("tuned") / "tuned.tlmodel", QUIET).path


def _as_trained(summary: ModelSummary, network: keras.Model) -> Arrays:
    """Return the weights of a model as its training left them, before the last layer was divided by a temperature."""
    assert summary.trust is not None
    *inner, kernel, bias = network.get_weights()
    return [*inner, kernel * summary.trust.temperature, bias * summary.trust.temperature]


@pytest.mark.parametrize(
    ("which", "recipe"), [("tuned", RECIPE), ("plain", replace(RECIPE, fine_tuning=FineTuning(when=FROM_START)))]
)
def test_training_goes_on_from_the_weights_of_a_model(
    which: str, recipe: Recipe, collection: Collection, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    path: Path = request.getfixturevalue(which)
    held = replace(recipe, epochs=1, learning_rate=_HOLD)

    summary = train(collection, held, tmp_path / "further.tlmodel", QUIET, start_from=path)

    (before, network), (_, trained) = (read_network(file) for file in (path, tmp_path / "further.tlmodel"))
    ours, theirs = (_as_trained(*pair) for pair in ((summary, trained), (before, network)))
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-3)
    assert validation_of(summary).confusion == validation_of(before).confusion


def test_unchanged_backbone_finds_its_features_and_a_tuned_one_computes_its_own(
    collection: Collection, plain: Path, tuned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passes: list[int] = []
    compute = feature_extractor.FeatureExtractor.compute

    def counted(self: feature_extractor.FeatureExtractor, *rest: object) -> object:
        passes.append(1)
        return compute(self, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(feature_extractor.FeatureExtractor, "compute", counted)
    counts = []
    for path in (None, plain, tuned, tuned):
        # Features are computed before the head is trained.
        listener = stopping_at(is_begin_of(Stage.TRAINING))
        with pytest.raises(Cancelled):
            train(collection, RECIPE, tmp_path / "further.tlmodel", listener.context, start_from=path)
        counts.append(len(passes))
        passes.clear()

    # The second needs none, for its backbone is the first one's; so does the fourth after the third.
    assert [bool(count) for count in counts] == [True, False, True, False]


def test_classes_are_taken_over_by_name(plain: Path, tmp_path: Path) -> None:
    folder = write_collection(tmp_path / "photos", classes=3, photos=8)
    (folder / "class 02").rename(folder / "beetles")
    for number in range(8):
        write_jpeg(folder / "beetles" / f"more {number}.jpg", colour=(10, 10, 10), seed=number)
    collection = scan(folder, QUIET)
    assert collection.class_names == ("beetles", "class 01", "class 03")

    train(
        collection,
        replace(RECIPE, epochs=1, learning_rate=_HOLD),
        tmp_path / "further.tlmodel",
        QUIET,
        start_from=plain,
    )

    old, new = (_as_trained(*read_network(path))[-4:] for path in (plain, tmp_path / "further.tlmodel"))
    fresh = build_head(RECIPE, (old[0].shape[0],), 3).get_weights()
    for layer in (0, 1):
        np.testing.assert_allclose(new[layer], old[layer], atol=1e-4)
    for layer, axis in ((2, 1), (3, 0)):
        np.testing.assert_allclose(np.take(new[layer], [1, 2], axis), np.take(old[layer], [0, 2], axis), atol=1e-3)
        np.testing.assert_allclose(np.take(new[layer], 0, axis), np.take(fresh[layer], 0, axis), atol=1e-3)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"backbone": "mobilenetv3small"}, "its backbone is Small CNN, the recipe's is MobileNetV3Small"),
        ({"cut_layer": "block2"}, "its cut layer is last one, the recipe's is block2"),
        ({"preprocessing": "-1 to 1"}, "its pixel scaling is own, the recipe's is -1 to 1"),
        ({"pooling": "max"}, "its pooling is average, the recipe's is max"),
        ({"head": Head(dense_units=16)}, "its hidden layer is 8 units, the recipe's is 16 units"),
    ],
)
def test_setting_that_does_not_fit_is_named(
    changed: dict[str, object], words: str, collection: Collection, plain: Path, tmp_path: Path
) -> None:
    recipe = replace(RECIPE, **changed)  # type: ignore[arg-type]

    with pytest.raises(SettingError, match=words) as caught:
        train(collection, recipe, tmp_path / "further.tlmodel", QUIET, start_from=plain)

    assert "plain.tlmodel" in caught.value.message
    assert "begin anew" in caught.value.hint


def test_flattened_features_need_the_same_input_size(collection: Collection, tmp_path: Path) -> None:
    recipe = replace(RECIPE, pooling="flatten", epochs=1)
    path = train(collection, recipe, tmp_path / "flat.tlmodel").path

    with pytest.raises(SettingError, match="its input size is 32 pixels, the recipe's is 64"):
        WarmStart(path, replace(recipe, input_size=64))
    # What has no weights may differ.
    WarmStart(path, replace(recipe, head=Head(dense_units=8, dropout=0.5, output="sigmoid")))


def test_pooled_features_may_have_another_input_size(plain: Path) -> None:
    recipe = replace(RECIPE, input_size=64)
    backbone = build_backbone(recipe, find_weights(recipe, QUIET))

    found = find_weights(recipe, QUIET)
    assert WarmStart(plain, recipe).backbone_weights(backbone, found) is found


def test_file_that_is_no_model_is_refused(collection: Collection, tmp_path: Path) -> None:
    path = tmp_path / "holiday.tlmodel"
    path.write_text("not a model")

    with pytest.raises(ModelFileError, match="holiday"):
        train(collection, RECIPE, tmp_path / "further.tlmodel", QUIET, start_from=path)


def test_training_further_is_resumed_on_the_same_backbone(collection: Collection, tuned: Path, tmp_path: Path) -> None:
    class KilledError(Exception):
        pass

    def kill(event: Event) -> None:
        if isinstance(event, EpochEnded) and event.epoch == 2:
            raise KilledError

    path = tmp_path / "further.tlmodel"
    options: dict[str, Path] = {"run_folder": tmp_path, "start_from": tuned}
    with pytest.raises(KilledError):
        train(collection, RECIPE, path, Listener(kill).context, **options)  # type: ignore[arg-type]

    with pytest.raises(SettingError, match="its backbone changed"):
        train(collection, RECIPE, path, QUIET, run_folder=tmp_path, resume=True)
    assert len(train(collection, RECIPE, path, QUIET, resume=True, **options).history) == 3
