"""Detects files whose end was replaced by zeros: a download or a copy was cut short, or the disk failed.

Such a file has its full length and a valid header, and libraries decode it without an error. Only files up to 256 MiB
whose last 64 bytes are all zero are examined; of other files only those bytes are read.

- JPEG, PNG and GIF have an end marker. Zeros behind it are padding, which some cameras write; without the marker, the
  picture's end is missing. The same holds for BMP files with compressed rows.
- Lossy WebP data can end in zeros where the rest of the picture is flat, but then the decoder needs them: the picture
  is decoded without 32 of them, and if that succeeds, the zeros do not belong to the picture.
- HEIC, AVIF and compressed TIFF never end in so many zeros (tried with flat pictures of AVIF and TIFF; HEVC does not
  allow more than two). Zeros at the end of a camera's notes are not the picture's.
- Uncompressed BMP and TIFF may end in black pixels. There zeros mean a missing end only if they begin in the middle of
  a row and the pixels right of that place in the row before are not dark: photos have no edge that runs along one row
  of pixels from its middle exactly to its end.
"""

import io
import os
import re
from collections.abc import Callable
from typing import BinaryIO

from PIL import Image, ImageFile, TiffImagePlugin

from tlgui.photos.pictures.memory import needed_bytes, room_for

_LEAST_ZEROS = 64
# Few photos are larger, and for some formats everything before the zeros is read.
_LARGEST_FILE = 1 << 28
_BLOCK = 1 << 16
# In bytes, and in levels. Fewer bytes at the end of a row are too few to decide.
_LEAST_BESIDE = 8
_DARK = 16

_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
_GIF_END = b"\x3b"
_BMP_END = b"\0\x01"  # of compressed rows
_JPEG_END, _JPEG_SCAN = 0xD9, 0xDA
# In the scan of a JPEG, a marker that is neither stuffing nor a restart marker. Source: ITU-T T.81, B.1.1.
_JPEG_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
# Removed from the end of WebP data: a picture that ends before them still decodes, one that reaches the end does not.
_SPARED = 32
_WEBP_PICTURES = (b"VP8 ", b"VP8L")
_SHORTEST_BOX = 8
_RAW = 1  # of TIFF: uncompressed
_COMPRESSION, _HEIGHT, _ROWS_IN_STRIP, _ROWS_IN_TILE = 259, 257, 278, 323
_TIFF_PLACES = ((273, 279, _ROWS_IN_STRIP), (324, 325, _ROWS_IN_TILE))


def has_empty_end(image: ImageFile.ImageFile, stream: BinaryIO) -> bool:
    """Return whether zeros replace a picture's end; False where that is uncertain.

    Args:
        image: As opened.
        stream: Its file; the position is restored afterwards.
    """
    position = stream.tell()
    try:
        size = stream.seek(0, os.SEEK_END)
        if not _LEAST_ZEROS < size <= _LARGEST_FILE or any(_before(stream, size, _LEAST_ZEROS)):
            return False
        is_cut = _TESTS.get(image.format or "")
        return is_cut is not None and is_cut(image, stream, _zeros_begin(stream, size))
    finally:
        stream.seek(position)


def _piece(stream: BinaryIO, start: int, count: int) -> bytes:
    stream.seek(start)
    return stream.read(count)


def _before(stream: BinaryIO, place: int, count: int) -> bytes:
    """Return the bytes before a position, at most `count`."""
    return _piece(stream, max(0, place - count), min(place, count))


def _zeros_begin(stream: BinaryIO, size: int) -> int:
    """Return the position of the first of the zeros at the end of a file."""
    end = size
    while end:
        start = max(0, end - _BLOCK)
        filled = len(_piece(stream, start, end - start).rstrip(b"\0"))
        if filled:
            return start + filled
        end = start
    return 0


def _lacks_jpeg_end(_image: ImageFile.ImageFile, stream: BinaryIO, zeros: int) -> bool:
    data = _piece(stream, 0, zeros)
    return not data.endswith(bytes((0xFF, _JPEG_END))) and not _has_jpeg_end(data)


def _has_jpeg_end(data: bytes) -> bool:
    """Follow the segments of a JPEG to its end marker; phones append films and other pictures behind it."""
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker == _JPEG_END:
            return True
        if marker == 0xFF:
            place += 1
            continue
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
        if marker == _JPEG_SCAN:
            found = _JPEG_MARKER.search(data, place)
            if found is None:
                return False
            place = found.start()
    return False


def _lacks_png_end(_image: ImageFile.ImageFile, stream: BinaryIO, zeros: int) -> bool:
    return _PNG_END not in _piece(stream, 0, zeros)


def _lacks_gif_end(_image: ImageFile.ImageFile, stream: BinaryIO, zeros: int) -> bool:
    return _before(stream, zeros, len(_GIF_END)) != _GIF_END


