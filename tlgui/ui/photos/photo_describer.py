"""What stands in the cells of the grid of the Photos page: name, class, what a model said, and the use of a photo."""

from pathlib import Path
from typing import NamedTuple

from tlgui.ui.grid.cell_content import Badge, CellContent, CellLine, TextStyle
from tlgui.ui.photos.photo_items import PhotoItem
from tlgui.ui.photos.photo_words import details, note_in_cell, spoken
from tlgui.ui.widgets.tokens import Accent

_LEFT_OUT = Badge("Left out", Accent.WARNING)
_RIGHT = Badge("Class is right", Accent.SUCCESS)


class CellTexts(NamedTuple):
    """What the cells show beside photo and name.

    Args:
        groups: Whether groups of photos that belong together are marked.
        class_names: Whether the class stands below each photo.
        notes: Whether it stands below each photo what a model said of it.
    """

    groups: bool = False
    class_names: bool = False
    notes: bool = False


class PhotoDescriber:
    """Tells the grid of photos.

    Args:
        folder: The folder of the collection; tooltips show paths relative to it.
        texts: What the cells show.
    """

    def __init__(self, folder: Path, texts: CellTexts = CellTexts()) -> None:  # noqa: B008 - an immutable value
        self._folder = folder
        self.texts = texts

    @property
    def line_count(self) -> int:
        """How many lines of text there are below each thumbnail."""
        return 1 + self.texts.class_names + self.texts.notes

    def content(self, item: PhotoItem) -> CellContent:
        """Return what stands in the cell of a photo."""
        lines = [CellLine(item.path.name)]
        if self.texts.class_names:
            lines.append(CellLine(item.class_name, TextStyle.QUIET))
        if self.texts.notes:
            lines.append(CellLine(note_in_cell(item)))
        badge = _LEFT_OUT if item.is_left_out else (_RIGHT if item.is_confirmed else None)
        is_banded = self.texts.groups and item.group % 2 == 0
        return CellContent(tuple(lines), badge, is_faded=badge is not None, has_band=is_banded)

    def tooltip(self, item: PhotoItem) -> str:
        """Return the details of a photo, a line each."""
        return details(item, self._folder)

    def spoken(self, item: PhotoItem) -> str:
        """Return the accessible name of a photo."""
        return spoken(item)
