"""Exports that also tell how far a photo is from those that the model was trained on, and what lies beside them."""

import json
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import onnxruntime
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from tests.learning.models import (
    CLASS_NAMES,
    KERAS_SAVE_WARNING,
    SIZE,
    some_trust,
    write_model_with_vectors,
    write_small_model,
)
from tlgui.errors import ExportError
from tlgui.exporting.distance import with_distance
from tlgui.exporting.export import export
from tlgui.exporting.export_formats import FORMATS, details_path, format_by_id, labels_path
from tlgui.exporting.labels import DETAILS_FILE
from tlgui.learning.assessment.novelty import Neighbours, fit
from tlgui.learning.backbones.weights import Weights
from tlgui.learning.model_file.tlmodel import LoadedModel, load_model
from tlgui.learning.networks.builder import build_backbone, build_head, join
from tlgui.learning.recipes.recipe import NO_WEIGHTS, SMALL_CNN, Recipe
from tlgui.progress import JobContext

pytestmark = pytest.mark.filterwarnings(KERAS_SAVE_WARNING)

WITH_ROOM = ("keras", "savedmodel", "onnx")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    return load_model(write_model_with_vectors(tmp_path_factory.mktemp("model") / "birds.tlmodel"))


def _target(folder: Path, format_id: str) -> Path:
    return folder / f"birds{format_by_id(format_id).suffix}"


def _pictures(count: int = 9) -> NDArray[np.float32]:
    return np.random.default_rng(7).integers(0, 256, (count, SIZE, SIZE, 3)).astype(np.float32)


def _answers(path: Path, format_id: str) -> dict[str, NDArray[np.float32]]:
    """Run an export as its users do."""
    if format_id == "onnx":
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        names = [output.name for output in session.get_outputs()]
        return dict(zip(names, session.run(names, {"image": _pictures()}), strict=True))
    if format_id == "keras":
        answers = keras.saving.load_model(path, safe_mode=True)(_pictures())
    else:
        saved = tf.saved_model.load(str(path))
        answers = saved.signatures["serving_default"](image=tf.constant(_pictures()))
        whole = saved.signatures["serving_uint8"](image=tf.constant(_pictures().astype(np.uint8)))
        np.testing.assert_allclose(whole["distance"], answers["distance"], atol=1e-5)
    return {name: np.asarray(values) for name, values in answers.items()}


@pytest.mark.parametrize("format_id", WITH_ROOM)
def test_distance_is_that_of_the_model(format_id: str, model: LoadedModel, tmp_path: Path) -> None:
    result = export(model, format_id, _target(tmp_path, format_id), (), JobContext(), with_distance=True)

    answers = _answers(result.path, format_id)

    probabilities, distances, _ = model.answers(_pictures())
    assert distances is not None
    assert set(answers) == {"probabilities", "distance"}
    np.testing.assert_allclose(answers["probabilities"], probabilities, atol=1e-4)
    np.testing.assert_allclose(answers["distance"], distances, atol=1e-5)
    assert result.largest_difference < 1e-4


@pytest.mark.parametrize("format_id", WITH_ROOM)
def test_details_say_from_when_on_an_answer_is_sure(format_id: str, model: LoadedModel, tmp_path: Path) -> None:
    target = _target(tmp_path, format_id)
    export(model, format_id, target, (), JobContext(), with_distance=format_id != "keras")

    place = target / "assets" / DETAILS_FILE if target.is_dir() else details_path(target)
    details = json.loads(place.read_text())
    trust = model.summary.trust
    assert trust is not None
    assert trust.novelty is not None
    assert details["class_names"] == list(CLASS_NAMES)
    assert details["largest_distance"] == trust.novelty.limit
    assert details["has_distance"] is (format_id != "keras")
    assert ("cannot tell" in details["how_to_read"]) is (format_id == "keras")
    assert [each["wrong_at_most"] for each in details["thresholds"]] == [0.1, 0.05, 0.02, 0.01]
    assert details["thresholds"][0]["threshold"] == pytest.approx(0.6)
    assert details["thresholds"][0]["class_thresholds"] == dict(zip(CLASS_NAMES, (0.6, None, 0.7), strict=True))
    assert details["thresholds"][-1]["threshold"] is None


def test_model_that_knows_no_thresholds_has_no_details(tmp_path: Path) -> None:
    model = load_model(write_small_model(tmp_path / "birds.tlmodel"))
    target = tmp_path / "birds.onnx"
    details_path(target).write_text(json.dumps({"made_by": "tlgui"}))

    export(model, "onnx", target, (), JobContext())

    assert labels_path(target).exists()
    assert not details_path(target).exists(), "those of another export"
    with pytest.raises(ExportError, match="cannot tell photos that are unlike"):
        export(model, "onnx", target, (), JobContext(), with_distance=True)


@pytest.mark.parametrize("format_id", [item.id for item in FORMATS if item.id not in WITH_ROOM])
def test_format_without_room_says_so(format_id: str, model: LoadedModel, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="has no room for the distance"):
        export(model, format_id, _target(tmp_path, format_id), (), JobContext(), with_distance=True)
    assert list(tmp_path.iterdir()) == []


def test_other_distances_are_not_kept(model: LoadedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert model.light is not None
    assert model.light.neighbours is not None
    other = Neighbours(model.light.neighbours.directions[::2].astype(np.float16), 1)
    monkeypatch.setattr("tlgui.exporting.distance.with_distance", lambda network, _: with_distance(network, other))
    with pytest.raises(ExportError, match="does not agree"):
        export(model, "onnx", tmp_path / "birds.onnx", (), JobContext(), with_distance=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("pooling", ["average", "max", "flatten"])
def test_distance_of_every_pooling(pooling: str) -> None:
    recipe = Recipe(backbone=SMALL_CNN, weights=NO_WEIGHTS, input_size=SIZE, pooling=pooling)
    backbone = build_backbone(recipe, Weights(None, "random"))
    network = join(backbone, build_head(recipe, backbone.output_shape[1:], 3))
    pooled = network.get_layer("pooling")
    taken, maps = map(np.asarray, keras.Model(network.input, [pooled.output, pooled.input])(_pictures(40)))
    features = maps.mean(axis=(1, 2)) if pooling == "flatten" else taken
    fitted = fit(features, np.arange(40) % 2, features, 10**6)
    assert fitted is not None
    neighbours = Neighbours(fitted[0], 3)

    answers = with_distance(network, neighbours)(_pictures(40))

    np.testing.assert_allclose(answers["distance"], neighbours.distances(features), atol=1e-5)
    np.testing.assert_allclose(answers["probabilities"], network(_pictures(40)), atol=1e-6)


def test_light_network_is_what_distances_need(model: LoadedModel, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="cannot tell photos"):
        export(replace(model, light=None), "onnx", tmp_path / "a.onnx", (), JobContext(), with_distance=True)
    assert some_trust().novelty is None
