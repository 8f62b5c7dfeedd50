"""A `.tlmodel` as a function that names photos, by its ONNX network and without TensorFlow."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tlgui.errors import ModelFileError
from tlgui.learning.model_file.archive import ONNX_NETWORK, opened
from tlgui.learning.networks.onnx_runtime import runner
from tlgui.learning.results import ModelSummary

BATCH_SIZE = 32
"""The most photos that prediction sends through the network at once."""

_Predict = Callable[[NDArray[np.float32]], NDArray[np.float32]]


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
    predict: _Predict
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
        graph = b"".join(file.stream(ONNX_NETWORK))
    try:
        predict = runner(graph)
    except Exception as error:  # ONNX Runtime raises many kinds
        raise ModelFileError(f"“{path.name}” cannot be opened: its network cannot be run.") from error
    return PredictionModel(file.summary, predict)
