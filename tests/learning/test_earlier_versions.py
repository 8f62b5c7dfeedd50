"""Models that earlier versions made answer as they did, a killed training goes on, and cached features are used."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.earlier.installing import VERSIONS, install
from tests.learning.listening import QUIET, Listener
from tests.learning.models import KERAS_SAVE_WARNING
from tests.learning.trainings import train
from tlgui.files import cache_folder, workspace_path
from tlgui.learning.inference.evaluate import evaluate
from tlgui.learning.model_file.prediction_model import load_prediction_model
from tlgui.learning.model_file.tlmodel import add_onnx_network, load_model
from tlgui.learning.recipes.built_in import BUILT_IN
from tlgui.learning.recipes.recipe import load_recipe
from tlgui.learning.runs.store import RunStore
from tlgui.photos.scanning.closer_look import look_closer
from tlgui.photos.scanning.scan import scan, survey
from tlgui.progress import EpochEnded

pytestmark = [
    pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.name),
    pytest.mark.filterwarnings(KERAS_SAVE_WARNING),
]


def test_models_answer_as_they_did(version: Path) -> None:
    answers = json.loads((version / "answers.json").read_text())
    collection = scan(version / "photos", QUIET)

    assert {path.stem for path in (version / "models").glob("*.tlmodel")} == set(answers) <= set(BUILT_IN)
    for name, told in answers.items():
        model = load_model(version / "models" / f"{name}.tlmodel")
        judged = evaluate(model, collection, None, QUIET)
        assert judged.accuracy == told["accuracy"]
        np.testing.assert_allclose(judged.loss, told["loss"], rtol=1e-3)
        assert len(model.summary.history) == told["epochs"]


def test_models_answer_as_they_did_without_tensorflow(version: Path, tmp_path: Path) -> None:
    answers = json.loads((version / "answers.json").read_text())
    collection = scan(version / "photos", QUIET)

    for name, told in answers.items():
        path = Path(shutil.copy(version / "models" / f"{name}.tlmodel", tmp_path))
        # Files of version 0.1.0 carry no ONNX network, and get one when they are first opened.
        assert (load_prediction_model(path) is None) == (version.name == "v0.1.0")
        model = load_prediction_model(path) or (add_onnx_network(path) and load_prediction_model(path))
        assert model
        judged = evaluate(model, collection, None, QUIET)
        assert judged.accuracy == told["accuracy"]
        np.testing.assert_allclose(judged.loss, told["loss"], rtol=1e-3)


def test_training_that_was_killed_goes_on_as_if_it_had_not_been(version: Path, tmp_path: Path) -> None:
    folder = install(version, tmp_path / "photos")
    workspace = workspace_path(folder)
    (run,) = [run for run in RunStore(workspace).runs() if run.name == "Killed"]
    listener = Listener()

    collection = look_closer(survey(folder, QUIET), QUIET).collection
    summary = train(collection, run.recipe, run.model_path, listener.context, run_folder=run.folder, resume=True)

    epochs = [ended.epoch for ended in listener.of(EpochEnded)]
    # Which epoch was kept last depends on how long a checkpoint took on the machine that made the files.
    assert epochs[0] in {2, 3}
    assert epochs == list(range(epochs[0], 6))
    history = [
        [ended.loss, ended.accuracy, ended.validation_loss, ended.validation_accuracy] for ended in summary.history
    ]
    # Another processor may round otherwise.
    np.testing.assert_allclose(history, json.loads((workspace / "whole-history.json").read_text()), rtol=1e-3)


def test_cached_features_are_used_if_they_are_of_the_same_pixels(version: Path, tmp_path: Path) -> None:
    folder = install(version, tmp_path / "photos")
    (store,) = (cache_folder() / "features").glob("*.sqlite")
    before = store.read_bytes()
    recipe = load_recipe(version / "recipes/quick.json").with_value("input_size", "32").with_value("epochs", "1")

    train(look_closer(survey(folder, QUIET), QUIET).collection, recipe, tmp_path / "model.tlmodel", QUIET)

    stores = set((cache_folder() / "features").glob("*.sqlite"))
    # Version 0.1.0 decoded large photos at another size: its features are never mixed with those of today.
    assert len(stores - {store}) == (version.name == "v0.1.0")
    assert store.read_bytes() == before
