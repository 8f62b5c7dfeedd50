"""Decompresses the strips and tiles of a TIFF file to samples of any type and number of bands.

Pillow's libtiff decompresses: each strip is wrapped as a TIFF file of 8-bit samples, which then are the bytes of its
samples. What a predictor changed is undone here.
"""

import io
import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tlgui.photos.pictures import tiff_layout as tag
from tlgui.photos.pictures.tiff_layout import Layout
from tlgui.photos.pictures.variants import UnsupportedVariantError

_RAW, _LZW, _DEFLATE, _OLD_DEFLATE, _PACKBITS, _LZMA, _ZSTD = 1, 5, 8, 32946, 32773, 34925, 50000
_WEBP = 50001
_BY_LIBTIFF = frozenset({_LZW, _PACKBITS, _LZMA, _ZSTD})
_HORIZONTAL, _FLOATING = 2, 3  # predictors
_SHORT, _LONG = 3, 4  # types of tags
_TAGS = 9
_PIXELS_AT = 8 + 2 + 12 * _TAGS + 4


class Block(NamedTuple):
    """The samples of a strip or a tile.

    Args:
        top: Its first row.
        left: Its first pixel in a row.
        band: Its first band.
        samples: Of shape (height, width, bands); a tile at an edge reaches beyond the picture.
    """

    top: int
    left: int
    band: int
    samples: NDArray[Any]


def check_libtiff(tags: Mapping[int, Any]) -> None:
    """Raise `UnsupportedVariantError` where Pillow knows a method of compression that its libtiff lacks."""
    if tags.get(tag.COMPRESSION) == _WEBP:
        raise UnsupportedVariantError("is compressed by WebP")


def check_compression(tags: Mapping[int, Any]) -> None:
    """Raise `UnsupportedVariantError` where the strips of a picture cannot be decompressed here."""
    compression = tags.get(tag.COMPRESSION, _RAW)
    if compression not in {*_BY_LIBTIFF, _RAW, _DEFLATE, _OLD_DEFLATE}:
        raise UnsupportedVariantError(f"is compressed by the method {compression}")


