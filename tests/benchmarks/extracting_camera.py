"""Measures features of photos of a camera; a child of `camera`. What was found is printed as JSON, in the last line."""

import argparse
import json
import shutil
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from unittest import mock

import numpy as np
from PIL import Image

from tests.benchmarks.extracting import (
    CONTEXT,
    SIZE,
    extracted_anew,
    features_by_keras,
    processor_seconds_of,
    seconds_of,
)
from tests.benchmarks.figures import Figure, number
from tlgui.files import cache_folder, reading
from tlgui.learning.data.feature_extractor import BATCH_SIZE, FeatureExtractor
from tlgui.learning.recipes.built_in import BALANCED, QUICK
from tlgui.photos.collection import Photo
from tlgui.photos.pictures.photo_reader import PhotoReader
from tlgui.photos.scanning.closer_look import look_at
from tlgui.photos.scanning.scan import scan
from tlgui.photos.scanning.thread_pool import core_count
from tlgui.progress import JobContext

ROUNDS = 3
_PLAIN = (0,)
_SMALL_SIDE = 400
_COMPARED = 32


def measure(folder: Path, scratch: Path, command: float, start: float) -> list[Figure]:
    """Measure every row.

    Args:
        folder: Photos of a camera, one subfolder for each class.
        scratch: Where pictures can be written.
        command: Seconds of the first training on them by the command.
        start: Seconds that loading TensorFlow takes, alone.
    """
    photos = list(scan(folder, CONTEXT).photos())
    extractor = FeatureExtractor(QUICK, CONTEXT)
    extractor.fast_backbone(CONTEXT)
    flat = _linked(photos, scratch / "flat")
    small = _small(photos, scratch / "small")
    return [
        _against_keras(extractor, flat, f"{len(flat)} photos of a camera"),
        _against_keras(extractor, small, f"{len(small)} photos of {_SMALL_SIDE} px"),
        *_opened_again(extractor, flat),
        *_differences(extractor, flat[:_COMPARED], scratch),
        _first_training(extractor, flat, command, start),
    ]


def _against_keras(extractor: FeatureExtractor, photos: Sequence[Photo], what: str) -> Figure:
    def by_keras() -> None:
        features_by_keras(extractor.backbone, photos)

    def by_tlgui() -> None:
        extracted_anew(extractor, photos)

    # The first time both warm up.
    by_keras()
    by_tlgui()
    work = processor_seconds_of(by_keras) / processor_seconds_of(by_tlgui)
    times = [(seconds_of(by_keras), seconds_of(by_tlgui)) for _ in range(ROUNDS)]
    ratio = statistics.median(theirs / ours for theirs, ours in times)
    theirs, ours = (1000 * statistics.median(column) / len(photos) for column in zip(*times, strict=True))
    beside = f"{number(ours)} ms a photo against {number(theirs)}, which take {number(work)} x the processor time"
    return Figure("camera", f"features of {what}: times as fast as Keras", ratio, 2.2, beside, more_is_better=True)


def _opened_again(extractor: FeatureExtractor, photos: Sequence[Photo]) -> list[Figure]:
    """Count the photos' files that another network, and a changed copy, open once one network has seen them."""
    extracted_anew(extractor, photos)
    shutil.rmtree(cache_folder() / "features")
    with _opened_photos() as again:
        extractor.extract(photos, _PLAIN, CONTEXT)
    copies = FeatureExtractor(BALANCED, CONTEXT)
    with _opened_photos() as copied:
        copies.extract(photos, BALANCED.augmentation.copy_numbers, CONTEXT)
    return [
        Figure("camera", "photos' files that a second network of the same input opens", len(again), 0),
        Figure("camera", "photos' files that a changed copy opens", len(copied), 0),
    ]


