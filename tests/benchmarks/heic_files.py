"""HEIC files of any size: tiles as a telephone writes them, all of them one picture of the tests.

Nothing that may be installed here writes HEIC; a grid of tiles that are encoded already is only boxes around them.
Source of the boxes: ISO/IEC 14496-12 and 23008-12.
"""

import struct
from pathlib import Path

from tests.pictures import write_heic

TILE = 64
_GRID_ID = 1
_HIDDEN = 1
_IN_FILE, _IN_META = 0, 1


def write_grid_heic(path: Path, columns: int, rows: int) -> Path:
    """Write a HEIC photo of so many tiles of 64 x 64 pixels.

    Args:
        path: The file to write.
        columns: Tiles from left to right, at most 256.
        rows: Tiles from top to bottom, at most 256.
    """
    tile = write_heic(path).read_bytes()
    properties, encoded = _box_in(tile, b"hvcC"), _encoded(tile)
    grid = struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, columns * TILE, rows * TILE)
    begin = _box(b"ftyp", b"heic" + bytes(4) + b"mif1heic")
    # The place of the tile in the file is as long as any other number there.
    head = _meta(properties, grid, columns, rows, 0, len(encoded))
    head = _meta(properties, grid, columns, rows, len(begin) + len(head) + 8, len(encoded))
    path.write_bytes(begin + head + _box(b"mdat", encoded))
    return path


def _meta(decoder: bytes, grid: bytes, columns: int, rows: int, place: int, length: int) -> bytes:
    tiles = range(_GRID_ID + 1, _GRID_ID + 1 + columns * rows)
    items = _item(_GRID_ID, b"grid", 0) + b"".join(_item(tile, b"hvc1", _HIDDEN) for tile in tiles)
    sizes = _size(columns * TILE, rows * TILE) + _size(TILE, TILE)
    # Properties by their places: the grid has its size, each tile the decoder's settings (essential) and its size.
    owners = struct.pack(">IHBB", 1 + len(tiles), _GRID_ID, 1, 2)
    owners += b"".join(struct.pack(">HBBB", tile, 2, 0x81, 3) for tile in tiles)
    places = struct.pack(">BBH", 0x44, 0, 1 + len(tiles))
    places += struct.pack(">HHHHII", _GRID_ID, _IN_META, 0, 1, 0, len(grid))
    places += b"".join(struct.pack(">HHHHII", tile, _IN_FILE, 0, 1, place, length) for tile in tiles)
    boxes = (
        _full(b"hdlr", 0, bytes(4) + b"pict" + bytes(13)),
        _full(b"pitm", 0, struct.pack(">H", _GRID_ID)),
        _full(b"iinf", 0, struct.pack(">H", 1 + len(tiles)) + items),
        _full(b"iref", 0, _box(b"dimg", struct.pack(f">HH{len(tiles)}H", _GRID_ID, len(tiles), *tiles))),
        _box(b"iprp", _box(b"ipco", decoder + sizes) + _full(b"ipma", 0, owners)),
        _full(b"iloc", 1 << 24, places),
        _box(b"idat", grid),
    )
    return _full(b"meta", 0, b"".join(boxes))


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def _full(kind: bytes, version_and_flags: int, content: bytes) -> bytes:
    return _box(kind, struct.pack(">I", version_and_flags) + content)


def _item(number: int, kind: bytes, flags: int) -> bytes:
    return _full(b"infe", 2 << 24 | flags, struct.pack(">HH", number, 0) + kind + b"\0")


def _size(width: int, height: int) -> bytes:
    return _full(b"ispe", 0, struct.pack(">II", width, height))


def _box_in(data: bytes, kind: bytes) -> bytes:
    start = data.index(kind) - 4
    return data[start : start + int.from_bytes(data[start : start + 4], "big")]


def _encoded(data: bytes) -> bytes:
    """Return the encoded picture: the first thing in the box for contents, after its own length."""
    start = data.index(b"mdat") + 4
    return data[start : start + 4 + int.from_bytes(data[start : start + 4], "big")]
