"""Filtering, sorting and grouping the photos of the board: plain values and functions over columns, without Qt.

Nothing here makes an object for each photo, and long work is done in portions between which a checkpoint is called, so
that a thread that arranges 100,000 photos lets the window run.
"""

import os
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from tlgui.learning.look_alikes import SINGLE, group_look_alikes
from tlgui.ui.board.columns import NOT_SURE, UNDECIDED, UNLIKE, UNREADABLE, BoardColumns, Rows

YOURS = -4
"""The group of photos that a person decided about, beside those of the columns."""
GROUP_WORDS = {NOT_SURE: "not sure", UNLIKE: "unlike anything", UNREADABLE: "unreadable", YOURS: "yours"}
"""What the groups are called that are no class."""

_PORTION = 4096
_DIGITS = re.compile(r"\d+")
# Numbers of so many digits sort by value.
_LONGEST_NUMBER = 16
_MOSTLY = 0.5
# More headings than anybody reads; the largest groups have one.
_MOST_LOOK_GROUPS = 200

Checkpoint = Callable[[], None]


class BoardOrder(Enum):
    """The order of photos, in which they are shown or, where groups are shown, in which they stand in each of them."""

    ARRIVAL = "arrival"
    CERTAINTY = "certainty"
    TIME = "time"
    NAME = "name"


class BoardGrouping(Enum):
    """What photos are put together by."""

    NONE = "none"
    CLASS = "class"
    FOLDER = "folder"
    LOOK_ALIKES = "look-alikes"


@dataclass(frozen=True, slots=True)
class BoardQuery:
    """Which photos are shown, and in what order.

    Args:
        group: The group to show: an index into the names of the columns, one of their other groups, or `YOURS`; None
            for all.
        text: A part of the file's name or its folder's, in any case.
        order: The order.
        is_descending: Whether it is reversed; photos of which the value is not known stay at the end.
        grouping: What photos are put together by.
        only: The rows to show at most, in the order in which `BoardOrder.ARRIVAL` shows them; None for all.
    """

    group: int | None = None
    text: str = ""
    order: BoardOrder = BoardOrder.ARRIVAL
    is_descending: bool = False
    grouping: BoardGrouping = BoardGrouping.NONE
    only: tuple[int, ...] | None = None

    @property
    def is_filtering(self) -> bool:
        """Whether photos may be left out."""
        return self.group is not None or bool(self.text) or self.only is not None

    @property
    def appends(self) -> bool:
        """Whether photos that come are shown after all others."""
        is_in_order = self.order is BoardOrder.ARRIVAL and not self.is_descending
        return is_in_order and self.grouping is BoardGrouping.NONE and self.only is None


@dataclass(frozen=True, slots=True)
class Section:
    """Photos that stand together.

    Args:
        title: What they have in common.
        start: The place of the first one among the rows.
        count: How many there are.
    """

    title: str
    start: int
    count: int


@dataclass(frozen=True, slots=True)
class Arranged:
    """What is shown.

    Args:
        rows: The rows of the board, in order.
        sections: The groups, in order; empty where photos are not put together.
    """

    rows: Rows
    sections: tuple[Section, ...] = ()


class NameKeys:
    """The sort keys of names, kept from one arrangement to the next; may be used by several threads."""

    def __init__(self) -> None:
        self._keys: list[bytes] = []
        self._lock = threading.Lock()

    def of(self, paths: Sequence[str], rows: Rows, checkpoint: Checkpoint) -> NDArray[np.bytes_]:
        """Return the key of each row: numbers by value, so that “photo 10” follows “photo 9”, and text in any case."""
        with self._lock:
            for start in range(len(self._keys), len(paths), _PORTION):
                checkpoint()
                self._keys += [natural_key(path.rpartition(os.sep)[2]) for path in paths[start : start + _PORTION]]
            return np.array([self._keys[row] for row in rows.tolist()] or [b""], np.bytes_)[: len(rows)]


