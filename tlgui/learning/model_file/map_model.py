"""A `.tlmodel` as a network that tells its last maps, by its ONNX network and without TensorFlow."""

from dataclasses import dataclass
from pathlib import Path

from tlgui.files.zip_archive import UntrustedError
from tlgui.learning.model_file.archive import ONNX_NETWORK, opened
from tlgui.learning.model_file.trusted_graph import check_graph
from tlgui.learning.networks.memory_budget import check_memory, check_photo_bytes
from tlgui.learning.networks.onnx_graph import encode
from tlgui.learning.networks.onnx_head import Head, split_at_maps
from tlgui.learning.networks.onnx_runtime import OUTPUT, Run, runner


@dataclass(frozen=True, slots=True)
class MapModel:
    """What it takes to show where a network looked.

    Args:
        class_names: The labels in output order.
        input_size: Side of the square input, in pixels.
        run: From RGB 0..255, float32 of shape (photos, size, size, 3), to the last maps, float32 of shape (photos,
            channels, height, width).
        head: What follows the maps.
    """

    class_names: tuple[str, ...]
    input_size: int
    run: Run
    head: Head


def load_map_model(path: Path) -> MapModel | None:
    """Check a `.tlmodel` and make the part of its ONNX network up to its last maps ready to run.

    Args:
        path: The `.tlmodel` file, one that carries an ONNX network.

    Returns:
        The model; None where its network has no maps, or ends with steps whose gradient is not known.

    Raises:
        ModelFileError: The file cannot be read, or must not be trusted.
    """
    with opened(path) as file:
        summary = file.summary
        checked = check_graph(b"".join(file.stream(ONNX_NETWORK)), summary.input_size, len(summary.class_names))
        check_photo_bytes(checked.photo_bytes)
        check_memory(checked.weight_bytes, checked.photo_bytes)
        base, head = split_at_maps(checked.graph, checked.shapes, OUTPUT)
        if base is None or head is None:
            return None
        try:
            run = runner(encode(base))
        except Exception as error:  # ONNX Runtime raises many kinds
            raise UntrustedError("its ONNX network cannot be run") from error
    return MapModel(summary.class_names, summary.input_size, run, head)
