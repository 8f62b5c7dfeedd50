"""Changes bytes by chance, as a bad disk, a broken transfer or somebody who means harm would."""

from collections.abc import Callable
from random import Random

MOST_BYTES = 8 * 2**20
_COUNTS = (1, 1, 1, 2, 3, 6)
# Most formats say in their first bytes what is to come.
_HEAD_BYTES = 256
_WIDTHS = (1, 2, 4, 8)
_MOST_ZEROS = 4096
_MOST_REPEATS = 64

Change = Callable[[Random, bytearray, bytes], bytearray]


def bytes_changed(dice: Random, data: bytes, other: bytes) -> bytes:
    """Return `data` with one to a few changes of any kind."""
    changed = bytearray(data)
    for _ in range(dice.choice(_COUNTS)):
        changed = dice.choice(_CHANGES)(dice, changed, other)
    return bytes(changed)


def _place(dice: Random, data: bytearray) -> int:
    return dice.randrange(min(len(data), _HEAD_BYTES) if dice.random() < 0.5 else len(data)) if data else 0


def _piece(dice: Random, data: bytearray) -> tuple[int, int]:
    start = _place(dice, data)
    return start, start + dice.choice((1, 4, 16, dice.randrange(1, len(data) + 2)))


def _flip(dice: Random, data: bytearray, _other: bytes) -> bytearray:
    for _ in range(dice.choice((1, 2, 8, 64)) if data else 0):
        data[_place(dice, data)] ^= 1 << dice.randrange(8)
    return data


def _random_bytes(dice: Random, data: bytearray, _other: bytes) -> bytearray:
    start, end = _piece(dice, data)
    end = min(end, start + _HEAD_BYTES, len(data))
    data[start:end] = dice.randbytes(max(0, end - start))
    return data


def _size(dice: Random, data: bytearray, _other: bytes) -> bytearray:
    """Put an extreme number where a size may be, in either order of bytes."""
    width = dice.choice(_WIDTHS)
    start = _place(dice, data)
    most = 2 ** (8 * width)
    order = dice.choice(("little", "big"))
    now = int.from_bytes(data[start : start + width], "big")
    number = dice.choice((0, 1, most // 2 - 1, most // 2, most - 1, most - 2, now + 1, now - 1, now * 2, now << 8))
    data[start : start + width] = (number % most).to_bytes(width, "big" if order == "big" else "little")
    return data


def _cut(dice: Random, data: bytearray, _other: bytes) -> bytearray:
    return data[: _place(dice, data)]


def _zeros(dice: Random, data: bytearray, _other: bytes) -> bytearray:
    """Fill the end with zeros, as after a crash of the computer, and sometimes go on beyond it."""
    start = _place(dice, data)
    data[start:] = bytes(len(data) - start + dice.choice((0, 0, dice.randrange(_MOST_ZEROS))))
    return data


def _splice(dice: Random, data: bytearray, other: bytes) -> bytearray:
    """Go on with another file, from the same place or from another one."""
    start = _place(dice, data)
    return data[:start] + other[dice.choice((start, _place(dice, bytearray(other)))) :]


def _take_over(dice: Random, data: bytearray, other: bytes) -> bytearray:
    """Put a piece of another file into this one."""
    start, end = _piece(dice, bytearray(other))
    place = _place(dice, data)
    return data[:place] + other[start:end] + data[place:]


def _remove(dice: Random, data: bytearray, _other: bytes) -> bytearray:
    start, end = _piece(dice, data)
    return data[:start] + data[end:]


def _repeat(dice: Random, data: bytearray, _other: bytes) -> bytearray:
    start, end = _piece(dice, data)
    return data[:start] + data[start:end] * dice.randrange(2, _MOST_REPEATS) + data[end:]


_CHANGES: tuple[Change, ...] = (
    _flip,
    _flip,
    _random_bytes,
    _size,
    _size,
    _cut,
    _zeros,
    _splice,
    _take_over,
    _remove,
    _repeat,
)
