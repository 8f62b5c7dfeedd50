"""Tables of labels: a CSV or TSV file with a column of photos and columns of labels, with a header or without.

Photos are named by path, by file name or, as in Kaggle's tables, by file name without suffix. Of the columns, the one
that names the most photos is the file column; a label column has few different values, each of several photos.
"""

import csv
import io
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath

from tlgui import files
from tlgui.errors import CollectionError
from tlgui.photos.collection import MOST_CLASSES
from tlgui.photos.layouts import ClassCounts, LabelColumn, LabelTable, TableOffer
from tlgui.photos.names import shown_name, typed_name
from tlgui.photos.pictures.formats import IMAGE_SUFFIXES

TABLE_SUFFIXES = frozenset({".csv", ".tsv"})

_MOST_BYTES = 256 * 1024**2
_MOST_COLUMNS = 200
_SAMPLE = 1000
_DELIMITERS = ",;\t|"
_DELIMITER_LINES = 20
_FEWEST_LABELS = 2
_PHOTOS_FOR_EACH_LABEL = 2
_LEAST_SHARE = 0.3
_PREVIEW = 5
# What label columns are called, the most telling first.
_LABEL_WORDS = (
    "label labels class classes classname labelname target y species commonname scientificname taxon taxonname breed "
    "category diagnosis dx genus type kind name tag variety family status level grade id classid categoryid"
)
_LABEL_RANKS = {word: rank for rank, word in enumerate(_LABEL_WORDS.split())}
# The header of the tables that tlgui writes of predictions.
_PREDICTIONS = ("photo", "class 1", "probability 1")


class PhotoIndex:
    """Finds photos by the names that tables give them.

    Args:
        places: The places of the photos that may get labels.
        others: The places of photos that are kept for predictions; they are found where no other photo is.

    Example:
        >>> index = PhotoIndex(["train/1.jpg", "train/wren.jpg"], ["test/1.jpg"])
        >>> index.place_of("1"), index.place_of("WREN.JPG"), index.place_of("test/1.jpg"), index.place_of("2.jpg")
        ('train/1.jpg', 'train/wren.jpg', 'test/1.jpg', None)
    """

    def __init__(self, places: Iterable[str], others: Iterable[str] = ()) -> None:
        self.places = frozenset(places)
        self._by_path: dict[str, str] = {}
        self._by_name: dict[str, list[str]] = {}
        self._by_stem: dict[str, list[str]] = {}
        for place in (*sorted(self.places), *sorted(others)):
            path = _key(place)
            name = path.rpartition("/")[2]
            self._by_path[path] = place
            self._by_name.setdefault(name, []).append(place)
            self._by_stem.setdefault(name.rpartition(".")[0], []).append(place)

    def place_of(self, text: str) -> str | None:
        """Return the place of the photo that a cell names; None where it names none, or several alike."""
        wanted = _key(text.replace("\\", "/").strip()).removeprefix("./")
        if not wanted or wanted in self._by_path:
            return self._by_path.get(wanted)
        name = wanted.rpartition("/")[2]
        found = self._by_name.get(name) or self._by_stem.get(name) or []
        if len(found) > 1:
            inside = [place for place in found if f"/{_key(place)}".endswith(f"/{wanted}")]
            found = inside or [place for place in found if place in self.places]
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class TableLabels:
    """The labels of a table.

    Args:
        labels: The class of each photo, by place.
        row_count: The number of rows.
        missing: The number of rows whose file is not in the folder.
    """

    labels: Mapping[str, str]
    row_count: int
    missing: int


@dataclass(frozen=True, slots=True)
class _Matched:
    """A table whose file column is known.

    Args:
        rows: The rows with labels.
        header: The header; numbers from 1 where there is none.
        file_column: The index of the column with the files.
        places: The place of the photo in each row; None where it is not in the folder.
    """

    rows: Sequence[Sequence[str]]
    header: Sequence[str]
    file_column: int
    places: Sequence[str | None]


def labels_in(table: LabelTable, index: PhotoIndex) -> TableLabels:
    """Read the labels of a table.

    Args:
        table: The table, and its label column.
        index: The photos of the folder.

    Raises:
        CollectionError: The table cannot be read, names none of the photos, or has no such column.
    """
    matched = _matched(_rows(table.path), index)
    if matched is None:
        raise CollectionError(
            f"No column of “{shown_name(table.path)}” names photos of this folder.",
            "One column must hold the files: their names, or their paths inside the folder.",
        )
    column = _chosen_column(matched, table)
    return TableLabels(_labels(matched, column), len(matched.rows), matched.places.count(None))


def table_offer(path: Path, index: PhotoIndex) -> TableOffer | None:
    """Return what a table offers for the photos of a folder; None where it is no table of labels.

    Args:
        path: The file.
        index: The photos of the folder.
    """
    try:
        rows = _rows(path)
    except CollectionError:
        return None
    if not rows or tuple(rows[0][: len(_PREDICTIONS)]) == _PREDICTIONS:
        return None
    matched = _matched(rows, index)
    if matched is None:
        return None
    missing = matched.places.count(None)
    found = len(matched.places) - missing
    # A table of something else may name a few photos by chance.
    if found < _LEAST_SHARE * min(len(matched.places), len(index.places)):
        return None
    columns = tuple(_column_offer(matched, column, index) for column in _label_columns(matched))
    return (
        TableOffer(path, matched.header[matched.file_column], columns, len(matched.rows), missing) if columns else None
    )


