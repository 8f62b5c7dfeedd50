"""The one validator: rules of values, and the check of a value against its rule.

`Checked` is a frozen group of settings, such as a recipe, whose values are checked when it is made. `fields.Fields`
takes the values of a JSON object one by one: a model's manifest, a run's record, a checkpoint. Both check with
`check_value`, so every message states the rule, then the value that was received.

The rules stand in the fields' metadata, where the window's controls find limits, units and steps: checks, messages and
controls come from one table. Two libraries were tried and not taken: the messages of msgspec 0.22 state the rule, not
the value (“Expected `int` >= 1 - at `$.epochs`”); pydantic 2.13 adds 0.09 s to each start of the program, and its
messages would have to be written anew to be shown to users.
"""

import dataclasses
import re
from dataclasses import dataclass
from typing import Any, Self, TypeVar, get_type_hints

from tlgui.errors import SettingError
from tlgui.photos.names import one_line, typed_name

KIND_WORDS: dict[type, str] = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "a word",
    list: "a list",
    dict: "a group of fields",
}
"""What messages call the types of values."""

_LONGEST_QUOTE = 60
_LARGEST_WHOLE = 10**15  # a float represents every whole number up to this

ValueT = TypeVar("ValueT")


class FieldError(ValueError):
    """A value breaks its rule; the text states the rule, then the value, without a full stop."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The rule of a number; both ends are allowed.

    Args:
        low: The smallest value.
        high: The largest value.
        unit: What it counts or measures, for the control and the message; empty for none.
        step: What one press of a control's arrow adds.
    """

    low: float
    high: float
    unit: str = ""
    step: float = 1


@dataclass(frozen=True, slots=True)
class Choices:
    """The rule of a text that is one of `values`."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """The rule of a text.

    Args:
        longest: The most characters.
        is_verbatim: Whether it is kept as received, as a path must be, bytes that are no text included. Other texts
            are brought to one printable line.
    """

    longest: int
    is_verbatim: bool = False


Rule = Limits | Choices | Text


def limits(low: float, high: float, unit: str = "", step: float = 1) -> dict[str, Limits]:
    """Return the metadata of a field with the rule `Limits`; see there."""
    return {"rule": Limits(low, high, unit, step)}


def choices(*values: str) -> dict[str, Choices]:
    """Return the metadata of a field with the rule `Choices`; see there."""
    return {"rule": Choices(values)}


def text(longest: int, *, is_verbatim: bool = False) -> dict[str, Text]:
    """Return the metadata of a field with the rule `Text`; see there."""
    return {"rule": Text(longest, is_verbatim)}


def check_value(value: object, kind: type[ValueT], rule: Rule | None, subject: str) -> ValueT:
    """Check a value against its type and its rule.

    Args:
        value: As it was received.
        kind: `int`, `float`, `bool`, `str`, `list`, `dict` or a subclass of `Checked`. A whole number passes as a
            `float`; a `bool` passes as nothing else.
        rule: Its rule; None for no more than the type.
        subject: What the message begins with.

    Returns:
        The value: a whole number as a `float` where `kind` says so, and a text as its rule shows it.

    Raises:
        FieldError: The value is of another type or breaks the rule.

    >>> check_value(30, int, Limits(1, 10_000, "epochs"), "Epochs")
    30
    >>> check_value(0, int, Limits(1, 10_000, "epochs"), "Epochs")
    Traceback (most recent call last):
    tlgui.learning.recipes.validation.FieldError: Epochs must be from 1 to 10000 epochs; it is 0
    """
    checked: Any = _converted(value, kind, subject)
    if isinstance(rule, Limits):
        _check_limits(checked, rule, subject)
    elif isinstance(rule, Choices) and checked not in rule.values:
        raise FieldError(f"{subject} must be one of {', '.join(rule.values)}; it is {quoted(checked)}")
    elif isinstance(rule, Text):
        checked = checked if rule.is_verbatim else typed_name(checked)
        if len(checked) > rule.longest:
            raise FieldError(f"{subject} must have at most {rule.longest} characters; it has {len(checked)}")
    result: ValueT = checked
    return result


@dataclass(frozen=True)
class Checked:
    """A frozen group of settings whose values obey the rules in their fields' metadata."""

    def __post_init__(self) -> None:
        """Check every value.

        Raises:
            SettingError: A value breaks its rule.
        """
        hints = get_type_hints(type(self))
        for item in dataclasses.fields(self):
            try:
                value = check_value(
                    getattr(self, item.name), hints[item.name], item.metadata.get("rule"), _words(item.name)
                )
            except FieldError as error:
                raise SettingError(f"{error}.") from error
            object.__setattr__(self, item.name, value)

    def to_json(self) -> dict[str, Any]:
        """Return the settings as plain dictionaries, ready for `json.dumps`."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Build the group from what `to_json` returned.

        Args:
            data: A dictionary; settings that are missing in it take their defaults.

        Returns:
            The group.

        Raises:
            SettingError: `data` is no dictionary, names an unknown setting, or holds a value that breaks its rule.
        """
        if not isinstance(data, dict):
            raise SettingError(f"{cls._title()} must be a group of settings; it is {quoted(data)}.")
        hints = get_type_hints(cls)
        unknown = sorted(set(data) - set(hints), key=str)
        if unknown:
            raise SettingError(
                f"{cls._title()} has no setting {quoted(unknown[0])}.", f"Known here: {', '.join(hints)}."
            )
        values = {
            name: hints[name].from_json(value) if _is_group(hints[name]) else value for name, value in data.items()
        }
        return cls(**values)

    @classmethod
    def _title(cls) -> str:
        return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", cls.__name__).capitalize()


