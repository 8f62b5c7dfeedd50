"""Converts Keras networks to ONNX, layer by layer.

`tf2onnx` takes 4 s for EfficientNet-Lite0, and 3.6 GB of memory for VGG16. Written layer by layer, every backbone takes
less than a second, and no more memory than its weights. Batch normalisation becomes part of the convolution before it.
What was made is run on drawn pictures and on noise, and only used if it says of them what Keras says.
"""

import functools
import hashlib
import logging
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tlgui.files.zip_archive import UntrustedError
from tlgui.learning.arrays import FloatArray
from tlgui.learning.networks.onnx_builder import MAP_RANK, GraphBuilder, Tensor, UnknownLayerError
from tlgui.learning.networks.onnx_graph import Graph, Value, encode
from tlgui.learning.networks.onnx_layers import average, write_layer
from tlgui.learning.networks.onnx_runtime import FEATURES, INPUT, OUTPUT, OnnxNetwork, runner
from tlgui.photos.samples import SAMPLE_CLASSES, draw_picture

# Largest difference by rounding, as a share of the largest output.
TOLERANCE = 1e-5
# Pictures on which both networks are run at once.
_AT_ONCE = 4
# The network that gets the features, see `builder.build_head`.
_HEAD = "head"

_log = logging.getLogger(__name__)


def convert(model: keras.Model, check: Callable[[bytes], int] = lambda _: _AT_ONCE) -> bytes | None:
    """Convert a network, and compare the result with it.

    Args:
        model: A network from RGB 0..255, shape (pictures, size, size, 3), to one output.
        check: Called with what was made before it is run; returns on how many pictures it may be run at once. It raises
            `UntrustedError` for a network that must not be run.

    Returns:
        The ONNX file; None where the network has layers that are not converted, must not be run, or the outputs differ.
    """
    try:
        # Weights that become infinite are refused below, as every network whose outputs differ.
        with np.errstate(over="ignore", invalid="ignore"):
            graph = encode(converted(model))
        most = check(graph)
        run = runner(graph)
    except (UnknownLayerError, UntrustedError) as error:
        _log.info("The network is not converted: %s.", error)
        return None
    except Exception:  # noqa: BLE001 - ONNX Runtime may not be installed, and raises many kinds
        _log.warning("The converted network cannot be run.", exc_info=True)
        return None
    return graph if agree(run, model, most) else None


def agree(run: OnnxNetwork, model: keras.Model, most: int = _AT_ONCE) -> bool:
    """Return whether each output of a converted network is for drawn pictures and for noise as in the Keras network.

    Args:
        run: The converted network.
        model: The Keras network.
        most: On how many pictures they may be run at once.
    """
    pictures = sample_pictures(model.input_shape[1])
    return all(_agree(run, model, pictures[start : start + most]) for start in range(0, len(pictures), most))


def _agree(run: OnnxNetwork, model: keras.Model, pictures: FloatArray) -> bool:
    expected, found = _expected(model, pictures), run.run(pictures, run.outputs)
    return all(
        name in expected and _is_same(expected[name], values) for name, values in zip(run.outputs, found, strict=True)
    )


def _is_same(expected: FloatArray, found: FloatArray) -> bool:
    if found.shape != expected.shape or not np.isfinite(expected).all():
        return False
    difference = float(np.abs(found - expected).max(initial=0.0))
    # False for NaN too.
    if difference <= TOLERANCE * max(1.0, float(np.abs(expected).max(initial=0.0))):
        return True
    _log.warning("The converted network differs by %g.", difference)
    return False


def sample_pictures(size: int) -> FloatArray:
    """Return a drawn picture of each sample class, and one of noise, as float32 of shape (pictures, size, size, 3)."""
    drawn = [
        np.asarray(draw_picture(number, number, size).convert("RGB"), np.float32)
        for number in range(len(SAMPLE_CLASSES))
    ]
    noise = np.random.default_rng(1).uniform(0, 255, (size, size, 3)).astype(np.float32)
    return np.stack([*drawn, noise])


def converted(model: keras.Model) -> Graph:
    """Convert a network without running it.

    Where it is a backbone with a head, it gets the output `FEATURES` too.

    Args:
        model: As for `convert`.

    Returns:
        The graph.

    Raises:
        UnknownLayerError: It has a layer that is not converted.
    """
    builder = GraphBuilder()
    shape = tuple(model.input_shape[1:])
    pixels = builder.channels_first(Tensor(INPUT, shape))
    writing = _Writing(builder)
    result = builder.channels_last(writing.network(model, pixels))
    if result.shape != tuple(model.output_shape[1:]):
        raise UnknownLayerError(f"outputs of another shape than {result.shape}")
    outputs = {result.name: Value(OUTPUT, result.shape)}
    return builder.graph(Value(INPUT, shape), outputs | writing.more_outputs)


