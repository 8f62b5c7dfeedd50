"""Runs networks in ONNX Runtime, without TensorFlow.

Pictures are run in batches of 4, each on one thread, as many at once as there are cores: small batches keep activations
in the processor's caches, and no thread waits for another one within a run. EfficientNet-Lite0 takes 15 ms of processor
time a photo in batches of 4, and 18 ms in batches of 32.
"""

import functools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from tlgui.learning.arrays import FloatArray

INPUT, OUTPUT = "rgb", "output"
"""Names of the input and the output of every network."""

_PICTURES_AT_ONCE = 4

# From RGB 0..255, float32 of shape (pictures, size, size, 3), to outputs, float32 of shape (pictures, …).
Run = Callable[[FloatArray], FloatArray]


def runner(graph: bytes) -> Run:
    """Return an ONNX network as a function.

    Args:
        graph: The network, with one input and one output of the names `INPUT` and `OUTPUT`.

    Returns:
        A function for any number of pictures; the same pictures in the same batches give the same numbers.

    Raises:
        ImportError: ONNX Runtime is not installed.
        Exception: ONNX Runtime cannot read the network; what it raises depends on why.
    """
    import onnxruntime  # noqa: PLC0415 - see above

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        graph, options, providers=["CPUExecutionProvider"], disabled_optimizers=["Pad_Fusion"]
    )
    cores = _core_count()

    def run_part(part: FloatArray) -> FloatArray:
        (result,) = session.run([OUTPUT], {INPUT: part})
        return np.asarray(result, np.float32)

    def run(pictures: FloatArray) -> FloatArray:
        size = min(_PICTURES_AT_ONCE, -(-len(pictures) // cores)) or 1
        parts = [pictures[start : start + size] for start in range(0, len(pictures), size)] or [pictures]
        if len(parts) == 1:
            return run_part(parts[0])
        return np.concatenate(list(_pool().map(run_part, parts)))

    return run


@functools.cache
def _pool() -> ThreadPoolExecutor:
    """Return the threads of all networks of this process."""
    return ThreadPoolExecutor(_core_count(), thread_name_prefix="network")


def _core_count() -> int:
    """Return the number of processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
