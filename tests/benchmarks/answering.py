"""Names photos, as a child of `answers`: with TensorFlow, beside the runtime by itself, very many, or a second time."""

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psutil
from typing_extensions import override

from tlgui.engine import light_jobs, quiet
from tlgui.engine.client import EngineProcess
from tlgui.engine.file_state import file_state
from tlgui.engine.protocol import LIGHT_JOBS, PredictRequest
from tlgui.learning.arrays import FloatArray
from tlgui.learning.data.prefetch import pixels_of, read_batches
from tlgui.learning.inference.predict import predict
from tlgui.learning.model_file.prediction_model import PredictionModel, load_prediction_model
from tlgui.learning.networks.onnx_runtime import OnnxNetwork
from tlgui.learning.results import PhotosPredicted
from tlgui.photos.scanning.search import find_photos
from tlgui.progress import Event, JobContext

CONTEXT = JobContext()
ROUNDS = 3
# As the window asks for.
TOP = 10


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


def measure_memory(path: Path, folder: Path) -> tuple[float, float]:
    """Return the most memory of a light engine that names the photos of a folder, and what was added, both in MiB.

    The engine begins as that of the program does, without the libraries of other benchmarks.
    """
    sizes: list[float] = []
    done, count = 0, len(find_photos((folder,), CONTEXT))
    with closing(EngineProcess(jobs=LIGHT_JOBS, is_light=True)) as engine:

        def look(event: Event) -> None:
            nonlocal done
            if isinstance(event, PhotosPredicted):
                done += len(event.predictions)
                # While the first tenth is named, what is made once is made.
                if done >= count // 10:
                    sizes.append(psutil.Process(engine.process_id).memory_info().rss / 2**20)

        engine.run(PredictRequest(path, (folder,)), JobContext(look))
    return max(sizes), sizes[-1] - sizes[0]


def measure_again(path: Path, folder: Path) -> tuple[float, int]:
    """Return the seconds for naming the photos of a folder a second time, and how many went through the network."""
    light_jobs.perform(PredictRequest(path, (folder,), TOP, uses_kept=True), CONTEXT)
    model = light_jobs._load(file_state(path))
    assert model is not None
    named = 0

    class Counting(OnnxNetwork):
        """Counts the pictures that it is given."""

        @override
        def run(self, pictures: FloatArray, names: Sequence[str]) -> tuple[FloatArray, ...]:
            nonlocal named
            named += len(pictures)
            return super().run(pictures, names)

    counting = replace(model, network=Counting(model.network._session))
    again = PredictionsAgain(counting, folder)
    return _seconds(again.run), named


class PredictionsAgain:
    """Names the photos of a folder by what was kept, and checks that each is told of."""

    def __init__(self, model: PredictionModel, folder: Path) -> None:
        self._model = model
        self._folder = folder
        self._told = 0

    def run(self) -> None:
        """Name them."""
        summary = predict(self._model, (self._folder,), TOP, JobContext(self._listen), uses_kept=True)
        assert self._told == summary.photo_count

    def _listen(self, event: Event) -> None:
        if isinstance(event, PhotosPredicted):
            self._told += len(event.predictions)


def _seconds(way: Callable[[], object]) -> float:
    begin = time.perf_counter()
    way()
    return time.perf_counter() - begin


def main() -> None:
    """Do what was asked for; the pace is printed as seconds, in one line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["tensorflow", "pace", "memory", "again"])
    parser.add_argument("model", type=Path)
    parser.add_argument("photos", type=Path)
    options = parser.parse_args()
    if options.what == "pace":
        print(*measure_pace(options.model, options.photos))
    elif options.what == "memory":
        print(*measure_memory(options.model, options.photos))
    elif options.what == "again":
        print(*measure_again(options.model, options.photos))
    else:
        name_with_tensorflow(options.model, options.photos)


if __name__ == "__main__":
    main()
