"""Checks whether the file of an opened photo is complete, by its structure and its end, without decoding it."""

import os
from typing import BinaryIO, cast

from PIL import ImageFile, TiffImagePlugin

_ENDS = {
    "JPEG": b"\xff\xd9",
    "MPO": b"\xff\xd9",
    "PNG": b"\0\0\0\0IEND\xaeB`\x82",
    "GIF": b"\x3b",
}
_TIFF_PLACES = ((273, 279), (324, 325))  # offsets and lengths of strips, and of tiles


def looks_whole(image: ImageFile.ImageFile) -> bool:
    """Return whether a file is complete; False where that is uncertain, so that its pixels are decoded.

    Args:
        image: As opened.
    """
    stream = cast("BinaryIO | None", image.fp)
    if stream is None:
        return False
    position = stream.tell()
    try:
        size = stream.seek(0, os.SEEK_END)
        return _is_whole(image, stream, size)
    finally:
        stream.seek(position)


def _is_whole(image: ImageFile.ImageFile, stream: BinaryIO, size: int) -> bool:
    end = _ENDS.get(image.format or "")
    if end is not None:
        return _end(stream, len(end)) == end
    match image.format:
        case "WEBP":
            return int.from_bytes(_piece(stream, 4, 4), "little") + 8 <= size
        case "BMP" | "DIB":
            return _has_rows(image, size)
        case "TIFF":
            return _has_strips(image, size)
        case "HEIF" | "AVIF":
            return _has_boxes(stream, size)
    return False


def _end(stream: BinaryIO, count: int) -> bytes:
    stream.seek(-count, os.SEEK_END)
    return stream.read(count)


def _piece(stream: BinaryIO, start: int, count: int) -> bytes:
    stream.seek(start)
    return stream.read(count)


def _has_rows(image: ImageFile.ImageFile, size: int) -> bool:
    """Check the extent of uncompressed pixels; that of compressed ones is unknown before they are decoded."""
    for codec, _, offset, arguments in image.tile:
        if codec != "raw" or not isinstance(arguments, tuple):
            return False
        if offset + int(arguments[1]) * image.height > size:
            return False
    return bool(image.tile)


def _has_strips(image: ImageFile.ImageFile, size: int) -> bool:
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return False
    for offset_tag, length_tag in _TIFF_PLACES:
        offsets, lengths = image.tag_v2.get(offset_tag), image.tag_v2.get(length_tag)
        if offsets is not None:
            return lengths is not None and all(sum(strip) <= size for strip in zip(offsets, lengths, strict=True))
    return False


def _has_boxes(stream: BinaryIO, size: int) -> bool:
    """Follow the top-level boxes by their lengths. Source: ISO/IEC 14496-12, 4.2."""
    place = 0
    while place < size:
        header = _piece(stream, place, 16)
        if len(header) < 8:
            return False
        length = int.from_bytes(header[:4], "big")
        if length == 0:  # it reaches to the end of the file
            return True
        if length == 1:
            length = int.from_bytes(header[8:], "big")
        if length < 8:
            return False
        place += length
    return place == size