def replaced(group: Checked, path: list[str], text: str, setting: str) -> Checked:
    """Return a copy of `group` with one setting replaced by what was typed.

    Args:
        group: The settings.
        path: The setting's name, after the names of the groups that hold it.
        text: Its value as typed.
        setting: The whole path, for messages.

    Returns:
        The copy.

    Raises:
        SettingError: There is no such setting, or the value breaks its rule.
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


def _is_group(hint: object) -> bool:
    return isinstance(hint, type) and issubclass(hint, Checked)


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _converted(value: object, kind: type, subject: str) -> object:
    if kind is float and isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST_WHOLE:
        return float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise FieldError(f"{subject} must be {KIND_WORDS.get(kind, 'a group of settings')}; it is {quoted(value)}")
    return value


def _check_limits(value: float, rule: Limits, subject: str) -> None:
    # Written so that NaN fails, and a whole number that is too large for a float is compared without conversion.
    if not rule.low <= value <= rule.high:
        unit = f" {rule.unit}" if rule.unit else ""
        ends = f"from {_number(rule.low)} to {_number(rule.high)}{unit}"
        raise FieldError(f"{subject} must be {ends}; it is {_number(value)}")


def _number(value: float) -> str:
    """Return a number as people write it: whole ones with all their digits as far as they can be read."""
    if isinstance(value, int):
        return str(value) if abs(value) < _LARGEST_WHOLE else "a number of more than 15 digits"
    return f"{value:g}"


def quoted(value: object) -> str:
    """Return the received value in quotes, cut where it would drown the message."""
    shown = one_line(_number(value) if type(value) is int else str(value))
    return f"“{shown if len(shown) <= _LONGEST_QUOTE else shown[:_LONGEST_QUOTE] + '…'}”"


def _parsed(text: str, hint: object, setting: str) -> object:
    if hint is bool and text.lower() in {"true", "false"}:
        return text.lower() == "true"
    if hint in {int, float}:
        try:
            return int(text) if hint is int else float(text)
        except ValueError:
            kind = "a whole number" if hint is int else "a number"
            raise SettingError(f"“{setting}” must be {kind}; it is {quoted(text)}.") from None
    return text
