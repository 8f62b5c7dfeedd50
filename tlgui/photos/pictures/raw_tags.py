"""Tells the RAW files among TIFF files, and reads their notes: most cameras write RAW files as TIFF files.

A RAW file has a colour filter array, linear samples of a sensor, a version of DNG, or the mark of Canon or Phase One.
"""

import contextlib
from typing import Any, BinaryIO, NamedTuple

from PIL import ExifTags, TiffImagePlugin

from tlgui.photos.pictures.formats import HEAD_BYTES, format_of, is_tiff

_SUB_DIRECTORIES, _PHOTOMETRIC, _DNG_VERSION = 330, 262, 50706
_SENSOR = frozenset({32803, 34892})  # photometric: a colour filter array, linear samples of a sensor
_MARKS = (b"CR", b"IIII", b"MMMM")  # behind the header: Canon, Phase One
_HEADER_BYTES = 8
_MOST_DIRECTORIES = 16
# What Pillow raises for damaged tags.
_DAMAGED = (ArithmeticError, LookupError, OSError, SyntaxError, TypeError, ValueError)


class RawTags(NamedTuple):
    """The notes of a RAW file; empty where it has none.

    Args:
        make: The camera's maker.
        model: Its model.
        serial: Its serial number.
        taken: When the photo was taken, as in EXIF.
        fraction: Its fraction of a second.
    """

    make: str = ""
    model: str = ""
    serial: str = ""
    taken: str = ""
    fraction: str = ""


def read_raw_tags(stream: BinaryIO) -> RawTags | None:
    """Return the notes of a RAW file; None where the file is none.

    Args:
        stream: The file.
    """
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    if not is_tiff(head):
        return RawTags() if format_of(head) == "RAW" else None
    try:
        first = _directory(stream, head, TiffImagePlugin.ImageFileDirectory_v2(head[:_HEADER_BYTES]).next)
    except _DAMAGED:
        return None
    is_raw = head.startswith(_MARKS, _HEADER_BYTES) or _DNG_VERSION in first or _has_sensor(stream, head, first)
    return _notes(stream, head, first) if is_raw else None


def _directory(stream: BinaryIO, head: bytes, offset: int) -> Any:  # noqa: ANN401 - Pillow's tags
    directory = TiffImagePlugin.ImageFileDirectory_v2(head[:_HEADER_BYTES])
    stream.seek(offset)
    directory.load(stream)
    return directory


def _has_sensor(stream: BinaryIO, head: bytes, first: Any) -> bool:  # noqa: ANN401 - Pillow's tags
    waiting, seen = [first], 0
    while waiting and seen < _MOST_DIRECTORIES:
        directory = waiting.pop()
        seen += 1
        if directory.get(_PHOTOMETRIC) in _SENSOR:
            return True
        offsets = directory.get(_SUB_DIRECTORIES, ())
        places = [
            *(offsets if isinstance(offsets, tuple) else (offsets,)),
            *([directory.next] if directory.next else []),
        ]
        for place in places[:_MOST_DIRECTORIES]:
            with contextlib.suppress(*_DAMAGED):
                waiting.append(_directory(stream, head, place))
    return False


def _notes(stream: BinaryIO, head: bytes, first: Any) -> RawTags:  # noqa: ANN401 - Pillow's tags
    inner: Any = {}
    with contextlib.suppress(*_DAMAGED):
        inner = _directory(stream, head, first[ExifTags.IFD.Exif])
    tags = ((first, ExifTags.Base.Make), (first, ExifTags.Base.Model), (inner, ExifTags.Base.BodySerialNumber))
    times = ((inner, ExifTags.Base.DateTimeOriginal), (inner, ExifTags.Base.SubsecTimeOriginal))
    return RawTags(*(_text(directory, tag) for directory, tag in (*tags, *times)))


def _text(directory: Any, tag: int) -> str:  # noqa: ANN401 - Pillow's tags
    with contextlib.suppress(*_DAMAGED):
        found = directory.get(tag, "")
        return found if isinstance(found, str) else ""
    return ""
