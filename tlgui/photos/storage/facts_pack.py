"""Packs of facts: fixed-length binary rows with a checksum.

The facts of 100,000 photos took two and a half times as long to read from the rows of an SQLite table. A pack with a
single changed byte is refused as a whole.
"""

import hashlib
import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tlgui.photos.facts import FileState, Look, PhotoFacts, Traits

# Size, time, width, height, format, time taken, camera, whether there is a look, the look.
_ROW = struct.Struct("<qqIIHdI?Qddd16sB")
# Unpacking holds the GIL, which blocks the window; this many rows take about 1 ms.
_ROWS_AT_ONCE = 2000
_NO_LOOK = Look(0, 0.0, 0.0, 0.0, b"")

Row = tuple[Any, ...]
"""The facts of one photo as numbers, its state first, which is compared most often."""


class DamagedPackError(Exception):
    """The checksum does not match."""


@dataclass(frozen=True, slots=True)
class Pack:
    """The facts of some photos in their stored form.

    Args:
        places: Their places as UTF-8, separated by zero bytes.
        rows: Their facts, of fixed length each.
        words: The formats and cameras that the rows refer to by number, as JSON.
        digest: BLAKE2b of the other fields.
    """

    places: bytes
    rows: bytes
    words: bytes
    digest: bytes


def packed(facts: Mapping[str, PhotoFacts]) -> Pack:
    """Return a pack of facts.

    Args:
        facts: The facts, by place.
    """
    numbers: dict[str, int] = {}

    def number(word: str) -> int:
        return numbers.setdefault(word, len(numbers))

    rows = b"".join(
        _ROW.pack(
            *fact.state,
            fact.width,
            fact.height,
            number(fact.format),
            math.nan if fact.taken is None else fact.taken,
            number(fact.camera),
            fact.look is not None,
            *(fact.look or _NO_LOOK),
        )
        for fact in facts.values()
    )
    # A byte of a name that is not text is a surrogate.
    places = "\0".join(facts).encode("utf-8", "surrogatepass")
    words = json.dumps(list(numbers)).encode()
    return Pack(places, rows, words, _digest(places, rows, words))


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The content of a pack whose checksum matched.

    Args:
        rows: The facts of each photo as numbers, by place.
        words: The formats and cameras that some of the numbers refer to.
    """

    rows: dict[str, Row]
    words: list[str]


def unpacked(pack: Pack) -> Unpacked:
    """Return the content of a pack.

    Args:
        pack: As the store has it.

    Raises:
        DamagedPackError: The checksum does not match, or there are more places than rows or fewer.
    """
    if _digest(pack.places, pack.rows, pack.words) != pack.digest:
        raise DamagedPackError
    places = pack.places.decode("utf-8", "surrogatepass").split("\0")
    if len(pack.rows) != len(places) * _ROW.size:
        raise DamagedPackError
    data, rows = memoryview(pack.rows), dict[str, Row]()
    for start in range(0, len(places), _ROWS_AT_ONCE):
        end = start + _ROWS_AT_ONCE
        some = _ROW.iter_unpack(data[start * _ROW.size : end * _ROW.size])
        rows.update(zip(places[start:end], some, strict=True))
    return Unpacked(rows, json.loads(pack.words))


def facts_in(row: Row, words: Sequence[str], state: FileState) -> PhotoFacts:
    """Return the facts in a row.

    Args:
        row: A row of a pack.
        words: The words of that pack.
        state: The state in the row, as an object the caller has already.
    """
    width, height, kind, taken, camera, is_looked_at, *measures, traits = row[2:]
    look = Look._make((*measures, Traits(traits))) if is_looked_at else None
    when = None if math.isnan(taken) else taken
    return PhotoFacts(state, width, height, words[kind], when, words[camera], look)


def _digest(*parts: bytes) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8))
        digest.update(part)
    return digest.digest()
