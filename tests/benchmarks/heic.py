"""How fast HEIC photos are read by helper processes, beside the same code in one process, in the same run.

With the user's HEIC photos where there are some, and with drawn ones otherwise. As the library that may crash is
loaded into the process that measures, that is a child.
"""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from unittest import mock

import pi_heif

from tests.benchmarks.figures import Figure, number
from tests.benchmarks.heic_files import write_grid_heic
from tlgui.learning.data import prefetch as decoding
from tlgui.photos.pictures import camera_raw, opening, tiff_samples
from tlgui.photos.pictures.decode import read_photo
from tlgui.photos.pictures.formats import FORMATS
from tlgui.photos.pictures.header import read_all_facts, state_of
from tlgui.photos.scanning import fact_reading as scanning

COUNT = 400
ROUNDS = 5
SIZE = 224
TARGET_PERCENT = 80.0
_TILES = (12, 9)
_SUFFIXES = frozenset({".heic", ".heif", ".hif"})

Work = Callable[[Sequence[Path]], int]


def measure(photos: Path) -> list[Figure]:
    """Read headers and pixels of some hundred HEIC photos, with the threads of a scan and of a training."""
    command = [sys.executable, "-m", "tests.benchmarks.heic", str(photos)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return [Figure(**figure) for figure in json.loads(done.stdout)]


def _measured(photos: Path, scratch: Path) -> list[Figure]:
    paths = _files(photos, scratch)
    # As in a helper.
    pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
    camera_raw.register()
    tiff_samples.register()
    return [_compared("headers of HEIC files", _read_headers, paths), _compared("HEIC photos at 224", _decode, paths)]


def _files(photos: Path, scratch: Path) -> list[Path]:
    """Return as many HEIC files as are wanted; copies, where there are fewer."""
    found = sorted(path for path in photos.rglob("*") if path.suffix.lower() in _SUFFIXES)
    found = found[:COUNT] or [write_grid_heic(scratch / "drawn.heic", *_TILES)]
    copies = [scratch / f"{place} {found[place % len(found)].name}" for place in range(COUNT)]
    for place, copy in enumerate(copies):
        shutil.copyfile(found[place % len(found)], copy)
    return copies


def _compared(what: str, work: Work, paths: Sequence[Path]) -> Figure:
    work(paths)
    here, there = [], []
    for _ in range(ROUNDS):
        with mock.patch.object(opening._opening, "formats", FORMATS):
            here.append(_speed(work, paths))
        there.append(_speed(work, paths))
    shares = [100 * helped / alone for alone, helped in zip(here, there, strict=True)]
    beside = f"{number(statistics.median(there))} and {number(statistics.median(here))} a second"
    what = f"{what}: speed with helpers, % of that in one process"
    return Figure("heic", what, statistics.median(shares), TARGET_PERCENT, beside, more_is_better=True)


def _speed(work: Work, paths: Sequence[Path]) -> float:
    began = time.perf_counter()
    return work(paths) / (time.perf_counter() - began)


def _read_headers(paths: Sequence[Path]) -> int:
    listed = [(path, state_of(path.stat())) for path in paths]
    chunks = [listed[start : start + scanning._CHUNK] for start in range(0, len(listed), scanning._CHUNK)]
    with ThreadPoolExecutor(scanning._THREADS) as pool:
        return sum(len(found) for found in pool.map(read_all_facts, chunks))


def _decode(paths: Sequence[Path]) -> int:
    with ThreadPoolExecutor(decoding.thread_count()) as pool:
        return sum(1 for _ in pool.map(lambda path: read_photo(path, SIZE), paths))


def main() -> None:
    """Print what was measured, as JSON."""
    with tempfile.TemporaryDirectory() as scratch:
        print(json.dumps([asdict(figure) for figure in _measured(Path(sys.argv[1]), Path(scratch))]))


if __name__ == "__main__":
    main()
