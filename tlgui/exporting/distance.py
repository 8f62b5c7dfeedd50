"""A network that also says how far a photo is from those that it was trained on.

What the model file keeps beside its network, see `learning.assessment.novelty`, becomes layers of the network: the
features as unit vectors, their products with the training photos, and of these the k-th largest. All of them are layers
and operations of Keras, so that every export that has room for a second output can hold them.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import layers

from tlgui.errors import ExportError
from tlgui.exporting.export_formats import ExportFormat
from tlgui.exporting.exporter import DISTANCE_NAME, OUTPUT_NAME, FloatArray
from tlgui.learning.assessment.novelty import Neighbours
from tlgui.learning.model_file.tlmodel import LoadedModel

_HEAD = "head"
_MAP_RANK = 4  # batch, height, width, channels


def check_distance(model: LoadedModel, export_format: ExportFormat) -> Neighbours:
    """Return what measures the distances of a model, where an export of it can tell them.

    Args:
        model: The model.
        export_format: The format of the export.

    Raises:
        ExportError: The format has no room for them, or the model has none.
    """
    if not export_format.has_room_for_distance:
        raise ExportError(
            f"{export_format.title} has no room for the distance to the training photos.",
            "Export without it, or choose Keras, TensorFlow SavedModel or ONNX.",
        )
    neighbours = None if model.light is None else model.light.neighbours
    if neighbours is None:
        raise ExportError(
            f"“{model.summary.path.name}” cannot tell photos that are unlike anything it learned.",
            "Export it without the distance, or train it again with more photos.",
        )
    return neighbours


def with_distance(network: keras.Model, neighbours: Neighbours) -> keras.Model:
    """Return a network with a second output.

    Args:
        network: From RGB 0..255, shape (photos, size, size, 3), to probabilities, by a head.
        neighbours: Measures the distances.

    Returns:
        A network from the same to a dictionary: probabilities of shape (photos, classes), and cosine distances of shape
        (photos,). The layers and weights are shared.
    """
    rgb = keras.Input(network.input_shape[1:], name=network.inputs[0].name)
    steps: dict[str, Any] = {}

    def call(operation: keras.Operation) -> Callable[..., Any]:
        def run(inputs: Any, *others: Any, **settings: Any) -> Any:  # noqa: ANN401 - Keras has no types
            steps[operation.name] = inputs
            return operation(inputs, *others, **settings)

        return run

    # As Keras itself calls a network; so the head's input is found wherever it comes from.
    probabilities = network._run_through_graph([rgb], operation_fn=call)  # noqa: SLF001
    features = _features(network, steps)
    directions = layers.UnitNormalization(name="direction")(features)
    count = len(neighbours.directions)
    products = layers.Dense(count, use_bias=False, trainable=False, name="training_photos")
    nearest, _ = keras.ops.top_k(products(directions), neighbours.neighbour)
    products.set_weights([np.ascontiguousarray(neighbours.directions.T)])
    (named,) = keras.tree.flatten(probabilities)
    return keras.Model(rgb, {OUTPUT_NAME: named, DISTANCE_NAME: 1.0 - nearest[:, -1]}, name=network.name)


def expected(model: LoadedModel) -> Callable[[FloatArray], FloatArray]:
    """Return what an export with distances must say, as `exporter.columns` gives it."""

    def run(pictures: FloatArray) -> FloatArray:
        answers = model.answers(pictures)
        assert answers.distances is not None
        return np.column_stack([answers.probabilities, answers.distances])

    return run


def _features(network: keras.Model, steps: dict[str, Any]) -> Any:  # noqa: ANN401 - Keras has no types
    """Return what the head gets; where that is a flattened map, its average over all positions."""
    pooling = network.get_layer(network.layers[-2].name)
    if isinstance(pooling, layers.Flatten) and len(pooling.input.shape) == _MAP_RANK:
        return layers.GlobalAveragePooling2D(name="averages")(steps[pooling.name])
    return steps[_HEAD]
