"""How a folder of photos is read: where its classes come from, what the user chose, and what can be chosen.

A `LayoutChoice` is stored with the collection's other choices; a `Layout` is part of the collection a scan returns.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

ClassCounts = tuple[tuple[str, int], ...]
"""Classes with their numbers of photos, by name."""


class ClassSource(StrEnum):
    """Where the class of a photo comes from; the values are those of the option `--classes-from`."""

    FOLDERS = "folders"  # the outermost folder it lies in
    INNER_FOLDERS = "inner-folders"  # the folders inside those, which are groups of classes
    NAMES = "names"  # the beginning of the file name
    TABLE = "table"  # a CSV or TSV file


@dataclass(frozen=True, slots=True)
class LabelTable:
    """A table of labels that the user chose.

    Args:
        path: The CSV or TSV file.
        label_column: The column of the labels: its header, or its number from 1; empty for the most likely one.
    """

    path: Path
    label_column: str = ""


@dataclass(frozen=True, slots=True)
class LayoutChoice:
    """How the user wants a folder to be read.

    Args:
        source: Where the classes come from; None where the user was not asked or has not answered, which reads
            the folders.
        uses_split: Whether folders named like parts, such as `train` and `test`, divide the photos.
        table: The table, where `source` is one.
    """

    source: ClassSource | None = None
    uses_split: bool = True
    table: LabelTable | None = None


@dataclass(frozen=True, slots=True)
class GroupsQuestion:
    """Folders of folders: either the outer ones are classes, or they are groups and the inner ones are classes.

    Args:
        outer: The classes by the outer folders.
        inner: The classes by the inner folders.
        inside: The names of inner folders in each of the outer ones.
    """

    outer: ClassCounts
    inner: ClassCounts
    inside: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class NamesOffer:
    """File names that begin with a class, such as `cat.0.jpg`.

    Args:
        classes: The classes by file names.
        examples: A file name of each class.
        unnamed: The number of photos whose names give no class.
    """

    classes: ClassCounts
    examples: tuple[str, ...]
    unnamed: int


@dataclass(frozen=True, slots=True)
class LabelColumn:
    """A column of a table that can be the labels.

    Args:
        name: Its header, or its number from 1 in a table without one.
        classes: The classes by it, with the photos that are there.
        preview: A few files with their labels.
        unlabelled: The number of photos without a label: not in the table, with an empty cell, or with several
            different labels.
    """

    name: str
    classes: ClassCounts
    preview: tuple[tuple[str, str], ...]
    unlabelled: int


@dataclass(frozen=True, slots=True)
class TableOffer:
    """A table that names photos of the folder and has columns of labels.

    Args:
        path: The table.
        file_column: The header of the column with the files, or its number from 1.
        columns: The columns that can be labels, the most likely first.
        row_count: The number of rows.
        missing: The number of rows whose file is not in the folder.
    """

    path: Path
    file_column: str
    columns: tuple[LabelColumn, ...]
    row_count: int
    missing: int


Offer = GroupsQuestion | NamesOffer | TableOffer


@dataclass(frozen=True, slots=True)
class Layout:
    """How a collection was read.

    Args:
        choice: What the user chose.
        offers: The other ways to read it, the most likely first; where the folders are a question, that question.
        parts_without_classes: Folders named like parts that hold photos but no class folders, where the folders are
            read.
        table_problem: Why the table cannot be read that the user chose, one sentence; empty where it can. The labels
            that were read from it before are used.
        table_hint: What can be done about that; empty where it can be read.
    """

    choice: LayoutChoice = field(default_factory=LayoutChoice)
    offers: tuple[Offer, ...] = ()
    parts_without_classes: tuple[Path, ...] = ()
    table_problem: str = ""
    table_hint: str = ""

    @property
    def source(self) -> ClassSource:
        """Where the classes come from."""
        return self.choice.source or ClassSource.FOLDERS

    @property
    def is_labelled(self) -> bool:
        """Whether the classes are labels, which no folder stands for."""
        return self.source in {ClassSource.NAMES, ClassSource.TABLE}
