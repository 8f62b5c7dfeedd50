"""Measures how well and how fast photos of something else are told; a child of `unlike`.

What was found is printed as JSON, in the last line.
"""

import argparse
import json
import statistics
import sys
import time
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from tests.benchmarks.figures import Figure, ratio
from tests.learning.trainings import train
from tlgui.learning.arrays import FloatArray
from tlgui.learning.assessment.novelty import MOST_VECTORS, Neighbours
from tlgui.learning.data.prefetch import pixels_of, read_batches
from tlgui.learning.model_file.archive import VECTORS
from tlgui.learning.model_file.prediction_model import PredictionModel, load_prediction_model
from tlgui.learning.recipes.built_in import QUICK
from tlgui.photos.collection import Collection
from tlgui.photos.samples import SAMPLE_CLASSES, draw_picture
from tlgui.photos.scanning.scan import scan
from tlgui.photos.scanning.search import find_photos
from tlgui.progress import JobContext

CONTEXT = JobContext()
ROUNDS = 15
OWN_SHARE = 0.95
_PASSED, _HELD_BACK, _LARGER, _MS_A_PHOTO, _SLOWER = 0.02, 0.05, 1.6, 2.0, 1.05
_MOST_FOREIGN = 1000
_DRAWN = 300


def measure(folder: Path, foreign: Sequence[Path], scratch: Path) -> list[Figure]:
    """Measure every row.

    Args:
        folder: The user's photos, one subfolder for each class.
        foreign: Folders with photos of something else.
        scratch: Where files can be written.
    """
    learned, apart = divided(scan(folder, CONTEXT))
    path = scratch / "model.tlmodel"
    train(learned, QUICK, path)
    model = load_prediction_model(path)
    assert model is not None
    own = _distances(model, [photo.path for photo in apart.photos()])
    folders = {each.name: find_photos((each,), CONTEXT) for each in foreign} or {"drawn pictures": _drawn(scratch)}
    return [
        *(_passed(model, own, name, photos) for name, photos in folders.items()),
        _held_back(model, own),
        _larger(path),
        *_costs(model),
    ]


def divided(collection: Collection) -> tuple[Collection, Collection]:
    """Return the photos to train on, and every third one, which is kept apart."""
    parts = [
        replace(
            collection,
            classes=tuple(
                replace(each, photos=tuple(photo for n, photo in enumerate(each.photos) if (n % 3 == 0) == is_apart))
                for each in collection.classes
            ),
        )
        for is_apart in (False, True)
    ]
    return parts[0], parts[1]


def _distances(model: PredictionModel, paths: Sequence[Path]) -> FloatArray:
    found = []
    for batch in read_batches(list(paths), model.summary.input_size, model.batch_size, CONTEXT):
        readable = [photo for photo in batch if isinstance(photo.content, np.ndarray)]
        distances = model.answers(pixels_of(readable)).distances if readable else None
        found += [] if distances is None else [distances]
    return np.concatenate(found)


def _passed(model: PredictionModel, own: FloatArray, name: str, photos: Sequence[Path]) -> Figure:
    foreign = _distances(model, photos[:: max(1, len(photos) // _MOST_FOREIGN)])
    share = float((foreign <= np.quantile(own, OWN_SHARE)).mean())
    what = f"{name} taken for the collection's own where 95 % of these are, share"
    beside = f"{float((foreign <= _limit(model)).mean()):.3f} at the limit in the file"
    return Figure("unlike", what, share, _PASSED, beside)


def _held_back(model: PredictionModel, own: FloatArray) -> Figure:
    # Three standard errors above what is promised.
    most = _HELD_BACK + 3 * (_HELD_BACK * (1 - _HELD_BACK) / len(own)) ** 0.5
    share = float((own > _limit(model)).mean())
    return Figure("unlike", f"{len(own)} photos kept apart that are held back, share", share, most)


def _limit(model: PredictionModel) -> float:
    trust = model.summary.trust
    assert trust is not None
    assert trust.novelty is not None
    return trust.novelty.limit


def _larger(path: Path) -> Figure:
    with zipfile.ZipFile(path) as archive:
        vectors = archive.getinfo(VECTORS).file_size
    size = path.stat().st_size
    beside = f"{vectors / 1e6:.1f} MB of {size / 1e6:.1f} MB"
    return Figure("unlike", "the model file, times without training photos", size / (size - vectors), _LARGER, beside)


def _costs(model: PredictionModel) -> list[Figure]:
    """Time a batch without and with distances, and distances to the most vectors that a file may have."""
    rng = np.random.default_rng(1)
    side, count = model.summary.input_size, model.batch_size
    pixels = rng.uniform(0, 255, (count, side, side, 3)).astype(np.float32)
    trust = model.summary.trust
    assert trust is not None
    assert trust.novelty is not None
    length = trust.novelty.length
    most = Neighbours(rng.standard_normal((MOST_VECTORS, length)).astype(np.float16), trust.novelty.neighbour)
    features = rng.standard_normal((count, length)).astype(np.float32)
    plain, told, alone = _milliseconds(
        lambda: model.predict(pixels),
        lambda: model.answers(pixels),
        lambda: most.distances(features),
    )
    vectors = f"{trust.novelty.vector_count} training photos"
    return [
        Figure(
            "unlike",
            f"naming with {vectors}, times without",
            told / plain,
            _SLOWER,
            ratio(told, plain, "without, ms a batch"),
        ),
        Figure("unlike", f"distance to {MOST_VECTORS} training photos, ms a photo", alone / count, _MS_A_PHOTO),
    ]


def _milliseconds(*ways: Callable[[], object]) -> list[float]:
    """Return the median of several rounds, in which the ways take turns."""
    rounds = [[_seconds(way) * 1000 for way in ways] for _ in range(ROUNDS)]
    return [statistics.median(times) for times in zip(*rounds, strict=True)]


def _seconds(way: Callable[[], object]) -> float:
    start = time.perf_counter()
    way()
    return time.perf_counter() - start


def _drawn(scratch: Path) -> list[Path]:
    folder = scratch / "drawn"
    folder.mkdir()
    for number in range(_DRAWN):
        draw_picture(number % len(SAMPLE_CLASSES), number, 224).save(folder / f"{number}.png")
    return find_photos((folder,), CONTEXT)


def main() -> int:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["all"])
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--foreign", type=Path, action="append", default=[])
    options = parser.parse_args()
    print(json.dumps([asdict(figure) for figure in measure(options.photos, options.foreign, options.scratch)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
