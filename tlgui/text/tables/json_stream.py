"""Writes one JSON object piece by piece, so that a list in it may be longer than the memory."""

import json
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from tlgui import __version__
from tlgui.photos.names import writable
from tlgui.text.tables.exported import TableAbout


class JsonStream:
    """One JSON object that is written member by member, each item of a list on its own line.

    Args:
        stream: The file to write to.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._member_count = 0
        self._item_count = 0
        self.raw(b"{\n")

    def member(self, name: str, value: object) -> None:
        """Write a member with a value of JSON's types."""
        self._begin(name)
        self.raw(encoded(value))

    def begin_list(self, name: str) -> None:
        """Write the beginning of a member that is a list."""
        self._begin(name)
        self._item_count = 0
        self.raw(b"[\n")

    def item(self, value: object) -> None:
        """Write the next item of the list."""
        self.raw((b",\n" if self._item_count else b"") + encoded(value))
        self._item_count += 1

    def end_list(self) -> None:
        """Write the end of the list."""
        self.raw(b"\n]")

    def end(self) -> None:
        """Write the end of the object."""
        self.raw(b"\n}\n")

    def raw(self, piece: bytes) -> None:
        """Write JSON that is encoded already."""
        self._stream.write(piece)

    def _begin(self, name: str) -> None:
        self.raw((b",\n" if self._member_count else b"") + encoded(name) + b": ")
        self._member_count += 1


class ClassIds:
    """The numbers of classes: those of the model in their order, then those that persons named besides.

    Args:
        class_names: The model's classes, in output order.
        first: The number of the first one.
        reserved: Numbers that the format keeps for classes of these names.
    """

    def __init__(self, class_names: tuple[str, ...], *, first: int, reserved: Mapping[str, int] | None = None) -> None:
        self._reserved = reserved or {}
        self._next = first
        self._ids: dict[str, int] = {}
        for name in class_names:
            self.number(name)

    def number(self, class_name: str) -> int:
        """Return the number of a class, a new one where it has none yet."""
        if class_name not in self._ids:
            number = self._reserved.get(class_name.casefold())
            if number is None or number in self._ids.values():
                number, self._next = self._next, self._next + 1
            self._ids[class_name] = number
        return self._ids[class_name]

    def text_id(self, class_name: str) -> str:
        """Return the number of a class as text."""
        return str(self.number(class_name))

    def numbered(self) -> Iterator[tuple[str, int]]:
        """Yield the classes with their numbers, in the order of these."""
        yield from sorted(self._ids.items(), key=lambda item: item[1])

    def by_text_id(self) -> dict[str, str]:
        """Return the classes by their numbers as text."""
        return {str(number): name for name, number in self.numbered()}


def encoded(value: object) -> bytes:
    """Return a value of JSON's types as JSON in UTF-8; bytes in names that are not text are escaped."""
    return json.dumps(_plain(value), ensure_ascii=False, allow_nan=False).encode("utf-8")


def maker(about: TableAbout) -> dict[str, str]:
    """Return what each JSON file says of the program and the model that made it; by it such a file is known again."""
    return {"version": __version__, "model": about.model.name, "model_sha256": about.model.digest}


def _plain(value: object) -> object:
    if isinstance(value, str):
        return writable(value)
    if isinstance(value, Mapping):
        return {writable(str(name)): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