def _column_offer(matched: _Matched, column: int, index: PhotoIndex) -> LabelColumn:
    labels = _labels(matched, column)
    counts: ClassCounts = tuple(sorted(Counter(labels.values()).items()))
    named = (
        (row[matched.file_column], labels[place])
        for row, place in zip(matched.rows, matched.places, strict=True)
        if place in labels
    )
    unlabelled = sum(place not in labels for place in index.places)
    return LabelColumn(matched.header[column], counts, tuple(islice(named, _PREVIEW)), unlabelled)


def _rows(path: Path) -> list[list[str]]:
    """Return the rows of a table that are not empty, with as many cells each as the first has."""
    name = shown_name(path)
    try:
        data = files.read_regular(path, _MOST_BYTES)
    except (OSError, ValueError) as error:
        reason = files.why_unreadable(error) if isinstance(error, OSError) else "its name is not that of a file"
        message = f"The table “{name}” cannot be read: {reason}."
        raise CollectionError(message, "Choose another table, or check its path.") from error
    text = _text(data)
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)) if any(row)]
    except csv.Error as error:
        message = f"“{name}” is not a table: {error}."
        raise CollectionError(message, "Save it as CSV, with one row for each photo.") from error
    width = min(len(rows[0]), _MOST_COLUMNS) if rows else 0
    return [(row + [""] * width)[:width] for row in rows]


def _text(data: bytes) -> str:
    """Return the text of a file: UTF-8 or UTF-16, else the code page of Western spreadsheets."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _delimiter(text: str) -> str:
    """Return the character between cells: the one that divides the first lines into most equal parts."""
    lines = [line for line in islice(io.StringIO(text), _DELIMITER_LINES) if line.strip()]

    def score(delimiter: str) -> tuple[int, int]:
        widths = Counter(line.count(delimiter) for line in lines)
        width, count = max(widths.items(), key=lambda item: (item[0] > 0, item[1], item[0]), default=(0, 0))
        return (count if width else 0), width

    return max(_DELIMITERS, key=score)


def _matched(rows: Sequence[Sequence[str]], index: PhotoIndex) -> _Matched | None:
    """Return a table with its file column; None where no column names photos of the folder."""
    if not rows:
        return None
    sample = rows[:: max(1, len(rows) // _SAMPLE)]
    hits = [sum(index.place_of(row[column]) is not None for row in sample) for column in range(len(rows[0]))]
    column = max(range(len(hits)), key=lambda place: hits[place], default=0)
    if not hits or not hits[column]:
        return None
    has_header = _is_header(rows, column, index)
    header = [typed_name(name) or str(place + 1) for place, name in enumerate(rows[0])] if has_header else []
    header = header or [str(place + 1) for place in range(len(rows[0]))]
    rows = rows[1:] if has_header else rows
    return _Matched(rows, header, column, [index.place_of(row[column]) for row in rows])


def _is_header(rows: Sequence[Sequence[str]], file_column: int, index: PhotoIndex) -> bool:
    """Return whether the first row is a header: it names no photo, and no cell of it is a value of its column."""
    first = rows[0][file_column]
    if index.place_of(first) is not None or PurePosixPath(first).suffix.lower() in IMAGE_SUFFIXES:
        return False
    others = rows[1:_SAMPLE]
    return not any(
        cell and any(row[column] == cell for row in others)
        for column, cell in enumerate(rows[0])
        if column != file_column
    )


def _chosen_column(matched: _Matched, table: LabelTable) -> int:
    wanted = table.label_column
    if not wanted:
        columns = _label_columns(matched)
        if columns:
            return columns[0]
        name = shown_name(table.path)
        message = f"No column of “{name}” looks like labels: few different values, each of several files."
        raise CollectionError(message, f"Name the column. They are: {', '.join(matched.header)}.")
    by_name = [column for column, name in enumerate(matched.header) if name.casefold() == wanted.casefold()]
    by_number = [int(wanted) - 1] if wanted.isdecimal() and 0 < int(wanted) <= len(matched.header) else []
    for column in (*by_name, *by_number):
        return column
    raise CollectionError(
        f"“{shown_name(table.path)}” has no column “{wanted}”.", f"Its columns are: {', '.join(matched.header)}."
    )


def _label_columns(matched: _Matched) -> list[int]:
    """Return the columns that can be labels, the most likely first."""
    found = []
    named = [row for row, place in zip(matched.rows, matched.places, strict=True) if place is not None]
    for column, name in enumerate(matched.header):
        values = Counter(cell for row in named if (cell := row[column].strip()))
        is_few = _FEWEST_LABELS <= len(values) <= min(MOST_CLASSES, values.total() / _PHOTOS_FOR_EACH_LABEL)
        if column != matched.file_column and is_few and not any(map(_is_fraction, values)):
            known = "".join(letter for letter in name.casefold() if letter.isalnum())
            rank = _LABEL_RANKS.get(known, len(_LABEL_RANKS))
            found.append((rank, all(map(str.isdecimal, values)), -values.total(), column))
    return [column for *_, column in sorted(found)]


def _is_fraction(text: str) -> bool:
    whole, point, part = text.partition(".")
    return bool(point) and whole.lstrip("-").isdecimal() and part.isdecimal()


def _labels(matched: _Matched, column: int) -> dict[str, str]:
    """Return the label of each photo by place; a photo with several different ones has none."""
    labels: dict[str, str] = {}
    several: set[str] = set()
    for row, place in zip(matched.rows, matched.places, strict=True):
        label = typed_name(row[column])
        if place is None or not label:
            continue
        if labels.setdefault(place, label) != label:
            several.add(place)
    return {place: label for place, label in labels.items() if place not in several}


def _key(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
