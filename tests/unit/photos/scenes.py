"""Draws pictures that tell themselves apart as photos do: each scene has its own large shapes and fine detail."""

import functools
import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter


def scene(number: int, width: int = 320, height: int = 240) -> Image.Image:
    """Return a sharp picture; the same number gives the same."""
    generator = np.random.default_rng(1000 + number)
    shapes = Image.fromarray(generator.integers(0, 256, (6, 8, 3), np.uint8)).resize(
        (320, 240), Image.Resampling.BICUBIC
    )
    detail = generator.normal(0, 18, (240, 320, 1))
    levels = np.clip(np.asarray(shapes, np.float32) + detail, 0, 255).astype(np.uint8)
    return Image.fromarray(levels).resize((width, height), Image.Resampling.LANCZOS)


def write(path: Path, number: int, width: int = 320, height: int = 240, quality: int = 92) -> Path:
    """Write a scene as a JPEG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_jpeg(number, width, height, quality))
    return path


# Most tests begin with the same good photos.
@functools.cache
def _jpeg(number: int, width: int, height: int, quality: int) -> bytes:
    stream = io.BytesIO()
    scene(number, width, height).save(stream, "JPEG", quality=quality)
    return stream.getvalue()


def write_blurred(path: Path, number: int) -> Path:
    """Write a scene so blurred that only its large shapes are left."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scene(number).filter(ImageFilter.GaussianBlur(5)).save(path, "JPEG", quality=92)
    return path


def write_dark(path: Path, number: int) -> Path:
    """Write a scene as if the flash had failed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scene(number).point(lambda level: level // 12).save(path, "JPEG", quality=92)
    return path


def write_class(folder: Path, first: int, count: int) -> list[Path]:
    """Write so many scenes of a class, beginning with a number, and return their paths."""
    return [write(folder / f"{number:03}.jpg", number) for number in range(first, first + count)]


def write_damaged_png(path: Path, number: int = 1) -> Path:
    """Write a PNG whose header and end are sound, and whose pixels are not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scene(number).save(path, "PNG")
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 300] = b"\x55" * 300
    path.write_bytes(data)
    return path
