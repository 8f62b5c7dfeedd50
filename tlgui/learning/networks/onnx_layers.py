"""How each kind of Keras layer is written in ONNX."""

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import keras
import numpy as np
from numpy.typing import NDArray

from tlgui.learning.networks.onnx_builder import MAP_RANK, GraphBuilder, Tensor, UnknownLayerError

# From what a layer gets to what it gives; the layer is a `keras.Operation` of the kind it stands for in the table.
_Write: TypeAlias = Callable[[GraphBuilder, Any, Tensor], Tensor]

_SQUARE_ROOT_OF_2 = math.sqrt(2)


def write_layer(builder: GraphBuilder, layer: keras.Operation, inputs: Sequence[Tensor | float]) -> Tensor:
    """Add the nodes of one layer.

    Args:
        builder: Gets the nodes.
        layer: The layer or the operation.
        inputs: What it gets; numbers are constants of an operation.

    Returns:
        What it gives.

    Raises:
        UnknownLayerError: It is of no kind that is converted, or has such a setting.
    """
    kind = type(layer).__name__
    if kind in _OF_SEVERAL:
        return _combined(builder, _OF_SEVERAL[kind], inputs)
    tensors = [each for each in inputs if isinstance(each, Tensor)]
    if kind == "Concatenate" and len(tensors) == len(inputs):
        return _concatenated(builder, layer, tensors)
    if len(tensors) == len(inputs) == 1 and kind in _WRITERS:
        return _WRITERS[kind](builder, layer, tensors[0])
    raise UnknownLayerError(f"a layer of the kind {kind}")


def average(builder: GraphBuilder, maps: Tensor) -> Tensor:
    """Add the average of maps over all their positions, one number for each channel."""
    pooled = builder.node("GlobalAveragePool", [maps.name], (1, 1, maps.shape[-1]))
    return builder.node("Flatten", [pooled.name], maps.shape[-1:], axis=1)


def _combined(builder: GraphBuilder, operator: str, inputs: Sequence[Tensor | float]) -> Tensor:
    result, *others = inputs
    for other in others:
        shapes = [each.shape for each in (result, other) if isinstance(each, Tensor)]
        if len({len(shape) for shape in shapes}) != 1:
            raise UnknownLayerError("tensors of different ranks")
        shape = tuple(np.broadcast_shapes(*shapes))
        names = [each.name if isinstance(each, Tensor) else builder.weights(each) for each in (result, other)]
        result = builder.node(operator, names, shape)
    if not isinstance(result, Tensor):
        raise UnknownLayerError("a constant")
    return result


def _concatenated(builder: GraphBuilder, layer: Any, tensors: Sequence[Tensor]) -> Tensor:  # noqa: ANN401
    rank = len(tensors[0].shape)
    if layer.axis not in (-1, rank):
        raise UnknownLayerError("maps beside each other")
    shape = (*tensors[0].shape[:-1], sum(tensor.shape[-1] for tensor in tensors))
    return builder.node("Concat", [tensor.name for tensor in tensors], shape, axis=1)


def _convolution(builder: GraphBuilder, layer: Any, source: Tensor) -> Tensor:  # noqa: ANN401
    kernel = _values(layer.kernel).transpose(3, 2, 0, 1)
    return _activated(builder, layer.activation, _convolved(builder, layer, source, kernel, layer.bias, layer.groups))


def _depthwise(builder: GraphBuilder, layer: Any, source: Tensor) -> Tensor:  # noqa: ANN401
    result = _convolved(builder, layer, source, _depthwise_kernel(layer.kernel), layer.bias, source.shape[-1])
    return _activated(builder, layer.activation, result)


def _separable(builder: GraphBuilder, layer: Any, source: Tensor) -> Tensor:  # noqa: ANN401
    kernel = _depthwise_kernel(layer.depthwise_kernel)
    between = _convolved(builder, layer, source, kernel, None, source.shape[-1])
    result = _mixed(builder, between, _values(layer.pointwise_kernel)[0, 0], layer.bias)
    return _activated(builder, layer.activation, result)


def _depthwise_kernel(kernel: keras.Variable) -> NDArray[np.float32]:
    values = _values(kernel)
    height, width = values.shape[:2]
    return values.transpose(2, 3, 0, 1).reshape(-1, 1, height, width)


