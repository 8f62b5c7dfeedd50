"""The interface of every export format: write a model, and load the export in the runtime that its users have."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tlgui.exporting.export_formats import ExportFormat
from tlgui.learning.model_file.tlmodel import LoadedModel

FloatArray = NDArray[np.float32]
INPUT_NAME = "image"
OUTPUT_NAME = "probabilities"


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
            model: The model.
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
            A function from RGB 0..255, shape (photos, size, size, 3), to probabilities, shape (photos, classes).
        """
