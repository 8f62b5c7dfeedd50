"""Parses the header of a JPEG: nearly all photos are JPEGs, and Pillow takes several times as long to open one.

Unusual files are left to Pillow.

Source of the layout: ITU-T T.81, Annex B.
"""

from dataclasses import dataclass
from pathlib import Path

from tlgui import files

_HEAD = 1 << 16
_START = b"\xff\xd8\xff"
_END = b"\xff\xd9"
# Frames that Pillow decodes: baseline, extended and progressive with Huffman coding.
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_SCAN, _EXIF = 0xDA, 0xE1
_CHANNELS = frozenset({1, 3, 4})
# Markers without a length, which do not occur in a header.
_LONE = frozenset({0x00, 0x01, *range(0xD0, 0xDA)})


@dataclass(frozen=True, slots=True)
class JpegHeader:
    """The content of a JPEG's header, and whether the file is complete.

    Args:
        width: Pixels in a stored row.
        height: Stored rows.
        exif: The EXIF block, empty where there is none.
        has_end: Whether the file ends with the end marker.
    """

    width: int
    height: int
    exif: bytes
    has_end: bool


def read_jpeg_header(path: Path) -> JpegHeader | None:
    """Return the header of a JPEG; None where the file is none, or an unusual one.

    Args:
        path: Any file.

    Raises:
        OSError: The file cannot be read, or is a pipe or a device.
    """
    with files.open_unbuffered(path) as stream:
        head = stream.read(_HEAD) or b""
        if not head.startswith(_START):
            return None
        if len(head) == _HEAD:
            stream.seek(-len(_END), 2)
            end = stream.read(len(_END))
        else:
            end = head[-len(_END) :]
    return _parsed(head, has_end=end == _END)


def jpeg_header(data: bytes) -> JpegHeader | None:
    """Return the header of a JPEG, as `read_jpeg_header`.

    Args:
        data: What a file holds.
    """
    return _parsed(data[:_HEAD], has_end=data.endswith(_END)) if data.startswith(_START) else None


def _parsed(head: bytes, *, has_end: bool) -> JpegHeader | None:
    exif, width, height, position = b"", 0, 0, 2
    try:
        while head[position] == 0xFF:
            marker = head[position + 1]
            if marker == _SCAN:
                return JpegHeader(width, height, exif, has_end) if width and height else None
            if marker in _LONE:
                return None
            following = position + 2 + (head[position + 2] << 8 | head[position + 3])
            if marker in _FRAMES:
                precision, height, width, channels = _frame(head, position + 4)
                if precision != 8 or channels not in _CHANNELS:
                    return None
            elif marker == _EXIF and not exif and head.startswith(b"Exif\0\0", position + 4):
                exif = head[position + 4 : following]
            position = following
    except IndexError:
        # The header is longer than what was read of it.
        return None
    return None


def _frame(head: bytes, start: int) -> tuple[int, int, int, int]:
    """Return precision, height, width and channels of a frame header."""
    return (
        head[start],
        head[start + 1] << 8 | head[start + 2],
        head[start + 3] << 8 | head[start + 4],
        head[start + 5],
    )
