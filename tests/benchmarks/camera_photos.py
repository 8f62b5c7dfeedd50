"""Writes photos as a camera does: 12 million pixels, 2 MB of JPEG, and detail at every size, as nature has it."""

import functools
import io
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tlgui.photos.scanning.thread_pool import core_count

WIDTH, HEIGHT = 4032, 3024
_BYTES = 2_000_000
_CLASSES = ("first", "second", "third")
# Width in pixels and strength in levels of the details: the smaller, the weaker, as in the spectrum of nature.
_DETAILS = ((2016, 48.0), (504, 36.0), (126, 24.0), (31, 12.0), (8, 6.0), (3, 4.0))
_NOISE = 2.0
_QUALITIES = range(95, 40, -3)


def write_camera_photos(folder: Path, count: int) -> list[Path]:
    """Write different photos in a folder for each of three classes, in a process a core, and return them.

    Args:
        folder: Where to.
        count: How many.
    """
    quality = _quality(_pixels(0, _fine_detail()))
    for name in _CLASSES:
        (folder / name).mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(core_count(), multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(functools.partial(_write, folder, quality), range(count), chunksize=4))


def _write(folder: Path, quality: int, number: int) -> Path:
    path = folder / _CLASSES[number % len(_CLASSES)] / f"IMG_{number:04}.jpg"
    # Phones and most cameras store colours at half the resolution.
    Image.fromarray(_pixels(number, _fine_detail())).save(path, quality=quality, subsampling=2)
    return path


@functools.cache
def _fine_detail() -> NDArray[np.float32]:
    """Return what is too costly to make for each photo: detail of a few pixels, and the noise of a sensor."""
    random = np.random.default_rng(0)
    found = random.normal(0, _NOISE, (HEIGHT, WIDTH)).astype(np.float32)
    for width, strength in _DETAILS[-2:]:
        found += _enlarged(random.normal(0, strength, (HEIGHT // width, WIDTH // width)))
    return found


def _pixels(number: int, fine: NDArray[np.float32]) -> NDArray[np.uint8]:
    random = np.random.default_rng(1 + number)
    grey = np.roll(fine, (int(random.integers(HEIGHT)), int(random.integers(WIDTH))), (0, 1))
    for width, strength in _DETAILS[:-2]:
        grey = grey + _enlarged(random.normal(0, strength, (max(2, HEIGHT // width), max(2, WIDTH // width))))
    # The classes differ in colour, so that there is something to learn.
    tint = np.zeros(3, np.float32)
    tint[number % len(_CLASSES)] = 40.0
    bands = [grey + 110 + tint[band] + _enlarged(random.normal(0, 16, (4, 5))) for band in range(3)]
    pixels: NDArray[np.uint8] = np.clip(np.stack(bands, axis=2), 0, 255).astype(np.uint8)
    return pixels


def _enlarged(levels: NDArray[np.float64]) -> NDArray[np.float32]:
    picture = Image.fromarray(levels.astype(np.float32))
    return np.asarray(picture.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC))


def _quality(pixels: NDArray[np.uint8]) -> int:
    """Return the JPEG quality at which a photo takes about 2 MB."""
    for quality in _QUALITIES:
        stream = io.BytesIO()
        Image.fromarray(pixels).save(stream, "JPEG", quality=quality, subsampling=2)
        if stream.tell() <= _BYTES:
            return quality
    return _QUALITIES[-1]
