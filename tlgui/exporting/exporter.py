"""The interface of every export format: write a model, and load the export in the runtime that its users have."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tlgui.exporting.export_formats import ExportFormat
from tlgui.learning.model_file.tlmodel import LoadedModel

FloatArray = NDArray[np.float32]
INPUT_NAME = "image"
OUTPUT_NAME = "probabilities"
DISTANCE_NAME = "distance"


def outputs_of(network: Any, image: Any) -> dict[str, Any]:  # noqa: ANN401 - Keras has no types
    """Run a network for inference, and return its outputs by their names; most have one."""
    result = network(image, training=False)
    return result if isinstance(result, dict) else {OUTPUT_NAME: result}


def columns(outputs: Mapping[str, ArrayLike]) -> FloatArray:
    """Return the outputs of an export in one array: probabilities, then the distance if there is one."""
    names = [name for name in (OUTPUT_NAME, DISTANCE_NAME) if name in outputs]
    return np.column_stack([np.asarray(outputs[name], np.float32) for name in names])


class Exporter(ABC):
    """One format.

    Args:
        export_format: Its description for the user.
        tolerance: The largest difference of a probability that rounding explains.
    """

    def __init__(self, export_format: ExportFormat, tolerance: float) -> None:
        self.format = export_format
        self.tolerance = tolerance

    @abstractmethod
    def write(self, model: LoadedModel, folder: Path) -> Path:
        """Write the model with its class names.

        Args:
            model: The model; its Keras network may have the second output of `distance.with_distance`.
            folder: An empty temporary folder.

        Returns:
            The file or folder that is the export.
        """

    @abstractmethod
    def reopen(self, path: Path) -> Callable[[FloatArray], FloatArray]:
        """Load an export in its own runtime.

        Args:
            path: What `write` returned.

        Returns:
            A function from RGB 0..255, shape (photos, size, size, 3), to `columns`.
        """
