"""The lengths of the texts in an HDF5 attribute, read from the file's bytes before HDF5 uses them.

A text of variable length is stored as its length and its address; HDF5 allocates that much memory before it reads the
text, and has no function that returns the lengths alone. The layout is that of the HDF5 File Format Specification,
version 3.0: attribute message IV.A.2.m, dataspace message IV.A.2.b, variable-length data III.E.
"""

import struct
from collections.abc import Iterator

from tlgui.files.zip_archive import UntrustedError

# Versions 1 and 2: version, flags, sizes of name, type and dataspace. Version 3 has the name's encoding too.
_HEAD = struct.Struct("<BB3H")
_VERSION_3 = 3
_HEAD_3 = struct.Struct("<BB3HB")
# Length, address and index of one text.
_TEXT = struct.Struct("<LQL")
_DIMENSION = struct.Struct("<Q")
# Bytes before the dimensions of a dataspace, by its version.
_BEFORE_DIMENSIONS = {1: 8, 2: 4}
_PAD = 8


def text_lengths(data: bytes, attribute: str) -> Iterator[int]:
    """Yield the length of each text at every place where an attribute of a name can be.

    Args:
        data: A part of the file.
        attribute: The attribute's name.

    Yields:
        The lengths in bytes.

    Raises:
        UntrustedError: The name is at a place where no attribute can be.
    """
    name = attribute.encode() + b"\0"
    place = data.find(name)
    while place >= 0:
        try:
            yield from _lengths_at(data, place, len(name))
        except (struct.error, KeyError) as error:
            raise UntrustedError(f"“{attribute}” in it is no list of names") from error
        place = data.find(name, place + 1)


def _lengths_at(data: bytes, place: int, name_bytes: int) -> Iterator[int]:
    head = _HEAD.unpack_from(data, place - _HEAD.size) if place >= _HEAD.size else (0,)
    if head[0] in {1, 2} and head[2] == name_bytes:
        pad = _PAD if head[0] == 1 else 1
    else:
        head = _HEAD_3.unpack_from(data, place - _HEAD_3.size) if place >= _HEAD_3.size else (0,)
        if head[0] != _VERSION_3 or head[2] != name_bytes:
            raise KeyError(place)
        pad = 1
    _, _, _, type_bytes, space_bytes = head[:5]
    space = place + _padded(name_bytes, pad) + _padded(type_bytes, pad)
    texts = space + _padded(space_bytes, pad)
    for number in range(_count_at(data, space)):
        yield _TEXT.unpack_from(data, texts + number * _TEXT.size)[0]


def _count_at(data: bytes, space: int) -> int:
    version, rank = struct.unpack_from("<BB", data, space)
    count = 1
    for axis in range(rank):
        count *= _DIMENSION.unpack_from(data, space + _BEFORE_DIMENSIONS[version] + axis * _DIMENSION.size)[0]
    return count


def _padded(size: int, pad: int) -> int:
    return -(-size // pad) * pad
