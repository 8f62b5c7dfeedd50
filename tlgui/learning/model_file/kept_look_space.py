"""The space of a model's looks, kept on disk: to find it takes as long as to name a photo, or on busy cores far longer.

A file is a cache, see `tlgui.files.cache_files`: it is used only if its checksum is right.
"""

import hashlib
import struct
import zlib

import numpy as np

from tlgui.files import caches
from tlgui.files.cache_files import CacheFiles
from tlgui.learning.arrays import FloatArray
from tlgui.learning.assessment.look_space import MOST_NUMBERS, LookSpace, look_space

_VERSION = 1
_LIMIT_BYTES = 64 << 20
_HOUR_SECONDS = 3600
_HEAD = struct.Struct("<III")
_NUMBER = np.dtype("<f4")


def kept_look_space(identity: bytes, directions: FloatArray) -> LookSpace | None:
    """Return the space of a model's looks, from disk where it is kept.

    Args:
        identity: See `OpenedModel`; nothing is kept where it is empty.
        directions: As for `look_space`.
    """
    files = CacheFiles("looks", _LIMIT_BYTES, _HOUR_SECONDS)
    name = hashlib.blake2b(b"%d " % _VERSION + identity, digest_size=16).hexdigest()
    entry = files.path(name, ".space") if identity else None
    if entry is None:
        return look_space(directions)
    length = directions.shape[1]
    data = files.read(entry, _HEAD.size + MOST_NUMBERS * (length + 1) * _NUMBER.itemsize)
    if data is not None:
        if (kept := _unpacked(data, length)) is not None:
            return kept
        caches.discard(entry, "its length or its checksum is wrong")
    found = look_space(directions)
    if found is not None:
        files.write(entry, _packed(found))
    return found


def _packed(space: LookSpace) -> bytes:
    numbers = np.concatenate([space.offset[:, None], space.axes], axis=1).astype(_NUMBER).tobytes()
    return _HEAD.pack(zlib.crc32(numbers), *space.axes.shape) + numbers


def _unpacked(data: bytes, length: int) -> LookSpace | None:
    if len(data) < _HEAD.size:
        return None
    checksum, rows, columns = _HEAD.unpack_from(data)
    numbers = data[_HEAD.size :]
    if columns != length or len(numbers) != rows * (columns + 1) * _NUMBER.itemsize or zlib.crc32(numbers) != checksum:
        return None
    table = np.frombuffer(numbers, _NUMBER).reshape(rows, columns + 1).astype(np.float32)
    return LookSpace(np.ascontiguousarray(table[:, 1:]), table[:, 0].copy()) if rows else None
