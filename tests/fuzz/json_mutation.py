"""Changes values of a JSON text by chance, so that it is still JSON but says something nobody expects."""

import copy
import json
from random import Random
from typing import Any

from tests.fuzz.mutation import bytes_changed

_ODD_TEXTS = ("", "\0", "\ud800", "..", "/", "a\nb", "٣", "1e9", "x" * 100_000, "../" * 40 + "etc", "NaN", "٢٠٢٤-01-01")
_ODD_NUMBERS = (0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**400, 0.5, -0.0, 1e-320, 1e308)
_ODD_VALUES: tuple[object, ...] = (
    None,
    True,
    False,
    float("nan"),
    float("inf"),
    float("-inf"),
    [],
    {},
    [[]],
    [None],
    {"": None},
)
_HUGE = 2**70
_DEPTH = 3000
_MANY = 20_000


def json_changed(dice: Random, data: bytes, other: bytes) -> bytes:
    """Return a JSON text with one to a few values changed; bytes are changed where it is none."""
    try:
        top = [json.loads(data)]
    except (ValueError, RecursionError):
        return bytes_changed(dice, data, other)
    for _ in range(dice.choice((1, 1, 1, 2, 4))):
        _change(dice, top)
    text = json.dumps(top[0], ensure_ascii=dice.random() < 0.5)
    if dice.random() < 0.02:
        text = text.replace("0", "[" * _DEPTH * 50, 1)
    return text.encode("utf-8", "surrogatepass")


def lines_changed(dice: Random, data: bytes, other: bytes) -> bytes:
    """Return lines of JSON of which one to a few are changed, doubled, taken away or put elsewhere."""
    lines = data.split(b"\n")
    for _ in range(dice.choice((1, 1, 2, 4))):
        place = dice.randrange(len(lines))
        match dice.randrange(6):
            case 0:
                lines.insert(dice.randrange(len(lines)), lines[place])
            case 1 if len(lines) > 1:
                lines.pop(place)
            case 2:
                lines.insert(place, dice.choice(other.split(b"\n")))
            case _:
                lines[place] = json_changed(dice, lines[place], other)
    return b"\n".join(lines)


def _change(dice: Random, top: list[Any]) -> None:
    """Change one value, of those that there are each as likely as the others."""
    places = _places(top)
    container, key = dice.choice(places)
    match dice.randrange(8):
        case 0 if container is not top:
            del container[key]
        case 1:
            other, place = dice.choice(places)
            # By way of text: a value must not come to hold itself.
            container[key] = json.loads(json.dumps(other[place]))
        case 2 if isinstance(container, dict):
            container[dice.choice(_ODD_TEXTS)] = container[key]
        case 3 if isinstance(container[key], list):
            container[key] = container[key] * dice.choice((2, 50, _MANY // max(1, len(container[key]))))
        case _:
            container[key] = _odd_value(dice, container[key])


def _odd_value(dice: Random, value: object) -> object:
    if isinstance(value, str) and dice.random() < 0.6:
        return dice.choice((*_ODD_TEXTS, value * 2, value[::-1], value.upper(), value[:-1], value + "\0"))
    if isinstance(value, int | float) and abs(value) < _HUGE and dice.random() < 0.6:
        return dice.choice((*_ODD_NUMBERS, -value, value + 1, value * 1000, float(value), str(value)))
    if dice.random() < 0.05:
        return _deep(dice)
    # A copy, as lists among them may be changed in their turn.
    return copy.deepcopy(dice.choice((*_ODD_VALUES, *_ODD_NUMBERS, *_ODD_TEXTS)))


def _deep(dice: Random) -> object:
    value: object = 0
    for _ in range(dice.choice((50, 300))):
        value = [value] if dice.random() < 0.5 else {"a": value}
    return value


def _places(top: list[Any]) -> list[tuple[Any, Any]]:
    """Return where each value stands: its list or object, and its index or key there."""
    found: list[tuple[Any, Any]] = []
    waiting: list[Any] = [top]
    while waiting:
        container = waiting.pop()
        keys = container.keys() if isinstance(container, dict) else range(len(container))
        for key in keys:
            found.append((container, key))
            if isinstance(container[key], dict | list):
                waiting.append(container[key])
    return found