class _Writing:
    """Adds a network to a graph.

    Args:
        builder: Builds the graph.

    Attributes:
        more_outputs: The features of the network, by the name of their tensor.
    """

    def __init__(self, builder: GraphBuilder) -> None:
        self._builder = builder
        # The map that a tensor is, flattened.
        self._flattened: dict[str, Tensor] = {}
        self.more_outputs: dict[str, Value] = {}

    def network(self, network: keras.Model, source: Tensor) -> Tensor:
        """Add a network's layers, those of networks inside it too."""
        if isinstance(network, keras.Sequential):
            for layer in network.layers:
                source = self._layer(layer, source)
            return source
        # As Keras itself calls a network on other things than numbers; reading `get_config` instead takes .3 s.
        result = network._run_through_graph(  # noqa: SLF001
            [source], operation_fn=lambda operation: functools.partial(self._layer, operation)
        )
        tensor: Tensor = _only(result)
        return tensor

    def _layer(self, operation: keras.Operation, *inputs: Any, **settings: Any) -> Tensor:  # noqa: ANN401
        if settings.keys() - {"training", "mask"}:
            raise UnknownLayerError(f"an operation with {', '.join(settings)}")
        values = keras.tree.flatten(inputs)
        if not all(isinstance(value, Tensor | int | float) for value in values):
            raise UnknownLayerError("an operation on something else than numbers")
        if isinstance(operation, keras.Model):
            if operation.name == _HEAD:
                self._keep_features(*values)
            return self.network(operation, *values)
        result = write_layer(self._builder, operation, values)
        if isinstance(operation, keras.layers.Flatten) and values[0].is_map:
            self._flattened[result.name] = values[0]
        return result

    def _keep_features(self, features: Tensor) -> None:
        """Make an output of what the head gets."""
        if features.name in self._flattened:
            features = average(self._builder, self._flattened[features.name])
        if len(features.shape) == 1:
            self.more_outputs = {features.name: Value(FEATURES, features.shape)}


def _only(values: Any) -> Any:  # noqa: ANN401 - a tensor of either kind
    """Return the one output of a network, which Keras may give in a list."""
    found = keras.tree.flatten(values)
    if len(found) != 1:
        raise UnknownLayerError("several outputs")
    return found[0]


def _fingerprint(network: keras.Model, pictures: FloatArray) -> bytes:
    hashed = hashlib.blake2b(np.ascontiguousarray(pictures).data)
    hashed.update(repr((network.name, pictures.shape, network.output_shape)).encode())
    for weight in network.weights:
        hashed.update(np.ascontiguousarray(weight.value.numpy()).data)
    return hashed.digest()


@functools.lru_cache(maxsize=1)
def _last_outputs() -> dict[bytes, FloatArray]:
    return {}


def _expected(model: keras.Model, pictures: FloatArray) -> Mapping[str, FloatArray]:
    """Return the outputs of a Keras network, by the names that they have as ONNX.

    Those of the network inside it, the backbone, are remembered: its weights are mostly the same in the next training,
    and running it takes half a second.
    """
    if isinstance(model, keras.Sequential):
        return {OUTPUT: np.asarray(model(pictures, training=False))}
    inner = [layer for layer in model.layers if isinstance(layer, keras.Model)]
    largest = max(inner, key=keras.Model.count_params, default=None)
    # Of each step, what it took and what it gave.
    steps: dict[str, tuple[Any, Any]] = {}

    def run(operation: keras.Operation, inputs: Any, *others: Any, **settings: Any) -> Any:  # noqa: ANN401
        called = functools.partial(_remembered, operation) if operation is largest else operation
        result = called(inputs, *others, **settings)
        steps[operation.name] = inputs, result
        return result

    outputs = model._run_through_graph(  # noqa: SLF001 - see _Writing
        [tf.constant(pictures)], operation_fn=lambda operation: functools.partial(run, operation)
    )
    found = {OUTPUT: np.asarray(_only(outputs))}
    return found | {FEATURES: _features(model, steps)} if _HEAD in steps else found


def _features(model: keras.Model, steps: Mapping[str, tuple[Any, Any]]) -> FloatArray:
    """Return what the head took: its average over all positions where that is a flattened map."""
    taken, _ = steps[_HEAD]
    for name, (inputs, result) in steps.items():
        is_flattened = result is taken and isinstance(model.get_layer(name), keras.layers.Flatten)
        if is_flattened and len(inputs.shape) == MAP_RANK + 1:
            averages: FloatArray = np.asarray(inputs).mean(axis=(1, 2))
            return averages
    return np.asarray(taken)


def _remembered(network: keras.Model, inputs: Any, **_settings: Any) -> Any:  # noqa: ANN401
    key = _fingerprint(network, np.asarray(inputs))
    last = _last_outputs()
    if key not in last:
        outputs = np.asarray(network(inputs, training=False))
        last.clear()
        last[key] = outputs
    return tf.constant(last[key])
