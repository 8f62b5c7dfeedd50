"""What every export format can do: write a model, and load what it wrote in the runtime its users will load it in."""

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
        export_format: How the user meets it.
        tolerance: The largest difference of a probability that is rounding and not a mistake.
    """

    def __init__(self, export_format: ExportFormat, tolerance: float) -> None:
        self.format = export_format
        self.tolerance = tolerance

    @abstractmethod
    def write(self, model: LoadedModel, folder: Path) -> Path:
        """Write the model into an empty folder of ours, class names included where the format has a place for them.

        Returns:
            The file or folder that is the export.
        """

    @abstractmethod
    def reopen(self, path: Path) -> Callable[[FloatArray], FloatArray]:
        """Load an export in its own runtime.

        Returns:
            A function from RGB 0..255, shape (photos, size, size, 3), to probabilities, shape (photos, classes).
        """
