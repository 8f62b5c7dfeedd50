"""The rules of settings: what each may be, checked when a group of settings is made, and written as plain dictionaries.

The limits stand in the fields' metadata, so that the window's controls, the checks and their sentences come from one
table.
"""

import dataclasses
import re
from dataclasses import dataclass
from typing import Any, Self, get_type_hints

from tlgui.errors import SettingError
from tlgui.photos.names import one_line, typed_name

_LONGEST_QUOTE = 60
_LARGEST_WHOLE = 10**15  # beyond it a fraction no longer holds every whole number


@dataclass(frozen=True, slots=True)
class Limits:
    """The rule of one numeric setting: both ends belong to it.

    Args:
        low: The smallest value.
        high: The largest value.
        unit: What it counts or measures, for the control and the message.
        step: What one press of a control's arrow adds.
    """

    low: float
    high: float
    unit: str = ""
    step: float = 1


@dataclass(frozen=True, slots=True)
class Choices:
    """The rule of a setting that is one of a few words."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """The rule of a setting that is shown and written down: plain words in one line.

    Args:
        longest: The most characters.
        is_path: Whether it may be the path of a file, which is kept as it is, bytes that are no text among it.
    """

    longest: int
    is_path: bool = False


def limits(low: float, high: float, unit: str = "", step: float = 1) -> dict[str, Limits]:
    """Return the metadata of a field whose number lies between two ends."""
    return {"rule": Limits(low, high, unit, step)}


def choices(*values: str) -> dict[str, Choices]:
    """Return the metadata of a field that is one of a few words."""
    return {"rule": Choices(values)}


def text(longest: int, *, is_path: bool = False) -> dict[str, Text]:
    """Return the metadata of a field that is a text."""
    return {"rule": Text(longest, is_path)}


@dataclass(frozen=True)
class Checked:
    """A frozen group of settings whose values obey the rules in their fields' metadata."""

    def __post_init__(self) -> None:
        """Refuse a value that is against its rule."""
        hints = get_type_hints(type(self))
        for item in dataclasses.fields(self):
            value = _converted(item.name, getattr(self, item.name), hints[item.name])
            rule = item.metadata.get("rule")
            if isinstance(rule, Text) and isinstance(value, str):
                value = _plain(item.name, value, rule)
            object.__setattr__(self, item.name, value)
            if isinstance(rule, Limits) and isinstance(value, int | float):
                _check_limits(item.name, value, rule)
            elif isinstance(rule, Choices) and value not in rule.values:
                raise SettingError(
                    f"{_words(item.name)} must be one of {', '.join(rule.values)}; it is {_quoted(value)}."
                )

    def to_json(self) -> dict[str, Any]:
        """Return the settings as plain dictionaries, ready for `json.dumps`."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Build from what `to_json` returned; settings that are not there take their defaults.

        Raises:
            SettingError: Not a dictionary, a name that is not a setting, or a value against its rule.
        """
        if not isinstance(data, dict):
            raise SettingError(f"{cls._title()} must be a group of settings; it is {_quoted(data)}.")
        hints = get_type_hints(cls)
        unknown = sorted(set(data) - set(hints), key=str)
        if unknown:
            raise SettingError(
                f"{cls._title()} has no setting {_quoted(unknown[0])}.", f"Known here: {', '.join(hints)}."
            )
        values = {
            name: hints[name].from_json(value) if _is_group(hints[name]) else value for name, value in data.items()
        }
        return cls(**values)

    @classmethod
    def _title(cls) -> str:
        return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", cls.__name__).capitalize()


def _is_group(hint: object) -> bool:
    return isinstance(hint, type) and issubclass(hint, Checked)


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _check_limits(name: str, value: float, rule: Limits) -> None:
    # Neither NaN nor a whole number too large for a fraction passes a comparison it should not.
    if not rule.low <= value <= rule.high:
        unit = f" {rule.unit}" if rule.unit else ""
        ends = f"from {_number(rule.low)} to {_number(rule.high)}{unit}"
        raise SettingError(f"{_words(name)} must be {ends}; it is {_number(value)}.")


def _plain(name: str, value: str, rule: Text) -> str:
    """Return a text as it can be shown, saved and printed; of a path only the length is looked at."""
    value = value if rule.is_path else typed_name(value)
    if len(value) > rule.longest:
        raise SettingError(f"{_words(name)} must have at most {rule.longest} characters; it has {len(value)}.")
    return value


def _number(value: float) -> str:
    """Return a number as people write it: whole ones with all their digits as far as they can be read."""
    if isinstance(value, int):
        return str(value) if abs(value) < _LARGEST_WHOLE else "a number of more than 15 digits"
    return f"{value:g}"


def _quoted(value: object) -> str:
    """Return what was received, cut where it would drown the message."""
    text = one_line(str(value))
    return f"“{text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + '…'}”"


def _converted(name: str, value: object, hint: object) -> object:
    """Return `value` as the type its field asks for; whole numbers pass as fractions, nothing else does."""
    if hint is float and isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST_WHOLE:
        return float(value)
    if not isinstance(hint, type) or not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        kind = {int: "a whole number", float: "a number", bool: "true or false", str: "a word"}.get(
            hint if isinstance(hint, type) else object, "a group of settings"
        )
        raise SettingError(f"{_words(name)} must be {kind}; it is {_quoted(value)}.")
    return value


def _parsed(text: str, hint: object, setting: str) -> object:
    if hint is bool and text.lower() in {"true", "false"}:
        return text.lower() == "true"
    if hint in {int, float}:
        try:
            return int(text) if hint is int else float(text)
        except ValueError:
            kind = "a whole number" if hint is int else "a number"
            raise SettingError(f"“{setting}” must be {kind}; it is {_quoted(text)}.") from None
    return text


def replaced(group: Checked, path: list[str], text: str, setting: str) -> Checked:
    """Return a copy of `group` with one setting replaced by what was typed.

    Args:
        group: The settings.
        path: The setting's name, behind those of the groups it lies in.
        text: Its value as typed.
        setting: The whole path, for messages.

    Raises:
        SettingError: No such setting, or a value against its rule.
    """
    hints = get_type_hints(type(group))
    name, *rest = path
    if name in hints and _is_group(hints[name]) and not rest:
        known = ", ".join(f"{setting}.{part}" for part in get_type_hints(hints[name]))
        raise SettingError(f"“{setting}” is a group of settings.", f"Set one of {known}.")
    if name not in hints or _is_group(hints[name]) != bool(rest):
        raise SettingError(f"There is no setting “{setting}”.", f"Known here: {', '.join(hints)}.")
    if rest:
        return dataclasses.replace(group, **{name: replaced(getattr(group, name), rest, text, setting)})
    return dataclasses.replace(group, **{name: _parsed(text, hints[name], setting)})
