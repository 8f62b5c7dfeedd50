"""Shares the time among families, makes changed files one after the other, counts what comes of them, keeps the bad."""

import itertools
import shutil
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Self

from tests.fuzz.families import Family
from tests.fuzz.mutation import MOST_BYTES
from tests.fuzz.networks import warm_up
from tests.fuzz.watching import Limits, Result, Watcher
from tests.fuzz.worker import Outcome

_KEPT_OF_A_FAULT = 3
_LIGHT, _HEAVY = "light", "heavy"
_KEPT_ENDING = ".txt"


@dataclass
class Tally:
    """What came of all files that one reader was given.

    Args:
        counts: How many ended in which way.
        slowest_seconds: The longest that one took.
        peak_bytes: The most memory that one took.
    """

    counts: Counter[Outcome] = field(default_factory=Counter)
    slowest_seconds: float = 0.0
    peak_bytes: int = 0

    def add(self, result: Result) -> None:
        """Count one more file."""
        self.counts[result.outcome] += 1
        self.slowest_seconds = max(self.slowest_seconds, result.seconds)
        self.peak_bytes = max(self.peak_bytes, result.peak_bytes)


@dataclass
class Fault:
    """One kind of fault.

    Args:
        family: Whose reader it is.
        reader: The reader.
        result: What came of the first file that showed it.
        count: How many files showed it.
        kept: Some of them.
    """

    family: str
    reader: str
    result: Result
    count: int = 0
    kept: list[Path] = field(default_factory=list)


class Fuzzer:
    """The workers of a campaign or a replay; a context manager.

    Args:
        folder: For what workers need; may be deleted afterwards.
        limits: What reading one file may take.
    """

    def __init__(self, folder: Path, limits: Limits | None = None) -> None:
        self._input = folder / "input"
        self._watchers = {
            _LIGHT: Watcher(folder / _LIGHT, limits),
            _HEAVY: Watcher(folder / _HEAVY, limits, warm_up),
        }
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Return itself; workers are started when they are needed."""
        for watcher in self._watchers.values():
            self._stack.enter_context(watcher)
        return self

    def __exit__(self, *_: object) -> None:
        """End the workers."""
        self._stack.close()

    def seeds(self, family: Family) -> list[tuple[str, bytes]]:
        """Return the good files of a family, with their names.

        Raises:
            RuntimeError: They cannot be made.
        """
        self._watcher(family).prepare(family.make_seeds, self._fresh_input())
        return [(path.name, path.read_bytes()) for path in sorted(self._input.iterdir()) if path.is_file()]

    def read(self, family: Family, name: str, data: bytes) -> Iterator[tuple[str, Result]]:
        """Yield what each reader of a family makes of a file."""
        for reader, read in family.readers.items():
            path = self._fresh_input() / name
            path.write_bytes(data)
            yield reader, self._watcher(family).run(read, path)

    def _watcher(self, family: Family) -> Watcher:
        return self._watchers[_HEAVY if family.needs_tensorflow else _LIGHT]

    def _fresh_input(self) -> Path:
        shutil.rmtree(self._input, ignore_errors=True)
        self._input.mkdir(parents=True)
        return self._input


class Campaign:
    """One run over many changed files.

    Args:
        fuzzer: The workers.
        families: Whose readers are tried.
        seed: The same gives the same files, in the same order for each family.
        kept_folder: Gets the files that show faults; made with the first.
        say: Told each fault when it is first seen.
    """

    def __init__(
        self, fuzzer: Fuzzer, families: Sequence[Family], seed: int, kept_folder: Path, say: Callable[[str], None]
    ) -> None:
        self._fuzzer = fuzzer
        self._families = families
        self._seed = seed
        self._kept_folder = kept_folder
        self._say = say
        self.tallies = {(family.name, reader): Tally() for family in families for reader in family.readers}
        self.faults: dict[tuple[str, str, str], Fault] = {}

    @property
    def is_clean(self) -> bool:
        """Whether no file showed a fault."""
        return not self.faults

    def run(self, is_over: Callable[[], bool]) -> None:
        """Have every seed read, and then changed files.

        Args:
            is_over: Asked before each changed file.
        """
        seeds = {family.name: self._fuzzer.seeds(family) for family in self._families}
        changed = {family.name: _changed(family, seeds[family.name], self._seed) for family in self._families}
        spent = {family.name: 0.0 for family in self._families}
        for family in self._families:
            for number, (name, data) in enumerate(seeds[family.name]):
                self._try(family, number, name, data)
        while not is_over():
            family = min(self._families, key=lambda one: spent[one.name] / one.share)
            begun = time.monotonic()
            self._try(family, *next(changed[family.name]))
            spent[family.name] += time.monotonic() - begun

    def _try(self, family: Family, number: int, name: str, data: bytes) -> None:
        for reader, result in self._fuzzer.read(family, name, data):
            self._count(family, reader, f"{number:06}", name, data, result)

    def _count(self, family: Family, reader: str, number: str, name: str, data: bytes, result: Result) -> None:
        self.tallies[family.name, reader].add(result)
        if not result.outcome.is_fault:
            return
        key = family.name, reader, result.signature
        is_new = key not in self.faults
        fault = self.faults.setdefault(key, Fault(family.name, reader, result))
        fault.count += 1
        if len(fault.kept) < _KEPT_OF_A_FAULT:
            self._kept_folder.mkdir(parents=True, exist_ok=True)
            path = self._kept_folder / f"{family.name}.{number}.{name}"
            path.write_bytes(data)
            words = f"{family.name}, {reader}: {result.outcome}\n{result.signature}\n{result.details}\n"
            note = self._kept_folder / f"{path.name}.{len(self.faults)}{_KEPT_ENDING}"
            note.write_text(words, "utf-8", "surrogateescape")
            fault.kept.append(path)
        if is_new:
            self._say(f"{family.name}, {reader}: {result.outcome}: {result.signature}")


def _changed(family: Family, seeds: Sequence[tuple[str, bytes]], seed: int) -> Iterator[tuple[int, str, bytes]]:
    """Yield changed files without end: the number, the name and the bytes of each."""
    for number in itertools.count(len(seeds)):
        dice = Random(zlib.crc32(f"{seed} {family.name} {number}".encode()))
        name, data = dice.choice(seeds)
        _, other = dice.choice(seeds)
        yield number, name, dice.choice(family.mutators)(dice, data, other)[:MOST_BYTES]


def kept_parts(path: Path) -> tuple[str, str]:
    """Return the family and the name that a kept file had when it was read.

    Raises:
        ValueError: The file is not called as kept files are.
    """
    family, number, name = path.name.split(".", 2)
    if not number.isdecimal():
        raise ValueError(path.name)
    return family, name
