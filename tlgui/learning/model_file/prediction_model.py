"""A `.tlmodel` as a function that names photos, by its ONNX network and without TensorFlow."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tlgui.errors import ModelFileError
from tlgui.files.zip_archive import UntrustedError
from tlgui.learning.arrays import FloatArray
from tlgui.learning.assessment.look_space import LookSpace
from tlgui.learning.assessment.novelty import Neighbours
from tlgui.learning.model_file.archive import ONNX_NETWORK, OpenedModel, opened
from tlgui.learning.model_file.kept_look_space import kept_look_space
from tlgui.learning.model_file.training_vectors import vectors_size
from tlgui.learning.model_file.trusted_graph import check_graph
from tlgui.learning.networks.memory_budget import batch_size_for, check_memory, check_photo_bytes
from tlgui.learning.networks.onnx_graph import encode
from tlgui.learning.networks.onnx_runtime import FEATURES, OUTPUT, OnnxNetwork, runner
from tlgui.learning.results import ModelSummary

BATCH_SIZE = 32
"""The most photos that prediction sends through the network at once."""

# The largest difference of a sum of probabilities from 1.
_ROUNDING = 1e-3

Predict = Callable[[FloatArray], FloatArray]


class Answers(NamedTuple):
    """What a model says of some photos.

    Args:
        probabilities: float32 of shape (photos, classes).
        distances: The cosine distance of each to the k-th nearest training photo, float32 of shape (photos,); None
            where the model does not tell.
        looks: What each looks like, see `assessment.look_space`; None where the model does not tell.
    """

    probabilities: FloatArray
    distances: FloatArray | None = None
    looks: list[bytes] | None = None


@dataclass(frozen=True, slots=True)
class PredictionModel:
    """What prediction needs of a model.

    Args:
        summary: The facts in its file.
        network: Its network.
        batch_size: The most photos that `predict` takes at once.
        neighbours: Measures the distance of features to those of training photos; None where the file has none.
        look_space: Says of features what a photo looks like; None where the file has no features of training photos.
        identity: See `OpenedModel`; empty for a model that was not read from a file.
    """

    summary: ModelSummary
    network: OnnxNetwork
    batch_size: int = BATCH_SIZE
    neighbours: Neighbours | None = None
    look_space: LookSpace | None = None
    identity: bytes = b""

    @property
    def predict(self) -> Predict:
        """The network, from RGB 0..255 of shape (photos, size, size, 3) to probabilities of shape (photos, classes)."""
        return self.network

    def answers(self, pixels: FloatArray) -> Answers:
        """Return all that the model says of photos; see `Predictor`."""
        if self.neighbours is None:
            return Answers(self.network(pixels))
        probabilities, features = self.network.run(pixels, [OUTPUT, FEATURES])
        looks = None if self.look_space is None else self.look_space.looks(features)
        return Answers(probabilities, self.neighbours.distances(features), looks)


def load_prediction_model(path: Path) -> PredictionModel | None:
    """Check a `.tlmodel` and make its ONNX network ready to run.

    Args:
        path: The `.tlmodel` file.

    Returns:
        The model; None where the file carries no ONNX network, because it is of an earlier version or its network has
        no such form.

    Raises:
        ModelFileError: The file cannot be read, or must not be trusted.
    """
    with opened(path) as file:
        if not file.has_onnx:
            return None
        summary = file.summary
        runnable = runnable_network(file)
        check_probabilities(summary, runnable.network, (1,))
    return runnable.model(summary, batch_size_for(runnable.photo_bytes, BATCH_SIZE), file.identity)


@dataclass(frozen=True, slots=True)
class RunnableNetwork:
    """The ONNX network of a file, checked.

    Args:
        network: Its function.
        photo_bytes: The most memory that its activations take for one photo, in bytes.
        neighbours: See `PredictionModel`.
    """

    network: OnnxNetwork
    photo_bytes: int
    neighbours: Neighbours | None

    def model(self, summary: ModelSummary, batch_size: int, identity: bytes) -> PredictionModel:
        """Return what prediction needs; see `PredictionModel`."""
        space = None if self.neighbours is None else kept_look_space(identity, self.neighbours.directions)
        return PredictionModel(summary, self.network, batch_size, self.neighbours, space, identity)


def runnable_network(file: OpenedModel) -> RunnableNetwork:
    """Check the ONNX network of an opened file and its features of training photos, and make them ready to run.

    Args:
        file: A file that has one.

    Raises:
        UntrustedError: It must not be run, or does not give features of the length that the file has.
    """
    summary = file.summary
    checked = check_graph(b"".join(file.stream(ONNX_NETWORK)), summary.input_size, len(summary.class_names))
    novelty = summary.trust.novelty if summary.trust else None
    if novelty is not None and checked.feature_length != novelty.length:
        raise UntrustedError("the features of training photos in it are not those of its network")
    check_photo_bytes(checked.photo_bytes)
    check_memory(checked.weight_bytes + (0 if novelty is None else vectors_size(novelty)), checked.photo_bytes)
    vectors = file.vectors()
    neighbours = None if novelty is None or vectors is None else Neighbours(vectors, novelty.neighbour)
    try:
        return RunnableNetwork(runner(encode(checked.graph)), checked.photo_bytes, neighbours)
    except Exception as error:  # ONNX Runtime raises many kinds
        raise UntrustedError("its ONNX network cannot be run") from error


def check_probabilities(summary: ModelSummary, predict: Predict, counts: Sequence[int]) -> None:
    """Run a network once on each batch size, and check that what it gives are probabilities.

    Args:
        summary: The facts about the model.
        predict: Its network; see `PredictionModel`.
        counts: The batch sizes.

    Raises:
        ModelFileError: They are none.
    """
    side = summary.input_size
    noise = np.random.default_rng(1).random((1, side, side, 3), np.float32) * np.float32(255)
    for count in counts:
        answers = predict(np.repeat(noise, count, axis=0))
        # Written so that NaN is refused too.
        if not (answers.min() >= 0 and np.abs(answers.sum(axis=1) - 1).max() <= _ROUNDING):
            raise ModelFileError(
                f"“{summary.path.name}” cannot be used: what its network says of a picture are no probabilities.",
                "Train the model again.",
            )
