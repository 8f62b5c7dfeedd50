"""Fast functions for networks that are not trained any more.

Networks run in ONNX Runtime, and in TensorFlow with their weights frozen into constants where they have layers that are
not converted, and on a graphics card, where TensorFlow is faster.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from tlgui.learning.arrays import FloatArray
from tlgui.learning.networks.onnx_conversion import convert
from tlgui.learning.networks.onnx_runtime import runner


def fast_function(model: keras.Model) -> Callable[[FloatArray], FloatArray]:
    """Return a function that runs a network for inference; later changes to its weights have no effect on it.

    Args:
        model: A network with one input, and one output of any rank.

    Returns:
        From RGB 0..255, float32 of shape (pictures, size, size, 3), to outputs, float32 of shape (pictures, …), for any
        number of pictures. The same pictures in the same batches give the same numbers.
    """
    if tf.config.list_physical_devices("GPU"):
        return frozen_function(model)
    graph = convert(model)
    return frozen_function(model) if graph is None else runner(graph)


def traced(model: keras.Model, picture_count: int | None = None) -> Any:  # noqa: ANN401 - TensorFlow has no types
    """Return a network for inference as a concrete function of TensorFlow, without running it.

    Args:
        model: A network with one input and one output.
        picture_count: Number of pictures in its input; by default any number.
    """
    signature = tf.TensorSpec([picture_count, *model.input_shape[1:]], tf.float32)
    return tf.function(lambda batch: model(batch, training=False), autograph=False).get_concrete_function(signature)


def frozen_function(model: keras.Model, trace: Any = None) -> Callable[[FloatArray], FloatArray]:  # noqa: ANN401
    """Return a function that runs a network in TensorFlow, with its weights frozen into constants.

    Args:
        model: A network with one input and one output.
        trace: What `traced` returned for the network; by default it is traced here.

    Returns:
        As `fast_function`.
    """
    frozen = convert_variables_to_constants_v2(trace or traced(model))

    def run(batch: FloatArray) -> FloatArray:
        # A frozen function always returns a list.
        (result,) = frozen(tf.constant(batch, tf.float32))
        return np.asarray(result.numpy(), np.float32)

    return run
