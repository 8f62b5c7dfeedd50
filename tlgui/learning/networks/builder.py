"""Builds backbone and head as Keras models, and cuts and splits a backbone.

Models consist of built-in layers alone, so that any Keras can load them.
"""

import difflib
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import keras
import numpy as np
from keras import layers

from tlgui.errors import SettingError
from tlgui.learning.backbones.catalog import BACKBONE_TITLES
from tlgui.learning.backbones.registry import BACKBONES, Backbone, preprocess
from tlgui.learning.backbones.weights import Weights, load_weights
from tlgui.learning.recipes.recipe import FROM_START, NO_WEIGHTS, Recipe

_PREPROCESSING, _POOLING = "preprocessing", "pooling"
_LOGITS, _TEMPERATURE = "logits", "temperature"
_MAP_RANK = 4  # batch, height, width, channels


def build_backbone(recipe: Recipe, weights: Weights) -> keras.Model:
    """Build a recipe's backbone with its weights, frozen, cut and pooled.

    Args:
        recipe: Its backbone, input size, preprocessing, cut layer, pooling and, for random weights, seed are used.
        weights: What `weights.find_weights` returned.

    Returns:
        A model from RGB 0..255, shape (photos, size, size, 3), to features, shape (photos, numbers).

    Raises:
        WeightsError: The weights are damaged or belong to another network.
        SettingError: The input is smaller than the network allows, or it has no layer of the name to cut at.
    """
    backbone = BACKBONES[recipe.backbone]
    if recipe.input_size < backbone.smallest_size:
        raise SettingError(
            f"{backbone.title} needs an input size of at least {backbone.smallest_size} pixels; "
            f"it is {recipe.input_size}.",
            f"It was trained on {backbone.input_size} pixels.",
        )
    network = _built(backbone, recipe)
    if weights.path is not None:
        load_weights(network, backbone, weights.path)
    if recipe.cut_layer:
        network = keras.Model(network.input, _cut(network, backbone, recipe.cut_layer), name=network.name)
    if weights.values:
        network.set_weights(weights.values)
    network.trainable = False
    rgb = keras.Input((recipe.input_size, recipe.input_size, 3), name="rgb")
    # Fixes batch normalisation to inference mode, also when the model is called for training.
    features = network(preprocess(backbone, recipe.preprocessing, rgb), training=False)
    return keras.Model(rgb, _pool(features, recipe.pooling), name="backbone")


def split_backbone(backbone: keras.Model, recipe: Recipe, from_block: str) -> tuple[keras.Model, keras.Model]:
    """Split a backbone into the frozen base and the trainable top.

    The layers are shared with `backbone`, so that training the top changes the backbone too. Batch normalisation is
    frozen, except in a network that is trained from random weights, whose statistics have no meaning yet.

    Args:
        backbone: What `build_backbone` returned for this recipe.
        recipe: Its backbone, weights and fine-tuning are used.
        from_block: The first block of the top, by its name in `catalog`; empty for the whole network.

    Returns:
        The frozen base, from RGB 0..255 to maps, and the trainable top, from maps to the features of `backbone`.

    Raises:
        SettingError: The backbone has no such block, or is cut before it.
    """
    network = next(layer for layer in backbone.layers if isinstance(layer, keras.Model))
    pixels = backbone.get_layer(_PREPROCESSING).output
    start = _boundary(network, recipe, from_block)
    if start is network.input:
        base = keras.Model(backbone.input, pixels, name="base")
    else:
        lower = keras.Model(network.input, start, name=f"{network.name}_base")
        base = keras.Model(backbone.input, lower(pixels, training=False), name="base")
    top = keras.Model(start, backbone.get_layer(_POOLING)(network.output), name="top")
    base.trainable = False
    is_from_scratch = recipe.fine_tuning.when == FROM_START and recipe.weights == NO_WEIGHTS
    for layer in top.layers:
        layer.trainable = is_from_scratch or not isinstance(layer, layers.BatchNormalization)
    return base, top


def build_head(recipe: Recipe, feature_shape: tuple[int, ...], class_count: int) -> keras.Model:
    """Build the head, with initial weights determined by the recipe's seed.

    Args:
        recipe: Its head and seed are used.
        feature_shape: Shape of the features of one photo, without the batch.
        class_count: Number of outputs.

    Returns:
        A model from features, shape (photos, *feature_shape), to probabilities, shape (photos, classes), that sum to 1.
        Its layer `logits` has the values that losses take. With a sigmoid output the probabilities are the sigmoids
        divided by their sum, see also `set_temperature`.
    """
    seed = recipe.seed
    features = keras.Input(feature_shape, name="features")
    x = features
    if recipe.head.dense_units:
        if recipe.head.feature_dropout:
            x = layers.Dropout(recipe.head.feature_dropout, seed=seed + 2, name="feature_dropout")(x)
        start = keras.initializers.GlorotUniform(seed)
        x = layers.Dense(recipe.head.dense_units, activation="relu", kernel_initializer=start, name="hidden")(x)
    if recipe.head.dropout:
        x = layers.Dropout(recipe.head.dropout, seed=seed, name="dropout")(x)
    start = keras.initializers.GlorotUniform(seed + 1)
    x = layers.Dense(class_count, kernel_initializer=start, name=_LOGITS)(x)
    if recipe.head.output == "sigmoid":
        x = layers.Activation("log_sigmoid", name="log_certainties")(x)
        x = layers.Rescaling(1.0, name=_TEMPERATURE)(x)
    x = layers.Softmax(name="probabilities")(x)
    return keras.Model(features, x, name="head")


