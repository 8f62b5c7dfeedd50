"""The devices of a training: the processor, or the graphics cards, with half precision if they support it.

On graphics cards a copy of the network is trained, and the original gets its weights afterwards, so that a saved model
does not depend on the devices it was trained on.
"""

import os
from functools import cache, partial

import keras
import tensorflow as tf

# The first compute capability with tensor cores, which compute with 16 bits.
_HALF_PRECISION_FROM = (7, 0)
_MIXED = "mixed_float16"
# Layers that compute with 32 bits always: losses and probabilities need the precision.
_FULL_PRECISION = frozenset({"logits", "log_certainties", "probabilities"})


@cache
def prepare() -> None:
    """Let TensorFlow allocate the memory of graphics cards as needed; must be called before any operation runs."""
    for card in _cards():
        tf.config.experimental.set_memory_growth(card, enable=True)


def describe() -> str:
    """Return the devices in words, such as “2 processor cores” or “NVIDIA T4 (GPU)”."""
    names = [str(tf.config.experimental.get_device_details(card).get("device_name", "GPU")) for card in _cards()]
    if not names:
        cores = os.cpu_count() or 1
        return f"{cores} processor {'core' if cores == 1 else 'cores'}"
    return f"{names[0]} (GPU)" if len(names) == 1 else f"{len(names)} of {names[0]} (GPU)"


def strategy() -> tf.distribute.Strategy:
    """Return the distribution strategy of training steps: mirrored over the graphics cards if there are several."""
    if len(_cards()) > 1:
        return tf.distribute.MirroredStrategy()
    return tf.distribute.get_strategy()


def computes_with_half_precision() -> bool:
    """Return whether there are graphics cards and all of them have tensor cores."""
    details = [tf.config.experimental.get_device_details(card) for card in _cards()]
    return bool(details) and all(detail.get("compute_capability", (0, 0)) >= _HALF_PRECISION_FROM for detail in details)


def copy_for(model: keras.Model, devices: tf.distribute.Strategy, *, is_half_precision: bool) -> keras.Model:
    """Return the model to train: the model itself on one device with full precision, a copy of it otherwise.

    Args:
        model: A functional model. Its layers from the logits on keep full precision.
        devices: The strategy that the copy is made for.
        is_half_precision: Whether the other layers compute with 16 bits; their weights keep 32.
    """
    if devices.num_replicas_in_sync == 1 and not is_half_precision:
        return model
    with devices.scope():
        clone = partial(_cloned, is_half_precision=is_half_precision)
        copy = keras.models.clone_model(model, clone_function=clone, recursive=True)
    copy.set_weights(model.get_weights())
    return copy


def _cloned(layer: keras.Layer, *, is_half_precision: bool) -> keras.Layer:
    config = layer.get_config()
    if is_half_precision and "dtype" in config and layer.name not in _FULL_PRECISION:
        config["dtype"] = _MIXED
    return type(layer).from_config(config)


def _cards() -> list[tf.config.PhysicalDevice]:
    cards: list[tf.config.PhysicalDevice] = tf.config.list_physical_devices("GPU")
    return cards
