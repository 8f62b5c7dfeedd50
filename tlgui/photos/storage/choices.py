"""The user's choices and answers about a collection, labels from a table, and the scan that first found each photo.

All are JSON lines in the collection's workspace, never among the photos, written whole or not at all. The valid lines
of a damaged file are kept, and a copy of the file is set aside.
"""

import contextlib
import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tlgui import files
from tlgui.errors import StorageError
from tlgui.photos.layouts import ClassSource, LabelTable, LayoutChoice
from tlgui.photos.names import typed_name
from tlgui.photos.places import inside, outside

_CHOICES = "choices.jsonl"
_ARRIVALS = "arrivals.jsonl"
_LABELS = "labels.jsonl"
_ANSWERS = "answers.jsonl"
_IS_RIGHT = "is right"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_DAMAGED_SUFFIX = ".damaged"
_PLACES_IN_A_LINE = 500
_Value = TypeVar("_Value", int, str)
_WITHOUT_TABLE = frozenset({ClassSource.FOLDERS, ClassSource.INNER_FOLDERS, ClassSource.NAMES})
# A job records arrivals while the GUI thread leaves photos out.
_lock = threading.RLock()


@dataclass
class _Kept:
    left_out: set[str] = field(default_factory=set)
    shown_names: dict[str, str] = field(default_factory=dict)
    layout: LayoutChoice = field(default_factory=LayoutChoice)


class Choices:
    """The choices for one collection; each call reads them from the disk.

    Args:
        workspace: The collection's workspace, see `files.workspace_path`; made by the first write.
        folder: The collection's folder.
    """

    def __init__(self, workspace: Path, folder: Path) -> None:
        self._workspace = workspace
        self._folder = folder

    def left_out(self) -> frozenset[Path]:
        """Return the photos that the user left out."""
        return frozenset(outside(place, self._folder) for place in self._choices().left_out)

    def leave_out(self, paths: Iterable[Path]) -> None:
        """Leave photos out; the files are not changed.

        Args:
            paths: The photos.

        Raises:
            StorageError: The disk refused; the choices are as they were.
        """
        with _lock:
            kept = self._choices()
            kept.left_out |= set(self._places(paths))
            self._write_choices(kept)

    def use_again(self, paths: Iterable[Path]) -> None:
        """Use photos that were left out.

        Args:
            paths: The photos; those that are not left out are ignored.

        Raises:
            StorageError: The disk refused; the choices are as they were.
        """
        with _lock:
            kept = self._choices()
            kept.left_out -= set(self._places(paths))
            self._write_choices(kept)

    def shown_names(self) -> dict[str, str]:
        """Return the names that the user gave classes, by folder name as `shown_name` returns it."""
        return self._choices().shown_names

    def show_as(self, folder_name: str, shown: str) -> None:
        """Show a class by another name.

        Args:
            folder_name: The folder, as `shown_name` returns it.
            shown: The name; an empty one, or the folder's, restores the folder's.

        Raises:
            StorageError: The disk refused; the choices are as they were.
        """
        with _lock:
            kept = self._choices()
            kept.shown_names.pop(folder_name, None)
            shown = typed_name(shown)
            if shown and shown != folder_name:
                kept.shown_names[folder_name] = shown
            self._write_choices(kept)

    def layout(self) -> LayoutChoice:
        """Return how the user wants the folder to be read."""
        return self._choices().layout

    def choose_layout(self, choice: LayoutChoice) -> None:
        """Store how the user wants the folder to be read.

        Args:
            choice: The whole choice; it replaces the one before.

        Raises:
            StorageError: The disk refused; the choices are as they were.
        """
        with _lock:
            kept = self._choices()
            kept.layout = choice
            self._write_choices(kept)

    def arrivals(self) -> dict[str, int]:
        """Return the number of the scan that first found each photo, by place."""
        arrivals: dict[str, int] = {}
        for number, places in self._lines(_ARRIVALS, _is_arrival):
            arrivals.update(dict.fromkeys(places, number))
        return arrivals

    def record_arrivals(self, arrivals: Mapping[str, int]) -> None:
        """Add the number of the scan that first found photos.

        Args:
            arrivals: The number of the scan, by place.

        Raises:
            StorageError: The disk refused; the arrivals are as they were.
        """
        with _lock:
            self._write_arrivals({**self.arrivals(), **arrivals})

    def labels(self) -> dict[str, str]:
        """Return the labels of the photos by the table that the user chose, by place."""
        labels: dict[str, str] = {}
        for label, places in self._lines(_LABELS, _is_labelled):
            labels.update(dict.fromkeys(places, label))
        return labels

    def store_labels(self, labels: Mapping[str, str]) -> None:
        """Replace the labels of the photos.

        Args:
            labels: The label of each photo, by place.

        Raises:
            StorageError: The disk refused; the labels are as they were.
        """
        with _lock:
            self._write(_LABELS, _by_value(labels))

    def confirmed(self) -> frozenset[str]:
        """Return the photos whose class the user called right, by the SHA-256 of their bytes in hexadecimal."""
        return frozenset(digest for _, digests in self._lines(_ANSWERS, _is_answer) for digest in digests)

    def confirm(self, digests: Iterable[str]) -> None:
        """Remember that the class of photos is right, wherever the photos are moved and whatever they are called.

        Args:
            digests: The SHA-256 of their bytes in hexadecimal.

        Raises:
            StorageError: The disk refused; the answers are as they were.
        """
        with _lock:
            self._write_confirmed(self.confirmed() | set(digests))

    def take_back(self, digests: Iterable[str]) -> None:
        """Forget that the class of photos is right.

        Args:
            digests: As for `confirm`; others are ignored.

        Raises:
            StorageError: The disk refused; the answers are as they were.
        """
        with _lock:
            self._write_confirmed(self.confirmed() - set(digests))

    def moved(self, pairs: Iterable[tuple[Path, Path]]) -> None:
        """Transfer the choices and arrivals of photos to their new places.

        Args:
            pairs: The old and the new path of each.

        Raises:
            StorageError: The disk refused.
        """
        moves = [(inside(old, self._folder), inside(new, self._folder)) for old, new in pairs]
        with _lock:
            kept = self._choices()
            arrivals = self.arrivals()
            labels = self.labels()
            was_left_out = {new for old, new in moves if old in kept.left_out}
            came = {new: arrivals[old] for old, new in moves if old in arrivals}
            if came:
                self._write_arrivals(_without(arrivals, moves) | came)
            if any(old in labels for old, _ in moves):
                self.store_labels(_without(labels, moves) | {new: labels[old] for old, new in moves if old in labels})
            if was_left_out:
                kept.left_out = kept.left_out - {old for old, _ in moves} | was_left_out
                self._write_choices(kept)

    def _places(self, paths: Iterable[Path]) -> Iterator[str]:
        return (inside(path, self._folder) for path in paths)

    def _choices(self) -> _Kept:
        kept = _Kept()
        for kind, value in self._lines(_CHOICES, _is_choice):
            if kind == "left out":
                # Normalised as by `inside`; `use_again` could not find another spelling.
                kept.left_out.add(inside(outside(value, self._folder), self._folder))
            elif kind == "shown as":
                kept.shown_names[value[0]] = value[1]
            else:
                kept.layout = self._layout(value)
        return kept

    def _write_choices(self, kept: _Kept) -> None:
        lines: list[object] = [["left out", place] for place in sorted(kept.left_out)]
        lines += [["shown as", [name, shown]] for name, shown in sorted(kept.shown_names.items())]
        if kept.layout != LayoutChoice():
            lines.append(["layout", self._layout_json(kept.layout)])
        self._write(_CHOICES, lines)

    def _layout(self, data: Mapping[str, Any]) -> LayoutChoice:
        table = LabelTable(outside(data["table"], self._folder), data["label_column"]) if "table" in data else None
        source = ClassSource(data["classes_from"]) if "classes_from" in data else None
        return LayoutChoice(source, data["split"], table)

    def _layout_json(self, choice: LayoutChoice) -> dict[str, object]:
        data: dict[str, object] = {"split": choice.uses_split}
        if choice.source is not None:
            data["classes_from"] = choice.source.value
        if choice.table is not None:
            data |= {"table": inside(choice.table.path, self._folder), "label_column": choice.table.label_column}
        return data

    def _write_arrivals(self, arrivals: dict[str, int]) -> None:
        self._write(_ARRIVALS, _by_value(arrivals))

    def _write_confirmed(self, digests: Iterable[str]) -> None:
        self._write(_ANSWERS, _by_value(dict.fromkeys(digests, _IS_RIGHT)))

    def _write(self, name: str, lines: Iterable[object]) -> None:
        try:
            self._workspace.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise files.storage_error(error, self._workspace / name) from error
        files.write_text(self._workspace / name, "".join(f"{json.dumps(line)}\n" for line in lines))

    def _lines(self, name: str, is_good: Callable[[object], bool]) -> list[tuple[Any, Any]]:
        """Return the valid lines of a file; where there are others, a copy of it is set aside first."""
        path = self._workspace / name
        try:
            with files.open_regular(path) as stream:
                data = stream.read()
        except OSError:
            return []
        lines = [_parsed(line) for line in data.splitlines()]
        good: list[Any] = [line for line in lines if is_good(line)]
        if len(good) < len(lines):
            with contextlib.suppress(OSError, StorageError):
                files.copy(path, path.with_name(name + _DAMAGED_SUFFIX))
                self._write(name, good)
        return good


