"""What stands in the cells of a grid, as the page that shows the grid tells it."""

from enum import Enum
from typing import NamedTuple, Protocol, TypeVar

from tlgui.ui.widgets.tokens import Accent


class TextStyle(Enum):
    """How a line of text is painted."""

    NORMAL = "normal"
    BOLD = "bold"
    QUIET = "quiet"


class CellLine(NamedTuple):
    """A line below the thumbnail; it is elided in the middle where it is too long."""

    text: str
    style: TextStyle = TextStyle.NORMAL


class Badge(NamedTuple):
    """A few words on the thumbnail: across it, or in its upper corner, where they hide less of it."""

    text: str
    accent: Accent
    is_in_corner: bool = False


class CellContent(NamedTuple):
    """What stands in a cell.

    Args:
        lines: The text below the thumbnail, from above; no more than `Describer.line_count`.
        badge: What stands on the thumbnail; None for nothing.
        is_faded: Whether the thumbnail is painted pale.
        has_band: Whether the cell is tinted, which marks photos beside each other that belong together.
    """

    lines: tuple[CellLine, ...]
    badge: Badge | None = None
    is_faded: bool = False
    has_band: bool = False


_Item = TypeVar("_Item", contravariant=True)


class Describer(Protocol[_Item]):
    """Tells what a grid shows of photos; asked while a cell is painted, so it must be quick."""

    @property
    def line_count(self) -> int:
        """How many lines of text there is room for below each thumbnail."""
        ...

    def content(self, item: _Item) -> CellContent:
        """Return what stands in the cell of a photo."""
        ...

    def tooltip(self, item: _Item) -> str:
        """Return the details of a photo, as plain text of one or more lines."""
        ...

    def spoken(self, item: _Item) -> str:
        """Return what screen readers say of a photo."""
        ...
