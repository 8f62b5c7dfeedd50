"""The fastest way to run a network that is not trained any more.

Networks of depthwise convolutions, which are the small ones, take ONNX Runtime two thirds to four fifths of the
processor time that they take TensorFlow, and less than LiteRT. VGG16, InceptionV3 and DenseNet121 take it no less, and
to convert them takes gigabytes: those run in TensorFlow, with their weights frozen into constants.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from tlgui.learning.networks.onnx_conversion import convert, kept_network

# To convert a network takes about as long as to run it over so many pictures.
WORTH_CONVERTING = 1000
# Larger networks gain nothing, see above.
MOST_WEIGHTS = 6_000_000

FloatArray = NDArray[np.float32]


def fast_function(
    model: keras.Model, digest: str | None = None, picture_count: int = 0
) -> Callable[[FloatArray], FloatArray]:
    """Return a function that runs `model` for inference; later changes to its weights do not reach it.

    Args:
        model: One input, one output of any rank.
        digest: Names the network, its settings and its weights, so that what was converted once is found again; None
            for a network that is not worth to be kept.
        picture_count: How many pictures it will be run over, as far as that is known; it is converted for many only.

    Returns:
        From float32 RGB 0..255 of shape (pictures, size, size, 3), any number of them, to what the model says of
        each. The same pictures in the same batches give the same numbers.
    """
    # TensorFlow runs it on a graphics card, and the converted network would not.
    if digest is None or model.count_params() > MOST_WEIGHTS or tf.config.list_physical_devices("GPU"):
        return frozen_function(model)
    run = kept_network(model, digest)
    if run is None and picture_count >= WORTH_CONVERTING:
        run = convert(model, digest)
    return run or frozen_function(model)


def traced(model: keras.Model, picture_count: int | None = None) -> Any:  # noqa: ANN401 - TensorFlow has no types
    """Return `model` for inference as TensorFlow's concrete function; nothing is run.

    Args:
        model: One input, one output.
        picture_count: How many pictures it takes; None for any number.
    """
    signature = tf.TensorSpec([picture_count, *model.input_shape[1:]], tf.float32)
    return tf.function(lambda batch: model(batch, training=False), autograph=False).get_concrete_function(signature)


def frozen_function(model: keras.Model, trace: Any = None) -> Callable[[FloatArray], FloatArray]:  # noqa: ANN401
    """Return a function that runs `model` in TensorFlow, with its weights frozen into constants.

    A frozen graph is about half as fast again as `predict_on_batch`.

    Args:
        model: One input, one output.
        trace: What `traced` returned for it; None traces it now.
    """
    frozen = convert_variables_to_constants_v2(trace or traced(model))

    def run(batch: FloatArray) -> FloatArray:
        # A frozen function returns a list, whatever the model returned.
        (result,) = frozen(tf.constant(batch, tf.float32))
        return np.asarray(result.numpy(), np.float32)

    return run
