"""How a large collection is reviewed: scanned, scanned again, searched for duplicates, divided, and shown."""

import io
import itertools
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.benchmarks import review_window
from tests.benchmarks.figures import Figure
from tlgui.photos.collection import Collection, Photo, PhotoClass
from tlgui.photos.facts import MINIATURE_BYTES, FileState, Look, PhotoFacts
from tlgui.photos.health.report import report_on
from tlgui.photos.scanning.duplicates import Groups, kept_together, near_copies
from tlgui.photos.scanning.scan import Survey, survey
from tlgui.photos.split import split_collection
from tlgui.progress import JobContext

COUNT = 10_000

_CLASSES = 10
_TEMPLATES = 300
_WIDTH, _HEIGHT = 640, 480
_SAMPLE = 2_000
_LEAST_RATIO = 3.0
_SECOND_SCAN_SECONDS = 5.0
# What still counts as linear, with the noise of a busy machine.
_LINEAR = 1.5
_NEAR_LINEAR = 2.5

ResultT = TypeVar("ResultT")


def measure(count: int = COUNT) -> list[Figure]:
    """Generate collections of `count` photos and of a tenth of that, and review both."""
    with tempfile.TemporaryDirectory(prefix="tlgui-review-") as place:
        small, large = (generate(Path(place) / name, number) for name, number in (("s", count // 10), ("l", count)))
        _, small_seconds = _timed(lambda: survey(small, JobContext()))
        _, first = _timed(lambda: survey(large, JobContext()))
        _, second = _timed(lambda: survey(large, JobContext()))
        # It looks closer at all of them.
        shown = review_window.measured_by_child(large)
        looked, third = _timed(lambda: survey(large, JobContext()))
        _, reporting = _timed(lambda: report_on(looked))
        pillow = _pillow_seconds(large, count)
    what = f"{count:,} photos"
    growth = (first / count) / (small_seconds / (count // 10))
    return [
        Figure(
            "review",
            f"first scan of {what}, times as fast as Pillow",
            pillow / first,
            _LEAST_RATIO,
            more_is_better=True,
        ),
        Figure("review", f"first scan of {what}, s", first, None, f"Pillow in one thread {pillow:.3g} s"),
        Figure("review", "cost of a photo beside a tenth of them, first scan", growth, _LINEAR),
        Figure("review", f"second scan of {what}, s", second, _SECOND_SCAN_SECONDS),
        Figure("review", f"scan of {what} after a closer look, s", third, _SECOND_SCAN_SECONDS),
        Figure("review", f"health report of {what}, s", reporting),
        *_duplicates(count),
        *shown,
    ]


def generate(folder: Path, count: int) -> Path:
    """Write so many JPEG files in ten classes; every file is another one, though their pixels repeat."""
    templates = [_template(number) for number in range(_TEMPLATES)]
    for name in range(_CLASSES):
        (folder / f"class {name}").mkdir(parents=True)
    for number in range(count):
        start, rest = templates[number % _TEMPLATES]
        comment = f"{number:012}".encode()
        path = folder / f"class {number % _CLASSES}" / f"photo {number:06}.jpg"
        # A comment in the header makes the bytes differ, as copies that programs saved anew do.
        path.write_bytes(start + b"\xff\xfe" + (len(comment) + 2).to_bytes(2) + comment + rest)
    return folder


def _template(number: int) -> tuple[bytes, bytes]:
    generator = np.random.default_rng(number)
    shapes = Image.fromarray(generator.integers(0, 256, (6, 8, 3), np.uint8))
    levels = np.asarray(shapes.resize((_WIDTH, _HEIGHT), Image.Resampling.BICUBIC), np.float32)
    detail = generator.normal(0, 8, (_HEIGHT, _WIDTH, 1))
    stream = io.BytesIO()
    Image.fromarray(np.clip(levels + detail, 0, 255).astype(np.uint8)).save(stream, "JPEG", quality=80)
    return stream.getvalue()[:2], stream.getvalue()[2:]


def _pillow_seconds(folder: Path, count: int) -> float:
    """Return how long one thread takes to open and load all photos, from a sample of them."""
    paths = list(itertools.islice(folder.rglob("*.jpg"), _SAMPLE))

    def load() -> None:
        for path in paths:
            with Image.open(path) as image:
                image.load()

    return _timed(load)[1] / len(paths) * count


def _duplicates(count: int) -> list[Figure]:
    """Return what duplicates cost among photos that differ, and among those of cameras that stand still."""
    figures = []
    for what, scenes in (("photos that differ", count), ("photos of 20 scenes", 20)):
        few, many = (_looked_at(number, min(scenes, number)) for number in (count // 10, count))
        _, few_seconds = _timed(partial(_searched, *few))
        groups, seconds = _timed(partial(_searched, *many))
        collection = replace(many[0].collection, groups=groups)
        divided = partial(split_collection, collection, 0.2, 0.1, use_own=True, seed=1)
        growth = seconds / few_seconds / (count / (count // 10))
        figures += [
            Figure("review", f"duplicates among {count:,} {what}, s", seconds),
            Figure("review", f"cost of a photo beside a tenth of them, {what}", growth, _NEAR_LINEAR),
            Figure("review", f"split of {count:,} {what}, s", _timed(divided)[1]),
        ]
    return figures


def _searched(survey: Survey, miniatures: NDArray[np.uint8]) -> Groups:
    photos = list(survey.collection.photos())
    return kept_together(photos, survey.facts, near_copies(survey.facts, miniatures).groups)


def _looked_at(count: int, scenes: int) -> tuple[Survey, NDArray[np.uint8]]:
    """Return photos of so many scenes, each a little different, and their miniatures, without any files."""
    generator = np.random.default_rng(1)
    prints = generator.integers(0, 2**64, scenes, np.uint64)
    miniatures = generator.integers(0, 256, (scenes, MINIATURE_BYTES), np.uint8)
    bits = generator.integers(0, 64, (count, 2)).tolist()
    facts: dict[Path, PhotoFacts] = {}
    classes: dict[str, list[Photo]] = {}
    folder = Path("/photos")
    for number, (first, second) in enumerate(bits):
        name = f"class {number % _CLASSES}"
        fingerprint = int(prints[number % scenes]) ^ (1 << first) ^ (1 << second)
        look = Look(fingerprint, 0.5, 0.9, 900.0, number.to_bytes(16))
        path = folder / name / f"{number:06}.jpg"
        facts[path] = PhotoFacts(FileState(1, 1), _WIDTH, _HEIGHT, "JPEG", look=look)
        classes.setdefault(name, []).append(Photo(path, name))
    made = tuple(PhotoClass(name, tuple(photos), (folder / name,)) for name, photos in sorted(classes.items()))
    return Survey(Collection(folder, made), facts), miniatures[np.arange(count) % scenes]


def _timed(work: Callable[[], ResultT]) -> tuple[ResultT, float]:
    start = time.perf_counter()
    return work(), time.perf_counter() - start
