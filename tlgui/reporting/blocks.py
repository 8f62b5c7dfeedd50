"""What a report consists of: plain values, from which a page for the browser and one for print are written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Text:
    """Paragraphs, one under the other.

    Args:
        paragraphs: Plain text.
    """

    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Points:
    """A list of sentences.

    Args:
        sentences: Plain text.
    """

    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; the first column holds names, the others figures.

    Args:
        headings: One for each column; all empty for a table without headings.
        rows: Plain text.
        has_figures: Whether all columns but the first hold figures, which stand at the right.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    has_figures: bool = True


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing.

    Args:
        svg: The element `<svg>` without a namespace, in the colours `INK`, `BAR` and `FAINT`.
        words: What it shows, for those who do not see it.
        width: In CSS pixels.
        height: In CSS pixels.
    """

    svg: str
    words: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A small photo.

    Args:
        jpeg: The file; empty where the photo cannot be shown.
        width: In pixels.
        height: In pixels.
        caption: Lines of plain text below it.
    """

    jpeg: bytes
    width: int
    height: int
    caption: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gallery:
    """Small photos beside each other.

    Args:
        pictures: The photos.
    """

    pictures: tuple[Picture, ...]


Block: TypeAlias = Text | Points | Table | Drawing | Gallery

INK, BAR, FAINT = "currentColor", "var(--bar)", "var(--faint)"
"""The colours of drawings, which each page replaces or defines."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report with a heading.

    Args:
        title: Plain text.
        blocks: Its content.
    """

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A report.

    Args:
        title: The name of the model.
        lead: One sentence that says how good it is.
        sections: Its parts.
    """

    title: str
    lead: str
    sections: tuple[Section, ...]


def section(title: str, *blocks: Block | None) -> Section | None:
    """Return a section of those blocks that there are; None without any."""
    found = tuple(block for block in blocks if block is not None)
    return Section(title, found) if found else None


def text(paragraphs: Sequence[str]) -> Text | None:
    """Return the paragraphs that are not empty; None without any."""
    found = tuple(filter(None, paragraphs))
    return Text(found) if found else None