def set_temperature(head: keras.Model, temperature: float) -> None:
    """Change a trained head, once, so that its probabilities p become p ** (1 / temperature), divided by their sum.

    Args:
        head: What `build_head` returned. Its logits are divided by the temperature; with a sigmoid output, the
            logarithms of the sigmoids.
        temperature: Greater than 0.
    """
    names = {layer.name for layer in head.layers}
    if _TEMPERATURE in names:
        head.get_layer(_TEMPERATURE).scale = 1.0 / temperature
        return
    logits = head.get_layer(_LOGITS)
    logits.set_weights([weights / np.float32(temperature) for weights in logits.get_weights()])


def pooled_shape(backbone: keras.Model) -> tuple[int, int, int]:
    """Return the shape of the map that a backbone's pooling makes a vector of: height, width, channels."""
    height, width, channels = backbone.get_layer(_POOLING).input.shape[1:]
    return height, width, channels


def head_weight_count(recipe: Recipe, length: int, class_count: int) -> int:
    """Return the number of weights of a head without building it, as it may be too large for the memory.

    Args:
        recipe: Its head is used.
        length: Numbers in the features of one photo.
        class_count: Number of outputs.
    """
    units = recipe.head.dense_units
    hidden = (length + 1) * units
    return hidden + ((units or length) + 1) * class_count


def join(backbone: keras.Model, head: keras.Model) -> keras.Model:
    """Join backbone and head to one model, which shares their weights.

    Args:
        backbone: From RGB 0..255 to features.
        head: From features to probabilities.

    Returns:
        A model from RGB 0..255, shape (photos, size, size, 3), to probabilities, shape (photos, classes).
    """
    return keras.Model(backbone.input, head(backbone.output), name="tlgui")


def _built(backbone: Backbone, recipe: Recipe) -> keras.Model:
    """Build a network with initial weights determined by the seed, and with reproducible layer names.

    Keras counts the layers of a kind for each thread. In a new thread, names such as `add_1` are those of the catalog
    and of the tutorials, independent of networks that were built before.
    """

    def build() -> keras.Model:
        with _seeded(recipe.seed):
            return backbone.build(recipe.input_size)

    with ThreadPoolExecutor(1, "build") as pool:
        return pool.submit(build).result()


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Determine the initial weights of the layers built in this context: Keras takes their seeds from `random`."""
    state = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(state)


def _cut(network: keras.Model, backbone: Backbone, name: str) -> keras.KerasTensor:
    """Return the output of the layer or block at which a recipe cuts the network."""
    blocks = dict(BACKBONE_TITLES[backbone.id].blocks)
    maps = _maps(network)
    found = maps.get(blocks.get(name, name))
    if found is not None:
        return found
    near = difflib.get_close_matches(name, maps, cutoff=0.3) or list(maps)[-3:]
    listed = f"Its blocks are {', '.join(blocks)}. " if blocks else ""
    raise SettingError(
        f"{backbone.title} has no block or layer “{name}” to be cut at.",
        f"{listed}Any layer that gives a map will do, such as {', '.join(near)}; leave it empty for the whole network.",
    )


def _maps(network: keras.Model) -> dict[str, keras.KerasTensor]:
    """Return the outputs of a network's operations that have the rank of maps, by the operation's name."""
    operations = [each for each in network.operations if not isinstance(each, layers.InputLayer)]
    outputs = {operation.name: operation.output for operation in operations}
    return {
        name: output
        for name, output in outputs.items()
        if isinstance(output, keras.KerasTensor) and len(output.shape) == _MAP_RANK
    }


def _boundary(network: keras.Model, recipe: Recipe, from_block: str) -> keras.KerasTensor:
    """Return the input of a block: the output of the block before it, or the network's input."""
    about = BACKBONE_TITLES[recipe.backbone]
    maps = _maps(network)
    usable = {"": network.input}
    start = network.input
    for name, last in about.blocks:
        if start is not None and start is not network.output:
            usable[name] = start
        start = maps.get(last)
    if from_block in usable:
        return usable[from_block]
    where = f", cut at “{recipe.cut_layer}”," if recipe.cut_layer else ""
    choice = f"Choose one of {', '.join(filter(None, usable))}, or leave" if len(usable) > 1 else "Leave"
    raise SettingError(
        f"{about.title}{where} has no block “{from_block}” to be trained from.", f"{choice} it empty for all of it."
    )


def _pool(features: keras.KerasTensor, pooling: str) -> keras.KerasTensor:
    pool: dict[str, Callable[..., keras.layers.Layer]] = {
        "average": layers.GlobalAveragePooling2D,
        "max": layers.GlobalMaxPooling2D,
        "flatten": layers.Flatten,
    }
    return pool[pooling](name=_POOLING)(features)