def _convolved(
    builder: GraphBuilder,
    layer: Any,  # noqa: ANN401
    source: Tensor,
    kernel: NDArray[np.float32],
    bias: keras.Variable | None,
    groups: int,
) -> Tensor:
    _check_format(layer, source)
    window, strides, dilations = kernel.shape[2:], tuple(layer.strides), tuple(layer.dilation_rate)
    sizes, pads = _window(source, window, strides, layer.padding, dilations)
    inputs = [source.name, builder.weights(kernel), *_optional(builder, bias)]
    about = {"kernel_shape": window, "strides": strides, "pads": pads, "dilations": dilations}
    return builder.node("Conv", inputs, (*sizes, kernel.shape[0]), group=groups, **about)


def _mixed(builder: GraphBuilder, source: Tensor, matrix: NDArray[np.float32], bias: keras.Variable | None) -> Tensor:
    """Multiply the channels of each pixel with a matrix."""
    kernel = matrix.T[:, :, None, None]
    inputs = [source.name, builder.weights(kernel), *_optional(builder, bias)]
    return builder.node("Conv", inputs, (*source.shape[:-1], matrix.shape[1]), kernel_shape=(1, 1))


def _dense(builder: GraphBuilder, layer: Any, source: Tensor) -> Tensor:  # noqa: ANN401
    matrix = _values(layer.kernel)
    if source.is_map:
        result = _mixed(builder, source, matrix, layer.bias)
    elif len(source.shape) == 1:
        inputs = [source.name, builder.weights(matrix), *_optional(builder, layer.bias)]
        result = builder.node("Gemm", inputs, matrix.shape[1:])
    else:
        raise UnknownLayerError("a dense layer on rows")
    return _activated(builder, layer.activation, result)


def _batch_normalization(builder: GraphBuilder, layer: Any, source: Tensor) -> Tensor:  # noqa: ANN401
    axis = layer.axis[0] if isinstance(layer.axis, list | tuple) else layer.axis
    if axis not in (-1, len(source.shape)):
        raise UnknownLayerError("batch normalisation of another axis")
    mean, variance = (_values(each).astype(np.float64) for each in (layer.moving_mean, layer.moving_variance))
    factors = 1 / np.sqrt(variance + layer.epsilon)
    if getattr(layer, "gamma", None) is not None:
        factors *= _values(layer.gamma)
    offsets = -mean * factors
    if getattr(layer, "beta", None) is not None:
        offsets += _values(layer.beta)
    return builder.scale_convolution(source, factors, offsets) or _scaled(builder, source, factors, offsets)


def _scaled(builder: GraphBuilder, source: Tensor, factors: Any, offsets: Any) -> Tensor:  # noqa: ANN401
    product = builder.node("Mul", [source.name, _by_channel(builder, source, factors)], source.shape)
    return builder.node("Add", [product.name, _by_channel(builder, source, offsets)], source.shape)


def _by_channel(builder: GraphBuilder, source: Tensor, values: Any) -> str:  # noqa: ANN401
    numbers = np.asarray(values, np.float32)
    return builder.weights(numbers.reshape(-1, 1, 1) if source.is_map and numbers.ndim else numbers)


def _layer_normalization(builder: GraphBuilder, layer: Any, source: Tensor) -> Tensor:  # noqa: ANN401
    axes = [axis % (len(source.shape) + 1) for axis in np.atleast_1d(layer.axis)]
    if axes != [len(source.shape)] or getattr(layer, "rms_scaling", False):
        raise UnknownLayerError("layer normalisation of other axes")
    scale = np.ones(source.shape[-1]) if getattr(layer, "gamma", None) is None else _values(layer.gamma)
    last = builder.channels_last(source)
    inputs = [last.name, builder.weights(scale), *_optional(builder, getattr(layer, "beta", None))]
    result = builder.node("LayerNormalization", inputs, source.shape, axis=-1, epsilon=float(layer.epsilon))
    return builder.channels_first(result)


def _layer_scale(builder: GraphBuilder, layer: Any, source: Tensor) -> Tensor:  # noqa: ANN401
    return builder.node("Mul", [source.name, _by_channel(builder, source, _values(layer.gamma))], source.shape)


def _rescaling(builder: GraphBuilder, layer: Any, source: Tensor) -> Tensor:  # noqa: ANN401
    return _scaled(builder, source, layer.scale, layer.offset)


