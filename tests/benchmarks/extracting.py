"""Measures how fast the backbone's features come, and what memory they need; a child of `features` and of `memory`.

TensorFlow must not be in the process of the other benchmarks. What was found is printed as JSON, in the last line.
"""

import argparse
import json
import resource
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from unittest import mock

import keras
import numpy as np
from PIL import Image

from tests.benchmarks.figures import Figure, number
from tests.learning.trainings import train
from tlgui.files import cache_folder
from tlgui.learning.data.feature_extractor import BATCH_SIZE, FeatureExtractor, Features
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.recipes.recipe import Head
from tlgui.photos.collection import Collection, Photo, PhotoClass
from tlgui.photos.pictures.decode import read_photo
from tlgui.photos.scanning.scan import scan
from tlgui.progress import JobContext

CORES = 2
ROUNDS = 5
COUNT = 256
GROWTH = (500, 1000, 2000, 4000)
GROWTH_ROUNDS = 3
SECOND_COUNT = 4000
SECOND_SECONDS = 3.5
SIZE = QUICK.input_size
# Units of the hidden layer of the other heads.
_HEADS = (128, 96, 64)
CONTEXT = JobContext()
_PLAIN = (0,)


def measure_speed(folder: Path, scratch: Path) -> list[Figure]:
    """Measure every row about speed.

    Args:
        folder: The user's photos, one subfolder for each class.
        scratch: Where pictures can be written.
    """
    collection = scan(folder, CONTEXT)
    photos = _mixed(list(collection.photos()))
    extractor = FeatureExtractor(QUICK, CONTEXT)
    extractor.fast_backbone(CONTEXT)
    figures: list[Figure] = []
    rows: tuple[Callable[[], list[Figure]], ...] = (
        lambda: _against_keras(extractor, photos[:COUNT], scratch),
        lambda: _against_floor(extractor, photos[:COUNT]),
        lambda: _second_time(collection, photos[:SECOND_COUNT], scratch),
        lambda: _growth(extractor, photos),
    )
    for measure in rows:
        found = measure()
        # All of them take a quarter of an hour; on a busy machine many times that.
        print(*(f"  {figure.what}: {number(figure.value)}" for figure in found), sep="\n", file=sys.stderr, flush=True)
        figures += found
    return figures