def _parsed(line: bytes) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _is_choice(line: object) -> bool:
    match line:
        case ["left out", str()] | ["shown as", [str(), str()]]:
            return True
        case ["layout", dict() as data]:
            return _is_layout(data)
    return False


def _is_layout(data: Mapping[str, object]) -> bool:
    if not isinstance(data.get("split"), bool):
        return False
    match data:
        case {"classes_from": str(source), "table": str(), "label_column": str()}:
            return source == ClassSource.TABLE
        case {"classes_from": str(source)}:
            return source in _WITHOUT_TABLE
    return "classes_from" not in data and "table" not in data


def _is_arrival(line: object) -> bool:
    match line:
        case [int(), [*places]]:
            return all(isinstance(place, str) for place in places)
    return False


def _is_labelled(line: object) -> bool:
    match line:
        case [str(), [*places]]:
            return all(isinstance(place, str) for place in places)
    return False


def _is_answer(line: object) -> bool:
    match line:
        case ["is right", [*digests]]:
            return all(isinstance(digest, str) and _DIGEST.fullmatch(digest) for digest in digests)
    return False


def _by_value(values: Mapping[str, _Value]) -> Iterator[list[object]]:
    """Yield lines of a value and places that have it, by value and by place."""
    places_of: dict[_Value, list[str]] = {}
    for place, value in values.items():
        places_of.setdefault(value, []).append(place)
    for value in sorted(places_of):
        places = sorted(places_of[value])
        for start in range(0, len(places), _PLACES_IN_A_LINE):
            yield [value, places[start : start + _PLACES_IN_A_LINE]]


def _without(values: Mapping[str, _Value], moves: Iterable[tuple[str, str]]) -> dict[str, _Value]:
    gone = {old for old, _ in moves}
    return {place: value for place, value in values.items() if place not in gone}
