"""What a training runs on: the processor, or the graphics cards that are there, with half the precision where they can.

A training that runs on cards learns on a copy of the network that lies on them; the network itself gets the weights
afterwards, so that a saved model is the same wherever it was trained.
"""

import os
from functools import cache, partial

import keras
import tensorflow as tf

# Tensor cores compute with 16 bits from this generation on.
_HALF_PRECISION_FROM = (7, 0)
_MIXED = "mixed_float16"
# Losses and probabilities need all 32 bits.
FULL_PRECISION = frozenset({"logits", "log_certainties", "probabilities"})


@cache
def prepare() -> None:
    """Let TensorFlow take the memory of graphics cards bit by bit, not all at once; call it before anything runs."""
    for card in _cards():
        tf.config.experimental.set_memory_growth(card, enable=True)


def describe() -> str:
    """Return what trainings run on, such as “2 processor cores” or “NVIDIA T4 (GPU)”."""
    names = [str(tf.config.experimental.get_device_details(card).get("device_name", "GPU")) for card in _cards()]
    if not names:
        cores = os.cpu_count() or 1
        return f"{cores} processor {'core' if cores == 1 else 'cores'}"
    return f"{names[0]} (GPU)" if len(names) == 1 else f"{len(names)} of {names[0]} (GPU)"


def strategy() -> tf.distribute.Strategy:
    """Return how the steps of a training are shared out: over all graphics cards where there are several."""
    if len(_cards()) > 1:
        return tf.distribute.MirroredStrategy()
    return tf.distribute.get_strategy()


def computes_with_half_precision() -> bool:
    """Return whether every graphics card, of at least one, computes with 16 bits much faster than with 32."""
    details = [tf.config.experimental.get_device_details(card) for card in _cards()]
    return bool(details) and all(detail.get("compute_capability", (0, 0)) >= _HALF_PRECISION_FROM for detail in details)


def copy_for(model: keras.Model, where: tf.distribute.Strategy, *, is_half_precision: bool) -> keras.Model:
    """Return the model to be trained: itself on one device with full precision, otherwise a copy made for the devices.

    Args:
        model: A functional model; what its head says from the logits on keeps full precision.
        where: The devices.
        is_half_precision: Whether the other layers shall compute with 16 bits; their weights keep 32.
    """
    if where.num_replicas_in_sync == 1 and not is_half_precision:
        return model
    with where.scope():
        clone = partial(_cloned, is_half_precision=is_half_precision)
        copy = keras.models.clone_model(model, clone_function=clone, recursive=True)
    copy.set_weights(model.get_weights())
    return copy


def _cloned(layer: keras.Layer, *, is_half_precision: bool) -> keras.Layer:
    config = layer.get_config()
    if is_half_precision and "dtype" in config and layer.name not in FULL_PRECISION:
        config["dtype"] = _MIXED
    return type(layer).from_config(config)


def _cards() -> list[tf.config.PhysicalDevice]:
    cards: list[tf.config.PhysicalDevice] = tf.config.list_physical_devices("GPU")
    return cards