@dataclass(frozen=True, slots=True)
class BoardSnapshot:
    """The columns as they are at one moment, which a thread can read while photos come.

    Args:
        names: The classes.
        paths: The path of each photo.
        groups: As in `BoardColumns`, with the fields below; they are copies, but for `looks`.
        decided: The class that a person decided on, or `UNDECIDED`.
        certainties: Probability of the best class.
        times: Seconds since 1970; NaN where unknown.
        looks: Unit vectors, or zeros.
        keys: The sort keys of the names.
    """

    names: tuple[str, ...]
    paths: Sequence[str]
    groups: NDArray[np.int32]
    decided: NDArray[np.int32]
    certainties: NDArray[np.float64]
    times: NDArray[np.float64]
    looks: NDArray[np.float16]
    keys: NameKeys


def snapshot(columns: BoardColumns, keys: NameKeys | None = None) -> BoardSnapshot:
    """Return the columns as they are now.

    Args:
        columns: The columns.
        keys: The sort keys that are known; None for none. They belong to the photos of one board until it is emptied.
    """
    return BoardSnapshot(
        tuple(columns.names),
        list(columns.paths),
        columns.groups.copy(),
        columns.decided.copy(),
        columns.certainties.copy(),
        columns.times.copy(),
        columns.looks,
        keys if keys is not None else NameKeys(),
    )


def arrange(board: BoardSnapshot, query: BoardQuery, checkpoint: Checkpoint = lambda: None) -> Arranged:
    """Return the rows that a query selects, in its order, and the groups in which they stand.

    Args:
        board: The columns.
        query: The query.
        checkpoint: Called regularly; raises `Cancelled` if the result is no longer needed.
    """
    rows = _sorted(board, matching(board, query, checkpoint=checkpoint), query, checkpoint)
    if query.grouping is BoardGrouping.NONE or not len(rows):
        return Arranged(rows)
    return _GROUPED[query.grouping](board, rows, checkpoint)


def matching(
    board: BoardSnapshot, query: BoardQuery, among: Rows | None = None, checkpoint: Checkpoint = lambda: None
) -> Rows:
    """Return the rows that a query selects, before they are sorted.

    Args:
        board: The columns.
        query: The query.
        among: The rows to look at; None for all, or for those that the query names.
        checkpoint: As in `arrange`.
    """
    rows: Rows = np.arange(len(board.paths)) if among is None else among
    if query.only is not None:
        only = np.array([row for row in query.only if row < len(board.paths)], np.intp)
        rows = only if among is None else rows[np.isin(rows, only)]
    if query.group is not None:
        is_yours = board.decided[rows] != UNDECIDED
        rows = rows[is_yours if query.group == YOURS else board.groups[rows] == query.group]
    return _with_text(board, rows, query.text.casefold(), checkpoint) if query.text else rows


def group_order(board: BoardSnapshot) -> list[int]:
    """Return the groups of the board: classes, most photos first, then photos that are not named."""
    counts = np.bincount(board.groups[board.groups >= 0], minlength=len(board.names))
    classes = sorted(range(len(board.names)), key=lambda index: (-int(counts[index]), index))
    return [*classes, NOT_SURE, UNLIKE, UNREADABLE]


def natural_key(name: str) -> bytes:
    """Return the sort key of a name, whose bytes sort as the name does."""
    return _DIGITS.sub(lambda found: found[0].zfill(_LONGEST_NUMBER), name.casefold()).encode(errors="surrogateescape")


def _with_text(board: BoardSnapshot, rows: Rows, text: str, checkpoint: Checkpoint) -> Rows:
    paths, start = board.paths, _shared_length(board.paths)
    found: list[int] = []
    for first in range(0, len(rows), _PORTION):
        checkpoint()
        found += [row for row in rows[first : first + _PORTION].tolist() if text in paths[row][start:].casefold()]
    return np.array(found, np.intp)


def _shared_length(paths: Sequence[str]) -> int:
    """Return where in all paths the last folder begins that all photos lie in: a search finds nothing before it."""
    # By characters, since the paths between the first and the last one begin as both do.
    shared = os.path.commonprefix([min(paths), max(paths)]) if paths else ""  # noqa: RUF071
    folder = shared.rpartition(os.sep)[0]
    return folder.rfind(os.sep) + 1


