"""Converts networks to ONNX and runs them in ONNX Runtime; converted networks are kept on disk.

Converting EfficientNet-Lite0 takes 4 s. A file from disk is not trusted: its checksum must be right, and its outputs
for a picture of noise must be those of the Keras network. Any failure is logged and means that there is no converted
network, so that TensorFlow runs it. The kept networks are a cache: see `tlgui.files.caches`.
"""

import gc
import hashlib
import json
import logging
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from tlgui.errors import StorageError
from tlgui.files import atomic_open, cache_folder, caches, read_regular
from tlgui.learning.networks.onnx_runtime import INPUT, OUTPUT, Run, runner

FORMAT_VERSION = 2
# Of all kept networks together; the least recently used ones are deleted first.
LARGEST_BYTES = 2**30
# Largest difference by rounding, as a share of the largest output.
_TOLERANCE = 1e-4

_OPSET = 18
_CHECKSUM_BYTES = 32
_log = logging.getLogger(__name__)


def kept_network(model: keras.Model, digest: str) -> Run | None:
    """Return the converted network that an earlier call of `convert` kept.

    Args:
        model: The Keras network.
        digest: The key that it was kept under.

    Returns:
        A function that runs it, or None if there is none or its checksum or outputs are wrong.
    """
    try:
        path = _path(model, digest)
    except Exception:  # noqa: BLE001 - ONNX Runtime may not be installed, or not start
        _log.info("Converted networks cannot be used.", exc_info=True)
        return None
    graph = _read(path)
    if graph is None:
        return None
    try:
        run = checked_runner(graph, model)
    except Exception as error:  # noqa: BLE001 - ONNX Runtime raises many kinds for graphs that it cannot read
        caches.discard(path, error)
        return None
    if run is None:
        caches.discard(path, "its outputs are not those of the network")
        return None
    caches.mark_used(path)
    return run


def convert(model: keras.Model, digest: str) -> Run | None:
    """Convert a network, and keep the result on disk.

    Args:
        model: A network with one input and one output.
        digest: The key to keep it under: identifies the network, its settings and its weights.

    Returns:
        A function that runs the converted network, or None if it cannot be converted or its outputs are wrong.
    """
    try:
        path = _path(model, digest)
        graph = converted_network(model)
        run = checked_runner(graph, model)
    except Exception:  # noqa: BLE001 - tf2onnx raises many kinds for networks that it cannot convert
        _log.info("The network cannot be converted.", exc_info=True)
        return None
    if run is not None:
        try:
            path.parent.mkdir(exist_ok=True)
            with atomic_open(path) as stream:
                stream.write(hashlib.sha256(graph).digest())
                stream.write(graph)
        except (OSError, StorageError) as error:
            # It is converted again next time.
            caches.warn_unusable(path, error)
        caches.evict(path.parent, LARGEST_BYTES, suffix=path.suffix, keep=path)
    return run


def converted_network(model: keras.Model) -> bytes:
    """Return a network as ONNX; raises what tf2onnx does for networks that it cannot convert."""
    # It takes seconds to load, and is not needed for networks that are kept.
    import tf2onnx  # noqa: PLC0415

    # Objects of Keras, and the copies of the graph that each step of tf2onnx makes, are in reference cycles of hundreds
    # of megabytes, which Python collects seldom.
    gc.collect()
    signature = [tf.TensorSpec([None, *model.input_shape[1:]], tf.float32, name=INPUT)]
    serve = tf.function(lambda rgb: {OUTPUT: model(rgb, training=False)}, autograph=False)
    converted, _ = tf2onnx.convert.from_function(serve, signature, opset=_OPSET)
    for value in (*converted.graph.input, *converted.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "batch"
    graph: bytes = converted.SerializeToString()
    del converted
    gc.collect()
    return graph


def checked_runner(graph: bytes, model: keras.Model) -> Run | None:
    """Return the graph as a function if its outputs for a picture of noise are those of the network."""
    run = runner(graph)
    noise = np.random.default_rng(1).uniform(0, 255, (1, *model.input_shape[1:])).astype(np.float32)
    expected = np.asarray(model(noise, training=False))
    difference = float(np.abs(run(noise) - expected).max(initial=0.0))
    # False for NaN too.
    if difference <= _TOLERANCE * max(1.0, float(np.abs(expected).max(initial=0.0))):
        return run
    _log.info("The converted network differs by %g.", difference)
    return None


def _read(path: Path) -> bytes | None:
    """Return the graph in a kept file; None if there is none, or it is damaged."""
    try:
        data = read_regular(path, LARGEST_BYTES)
    except FileNotFoundError:
        return None
    except OSError as error:
        caches.warn_unusable(path, error)
        return None
    checksum, graph = data[:_CHECKSUM_BYTES], data[_CHECKSUM_BYTES:]
    if hashlib.sha256(graph).digest() != checksum:
        caches.discard(path, "its checksum is wrong")
        return None
    return graph


def _path(model: keras.Model, digest: str) -> Path:
    import onnxruntime  # noqa: PLC0415 - see kept_network

    # Another release of the runtime may need another graph.
    parts = [FORMAT_VERSION, _OPSET, onnxruntime.__version__, model.input_shape, model.output_shape, digest]
    return cache_folder() / "networks" / f"{hashlib.sha256(json.dumps(parts).encode()).hexdigest()}.onnx"