def blocks(stream: BinaryIO, tags: Mapping[int, Any], layout: Layout) -> Iterator[Block]:
    """Yield all strips or tiles of a picture.

    Args:
        stream: The file.
        tags: As Pillow reads them.
        layout: What they declare.

    Raises:
        ValueError: A strip is missing or too short.
        OSError: A strip is damaged, or the disk cannot be read.
    """
    offsets, lengths, width, height = _places(tags, layout)
    bands = 1 if layout.is_planar else layout.bands
    across, down = -(-layout.width // width), -(-layout.height // height)
    count = across * down * (layout.bands if layout.is_planar else 1)
    if len(offsets) < count or len(lengths) < count:
        raise ValueError("strips are missing")
    for number in range(count):
        band, place = divmod(number, across * down)
        top, left = height * (place // across), width * (place % across)
        is_tile = tag.TILE_WIDTH in tags
        rows = height if is_tile else min(height, layout.height - top)
        stream.seek(offsets[number])
        data = stream.read(lengths[number])
        yield Block(top, left, band, _samples(data, tags, layout, (rows, width, bands)))


def _places(tags: Mapping[int, Any], layout: Layout) -> tuple[tuple[int, ...], tuple[int, ...], int, int]:
    """Return the offsets and the lengths of all blocks, and their width and height in pixels."""
    if tag.TILE_WIDTH in tags:
        names, width, height = (tag.TILE_OFFSETS, tag.TILE_LENGTHS), tags[tag.TILE_WIDTH], tags[tag.TILE_HEIGHT]
    else:
        names, width = (tag.STRIP_OFFSETS, tag.STRIP_LENGTHS), layout.width
        height = min(int(tags.get(tag.ROWS_IN_STRIP, layout.height)), layout.height)
    if not (0 < width <= 2 * layout.width + 4096 and 0 < height <= 2 * layout.height + 4096):
        raise ValueError("blocks of no size")
    offsets, lengths = (tags.get(name, ()) for name in names)
    return tuple(offsets), tuple(lengths), int(width), int(height)


def _samples(data: bytes, tags: Mapping[int, Any], layout: Layout, shape: tuple[int, int, int]) -> NDArray[Any]:
    rows, width, bands = shape
    row_bytes = -(-width * bands * layout.bits // 8)
    flat = np.frombuffer(_decompressed(data, int(tags.get(tag.COMPRESSION, _RAW)), rows, row_bytes), np.uint8)
    if flat.size < rows * row_bytes:
        raise ValueError("a strip is too short")
    table = flat[: rows * row_bytes].reshape(rows, row_bytes)
    predictor = int(tags.get(tag.PREDICTOR, 1))
    if layout.bits % 8:
        return _unpacked(table, layout.bits, width * bands).reshape(shape)
    if predictor == _FLOATING:
        return _without_floating_predictor(table, layout, shape)
    samples = table.view(layout.dtype).reshape(shape)
    if predictor == _HORIZONTAL:
        native = samples.astype(layout.dtype.newbyteorder("="))
        return np.cumsum(native, axis=1, dtype=native.dtype)
    return samples


def _decompressed(data: bytes, compression: int, rows: int, row_bytes: int) -> bytes | NDArray[np.uint8]:
    if compression in {_DEFLATE, _OLD_DEFLATE}:
        return zlib.decompressobj().decompress(data, rows * row_bytes)
    if compression in _BY_LIBTIFF:
        with Image.open(io.BytesIO(_wrapped(data, compression, rows, row_bytes)), formats=("TIFF",)) as image:
            return np.asarray(image).reshape(-1)
    return data


def _wrapped(data: bytes, compression: int, rows: int, row_bytes: int) -> bytes:
    """Return a strip as a TIFF file of 8-bit grey pixels, one for each of its bytes."""
    entries = (
        (tag.WIDTH, _LONG, row_bytes),
        (tag.HEIGHT, _LONG, rows),
        (tag.BITS, _SHORT, 8),
        (tag.COMPRESSION, _SHORT, compression),
        (tag.PHOTOMETRIC, _SHORT, tag.BLACK_IS_ZERO),
        (tag.STRIP_OFFSETS, _LONG, _PIXELS_AT),
        (tag.SAMPLES, _SHORT, 1),
        (tag.ROWS_IN_STRIP, _LONG, rows),
        (tag.STRIP_LENGTHS, _LONG, len(data)),
    )
    directory = b"".join(struct.pack("<HHII", name, kind, 1, value) for name, kind, value in entries)
    return struct.pack("<2sHIH", b"II", 42, 8, len(entries)) + directory + bytes(4) + data


def _unpacked(table: NDArray[np.uint8], bits: int, count: int) -> NDArray[np.uint16]:
    """Return samples of fewer than 16 bits, the highest bit first; each row begins with a whole byte."""
    samples = np.zeros((table.shape[0], count), np.uint16)
    weights = (1 << np.arange(bits - 1, -1, -1)).astype(np.uint16)
    # Row by row: each bit takes several bytes meanwhile.
    for row, packed in zip(samples, table, strict=True):
        row[:] = (np.unpackbits(packed)[: count * bits].reshape(count, bits) * weights).sum(axis=1, dtype=np.uint16)
    return samples


def _without_floating_predictor(table: NDArray[np.uint8], layout: Layout, shape: tuple[int, int, int]) -> NDArray[Any]:
    """Undo the predictor that stores the first bytes of a row's samples, then the second, and so on, as differences."""
    rows, width, bands = shape
    size = layout.bits // 8
    summed = np.cumsum(table.reshape(rows, -1, bands), axis=1, dtype=np.uint8).reshape(rows, size, width * bands)
    return np.ascontiguousarray(summed.transpose(0, 2, 1)).view(f">f{size}").reshape(shape)
