"""Writes TIFF and DNG files of kinds that no library at hand writes: any samples, any tags."""

import struct
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

BYTE, ASCII, SHORT, LONG, RATIONAL, SIGNED_RATIONAL = 1, 2, 3, 4, 5, 10
_FORMATS = {BYTE: "B", ASCII: "B", SHORT: "H", LONG: "I", RATIONAL: "II", SIGNED_RATIONAL: "ii"}
_SAMPLE_FORMATS = {"u": 1, "i": 2, "f": 3}
Tag = tuple[int, Sequence[Any]]
"""A type, and the values; those of rationals are pairs."""

_SUB_DIRECTORY = 330
_STRIP_OFFSETS = 273


def write_tiff(
    path: Path,
    samples: NDArray[Any],
    photometric: int = 1,
    *,
    tags: Mapping[int, Tag] | None = None,
    order: str = "<",
    rows_in_strip: int = 7,
    deflated: bool = False,
    planar: bool = False,
) -> Path:
    """Write samples of shape (height, width, bands) of any type as a TIFF file."""
    height, width, bands = samples.shape
    stored = samples.astype(np.dtype(f"{order}{samples.dtype.kind}{samples.itemsize}"))
    planes = [stored[:, :, band] for band in range(bands)] if planar else [stored]
    strips = [plane[top : top + rows_in_strip].tobytes() for plane in planes for top in range(0, height, rows_in_strip)]
    strips = [zlib.compress(strip) for strip in strips] if deflated else strips
    directory: dict[int, Tag] = {
        256: (LONG, [width]),
        257: (LONG, [height]),
        258: (SHORT, [8 * samples.itemsize] * bands),
        259: (SHORT, [8 if deflated else 1]),
        262: (SHORT, [photometric]),
        277: (SHORT, [bands]),
        278: (LONG, [rows_in_strip]),
        284: (SHORT, [2 if planar else 1]),
        339: (SHORT, [_SAMPLE_FORMATS[samples.dtype.kind]] * bands),
        **(tags or {}),
    }
    path.write_bytes(_file([(directory, strips)], order))
    return path


def write_packed_tiff(path: Path, samples: NDArray[np.uint16], bits: int) -> Path:
    """Write grey samples of shape (height, width) with fewer than 16 bits each, packed, as a TIFF file."""
    height, width = samples.shape
    unpacked = (samples[:, :, None] >> np.arange(bits - 1, -1, -1)) & 1
    rows = np.packbits(unpacked.reshape(height, width * bits).astype(np.uint8), axis=1)
    directory: dict[int, Tag] = {
        256: (LONG, [width]),
        257: (LONG, [height]),
        258: (SHORT, [bits]),
        259: (SHORT, [1]),
        262: (SHORT, [1]),
        277: (SHORT, [1]),
        278: (LONG, [height]),
    }
    path.write_bytes(_file([(directory, [rows.tobytes()])], "<"))
    return path


def write_dng(
    path: Path,
    colours: NDArray[np.uint8],
    *,
    preview: bytes = b"",
    preview_size: tuple[int, int] = (0, 0),
    flip: int = 1,
) -> Path:
    """Write a camera RAW file: the samples of a sensor that saw `colours`, (height, width, 3), and a JPEG beside them.

    Args:
        path: The file.
        colours: What the sensor saw; even width and height.
        preview: The JPEG; none where it is empty.
        preview_size: Its width and height.
        flip: The EXIF orientation.
    """
    height, width, _ = colours.shape
    sensor = np.zeros((height, width), np.uint16)
    linear = (colours / 255.0) ** 2.2 * 16000
    for row, column, band in ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 2)):
        sensor[row::2, column::2] = linear[row::2, column::2, band]
    raw: dict[int, Tag] = {
        254: (LONG, [0]),
        256: (LONG, [width]),
        257: (LONG, [height]),
        258: (SHORT, [16]),
        259: (SHORT, [1]),
        262: (SHORT, [32803]),
        277: (SHORT, [1]),
        278: (LONG, [height]),
        33421: (SHORT, [2, 2]),
        33422: (BYTE, [0, 1, 1, 2]),
        50714: (SHORT, [0]),
        50717: (LONG, [16000]),
    }
    camera: dict[int, Tag] = {
        271: (ASCII, b"Maker\0"),
        272: (ASCII, b"Model\0"),
        274: (SHORT, [flip]),
        50706: (BYTE, [1, 4, 0, 0]),
        50708: (ASCII, b"Maker Model\0"),
        50721: (SIGNED_RATIONAL, [(round(1000 * value), 1000) for value in _MATRIX]),
        50728: (RATIONAL, [(1, 1)] * 3),
        50778: (SHORT, [21]),
    }
    if not preview:
        path.write_bytes(_file([({**raw, **camera}, [sensor.tobytes()])], "<"))
        return path
    shown: dict[int, Tag] = {
        254: (LONG, [1]),
        256: (LONG, [preview_size[0]]),
        257: (LONG, [preview_size[1]]),
        258: (SHORT, [8, 8, 8]),
        259: (SHORT, [7]),
        262: (SHORT, [6]),
        277: (SHORT, [3]),
        278: (LONG, [preview_size[1]]),
        _SUB_DIRECTORY: (LONG, [0]),
    }
    path.write_bytes(_file([({**shown, **camera}, [preview]), (raw, [sensor.tobytes()])], "<"))
    return path


# From XYZ to the sensor's colours: those of sRGB.
_MATRIX = (3.241, -1.537, -0.499, -0.969, 1.876, 0.042, 0.056, -0.204, 1.057)


def _file(directories: Sequence[tuple[dict[int, Tag], Sequence[bytes]]], order: str) -> bytes:
    """Return a file of directories; the second one is the sub-directory of the first."""
    body = bytearray((b"II*\0" if order == "<" else b"MM\0*") + bytes(4))
    places: list[int] = []
    for tags, strips in reversed(directories):
        offsets = []
        for strip in strips:
            offsets.append(len(body))
            body += strip + bytes(len(strip) % 2)
        found = {**tags, _STRIP_OFFSETS: (LONG, offsets), 279: (LONG, [len(strip) for strip in strips])}
        if _SUB_DIRECTORY in found:
            found[_SUB_DIRECTORY] = (LONG, [places[-1]])
        places.append(_add_directory(body, found, order))
    struct.pack_into(f"{order}I", body, 4, places[-1])
    return bytes(body)


def _add_directory(body: bytearray, tags: Mapping[int, Tag], order: str) -> int:
    entries = b""
    for tag, (kind, values) in sorted(tags.items()):
        form = order + _FORMATS[kind]
        data = b"".join(struct.pack(form, *(value if isinstance(value, tuple) else (value,))) for value in values)
        if len(data) > 4:
            place = len(body)
            body += data + bytes(len(data) % 2)
            data = struct.pack(f"{order}I", place)
        entries += struct.pack(f"{order}HHI", tag, kind, len(values)) + data.ljust(4, b"\0")
    start = len(body)
    body += struct.pack(f"{order}H", len(tags)) + entries + bytes(4)
    return start
