"""Every built-in recipe trains: an epoch of each of its phases on generated photos, small and with random weights."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.learning.listening import QUIET
from tests.learning.models import KERAS_SAVE_WARNING
from tests.learning.trainings import train
from tests.pictures import write_collection
from tlgui.learning.backbones.registry import BACKBONES
from tlgui.learning.model_file.archive import read_summary
from tlgui.learning.recipes.built_in import BUILT_IN
from tlgui.learning.recipes.recipe import AFTER_HEAD, NO_WEIGHTS, Recipe
from tlgui.photos.collection import Collection
from tlgui.photos.scanning.scan import scan
from tlgui.photos.split import split_collection

pytestmark = pytest.mark.filterwarnings(KERAS_SAVE_WARNING)

_EPOCHS = 1


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    return scan(write_collection(tmp_path_factory.mktemp("recipes") / "photos", classes=3, photos=4), QUIET)


def _in_small(recipe: Recipe) -> Recipe:
    return replace(
        recipe,
        weights=NO_WEIGHTS,
        input_size=BACKBONES[recipe.backbone].smallest_size,
        epochs=_EPOCHS,
        fine_tuning=replace(recipe.fine_tuning, epochs=_EPOCHS),
    )


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in_recipe_trains(name: str, collection: Collection, tmp_path: Path) -> None:
    recipe = _in_small(BUILT_IN[name])

    summary = train(collection, recipe, tmp_path / "model.tlmodel", QUIET)

    tuned = _EPOCHS if recipe.fine_tuning.when == AFTER_HEAD else 0
    assert [ended.is_fine_tuning for ended in summary.history] == [False] * _EPOCHS + [True] * tuned
    assert [ended.epoch for ended in summary.history] == list(range(1, len(summary.history) + 1))
    assert all(
        np.isfinite([ended.loss, ended.validation_loss, ended.accuracy, ended.validation_accuracy]).all()
        for ended in summary.history
    )
    settings = recipe.split
    split = split_collection(collection, settings.validation, settings.test, settings.use_own, recipe.seed)
    assert (summary.recipe, summary.photo_count) == (recipe, len(split.training))
    assert read_summary(summary.path) == summary