def measure_memory(folder: Path, count: int, scratch: Path) -> list[Figure]:
    """Compute the features of `count` photos of 224 px, and of a tenth of them before, each new to the cache.

    Args:
        folder: The user's photos; small copies are made of some of them.
        count: How many photos to compute.
        scratch: Where the copies can be written.
    """
    originals = _mixed(list(scan(folder, CONTEXT).photos()))
    extractor = FeatureExtractor(QUICK, CONTEXT)
    # Where only few are computed it would not be the same network.
    extractor.fast_backbone(CONTEXT)
    few = _small_photos(originals, count // 10, scratch / "few")
    extractor.extract(few, _PLAIN, CONTEXT)
    before = _peak_bytes()
    many = _small_photos(originals, count, scratch / "many")
    found = extractor.extract(many, _PLAIN, CONTEXT)
    after = _peak_bytes()
    assert len(found.photos) == count
    return [
        Figure("memory", f"most memory of the engine for {count:,} photos, GiB", after / 2**30, 2.0),
        Figure(
            "memory",
            f"what {count - len(few):,} photos more added to it, MiB",
            (after - before) / 2**20,
            128.0,
            f"{number(before / 2**20)} MiB for {len(few):,} photos",
        ),
    ]


def _against_keras(extractor: FeatureExtractor, photos: Sequence[Photo], scratch: Path) -> list[Figure]:
    """Compare with what a Keras user writes, on files that have the input's size, so that nobody has to resize."""
    jpegs = _at_input_size(photos, scratch / "jpeg", "jpg")
    pngs = _at_input_size(photos[:BATCH_SIZE], scratch / "png", "png")
    # Two decoders of JPEG round differently, so that the numbers are compared on lossless files.
    difference = float(
        np.abs(features_by_keras(extractor.backbone, pngs) - extracted_anew(extractor, pngs).matrix[:, 0]).max()
    )

    def by_keras() -> None:
        features_by_keras(extractor.backbone, jpegs)

    def by_tlgui() -> None:
        extracted_anew(extractor, jpegs)

    # The first time both warm up.
    by_keras()
    by_tlgui()
    work = processor_seconds_of(by_keras) / processor_seconds_of(by_tlgui)
    times = [(seconds_of(by_keras), seconds_of(by_tlgui)) for _ in range(ROUNDS)]
    ratio = statistics.median(theirs / ours for theirs, ours in times)
    theirs, ours = (len(jpegs) / statistics.median(column) for column in zip(*times, strict=True))
    beside = (
        f"{number(ours)} photos/s against {number(theirs)} of image_dataset_from_directory and model.predict, "
        f"which take {work:.2f} x the processor time"
    )
    return [
        Figure("features", "times as fast as Keras, from JPEG files", ratio, 2.2, beside, more_is_better=True),
        Figure("features", "largest difference to Keras' features, from PNG files", difference, 1e-3),
    ]


def _against_floor(extractor: FeatureExtractor, photos: Sequence[Photo]) -> list[Figure]:
    """Compare with decoding alone and the network alone, each on all cores."""
    run = extractor.fast_backbone(CONTEXT)
    pixels = np.stack([read_photo(photo.path, SIZE) for photo in photos])

    def decode() -> None:
        with ThreadPoolExecutor(CORES) as pool:
            list(pool.map(lambda photo: read_photo(photo.path, SIZE).shape, photos))

    def compute() -> None:
        for start in range(0, len(pixels), BATCH_SIZE):
            run(pixels[start : start + BATCH_SIZE].astype(np.float32))

    shares, slower = [], []
    for _ in range(ROUNDS):
        decoding, computing, ours = (
            seconds_of(decode),
            seconds_of(compute),
            seconds_of(lambda: extracted_anew(extractor, photos)),
        )
        shares.append(100 * (decoding + computing) / ours)
        slower.append(100 * max(decoding, computing) / ours)
    beside = f"{number(statistics.median(slower))} % of the network alone, as if decoding took no time"
    return [
        Figure(
            "features",
            "share of the speed that decoding and network allow, one after the other on the same cores, %",
            statistics.median(shares),
            75.0,
            beside,
            more_is_better=True,
        )
    ]


def _second_time(collection: Collection, photos: Sequence[Photo], scratch: Path) -> list[Figure]:
    """Train, train other heads, and train once more after 1 % new photos were added."""
    first = _collection_of(collection, photos)
    model = scratch / "model.tlmodel"
    with _counted_passes() as passes:
        train(first, QUICK, model, CONTEXT)
        passes.clear()
        others = [replace(QUICK, head=Head(dense_units=units)) for units in _HEADS]
        seconds = [seconds_of(partial(train, first, other, model, CONTEXT)) for other in others]
        second_passes = sum(passes)
        passes.clear()
        new = _at_input_size(photos[: len(photos) // 100], scratch / "new", "jpg")
        train(_collection_of(collection, [*photos, *new]), others[-1], model, CONTEXT)
    what = f"second training on {len(photos):,} photos with another head"
    beside = f"median of {', '.join(map(number, seconds))}"
    return [
        Figure("features", f"{what}, s", statistics.median(seconds), SECOND_SECONDS, beside),
        Figure("features", f"{what}: photos sent through the backbone", second_passes, 0),
        Figure("features", f"the same after {len(new)} new photos", sum(passes), len(new)),
    ]


def _growth(extractor: FeatureExtractor, photos: Sequence[Photo]) -> list[Figure]:
    """Compare what a photo takes in small and in large collections, as a multiple of what the network alone takes.

    The network is timed right before and after each collection, so that it hardly counts what else the machine does.
    """
    run = extractor.fast_backbone(CONTEXT)
    noise = np.random.default_rng(1).uniform(0, 255, (BATCH_SIZE, SIZE, SIZE, 3)).astype(np.float32)

    def network_seconds() -> float:
        return processor_seconds_of(lambda: [run(noise) for _ in range(8)]) / (8 * BATCH_SIZE)

    counts = [count for count in GROWTH if count <= len(photos)]
    if len(counts) < 2:  # nothing to compare
        return []
    rounds: list[list[float]] = []
    for _ in range(GROWTH_ROUNDS):
        rounds.append([])
        for count in counts:
            before = network_seconds()
            ours = processor_seconds_of(partial(extracted_anew, extractor, photos[:count])) / count
            rounds[-1].append(2 * ours / (before + network_seconds()))
    costs = [statistics.median(column) for column in zip(*rounds, strict=True)]
    sizes = " / ".join(f"{count:,}" for count in counts)
    return [
        Figure(
            "features",
            f"processor time for a photo at {sizes} photos: the most over the least",
            max(costs) / min(costs),
            1.1,
            f"{' / '.join(number(cost) for cost in costs)} times that of the network alone",
        )
    ]


def extracted_anew(extractor: FeatureExtractor, photos: Sequence[Photo]) -> Features:
    """Compute features with an empty cache."""
    for name in ("features", "pictures"):
        shutil.rmtree(cache_folder() / name, ignore_errors=True)
    (cache_folder() / "digests.sqlite").unlink(missing_ok=True)
    found = extractor.extract(photos, _PLAIN, CONTEXT)
    assert not found.failed
    return found


def features_by_keras(backbone: keras.Model, photos: Sequence[Photo]) -> np.ndarray:
    dataset = keras.utils.image_dataset_from_directory(
        photos[0].path.parent,
        labels=None,
        shuffle=False,
        image_size=(SIZE, SIZE),
        batch_size=BATCH_SIZE,
        verbose=False,
    )
    assert dataset.file_paths == [str(photo.path) for photo in photos]
    return np.asarray(backbone.predict(dataset, verbose=0))


@contextmanager
def _counted_passes() -> Iterator[list[int]]:
    """Give a list that grows by the number of pictures each time the backbone runs."""
    passes: list[int] = []
    compute = FeatureExtractor.compute

    def counting(self: FeatureExtractor, *arguments: object) -> np.ndarray:
        features: np.ndarray = compute(self, *arguments)  # type: ignore[arg-type]  # passed on as they came
        passes.append(len(features))
        return features

    with mock.patch.object(FeatureExtractor, "compute", counting):
        yield passes


def _collection_of(collection: Collection, photos: Sequence[Photo]) -> Collection:
    classes = tuple(
        PhotoClass(name, tuple(photo for photo in photos if photo.class_name == name))
        for name in collection.class_names
    )
    return replace(collection, classes=classes)


def _at_input_size(photos: Sequence[Photo], folder: Path, suffix: str) -> list[Photo]:
    folder.mkdir(parents=True)
    written = []
    for place, photo in enumerate(photos):
        path = folder / f"{place:06}.{suffix}"
        Image.fromarray(read_photo(photo.path, SIZE)).save(path, quality=90)
        written.append(replace(photo, path=path))
    return written


def _small_photos(originals: Sequence[Photo], count: int, folder: Path) -> list[Photo]:
    """Write `count` different JPEG files of some hundred photos: decoders skip the bytes after the end."""
    templates = [photo.path.read_bytes() for photo in _at_input_size(originals[:200], folder / "templates", "jpg")]
    photos = []
    for place in range(count):
        path = folder / f"{place:06}.jpg"
        path.write_bytes(templates[place % len(templates)] + str(path).encode())
        photos.append(Photo(path, originals[place % len(templates)].class_name))
    return photos


def _mixed(photos: Sequence[Photo]) -> list[Photo]:
    """Return the photos of all classes mixed, in the same order each time."""
    order = np.random.default_rng(1).permutation(len(photos))
    return [photos[place] for place in order]


def seconds_of(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def processor_seconds_of(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _peak_bytes() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def main() -> int:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["speed", "memory"])
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--count", type=int, default=0)
    options = parser.parse_args()
    if options.what == "speed":
        figures = measure_speed(options.photos, options.scratch)
    else:
        figures = measure_memory(options.photos, options.count, options.scratch)
    print(json.dumps([asdict(figure) for figure in figures]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
