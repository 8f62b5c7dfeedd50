"""The options that say how a folder is read, and what a command says about the way it was read."""

import argparse
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tlgui import files
from tlgui.cli.terminal import Terminal
from tlgui.errors import CollectionError
from tlgui.photos.collection import Collection, ProblemKind
from tlgui.photos.counting import counted
from tlgui.photos.layouts import (
    ClassCounts,
    ClassSource,
    GroupsQuestion,
    LabelTable,
    Layout,
    LayoutChoice,
    NamesOffer,
    Offer,
    TableOffer,
)
from tlgui.photos.names import one_line, shown_name

_CLASSES_SHOWN = 6
_SOURCES = (ClassSource.FOLDERS, ClassSource.INNER_FOLDERS, ClassSource.NAMES)


def add_layout_options(parser: argparse.ArgumentParser) -> None:
    """Add the options to a command that reads a folder."""
    group = parser.add_argument_group(
        "how the folder is read", "What is given here is remembered for the folder, also in the window."
    )
    sources = group.add_mutually_exclusive_group()
    sources.add_argument(
        "--classes-from",
        choices=[source.value for source in _SOURCES],
        help="the class of a photo: its folder, the folder inside that, or the beginning of its name",
    )
    sources.add_argument(
        "--labels", type=files.expanded, metavar="FILE.csv", help="the class of a photo is in this table (CSV or TSV)"
    )
    group.add_argument(
        "--label-column", metavar="NAME", help="the column of the labels: its header, or its number from 1"
    )
    group.add_argument(
        "--split",
        choices=("auto", "none"),
        help="use folders such as train and test as the split, or put their photos together",
    )


def layout_wish(arguments: argparse.Namespace) -> Callable[[LayoutChoice], LayoutChoice] | None:
    """Return how the options change what was chosen before; None where none of them was given."""
    if not (arguments.classes_from or arguments.labels or arguments.label_column or arguments.split):
        return None

    def changed(choice: LayoutChoice) -> LayoutChoice:
        if arguments.split:
            choice = replace(choice, uses_split=arguments.split == "auto")
        if arguments.classes_from:
            return replace(choice, source=ClassSource(arguments.classes_from), table=None)
        return _with_table(choice, arguments.labels, arguments.label_column)

    return changed


def _with_table(choice: LayoutChoice, path: Path | None, column: str | None) -> LayoutChoice:
    if path is not None:
        return replace(choice, source=ClassSource.TABLE, table=LabelTable(path.absolute(), column or ""))
    if column is None:
        return choice
    if choice.table is None:
        raise CollectionError("There is no table of labels that has this column.", "Add --labels FILE.csv.")
    return replace(choice, table=replace(choice.table, label_column=column))


def write_layout(collection: Collection, terminal: Terminal) -> None:
    """Say on standard error how a folder was read, where that is not plain, and how it can be read otherwise."""
    layout = collection.layout
    if layout.table_problem:
        terminal.note(f"note: {layout.table_problem} The labels that were read from it before are used.")
    if words := _source_words(layout, collection):
        terminal.note(f"note: {words}")
    if not layout.choice.uses_split:
        terminal.note("note: Folders such as train and test are put together; --split auto uses them as the split.")
    for problem in collection.problems:
        if problem.kind in {ProblemKind.FOR_PREDICTION, ProblemKind.WITHOUT_CLASS}:
            terminal.note(f"note: {shown_name(problem.path)}: {problem.reason}")
    for offer in layout.offers if layout.choice.source is None else ():
        for line in offer_lines(offer, collection.folder):
            terminal.note(f"note: {line}")


def _source_words(layout: Layout, collection: Collection) -> str:
    """Return where the classes come from, where the user chose that."""
    table = layout.choice.table
    match layout.choice.source:
        case ClassSource.NAMES:
            words = "The classes are taken from the file names"
        case ClassSource.INNER_FOLDERS:
            words = "The classes are the inner folders"
        case ClassSource.TABLE if table is not None:
            words = f"The classes are taken from {one_line(_path_words(table.path, collection.folder))}"
        case _:
            return ""
    return f"{words}; --classes-from folders takes the folders."


def offer_lines(offer: Offer, folder: Path) -> tuple[str, ...]:
    """Return what can be chosen and with which option.

    Args:
        offer: What can be chosen.
        folder: The collection's folder.
    """
    match offer:
        case GroupsQuestion():
            return (
                f"The folders hold folders. They are taken as {_classes(offer.outer)}. If they are groups, "
                f"--classes-from inner-folders takes {_classes(offer.inner)}.",
            )
        case NamesOffer():
            unnamed = f" {counted(offer.unnamed, 'name has', 'names have')} none." if offer.unnamed else ""
            return (
                f"The file names begin with classes, such as {one_line(', '.join(offer.examples[:2]))}. "
                f"--classes-from names takes {_classes(offer.classes)}.{unnamed}",
            )
        case TableOffer():
            return _table_lines(offer, folder)


def _table_lines(offer: TableOffer, folder: Path) -> tuple[str, ...]:
    first, *others = offer.columns
    path = _path_words(offer.path, folder)
    line = (
        f"The table {one_line(path)} has labels: its column {one_line(first.name)} gives {_classes(first.classes)}. "
        f"--labels {one_line(shlex.quote(str(offer.path)))} takes them."
    )
    counts = (
        f"{counted(offer.missing, 'row')} of {offer.row_count:,} {'names' if offer.missing == 1 else 'name'} a file "
        f"that is not there; {counted(first.unlabelled, 'photo has', 'photos have')} no label."
    )
    if not others:
        return line, counts
    names = ", ".join(one_line(column.name) for column in others[:_CLASSES_SHOWN])
    return line, counts, f"Other columns can be chosen with --label-column: {names}."


def _classes(counts: ClassCounts) -> str:
    shown = [f"{one_line(name)} ({number:,})" for name, number in counts[:_CLASSES_SHOWN]]
    more = [f"{len(counts) - len(shown):,} more"] if len(counts) > len(shown) else []
    return f"{counted(len(counts), 'class', 'classes')}: {', '.join([*shown, *more])}"


def _path_words(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)