def _pooling(operator: str, **attributes: int) -> _Write:
    def write(builder: GraphBuilder, layer: Any, source: Tensor) -> Tensor:  # noqa: ANN401
        _check_format(layer, source)
        window, strides = tuple(layer.pool_size), tuple(layer.strides)
        sizes, pads = _window(source, window, strides, layer.padding)
        shape = (*sizes, source.shape[-1])
        about = {"kernel_shape": window, "strides": strides, "pads": pads}
        return builder.node(operator, [source.name], shape, **about, **attributes)

    return write


def _global_pooling(operator: str) -> _Write:
    def write(builder: GraphBuilder, layer: Any, source: Tensor) -> Tensor:  # noqa: ANN401
        _check_format(layer, source)
        channels = source.shape[-1]
        pooled = builder.node(operator, [source.name], (1, 1, channels))
        return pooled if layer.keepdims else builder.node("Flatten", [pooled.name], (channels,), axis=1)

    return write


def _flatten(builder: GraphBuilder, _layer: object, source: Tensor) -> Tensor:
    last = builder.channels_last(source)
    return builder.node("Flatten", [last.name], (math.prod(source.shape),), axis=1)


def _reshape(builder: GraphBuilder, layer: Any, source: Tensor) -> Tensor:  # noqa: ANN401
    target = tuple(layer.target_shape)
    if len(source.shape) != 1 or len(target) != MAP_RANK or target != (1, 1, *source.shape):
        raise UnknownLayerError("another shape")
    return builder.node("Reshape", [source.name, builder.numbers([0, source.shape[0], 1, 1])], target)


def _zero_padding(builder: GraphBuilder, layer: Any, source: Tensor) -> Tensor:  # noqa: ANN401
    _check_format(layer, source)
    (top, bottom), (left, right) = layer.padding
    height, width, channels = source.shape
    pads = builder.numbers([0, 0, top, left, 0, 0, bottom, right])
    return builder.node("Pad", [source.name, pads], (height + top + bottom, width + left + right, channels))


def _cropping(builder: GraphBuilder, layer: Any, source: Tensor) -> Tensor:  # noqa: ANN401
    _check_format(layer, source)
    (top, bottom), (left, right) = layer.cropping
    height, width, channels = source.shape
    starts, ends = builder.numbers([top, left]), builder.numbers([height - bottom, width - right])
    shape = (height - top - bottom, width - left - right, channels)
    return builder.node("Slice", [source.name, starts, ends, builder.numbers([2, 3])], shape)


def _relu(builder: GraphBuilder, layer: Any, source: Tensor) -> Tensor:  # noqa: ANN401
    if layer.threshold or layer.negative_slope:
        raise UnknownLayerError("a leaky ReLU")
    return _clipped(builder, source, layer.max_value)


def _clipped(builder: GraphBuilder, source: Tensor, high: float | None) -> Tensor:
    if high is None:
        return builder.node("Relu", [source.name], source.shape)
    return builder.node("Clip", [source.name, builder.weights(0.0), builder.weights(high)], source.shape)


def _softmax(builder: GraphBuilder, layer: Any, source: Tensor) -> Tensor:  # noqa: ANN401
    if layer.axis not in (-1, len(source.shape)):
        raise UnknownLayerError("softmax of another axis")
    return _ACTIVATIONS["softmax"](builder, None, source)


def _probabilities(builder: GraphBuilder, _layer: object, source: Tensor) -> Tensor:
    if source.is_map:
        raise UnknownLayerError("softmax of a map")
    return builder.node("Softmax", [source.name], source.shape, axis=1)


def _activation(builder: GraphBuilder, layer: Any, source: Tensor) -> Tensor:  # noqa: ANN401
    return _activated(builder, layer.activation, source)


def _activated(builder: GraphBuilder, activation: Any, source: Tensor) -> Tensor:  # noqa: ANN401
    name = getattr(activation, "__name__", None)
    if name not in _ACTIVATIONS:
        raise UnknownLayerError(f"the activation {name}")
    return _ACTIVATIONS[name](builder, None, source)


def _silu(builder: GraphBuilder, _layer: object, source: Tensor) -> Tensor:
    gate = builder.node("Sigmoid", [source.name], source.shape)
    return builder.node("Mul", [source.name, gate.name], source.shape)


def _hard_sigmoid(builder: GraphBuilder, _layer: object, source: Tensor) -> Tensor:
    return builder.node("HardSigmoid", [source.name], source.shape, alpha=1 / 6, beta=0.5)


def _hard_silu(builder: GraphBuilder, _layer: object, source: Tensor) -> Tensor:
    return builder.node("HardSwish", [source.name], source.shape)


