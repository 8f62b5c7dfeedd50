"""The features of training photos in a `.tlmodel`: written, read, measured to, and refused where they are odd."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from tests.learning.models import (
    CLASS_NAMES,
    KERAS_SAVE_WARNING,
    SIZE,
    features_of,
    members_of,
    rewrite,
    small_network,
    some_summary,
    some_trust,
    write_model_with_vectors,
    zip_bytes,
)
from tlgui.errors import ModelFileError
from tlgui.learning.assessment.look_space import look_space
from tlgui.learning.assessment.novelty import Neighbours
from tlgui.learning.model_file.archive import ONNX_NETWORK, VECTORS, opened, read_summary
from tlgui.learning.model_file.prediction_model import load_prediction_model
from tlgui.learning.model_file.tlmodel import load_model, write_model
from tlgui.learning.trust import NoveltyLimit

pytestmark = pytest.mark.filterwarnings(KERAS_SAVE_WARNING)

COUNT, LENGTH = 60, 8


@pytest.fixture(scope="module")
def with_vectors(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_model_with_vectors(tmp_path_factory.mktemp("vectors") / "birds.tlmodel", COUNT).read_bytes()


@pytest.fixture
def path(tmp_path: Path, with_vectors: bytes) -> Path:
    path = tmp_path / "birds.tlmodel"
    path.write_bytes(with_vectors)
    return path


def _vectors(path: Path) -> np.ndarray:
    return np.frombuffer(members_of(path)[VECTORS], "<f2").reshape(COUNT, LENGTH).copy()


def _say(path: Path, **changes: object) -> Path:
    """Change what the manifest says of the vectors."""
    manifest = json.loads(members_of(path)["manifest.json"])
    manifest["trust"]["novelty"] |= changes
    return rewrite(path, {"manifest.json": json.dumps(manifest).encode()})


def _expect_refusal(path: Path, words: str) -> None:
    with pytest.raises(ModelFileError, match=words):
        load_prediction_model(path)
    with pytest.raises(ModelFileError, match=words):
        load_model(path)


def test_what_was_written_is_read_again(path: Path) -> None:
    summary = read_summary(path)
    assert summary.trust is not None
    limit = summary.trust.novelty
    assert limit is not None
    assert (limit.vector_count, limit.length, limit.neighbour) == (COUNT, LENGTH, 10)
    with opened(path) as file:
        vectors = file.vectors()
    assert vectors is not None
    np.testing.assert_array_equal(vectors, _vectors(path))
    assert np.linalg.norm(vectors.astype(np.float32), axis=1) == pytest.approx(1, abs=1e-3)


def test_distances_are_those_of_the_features_of_the_network(path: Path) -> None:
    model, whole = load_prediction_model(path), load_model(path)
    assert model is not None
    pictures = np.random.default_rng(8).uniform(0, 255, (11, SIZE, SIZE, 3)).astype(np.float32)
    features = features_of(small_network(), pictures)

    probabilities, distances, looks = model.answers(pictures)

    assert distances is not None
    np.testing.assert_array_equal(probabilities, model.predict(pictures))
    np.testing.assert_allclose(distances, Neighbours(_vectors(path), 10).distances(features), atol=1e-5)
    for there, here in zip(whole.answers(pictures)[:2], (probabilities, distances), strict=True):
        assert there is not None
        np.testing.assert_allclose(there, here, atol=1e-5)
    space = look_space(Neighbours(_vectors(path), 10).directions)
    assert space is not None
    assert looks is not None
    for look, other in zip(looks, space.looks(features), strict=True):
        np.testing.assert_allclose(np.frombuffer(look, "<f2"), np.frombuffer(other, "<f2"), atol=1e-2)


def test_file_without_vectors_tells_no_distances(model_path: Path) -> None:
    model = load_prediction_model(model_path)
    assert model is not None
    answers = model.answers(np.zeros((2, SIZE, SIZE, 3), np.float32))
    assert answers.distances is None
    assert answers.looks is None


@pytest.mark.parametrize("count", [COUNT - 1, COUNT + 1])
def test_other_size_than_the_manifest_says_is_refused(count: int, path: Path) -> None:
    _expect_refusal(rewrite(path, {VECTORS: bytes(count * LENGTH * 2)}), "not as many as it says")
    with pytest.raises(ModelFileError, match="not as many as it says"):
        read_summary(path)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"length": LENGTH // 2, "vector_count": 2 * COUNT}, "not those of its network"),
        ({"length": 2 * LENGTH, "vector_count": COUNT // 2}, "not those of its network"),
        ({"length": 2 * LENGTH}, "not as many as it says"),
        ({"vector_count": 20_001}, "must be from 1 to 20000"),
        ({"vector_count": 20_000, "length": 1_000_000}, "not as many as it says"),
        ({"vector_count": 0}, "must be from 1 to 20000"),
        ({"neighbour": COUNT + 1}, f"must be from 1 to {COUNT}"),
        ({"neighbour": 0}, f"must be from 1 to {COUNT}"),
    ],
)
def test_other_shape_than_the_network_gives_is_refused(changes: dict[str, Any], words: str, path: Path) -> None:
    _expect_refusal(_say(path, **changes), words)


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_none_are_refused(number: float, path: Path) -> None:
    vectors = _vectors(path)
    vectors[-1, 3] = number
    _expect_refusal(rewrite(path, {VECTORS: vectors.tobytes()}), "are no numbers")


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_rows_of_zeros_are_refused(zero: float, path: Path) -> None:
    vectors = _vectors(path)
    vectors[5] = zero
    _expect_refusal(rewrite(path, {VECTORS: vectors.tobytes()}), "are all zero")


def test_smallest_and_largest_numbers_are_measured_to(path: Path) -> None:
    vectors = _vectors(path)
    vectors[:30], vectors[30:] = 65504, 6e-8
    model = load_prediction_model(rewrite(path, {VECTORS: vectors.tobytes()}))
    assert model is not None
    distances = model.answers(np.full((1, SIZE, SIZE, 3), 9, np.float32)).distances
    assert distances is not None
    assert 0 <= distances[0] <= 2


def test_other_vectors_than_were_written_are_refused(path: Path) -> None:
    members = members_of(path)
    members[VECTORS] = members[VECTORS][::-1]
    path.write_bytes(zip_bytes(members))
    _expect_refusal(path, r"“vectors\.f16” in it is damaged")
    with pytest.raises(ModelFileError, match=r"“vectors\.f16” in it is damaged"):
        read_summary(path)


def _without_limit(manifest: dict[str, Any]) -> None:
    manifest["trust"]["novelty"] = None


def _without_trust(manifest: dict[str, Any]) -> None:
    manifest["trust"] = None


def _of_version_3(manifest: dict[str, Any]) -> None:
    manifest["format_version"] = 3


@pytest.mark.parametrize("change", [_without_limit, _without_trust, _of_version_3])
def test_vectors_that_the_manifest_does_not_know_are_refused(
    change: Callable[[dict[str, Any]], None], path: Path
) -> None:
    manifest = json.loads(members_of(path)["manifest.json"])
    change(manifest)
    _expect_refusal(rewrite(path, {"manifest.json": json.dumps(manifest).encode()}), "do not belong there")


@pytest.mark.parametrize("member", [VECTORS, ONNX_NETWORK])
def test_vectors_and_network_go_together(member: str, path: Path) -> None:
    _expect_refusal(rewrite(path, {member: None}), "not all that do")


def test_limit_is_written_only_with_its_vectors(tmp_path: Path) -> None:
    path, limit = tmp_path / "birds.tlmodel", NoveltyLimit(2, 0.1, 3, LENGTH, 0.0)
    summary = replace(some_summary(path), trust=some_trust(limit))

    written = write_model(path, small_network(), summary)

    assert written == read_summary(path) == replace(summary, trust=some_trust())
    assert VECTORS not in members_of(path)


def test_vectors_of_a_network_without_features_are_not_written(tmp_path: Path) -> None:
    path, limit = tmp_path / "birds.tlmodel", NoveltyLimit(2, 0.1, 3, LENGTH, 0.0)
    summary = replace(some_summary(path), trust=some_trust(limit))
    network = keras.Sequential(
        [keras.Input((SIZE, SIZE, 3)), layers.Flatten(), layers.Dense(len(CLASS_NAMES), activation="softmax")]
    )

    written = write_model(path, network, summary, np.ones((3, LENGTH), np.float16))

    assert written == read_summary(path) == replace(summary, trust=some_trust())
    assert load_prediction_model(path) is not None
