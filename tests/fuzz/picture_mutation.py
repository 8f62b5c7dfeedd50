"""Changes pictures by their parts: the chunks of a PNG, the boxes of HEIC and JPEG 2000, the tags of TIFF and RAW."""

import struct
import zlib
from random import Random

from tests.fuzz.mutation import bytes_changed

_PNG = b"\x89PNG\r\n\x1a\n"
_TIFF_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
_MOST_TAGS = 200
_EXTREMES = (0, 1, 2, 0xFF, 0xFFFF, 2**31 - 1, 2**31, 2**32 - 1)


def picture_changed(dice: Random, data: bytes, other: bytes) -> bytes:
    """Change a part of a picture; bytes where its format is none of the three, or it has no parts."""
    if data.startswith(_PNG):
        return _png_changed(dice, data, other)
    if data[4:8] in {b"ftyp", b"jP  "}:
        return _boxes_changed(dice, data, other)
    if data[:4] in _TIFF_ORDERS:
        return _tags_changed(dice, data, other)
    return bytes_changed(dice, data, other)


def _png_changed(dice: Random, data: bytes, other: bytes) -> bytes:
    """Change one chunk of a PNG and mend its checksum."""
    chunks, place = [], len(_PNG)
    while place + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, place)
        chunks.append((data[place + 4 : place + 8], data[place + 8 : place + 8 + length]))
        place += 12 + length
    if not chunks:
        return bytes_changed(dice, data, other)
    number = dice.randrange(len(chunks))
    chunks[number] = (chunks[number][0], bytes_changed(dice, chunks[number][1], other))
    if dice.random() < 0.2:
        chunks.insert(dice.randrange(len(chunks)), dice.choice(chunks))
    parts = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
    return _PNG + b"".join(parts)


def _boxes_changed(dice: Random, data: bytes, other: bytes) -> bytes:
    """Change, drop or double boxes, each a length, a name of four letters, and what it holds."""
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 4))):
        boxes = _boxes(changed)
        if not boxes:
            break
        start, length = dice.choice(boxes)
        change = dice.choice((_rename, _resize, _put_elsewhere, _put_elsewhere, _refill, _refill, _refill))
        change(dice, changed, start, length)
        others = _boxes(other)
        if others and dice.random() < 0.15:
            strange, strange_length = dice.choice(others)
            changed[start : start + length] = other[strange : strange + strange_length]
    return bytes(changed)


def _rename(dice: Random, data: bytearray, start: int, _length: int) -> None:
    """Give a box the name of another, or one that no box has."""
    another = dice.choice(_boxes(data))[0] + 4
    if dice.random() < 0.5:
        data[start + 4 : start + 8] = data[another : another + 4]
    else:
        data[start + 4 + dice.randrange(4)] ^= 1 << dice.randrange(8)


def _resize(dice: Random, data: bytearray, start: int, length: int) -> None:
    data[start : start + 4] = dice.choice((*_EXTREMES, 8, length - 1, length + 1)).to_bytes(4, "big")


def _put_elsewhere(dice: Random, data: bytearray, start: int, length: int) -> None:
    """Take a box away, and sometimes put it somewhere else, or leave it there too."""
    box = data[start : start + length]
    if dice.random() < 0.7:
        del data[start : start + length]
    places = [place for place, _ in _boxes(data)]
    if places and dice.random() < 0.5:
        place = dice.choice(places)
        data[place:place] = box


def _refill(dice: Random, data: bytearray, start: int, length: int) -> None:
    """Change a byte near the beginning of what a box holds, where its own sizes and counts are."""
    place = start + 8 + dice.randrange(max(1, min(length - 8, 64)))
    if place < len(data):
        data[place] = dice.choice((0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)))


def _boxes(data: bytes | bytearray) -> list[tuple[int, int]]:
    """Return start and length of whatever looks like a box, those within others too."""
    found = []
    for start in range(len(data) - 7):
        length = int.from_bytes(data[start : start + 4], "big")
        if 8 <= length <= len(data) - start and bytes(data[start + 4 : start + 8]).isalnum():
            found.append((start, length))
    return found


def _tags_changed(dice: Random, data: bytes, other: bytes) -> bytes:
    """Change tags of a TIFF, each a number, a type, a count, and a value or where it lies."""
    order = _TIFF_ORDERS[data[:4]]
    changed = bytearray(data)
    start = struct.unpack_from(f"{order}I", data.ljust(8, b"\0"), 4)[0]
    count = struct.unpack_from(f"{order}H", data, start)[0] if start + 2 <= len(data) else 0
    places = [start + 2 + 12 * number for number in range(min(count, _MOST_TAGS))]
    places = [place for place in places if place + 12 <= len(data)]
    if not places:
        return bytes_changed(dice, data, other)
    for _ in range(dice.choice((1, 1, 2, 3))):
        place, number = dice.choice(places), dice.choice((*_EXTREMES, len(data), start, dice.randrange(2**16)))
        match dice.randrange(5):
            case 0:
                struct.pack_into(f"{order}H", changed, place, dice.choice((number & 0xFFFF, *range(254, 350, 7))))
            case 1:
                struct.pack_into(f"{order}H", changed, place + 2, dice.randrange(20))
            case 2:
                struct.pack_into(f"{order}I", changed, place + 4, number)
            case _:
                struct.pack_into(f"{order}I", changed, place + 8, number)
    return bytes(changed)