def _differences(extractor: FeatureExtractor, photos: Sequence[Photo], scratch: Path) -> list[Figure]:
    """Compare with features of the same photos that were decoded in full, as JPEG and as a format without loss."""
    full = np.stack([_squeezed(photo.path) for photo in photos]).astype(np.float32)
    expected = np.asarray(extractor.backbone.predict(full, batch_size=BATCH_SIZE, verbose=0))
    from_jpeg = extracted_anew(extractor, photos).matrix[:, 0]
    from_png = extracted_anew(extractor, _as_png(photos, scratch / "png")).matrix[:, 0]
    share = np.linalg.norm(from_jpeg - expected, axis=1) / np.linalg.norm(expected, axis=1)
    largest = float(np.abs(from_png - expected).max())
    return [
        Figure("camera", "JPEG: difference of the features to those of a full decode, %", 100 * float(share.mean())),
        Figure("camera", "PNG: largest difference of a feature to that of a full decode", largest, 1e-3),
    ]


def _first_training(extractor: FeatureExtractor, photos: Sequence[Photo], command: float, start: float) -> Figure:
    """Compare the command with the sum of its parts: one decode and one pass of each photo, and TensorFlow's start."""
    shutil.rmtree(cache_folder() / "pictures", ignore_errors=True)
    with PhotoReader() as reader, ThreadPoolExecutor(core_count()) as pool:
        decode = seconds_of(lambda: list(pool.map(lambda photo: look_at(reader.open(photo.path)).look, photos)))
    shutil.rmtree(cache_folder() / "features", ignore_errors=True)
    network = seconds_of(lambda: extractor.extract(photos, _PLAIN, JobContext()))
    parts = decode + network + start
    beside = f"{number(command)} s; {number(decode)} s decoding, {number(network)} network, {number(start)} TensorFlow"
    return Figure("camera", "first training by the command, times the sum of its parts", command / parts, 1.2, beside)


@contextmanager
def _opened_photos() -> Iterator[list[str]]:
    names: list[str] = []
    without_waiting = reading._without_waiting

    def opener(path: str, flags: int) -> int:
        if not path.startswith(str(cache_folder())):
            names.append(path)
        return without_waiting(path, flags)

    with mock.patch.object(reading, "_without_waiting", opener):
        yield names


def _linked(photos: Sequence[Photo], folder: Path) -> list[Photo]:
    """Return the photos in one folder, in the order of their names, as Keras reads them."""
    folder.mkdir(parents=True)
    written = []
    for place, photo in enumerate(photos):
        path = folder / f"{place:06}.jpg"
        path.hardlink_to(photo.path)
        written.append(replace(photo, path=path))
    return written


def _small(photos: Sequence[Photo], folder: Path) -> list[Photo]:
    def save(image: Image.Image, path: Path) -> None:
        image.draft(None, (2 * _SMALL_SIDE, 2 * _SMALL_SIDE))
        image.thumbnail((_SMALL_SIDE, _SMALL_SIDE))
        image.save(path, quality=90)

    return _saved_again(photos, folder, ".jpg", save)


def _as_png(photos: Sequence[Photo], folder: Path) -> list[Photo]:
    return _saved_again(photos, folder, ".png", lambda image, path: image.save(path, compress_level=1))


def _saved_again(
    photos: Sequence[Photo], folder: Path, suffix: str, save: Callable[[Image.Image, Path], None]
) -> list[Photo]:
    """Return the photos as `save` writes them into one folder."""
    folder.mkdir(parents=True)
    written = []
    for place, photo in enumerate(photos):
        path = folder / f"{place:06}{suffix}"
        with Image.open(photo.path) as image:
            save(image, path)
        written.append(replace(photo, path=path))
    return written


def _squeezed(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.resize((SIZE, SIZE), Image.Resampling.BILINEAR))


def main() -> int:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["all"])
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--command", type=float, required=True)
    parser.add_argument("--start", type=float, required=True)
    options = parser.parse_args()
    figures = measure(options.photos, options.scratch, options.command, options.start)
    print(json.dumps([asdict(figure) for figure in figures]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
