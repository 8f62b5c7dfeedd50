"""NumPy array types that the modules of `learning` share."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Features, maps, logits, probabilities, and photos on their way into a network.
FloatArray = NDArray[np.float32]
# A decoded photo: RGB 0..255, shape (height, width, 3).
PixelArray = NDArray[np.uint8]
# Class indices in output order, shape (examples,).
Labels = NDArray[np.intp]
# Weights or variables of a network, in its own order.
Arrays = list[NDArray[Any]]
