"""Photos for a grid that belongs to no page, and what stands in their cells; and a list that makes them when asked."""

from collections import Counter
from collections.abc import Hashable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from typing_extensions import override

from tlgui.ui.grid.cell_content import Badge, CellContent, CellLine, TextStyle
from tlgui.ui.grid.photo_list import PhotoList
from tlgui.ui.widgets.tokens import Accent

FOLDER = Path("/photos")


@dataclass(frozen=True)
class PlainPhoto:
    """A photo, and its state."""

    path: Path
    has_badge: bool = False
    has_band: bool = False


@dataclass(frozen=True)
class PlainSection:
    """Photos below one heading."""

    title: str
    start: int
    count: int


class PlainDescriber:
    """Shows the name, and as many more lines as are asked for: bold, then quiet."""

    def __init__(self, line_count: int = 1) -> None:
        self.line_count = line_count

    def content(self, item: PlainPhoto) -> CellContent:
        name = item.path.name
        lines = (CellLine(name), CellLine(f"Bold {name}", TextStyle.BOLD), CellLine(f"Quiet {name}", TextStyle.QUIET))
        badge = Badge("Left out", Accent.WARNING) if item.has_badge else None
        return CellContent(lines[: self.line_count], badge, item.has_badge, item.has_band)

    def tooltip(self, item: PlainPhoto) -> str:
        return f"{item.path.name}\nmore"

    def spoken(self, item: PlainPhoto) -> str:
        return f"{item.path.name}, spoken"


def plain_photos(count: int) -> list[PlainPhoto]:
    # The files do not exist, so nothing is decoded.
    return [PlainPhoto(FOLDER / "a" / f"photo {number:06}.jpg") for number in range(count)]


class MadePhotos(PhotoList[PlainPhoto]):
    """Makes photos when they are asked for, by their numbers, which are their keys; counts what was asked.

    Args:
        numbers: The numbers, in order.
    """

    def __init__(self, numbers: Sequence[int]) -> None:
        self.numbers = numbers
        self.asked: Counter[str] = Counter()

    @override
    def __len__(self) -> int:
        return len(self.numbers)

    @override
    def __getitem__(self, row: int) -> PlainPhoto:
        self.asked["items"] += 1
        return PlainPhoto(Path(self.path(row)))

    @override
    def path(self, row: int) -> str:
        return str(FOLDER / f"{self.numbers[row]:06}.jpg")

    @override
    def keys(self, rows: range) -> Sequence[Hashable]:
        self.asked["keys"] += len(rows)
        return list(self.numbers[rows.start : rows.stop])

    @override
    def rows_of(self, keys: AbstractSet[Hashable]) -> Sequence[int]:
        self.asked["searches"] += 1
        return [row for row, number in enumerate(self.numbers) if number in keys]


def in_sections(*counts: int) -> list[PlainSection]:
    """Return sections of so many photos each."""
    return [PlainSection(f"section {number}", sum(counts[:number]), count) for number, count in enumerate(counts)]
