"""Names photos, as a child of `answers`: with TensorFlow, or many of them beside the runtime by itself."""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from tlgui.engine import light_jobs, quiet
from tlgui.engine.protocol import PredictRequest
from tlgui.learning.arrays import FloatArray
from tlgui.learning.data.prefetch import pixels_of, read_batches
from tlgui.learning.model_file.prediction_model import load_prediction_model
from tlgui.photos.scanning.search import find_photos
from tlgui.progress import JobContext

CONTEXT = JobContext()
ROUNDS = 3


def name_with_tensorflow(model: Path, photo: Path) -> None:
    """Name one photo in the way of the engine that has TensorFlow."""
    quiet.prepare_tensorflow()
    from tlgui.engine import jobs  # noqa: PLC0415 - TensorFlow is loaded once it is told how

    jobs.perform(PredictRequest(model, (photo,)), CONTEXT)


def measure_pace(path: Path, folder: Path) -> tuple[float, ...]:
    """Return the seconds for naming the photos of a folder, for the network alone, and for decoding alone."""
    model = load_prediction_model(path)
    assert model is not None
    photos = find_photos((folder,), CONTEXT)
    size, batch = model.summary.input_size, model.batch_size
    decoded: list[FloatArray] = []

    def decode() -> None:
        decoded[:] = [pixels_of(read) for read in read_batches(photos, size, batch, CONTEXT)]

    ways: tuple[Callable[[], object], ...] = (
        lambda: light_jobs.perform(PredictRequest(path, (folder,)), CONTEXT),
        lambda: [model.predict(pixels) for pixels in decoded],
        decode,
    )
    decode()
    rounds = [[_seconds(way) for way in ways] for _ in range(ROUNDS)]
    return tuple(statistics.median(values) for values in zip(*rounds, strict=True))


def _seconds(way: Callable[[], object]) -> float:
    begin = time.perf_counter()
    way()
    return time.perf_counter() - begin


def main() -> None:
    """Do what was asked for; the pace is printed as seconds, in one line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["tensorflow", "pace"])
    parser.add_argument("model", type=Path)
    parser.add_argument("photos", type=Path)
    options = parser.parse_args()
    if options.what == "pace":
        print(*measure_pace(options.model, options.photos))
    else:
        name_with_tensorflow(options.model, options.photos)


if __name__ == "__main__":
    main()
