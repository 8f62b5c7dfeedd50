"""Runs networks in ONNX Runtime, without TensorFlow.

Pictures are run in batches of 4, each on one thread, as many at once as there are cores: small batches keep activations
in the processor's caches, and no thread waits for another one within a run. EfficientNet-Lite0 takes 15 ms of processor
time a photo in batches of 4, and 18 ms in batches of 32.
"""

import functools
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from tlgui.learning.arrays import FloatArray

INPUT, OUTPUT = "rgb", "output"
"""Names of the input and the output of every network."""
FEATURES = "features"
"""Name of the second output of a backbone with a head: what the head gets of each photo, of shape (photos, numbers).
Where that is a flattened map, it is the average over its positions, so that there is one number for each channel."""

_PICTURES_AT_ONCE = 4

# From RGB 0..255, float32 of shape (pictures, size, size, 3), to outputs, float32 of shape (pictures, …).
Run = Callable[[FloatArray], FloatArray]


class OnnxNetwork:
    """An ONNX network as a function.

    Args:
        session: The inference session of ONNX Runtime.

    Attributes:
        outputs: The names of its outputs; `OUTPUT` is the first.
    """

    def __init__(self, session: Any) -> None:  # noqa: ANN401 - ONNX Runtime has no types
        self._session = session
        self._cores = _core_count()
        self.outputs: tuple[str, ...] = tuple(output.name for output in session.get_outputs())

    def __call__(self, pictures: FloatArray) -> FloatArray:
        """Return the output for any number of pictures; the same pictures in the same batches give the same numbers.

        Args:
            pictures: RGB 0..255, float32 of shape (pictures, size, size, 3).

        Returns:
            float32 of shape (pictures, …).
        """
        (result,) = self.run(pictures, [OUTPUT])
        return result

    def run(self, pictures: FloatArray, names: Sequence[str]) -> tuple[FloatArray, ...]:
        """Return several outputs for any number of pictures; those that are not asked for are not copied.

        Args:
            pictures: As above.
            names: Some of `outputs`.

        Returns:
            One array for each name, float32 of shape (pictures, …).
        """
        size = min(_PICTURES_AT_ONCE, -(-len(pictures) // self._cores)) or 1
        parts = [pictures[start : start + size] for start in range(0, len(pictures), size)] or [pictures]
        if len(parts) == 1:
            return self._run_part(parts[0], names)
        results = list(_pool().map(lambda part: self._run_part(part, names), parts))
        return tuple(np.concatenate(of_parts) for of_parts in zip(*results, strict=True))

    def _run_part(self, part: FloatArray, names: Sequence[str]) -> tuple[FloatArray, ...]:
        return tuple(np.asarray(result, np.float32) for result in self._session.run(list(names), {INPUT: part}))


def runner(graph: bytes) -> OnnxNetwork:
    """Return an ONNX network as a function.

    Args:
        graph: The network, with one input of the name `INPUT`, and `OUTPUT` as its first output.

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
    return OnnxNetwork(session)


@functools.cache
def _pool() -> ThreadPoolExecutor:
    """Return the threads of all networks of this process."""
    return ThreadPoolExecutor(_core_count(), thread_name_prefix="network")


def _core_count() -> int:
    """Return the number of processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