def _sorted(board: BoardSnapshot, rows: Rows, query: BoardQuery, checkpoint: Checkpoint) -> Rows:
    if query.order is BoardOrder.ARRIVAL:
        return rows[::-1] if query.is_descending else rows
    if query.order is BoardOrder.NAME:
        places = np.argsort(board.keys.of(board.paths, rows, checkpoint), kind="stable")
        return rows[places[::-1] if query.is_descending else places]
    is_time = query.order is BoardOrder.TIME
    values = (
        board.times[rows] if is_time else np.where(board.groups[rows] == UNREADABLE, np.nan, board.certainties[rows])
    )
    # NaN sorts to the end, both ways.
    return rows[np.argsort(-values if query.is_descending else values, kind="stable")]


def _by_class(board: BoardSnapshot, rows: Rows, _checkpoint: Checkpoint) -> Arranged:
    order = group_order(board)
    titles = [board.names[group] if group >= 0 else GROUP_WORDS[group] for group in order]
    place_of = {group: place for place, group in enumerate(order)}
    present, inverse = np.unique(board.groups[rows], return_inverse=True)
    places = np.array([place_of[group] for group in present.tolist()], np.intp)
    return _in_sections(rows, places[inverse], titles)


def _by_folder(board: BoardSnapshot, rows: Rows, checkpoint: Checkpoint) -> Arranged:
    folders: dict[str, int] = {}
    labels = np.empty(len(rows), np.intp)
    for first in range(0, len(rows), _PORTION):
        checkpoint()
        some = rows[first : first + _PORTION].tolist()
        labels[first : first + len(some)] = [
            folders.setdefault(board.paths[row].rpartition(os.sep)[0] or os.sep, len(folders)) for row in some
        ]
    start, names = _shared_length(board.paths), list(folders)
    order = sorted(range(len(names)), key=lambda place: natural_key(names[place]))
    titles = [names[place][start:] or names[place] for place in order]
    places = np.empty(len(names), np.intp)
    places[order] = np.arange(len(names))
    return _in_sections(rows, places[labels], titles)


def _by_look(board: BoardSnapshot, rows: Rows, checkpoint: Checkpoint) -> Arranged:
    looks = board.looks[rows]
    is_known = looks.any(axis=1) if looks.shape[1] else np.zeros(len(rows), bool)
    if not is_known.any():
        return Arranged(rows, (Section("What they look like is not known", 0, len(rows)),))
    found = group_look_alikes(looks, checkpoint)
    # Photos in none of the groups with a heading stand behind them, and those without a look behind these.
    shown = min(len(found), _MOST_LOOK_GROUPS)
    is_grouped = (found.group_of != SINGLE) & (found.group_of < shown)
    labels = np.where(is_grouped, found.group_of, np.where(is_known, shown, shown + 1)).astype(np.intp)
    titles = [_look_title(board, rows[labels == label]) for label in range(shown)]
    return _in_sections(rows, labels, [*titles, "Look like few others", "What they look like is not known"])


def _look_title(board: BoardSnapshot, rows: Rows) -> str:
    """Return what photos that look alike are named as mostly."""
    if not len(rows):
        return ""
    found, counts = np.unique(board.groups[rows], return_counts=True)
    group = int(found[np.argmax(counts)])
    name = board.names[group] if group >= 0 else GROUP_WORDS[group]
    share = counts.max() / len(rows)
    return f"Look alike: {name}" if share == 1 else f"Look alike: {'mostly' if share > _MOSTLY else 'some'} {name}"


def _in_sections(rows: Rows, labels: NDArray[np.intp], titles: Sequence[str]) -> Arranged:
    """Put rows together by their labels, in the order of the labels; the rows of one label keep their order."""
    places = np.argsort(labels, kind="stable")
    counts = np.bincount(labels, minlength=len(titles))
    starts = np.cumsum(counts) - counts
    sections = (
        Section(title, start, count)
        for title, start, count in zip(titles, starts.tolist(), counts.tolist(), strict=True)
        if count
    )
    return Arranged(rows[places], tuple(sections))


_GROUPED: dict[BoardGrouping, Callable[[BoardSnapshot, Rows, Checkpoint], Arranged]] = {
    BoardGrouping.CLASS: _by_class,
    BoardGrouping.FOLDER: _by_folder,
    BoardGrouping.LOOK_ALIKES: _by_look,
}