def _gelu(builder: GraphBuilder, _layer: object, source: Tensor) -> Tensor:
    shape = source.shape
    scaled = builder.node("Mul", [source.name, builder.weights(1 / _SQUARE_ROOT_OF_2)], shape)
    error = builder.node("Erf", [scaled.name], shape)
    gate = builder.node("Add", [error.name, builder.weights(1.0)], shape)
    product = builder.node("Mul", [source.name, gate.name], shape)
    return builder.node("Mul", [product.name, builder.weights(0.5)], shape)


def _log_sigmoid(builder: GraphBuilder, _layer: object, source: Tensor) -> Tensor:
    """Return -softplus(-x)."""
    minus = builder.node("Neg", [source.name], source.shape)
    return builder.node("Neg", [builder.node("Softplus", [minus.name], source.shape).name], source.shape)


def _simple(operator: str) -> _Write:
    return lambda builder, _layer, source: builder.node(operator, [source.name], source.shape)


def _same(_builder: GraphBuilder, _layer: object, source: Tensor) -> Tensor:
    return source


def _window(
    source: Tensor,
    window: tuple[int, ...],
    strides: tuple[int, ...],
    padding: str,
    dilations: tuple[int, ...] = (1, 1),
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the height and width that a sliding window leaves, and the padding: begins, then ends."""
    spans = [(size - 1) * dilation + 1 for size, dilation in zip(window, dilations, strict=True)]
    if padding == "valid":
        sizes = [(size - span) // step + 1 for size, span, step in zip(source.shape, spans, strides, strict=False)]
        return tuple(sizes), (0, 0, 0, 0)
    sizes = [-(-size // step) for size, step in zip(source.shape, strides, strict=False)]
    missing = [
        max((count - 1) * step + span - size, 0)
        for count, step, span, size in zip(sizes, strides, spans, source.shape, strict=False)
    ]
    begins = [total // 2 for total in missing]
    return tuple(sizes), (*begins, *(total - begin for total, begin in zip(missing, begins, strict=True)))


def _check_format(layer: Any, source: Tensor) -> None:  # noqa: ANN401
    if layer.data_format != "channels_last" or not source.is_map:
        raise UnknownLayerError("maps with their channels first")


def _optional(builder: GraphBuilder, variable: keras.Variable | None) -> list[str]:
    return [] if variable is None else [builder.weights(_values(variable))]


def _values(variable: keras.Variable) -> NDArray[np.float32]:
    # Not `convert_to_numpy`, which NumPy 2.4 warns of.
    return np.asarray(variable.value.numpy(), np.float32)


# Layers that combine tensors of one shape, and operations of two tensors or a tensor and a number.
_OF_SEVERAL = {"Add": "Add", "Multiply": "Mul", "Subtract": "Sub", "Divide": "Div", "TrueDivide": "Div"}
_ACTIVATIONS: dict[str | None, _Write] = {
    "linear": _same,
    "relu": lambda builder, _, source: _clipped(builder, source, None),
    "relu6": lambda builder, _, source: _clipped(builder, source, 6.0),
    "sigmoid": _simple("Sigmoid"),
    "tanh": _simple("Tanh"),
    "softmax": _probabilities,
    "log_sigmoid": _log_sigmoid,
    "silu": _silu,
    "hard_sigmoid": _hard_sigmoid,
    "hard_silu": _hard_silu,
    "gelu": _gelu,
}
_WRITERS: dict[str, _Write] = {
    "Activation": _activation,
    "AveragePooling2D": _pooling("AveragePool", count_include_pad=0),
    "BatchNormalization": _batch_normalization,
    "Conv2D": _convolution,
    "Cropping2D": _cropping,
    "Dense": _dense,
    "DepthwiseConv2D": _depthwise,
    "Dropout": _same,
    "Flatten": _flatten,
    "GlobalAveragePooling2D": _global_pooling("GlobalAveragePool"),
    "GlobalMaxPooling2D": _global_pooling("GlobalMaxPool"),
    "Identity": _same,
    "LayerNormalization": _layer_normalization,
    "LayerScale": _layer_scale,
    "MaxPooling2D": _pooling("MaxPool"),
    "ReLU": _relu,
    "Rescaling": _rescaling,
    "Reshape": _reshape,
    "SeparableConv2D": _separable,
    "Softmax": _softmax,
    "SpatialDropout2D": _same,
    "ZeroPadding2D": _zero_padding,
}
