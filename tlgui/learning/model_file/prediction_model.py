"""A `.tlmodel` as a function that names photos, by its ONNX network and without TensorFlow."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tlgui.errors import ModelFileError
from tlgui.files.zip_archive import UntrustedError
from tlgui.learning.model_file.archive import ONNX_NETWORK, OpenedModel, opened
from tlgui.learning.model_file.trusted_graph import check_graph
from tlgui.learning.networks.memory_budget import batch_size_for, check_memory, check_photo_bytes
from tlgui.learning.networks.onnx_graph import encode
from tlgui.learning.networks.onnx_runtime import Run, runner
from tlgui.learning.results import ModelSummary

BATCH_SIZE = 32
"""The most photos that prediction sends through the network at once."""

# The largest difference of a sum of probabilities from 1.
_ROUNDING = 1e-3

Predict = Callable[[NDArray[np.float32]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class PredictionModel:
    """What prediction needs of a model.

    Args:
        summary: The facts in its file.
        predict: From float32 of shape (photos, size, size, 3) with values 0..255 to probabilities, float32 of shape
            (photos, classes).
        batch_size: The most photos that `predict` takes at once.
    """

    summary: ModelSummary
    predict: Predict
    batch_size: int = BATCH_SIZE


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
        predict, photo_bytes = runnable_network(file)
        batch_size = batch_size_for(photo_bytes, BATCH_SIZE)
        check_probabilities(summary, predict, (1,))
    return PredictionModel(summary, predict, batch_size)


def runnable_network(file: OpenedModel) -> tuple[Run, int]:
    """Check the ONNX network of an opened file, and make it ready to run.

    Args:
        file: A file that has one.

    Returns:
        Its function, and the most memory that its activations take for one photo, in bytes.

    Raises:
        UntrustedError: It must not be run.
    """
    summary = file.summary
    checked = check_graph(b"".join(file.stream(ONNX_NETWORK)), summary.input_size, len(summary.class_names))
    check_photo_bytes(checked.photo_bytes)
    check_memory(checked.weight_bytes, checked.photo_bytes)
    try:
        return runner(encode(checked.graph)), checked.photo_bytes
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
