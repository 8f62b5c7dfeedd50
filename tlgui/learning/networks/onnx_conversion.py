"""Networks converted to ONNX, which ONNX Runtime runs faster than TensorFlow; kept on disk, as to convert takes long.

What comes from the disk is used with suspicion: its checksum must be right, and it must say of a picture what the
network itself says. Whatever goes wrong costs time only: then there is no converted network.
"""

import contextlib
import gc
import hashlib
import json
import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from tlgui.errors import StorageError
from tlgui.files import atomic_open, cache_folder, read_regular

FORMAT_VERSION = 1
# All kept networks together; the ones not used for longest go first.
LARGEST_BYTES = 2**30
# The largest difference that rounding makes, as a share of the largest number.
TOLERANCE = 1e-4

_OPSET = 18
_INPUT, _OUTPUT = "rgb", "features"
_CHECKSUM_BYTES = 32
# Runs over few pictures at a time keep what lies between the layers in the processor's caches.
_PICTURES_AT_ONCE = 4

FloatArray = NDArray[np.float32]
Run = Callable[[FloatArray], FloatArray]

_log = logging.getLogger(__name__)


def kept_network(model: keras.Model, digest: str) -> Run | None:
    """Return the converted network that an earlier call of `convert` kept, or None where there is none to be trusted.

    Args:
        model: The network itself.
        digest: What it was kept under.
    """
    try:
        path = _path(model, digest)
        data = read_regular(path, LARGEST_BYTES)
        checksum, graph = data[:_CHECKSUM_BYTES], data[_CHECKSUM_BYTES:]
        if hashlib.sha256(graph).digest() != checksum:
            _log.info("The converted network %s is damaged.", path.name)
            return None
        run = _checked(graph, model)
        # Says to `_make_room` that it is in use.
        path.touch()
    except FileNotFoundError:
        return None
    except Exception:  # noqa: BLE001 - a file of an unknown state, and a runtime that may not even be there
        _log.info("A converted network cannot be used.", exc_info=True)
        return None
    return run


def convert(model: keras.Model, digest: str) -> Run | None:
    """Convert a network and keep the result, or return None where that does not work.

    Args:
        model: One input, one output.
        digest: What it is kept under: names the network, its settings and its weights.
    """
    try:
        path = _path(model, digest)
        graph = _converted(model)
        run = _checked(graph, model)
    except Exception:  # noqa: BLE001 - some networks have no way to ONNX, and tf2onnx says so in many ways
        _log.info("The network cannot be converted.", exc_info=True)
        return None
    if run is not None:
        # Without room on the disk it is converted anew next time.
        with contextlib.suppress(OSError, StorageError):
            path.parent.mkdir(exist_ok=True)
            with atomic_open(path) as stream:
                stream.write(hashlib.sha256(graph).digest())
                stream.write(graph)
            _make_room(path)
    return run


def core_count() -> int:
    """Return how many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _converted(model: keras.Model) -> bytes:
    # Costs seconds to load, and is not needed where a converted network is kept.
    import tf2onnx  # noqa: PLC0415

    # What Keras left, and later the copies that tf2onnx makes for each of its steps, refer to themselves in circles;
    # Python seldom looks for such, and it is hundreds of megabytes.
    gc.collect()
    signature = [tf.TensorSpec([None, *model.input_shape[1:]], tf.float32, name=_INPUT)]
    serve = tf.function(lambda rgb: {_OUTPUT: model(rgb, training=False)}, autograph=False)
    converted, _ = tf2onnx.convert.from_function(serve, signature, opset=_OPSET)
    for value in (*converted.graph.input, *converted.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "batch"
    graph: bytes = converted.SerializeToString()
    del converted
    gc.collect()
    return graph


def _checked(graph: bytes, model: keras.Model) -> Run | None:
    """Return the graph as a function if it says of a picture of noise what the network says."""
    run = _function(graph)
    noise = np.random.default_rng(1).uniform(0, 255, (1, *model.input_shape[1:])).astype(np.float32)
    expected = np.asarray(model(noise, training=False))
    difference = float(np.abs(run(noise) - expected).max(initial=0.0))
    # Written so that a difference that is no number is refused too.
    if difference <= TOLERANCE * max(1.0, float(np.abs(expected).max(initial=0.0))):
        return run
    _log.info("The converted network differs by %g.", difference)
    return None


def _function(graph: bytes) -> Run:
    import onnxruntime  # noqa: PLC0415 - see kept_network: it may not be there

    options = onnxruntime.SessionOptions()
    # One thread for each run, and several runs side by side: none of them ever waits for another.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    cores = core_count()

    def run_part(part: FloatArray) -> FloatArray:
        (result,) = session.run([_OUTPUT], {_INPUT: part})
        return np.asarray(result, np.float32)

    def run(pictures: FloatArray) -> FloatArray:
        size = min(_PICTURES_AT_ONCE, -(-len(pictures) // cores)) or 1
        parts = [pictures[start : start + size] for start in range(0, len(pictures), size)] or [pictures]
        if len(parts) == 1:
            return run_part(parts[0])
        with ThreadPoolExecutor(min(cores, len(parts)), thread_name_prefix="network") as pool:
            return np.concatenate(list(pool.map(run_part, parts)))

    return run


def _path(model: keras.Model, digest: str) -> Path:
    import onnxruntime  # noqa: PLC0415 - see kept_network

    # Another release of the runtime may want other graphs.
    parts = [FORMAT_VERSION, _OPSET, onnxruntime.__version__, model.input_shape, model.output_shape, digest]
    return cache_folder() / "networks" / f"{hashlib.sha256(json.dumps(parts).encode()).hexdigest()}.onnx"


def _make_room(keep: Path) -> None:
    """Delete the networks not used for longest, but not `keep`, until the rest is small enough."""
    states = [(path.stat(), path) for path in keep.parent.glob("*.onnx") if path != keep]
    total = keep.stat().st_size
    for state, path in sorted(states, key=lambda item: item[0].st_mtime, reverse=True):
        total += state.st_size
        if total > LARGEST_BYTES:
            path.unlink()
