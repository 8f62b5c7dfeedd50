"""What is known of a family of readers: its seeds, how they are changed, and who reads them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

Read = Callable[[Path], object]
"""Reads one file as the program does. The file lies in a folder of its own, which the reader may fill and change."""

Mutator = Callable[[Random, bytes, bytes], bytes]
"""Takes dice, a file's bytes and those of another file of the same family; returns the bytes of a changed file."""


@dataclass(frozen=True, slots=True)
class Family:
    """Readers of one kind of file. Its functions belong to a module, so that another process finds them by name.

    Args:
        name: What the command line, the table and kept files call it; no dots.
        make_seeds: Fills an empty folder with good files; their names are those that the readers find.
        readers: By what the table calls them.
        mutators: One of them, by chance, changes a seed.
        share: How much time it gets, beside families with a share of 1.
        needs_tensorflow: Whether its readers load TensorFlow, and so belong into a process of their own.
    """

    name: str
    make_seeds: Read
    readers: Mapping[str, Read]
    mutators: tuple[Mutator, ...]
    share: float = 1.0
    needs_tensorflow: bool = False
