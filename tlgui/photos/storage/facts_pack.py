"""The facts of many photos as a few bytes each, as the store keeps them: read in a fraction of the time of table rows.

A pack is refused whole where a single byte of it changed.
"""

import hashlib
import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tlgui.photos.facts import FileState, Look, PhotoFacts

# Size, time, width, height, format, taken, camera, whether there is a look, and the look.
_ROW = struct.Struct("<qqIIHdI?Qddd16s")
_NO_LOOK = Look(0, 0.0, 0.0, 0.0, b"")

Row = tuple[Any, ...]
"""What is known of one photo, as numbers: its state first, which is asked for most."""


class DamagedPackError(Exception):
    """The bytes are not those that were packed."""


@dataclass(frozen=True, slots=True)
class Pack:
    """What the store keeps of some photos.

    Args:
        places: Where they lie, as text with a zero byte after each but the last.
        rows: What is known of each, of fixed length.
        words: The formats and cameras that the rows refer to, as JSON.
        digest: BLAKE2b of it all.
    """

    places: bytes
    rows: bytes
    words: bytes
    digest: bytes


def packed(facts: Mapping[str, PhotoFacts]) -> Pack:
    """Return the facts of photos, given by place, as a pack."""
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
    # Surrogates stand in for bytes of a name that are no text.
    places = "\0".join(facts).encode("utf-8", "surrogatepass")
    words = json.dumps(list(numbers)).encode()
    return Pack(places, rows, words, _digest(places, rows, words))


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A pack that was found to be whole.

    Args:
        rows: What is known of each photo, by place, as numbers.
        words: What some of the numbers stand for.
    """

    rows: dict[str, Row]
    words: list[str]


def unpacked(pack: Pack) -> Unpacked:
    """Return what is in a pack.

    Raises:
        DamagedPackError: The pack was changed, or never was one.
    """
    if _digest(pack.places, pack.rows, pack.words) != pack.digest:
        raise DamagedPackError
    places = pack.places.decode("utf-8", "surrogatepass").split("\0")
    return Unpacked(dict(zip(places, _ROW.iter_unpack(pack.rows), strict=True)), json.loads(pack.words))


def facts_in(row: Row, words: Sequence[str], state: FileState) -> PhotoFacts:
    """Return the facts in a row.

    Args:
        row: Of a pack.
        words: Of the same pack.
        state: The row's own, which the caller has.
    """
    _, _, width, height, kind, taken, camera, is_looked_at, fingerprint, brightness, highlights, sharpness, digest = row
    look = Look(fingerprint, brightness, highlights, sharpness, digest) if is_looked_at else None
    when = None if math.isnan(taken) else taken
    return PhotoFacts(state, width, height, words[kind], when, words[camera], look)


def _digest(*parts: bytes) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8))
        digest.update(part)
    return digest.digest()
