"""JSON objects from files that are not trusted, read field by field: manifests, records of runs, checkpoints, notes.

Fields are checked by the one validator, see `validation`. Nothing here needs TensorFlow.
"""

import json
import math
from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from tlgui.errors import SettingError
from tlgui.files import read_regular, why_unreadable
from tlgui.learning.recipes.validation import (
    KIND_WORDS,
    Checked,
    Choices,
    FieldError,
    Limits,
    Rule,
    Text,
    check_value,
    quoted,
)

LONGEST_TEXT = 4096
"""The most characters of a text, unless its field says otherwise."""

_LARGEST_NUMBER = 1e300

ValueT = TypeVar("ValueT")
ChoiceT = TypeVar("ChoiceT", bound=StrEnum)
CheckedT = TypeVar("CheckedT", bound=Checked)


class Fields:
    """A JSON object from a file that is not trusted; its fields are taken one by one, each with its rule.

    Every method takes the field's name and raises a `FieldError` that names field and object where the field is
    missing, of another type, or breaks the rule.

    Args:
        data: What `json.loads` returned.
        name: What messages call the object.

    Raises:
        FieldError: `data` is no JSON object.

    >>> record = Fields({"photo_count": -3}, "run")
    >>> record.whole("photo_count", 0, 1_000_000)
    Traceback (most recent call last):
    tlgui.learning.recipes.validation.FieldError: “photo_count” in “run” must be from 0 to 1000000; it is -3
    """

    def __init__(self, data: object, name: str) -> None:
        self._data: dict[str, Any] = check_value(data, dict, None, f"“{name}”")
        self._name = name

    @classmethod
    def read(cls, path: Path, most_bytes: int, name: str) -> "Fields":
        """Read a JSON file that holds one object.

        Args:
            path: The file.
            most_bytes: The largest file to read.
            name: What messages call the object.

        Returns:
            The object.

        Raises:
            FieldError: The file cannot be read, is larger, or holds something else.
        """
        try:
            data = json.loads(read_regular(path, most_bytes))
        except (OSError, ValueError, RecursionError) as error:
            why = why_unreadable(error) if isinstance(error, OSError) else error
            raise FieldError(f"“{path.name}” cannot be read: {why}") from error
        return cls(data, name)

    def has(self, field: str) -> bool:
        """Return whether the field is there; files of earlier versions lack some."""
        return field in self._data

    def is_null(self, field: str) -> bool:
        """Return whether the field is there and holds null."""
        return self.has(field) and self._data[field] is None

    def raw(self, field: str) -> object:
        """Return the value of the field, which is not checked; None where it is missing."""
        return self._data.get(field)

    def text(self, field: str, longest: int = LONGEST_TEXT) -> str:
        """Return a text of at most `longest` characters, as it was received."""
        return self._checked(field, str, Text(longest, is_verbatim=True))

    def whole(self, field: str, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`."""
        return self._checked(field, int, Limits(low, high))

    def number(self, field: str, low: float = -_LARGEST_NUMBER, high: float = _LARGEST_NUMBER) -> float:
        """Return a finite number from `low` to `high`."""
        return self._checked(field, float, Limits(low, high))

    def measure(self, field: str) -> float:
        """Return a number, or NaN where the field holds null: JSON cannot hold the loss of a diverged training."""
        return math.nan if self.is_null(field) else self.number(field)

    def truth(self, field: str) -> bool:
        """Return true or false."""
        return self._checked(field, bool)

    def choice(self, field: str, options: type[ChoiceT]) -> ChoiceT:
        """Return the member of `options` that the field holds the value of."""
        return options(self._checked(field, str, Choices(tuple(options))))

    def known(self, field: str, options: Collection[str]) -> str:
        """Return a text that is one of `options`."""
        return self._checked(field, str, Choices(tuple(options)))

    def time(self, field: str, *, has_offset: bool) -> str:
        """Return an ISO 8601 time as its text; `has_offset` demands the offset from UTC."""
        value = self.text(field)
        try:
            is_time = datetime.fromisoformat(value).tzinfo is not None or not has_offset
        except ValueError:
            is_time = False
        if not is_time:
            offset = " with its offset" if has_offset else ""
            raise FieldError(f"{self._subject(field)} must be an ISO 8601 time{offset}; it is {quoted(value)}")
        return value

    def names(self, field: str, most: int, fewest: int = 0) -> tuple[str, ...]:
        """Return a list of `fewest` to `most` different names, each of 1 to `LONGEST_TEXT` characters."""
        names = self.items(field, most)
        if len(names) < fewest:
            raise FieldError(f"{self._subject(field)} must have at least {fewest} entries; it has {len(names)}")
        for name in names:
            if not isinstance(name, str) or not 0 < len(name) <= LONGEST_TEXT:
                rule = f"must hold names of 1 to {LONGEST_TEXT} characters"
                raise FieldError(f"{self._subject(field)} {rule}; it holds {quoted(name)}")
        if len(set(names)) < len(names):
            twice = next(name for place, name in enumerate(names) if name in names[:place])
            raise FieldError(f"{self._subject(field)} must hold different names; it holds {quoted(twice)} twice")
        return tuple(names)

    def items(self, field: str, most: int) -> list[Any]:
        """Return a list of at most `most` entries, which are not checked."""
        value = self._checked(field, list)
        if len(value) > most:
            raise FieldError(f"{self._subject(field)} must have at most {most} entries; it has {len(value)}")
        return value

    def shares(self, field: str, count: int) -> tuple[float | None, ...]:
        """Return a list of `count` entries, each a number from 0 to 1 or null."""
        values = self.items(field, count)
        if len(values) != count:
            raise FieldError(f"{self._subject(field)} must have {count} entries; it has {len(values)}")
        rule, subject = Limits(0, 1), f"each entry of {self._subject(field)}"
        return tuple(None if value is None else check_value(value, float, rule, subject) for value in values)

    def rows(self, field: str, most: int, kinds: Sequence[type]) -> list[list[Any]]:
        """Return a list of at most `most` rows, each with one value of each of `kinds`."""
        rows, wanted = self.items(field, most), list(kinds)
        for row in rows:
            # Half a million rows are read in one go: one comparison a row.
            if not isinstance(row, list) or list(map(type, row)) != wanted:
                words = ", ".join(KIND_WORDS[kind] for kind in wanted)
                raise FieldError(f"{self._subject(field)} must hold rows of {words}; it holds {quoted(row)}")
        return rows

    def group(self, field: str) -> "Fields":
        """Return the object in the field."""
        return Fields(self.mapping(field), field)

    def mapping(self, field: str) -> dict[str, Any]:
        """Return the object in the field as a dictionary, whose values are not checked."""
        return self._checked(field, dict)

    def texts(self) -> dict[str, str]:
        """Return all fields, each of which must be a text."""
        return {field: self.text(field) for field in self._data}

    def settings(self, field: str, group: type[CheckedT]) -> CheckedT:
        """Return the settings in the field, checked by their own rules."""
        try:
            return group.from_json(self.raw(field))
        except SettingError as error:
            raise FieldError(f"{self._subject(field)} breaks a rule: {error.message.removesuffix('.')}") from error

    def _checked(self, field: str, kind: type[ValueT], rule: Rule | None = None) -> ValueT:
        if field not in self._data:
            raise FieldError(f"{self._subject(field)} is missing")
        return check_value(self._data[field], kind, rule, self._subject(field))

    def _subject(self, field: str) -> str:
        return f"“{field}” in “{self._name}”"
