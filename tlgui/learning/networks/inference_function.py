"""Fast functions for networks that are not trained any more.

Small networks of depthwise convolutions run in ONNX Runtime, all others in TensorFlow with their weights frozen into
constants. Processor time for one photo of 224 pixels with EfficientNet-Lite0, all results within 3e-5 of each other:
`predict_on_batch` 31 ms, frozen TensorFlow constants 21 ms, LiteRT 20 ms, ONNX Runtime 18 ms in batches of 32 and 15 ms
in batches of 4. VGG16, InceptionV3 and DenseNet121 are not faster in ONNX Runtime, and converting them takes up to
6.7 GB of memory, so networks of more than 6 million weights are not converted. Neither is anything on a graphics card,
where TensorFlow is faster. A network is converted for 1,000 pictures or more, since converting takes as long as running
it on about so many; the converted network is kept on disk.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from tlgui.learning.arrays import FloatArray
from tlgui.learning.networks.onnx_conversion import convert, kept_network

# Pictures from which on a network is converted.
WORTH_CONVERTING = 1000
# Weights up to which a network is converted.
MOST_WEIGHTS = 6_000_000


def fast_function(
    model: keras.Model, digest: str | None = None, picture_count: int = 0
) -> Callable[[FloatArray], FloatArray]:
    """Return a function that runs a network for inference; later changes to its weights have no effect on it.

    Args:
        model: A network with one input, and one output of any rank.
        digest: Identifies the network, its settings and its weights, so that the converted network can be kept on disk;
            None does not convert it.
        picture_count: How many pictures it will be run on, as far as known; 0 only uses a converted network that was
            kept.

    Returns:
        From RGB 0..255, float32 of shape (pictures, size, size, 3), to outputs, float32 of shape (pictures, …), for any
        number of pictures. The same pictures in the same batches give the same numbers.
    """
    if digest is None or model.count_params() > MOST_WEIGHTS or tf.config.list_physical_devices("GPU"):
        return frozen_function(model)
    run = kept_network(model, digest)
    if run is None and picture_count >= WORTH_CONVERTING:
        run = convert(model, digest)
    return run or frozen_function(model)


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
