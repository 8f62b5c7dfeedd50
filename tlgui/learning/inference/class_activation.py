"""Shows where in a photo a network found what speaks for a class.

The maps before the pooling are weighted by how much each raises the score of the class. For a linear head on averaged
features this is the class activation map, which is exact: its mean is the score, but for a constant. Source: B. Zhou et
al., "Learning deep features for discriminative localization", CVPR 2016. For other heads the weights are the mean
gradients, which is Grad-CAM and gives the same map for a linear head. Source: R. R. Selvaraju et al., "Grad-CAM: visual
explanations from deep networks via gradient-based localization", ICCV 2017. Where maps are flattened and not pooled,
each place has weights of its own, which a mean would lose: gradients and maps are multiplied place by place, which is
exact for a linear head again. In a trial with drawn shapes the mean found 12 of 24 corners, this all. Source: R. L.
Draelos, L. Carin, "Use HiResCAM instead of Grad-CAM for faithful explanations", arXiv 2011.08891, 2020.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tlgui.errors import SettingError
from tlgui.learning.model_file.map_model import MapModel
from tlgui.learning.networks.onnx_head import Head
from tlgui.learning.results import Explanation
from tlgui.photos.pictures.decode import read_photo


def explain(model: MapModel, photo: Path, class_name: str | None = None) -> Explanation:
    """Show where in a photo a network found what speaks for a class.

    Args:
        model: The network.
        photo: The file.
        class_name: The class; None for the most probable one.

    Returns:
        A grid over the whole photo, as it is squeezed to the square input.

    Raises:
        PhotoError: The photo cannot be read.
        SettingError: The model has no such class.
    """
    if class_name is not None and class_name not in model.class_names:
        raise SettingError(f"The model does not know the class “{class_name}”.", "Choose one of its classes.")
    pixels = read_photo(photo, model.input_size)[None].astype(np.float32)
    maps = model.run(pixels)[0].astype(np.float64)
    probabilities = model.head.outputs(maps)
    target = int(probabilities.argmax()) if class_name is None else model.class_names.index(class_name)
    grid = activation_map(model.head, maps, target)
    height, width = grid.shape
    return Explanation(
        path=photo,
        class_name=model.class_names[target],
        probability=float(probabilities[target]),
        height=height,
        width=width,
        values=tuple(map(float, grid.reshape(-1))),
    )


def activation_map(head: Head, maps: NDArray[np.float64], target: int) -> NDArray[np.float64]:
    """Return how much each place speaks for a class.

    Args:
        head: What follows the maps.
        maps: The last maps of one photo, shape (channels, height, width).
        target: The class, as an index in output order.

    Returns:
        Shape (height, width), 0 to 1; 1 is the place that says most, 0 one that says nothing for the class or speaks
        against it. All 0 where none speaks for it.
    """
    weights = head.gradient(maps, target)
    if head.has_pooling:
        weights = weights.mean(axis=(1, 2), keepdims=True)
    evidence = np.maximum((weights * maps).sum(axis=0), 0.0)
    most = evidence.max()
    return np.asarray(evidence / most) if most > 0 else evidence
