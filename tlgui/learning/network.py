"""Backbone and head as Keras models, from plain layers that any Keras can load, and the fast way to run them."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from numpy.typing import NDArray
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from tlgui.errors import SettingError
from tlgui.learning.backbones import BACKBONES
from tlgui.learning.recipe import Recipe
from tlgui.learning.weights import load_weights, weights_path

FloatArray = NDArray[np.float32]


def build_backbone(recipe: Recipe) -> keras.Model:
    """Build a recipe's backbone with its weights, frozen.

    Args:
        recipe: Its backbone, weights, input size and pooling are used.

    Returns:
        A model from RGB 0..255, shape `(batch, size, size, 3)`, to one feature vector for each photo.

    Raises:
        WeightsError: The weights are missing, damaged or for another network.
        SettingError: The input is smaller than the network can take.
    """
    backbone = BACKBONES[recipe.backbone]
    if recipe.input_size < backbone.smallest_size:
        raise SettingError(
            f"{backbone.title} needs an input size of at least {backbone.smallest_size} pixels; "
            f"it is {recipe.input_size}.",
            f"It was trained on {backbone.input_size} pixels.",
        )
    path = weights_path(recipe.backbone, recipe.weights)
    network = backbone.build(recipe.input_size)
    load_weights(network, backbone, path)
    network.trainable = False
    rgb = keras.Input((recipe.input_size, recipe.input_size, 3), name="rgb")
    # Batch normalisation stays in inference mode whoever calls the model, and however.
    features = network(backbone.preprocess(rgb), training=False)
    return keras.Model(rgb, _pool(features, recipe.pooling), name="backbone")


def build_head(recipe: Recipe, feature_shape: tuple[int, ...], class_count: int) -> keras.Model:
    """Build the layers that are trained, with initial weights fixed by the recipe's seed.

    Args:
        recipe: Its head and seed are used.
        feature_shape: Shape of one photo's features, without the batch.
        class_count: Number of outputs.

    Returns:
        A model from features to probabilities that sum to 1.
    """
    seed = recipe.seed
    features = keras.Input(feature_shape, name="features")
    x = features
    if recipe.head.dense_units:
        start = keras.initializers.GlorotUniform(seed)
        x = layers.Dense(recipe.head.dense_units, activation="relu", kernel_initializer=start, name="hidden")(x)
    if recipe.head.dropout:
        x = layers.Dropout(recipe.head.dropout, seed=seed, name="dropout")(x)
    start = keras.initializers.GlorotUniform(seed + 1)
    x = layers.Dense(class_count, activation="softmax", kernel_initializer=start, name="probabilities")(x)
    return keras.Model(features, x, name="head")


def join(backbone: keras.Model, head: keras.Model) -> keras.Model:
    """Put the head on the backbone.

    Returns:
        A model from RGB 0..255 to probabilities, sharing both models' weights.
    """
    return keras.Model(backbone.input, head(backbone.output), name="tlgui")


def fast_function(model: keras.Model) -> Callable[[FloatArray], FloatArray]:
    """Return a function that runs `model` for inference, with its weights frozen into constants.

    A frozen graph is about half as fast again as `predict_on_batch`; later changes to the weights do not reach it.

    Args:
        model: One input, one output; any number of pictures at a time.
    """
    signature = tf.TensorSpec([None, *model.input_shape[1:]], tf.float32)
    traced = tf.function(lambda batch: model(batch, training=False)).get_concrete_function(signature)
    frozen = convert_variables_to_constants_v2(traced)

    def run(batch: FloatArray) -> FloatArray:
        # A frozen function returns a list, whatever the model returned.
        (result,) = frozen(tf.constant(batch, tf.float32))
        return np.asarray(result.numpy(), np.float32)

    return run


def _pool(features: keras.KerasTensor, pooling: str) -> keras.KerasTensor:
    pool: dict[str, Callable[..., keras.layers.Layer]] = {
        "average": layers.GlobalAveragePooling2D,
        "max": layers.GlobalMaxPooling2D,
        "flatten": layers.Flatten,
    }
    return pool[pooling](name="pooling")(features)