def _is_cut_webp(image: ImageFile.ImageFile, stream: BinaryIO, zeros: int) -> bool:
    """Return whether the picture decodes without some of the zeros, or does not decode with them."""
    data = _piece(stream, 0, stream.seek(0, os.SEEK_END))
    place = 12
    while place + 8 <= len(data):
        kind, length = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8], "little")
        end = min(place + 8 + length, len(data))
        if kind in _WEBP_PICTURES:
            surplus = end - max(zeros, place + 8)
            content = data[place + 8 : end]
            if surplus < _LEAST_ZEROS:
                return False
            return _is_webp(kind, content[:-_SPARED], image) or not _is_webp(kind, content, image)
        place = end + length % 2
    return False


def _is_webp(kind: bytes, content: bytes, image: ImageFile.ImageFile) -> bool:
    content += b"\0" * (len(content) % 2)
    chunk = b"WEBP" + kind + len(content).to_bytes(4, "little") + content
    file = io.BytesIO(b"RIFF" + len(chunk).to_bytes(4, "little") + chunk)
    try:
        with room_for(needed_bytes(image)), Image.open(file, formats=("WEBP",)) as shorter:
            shorter.load()
    # Raised by Pillow where content is missing.
    except (OSError, EOFError, SyntaxError, ValueError):
        return False
    return True


def _is_cut_in_its_boxes(image: ImageFile.ImageFile, stream: BinaryIO, zeros: int) -> bool:
    if _boxes_end(stream, zeros) - zeros < _LEAST_ZEROS:
        return False
    blocks = [block for name in ("exif", "xmp") if isinstance(block := image.info.get(name), bytes)]
    before = _before(stream, zeros, _LEAST_ZEROS)
    return not any(_ends_as(block, before) for block in blocks)


def _boxes_end(stream: BinaryIO, zeros: int) -> int:
    """Return the end of the last box that begins before the zeros. Source: ISO/IEC 14496-12, 4.2."""
    size = stream.seek(0, os.SEEK_END)
    place = 0
    while place < zeros:
        header = _piece(stream, place, 16)
        length = int.from_bytes(header[:4], "big")
        if length == 1:
            length = int.from_bytes(header[8:], "big")
        # A box without a length reaches to the end of the file.
        place = place + length if length >= _SHORTEST_BOX else size
    return min(place, size)


def _ends_as(block: bytes, before: bytes) -> bool:
    """Return whether metadata ends in zeros and `before`, so that the zeros at the end of the file may be its own."""
    filled = block.rstrip(b"\0")
    return bool(filled) and len(block) - len(filled) >= _LEAST_ZEROS and before.endswith(filled[-len(before) :])


def _is_cut_tiff(image: ImageFile.ImageFile, stream: BinaryIO, zeros: int) -> bool:
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return False
    for offset_tag, length_tag, rows_tag in _TIFF_PLACES:
        offsets, lengths = image.tag_v2.get(offset_tag), image.tag_v2.get(length_tag)
        if offsets and lengths:
            end = max(sum(strip) for strip in zip(offsets, lengths, strict=False))
            if image.tag_v2.get(_COMPRESSION, _RAW) != _RAW:
                return bool(end - zeros >= _LEAST_ZEROS)
            height = int(image.tag_v2[_HEIGHT])
            rows = min(int(image.tag_v2.get(rows_tag, height)), height) if rows_tag == _ROWS_IN_STRIP else 0
            rows = rows or int(image.tag_v2[rows_tag])
            return _is_torn(stream, zeros, min(offsets), end, lengths[0] // max(rows, 1))
    return False


def _is_cut_bmp(image: ImageFile.ImageFile, stream: BinaryIO, zeros: int) -> bool:
    codec, _, offset, arguments = image.tile[0]
    if codec != "raw" or not isinstance(arguments, tuple):
        return _before(stream, zeros, len(_BMP_END)) != _BMP_END
    stride = int(arguments[1])
    return _is_torn(stream, zeros, offset, offset + stride * image.height, stride)


def _is_torn(stream: BinaryIO, zeros: int, first: int, end: int, stride: int) -> bool:
    """Return whether zeros begin inside a row of uncompressed pixels.

    Args:
        stream: The file.
        zeros: Position of the first of the zeros at its end.
        first: Position of the first row.
        end: End of the last row.
        stride: Bytes in a row.
    """
    if stride < 1 or zeros - stride < first or end - zeros < _LEAST_ZEROS:
        return False
    within = (zeros - first) % stride
    beside = _piece(stream, zeros - stride, stride - within)
    if not within or len(beside) < _LEAST_BESIDE:
        return False
    return beside.count(0) * 2 < len(beside) and sum(beside) > _DARK * len(beside)


_TESTS: dict[str, Callable[[ImageFile.ImageFile, BinaryIO, int], bool]] = {
    "JPEG": _lacks_jpeg_end,
    "MPO": _lacks_jpeg_end,
    "PNG": _lacks_png_end,
    "GIF": _lacks_gif_end,
    "WEBP": _is_cut_webp,
    "AVIF": _is_cut_in_its_boxes,
    "HEIF": _is_cut_in_its_boxes,
    "TIFF": _is_cut_tiff,
    "BMP": _is_cut_bmp,
    "DIB": _is_cut_bmp,
}
