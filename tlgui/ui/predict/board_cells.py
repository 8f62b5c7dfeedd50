"""What stands in the cells of the grid of the board: the answer, bold, and the name of the file, grey."""

from collections.abc import Hashable, Sequence
from collections.abc import Set as AbstractSet

import numpy as np
from typing_extensions import override

from tlgui.learning.results import ClassScore
from tlgui.learning.trust import Verdict
from tlgui.photos.names import one_line, shown_name
from tlgui.text.numbers import whole_percent
from tlgui.ui.board.columns import BoardColumns, BoardPhoto, Rows
from tlgui.ui.grid.cell_content import Badge, CellContent, CellLine, TextStyle
from tlgui.ui.grid.photo_list import PhotoList
from tlgui.ui.widgets.tokens import Accent

_SHOWN_CLASSES = 3
_YOURS = Badge("Yours", Accent.SUCCESS, is_in_corner=True)


class BoardPhotos(PhotoList[BoardPhoto]):
    """Some photos of the board, in order; each is made when it is asked for. The key of a photo is its row.

    Args:
        columns: All photos.
        rows: The rows of those that are shown.
    """

    def __init__(self, columns: BoardColumns, rows: Rows) -> None:
        self._columns = columns
        self._rows = rows

    @property
    def rows(self) -> Rows:
        """The rows of the board, in order."""
        return self._rows

    @override
    def __len__(self) -> int:
        return len(self._rows)

    @override
    def __getitem__(self, row: int) -> BoardPhoto:
        return self._columns.photo(int(self._rows[row]))

    @override
    def path(self, row: int) -> str:
        return self._columns.paths[int(self._rows[row])]

    @override
    def keys(self, rows: range) -> Sequence[Hashable]:
        found: list[Hashable] = self._rows[rows.start : rows.stop].tolist()
        return found

    @override
    def rows_of(self, keys: AbstractSet[Hashable]) -> Sequence[int]:
        wanted = np.array([key for key in keys if isinstance(key, int)], np.intp)
        found: list[int] = np.flatnonzero(np.isin(self._rows, wanted)).tolist()
        return found


class BoardDescriber:
    """Tells what the cells show."""

    @property
    def line_count(self) -> int:
        """The lines below a thumbnail: the answer and the name."""
        return 2

    def content(self, item: BoardPhoto) -> CellContent:
        """Return what stands in the cell of a photo."""
        name = CellLine(shown_name(item.path), TextStyle.QUIET)
        return CellContent((CellLine(answer_in_cell(item), TextStyle.BOLD), name), _YOURS if item.is_decided else None)

    def tooltip(self, item: BoardPhoto) -> str:
        """Return the path of a photo, and its best classes or why it could not be read."""
        return f"{one_line(str(item.path))}\n{_details(item)}"

    def spoken(self, item: BoardPhoto) -> str:
        """Return what screen readers say of a photo: the answer, then the name."""
        said = f"{answer_in_cell(item)}, yours" if item.is_decided else answer_in_cell(item)
        return f"{said}. {shown_name(item.path)}. {_details(item)}"


def answer_in_cell(photo: BoardPhoto) -> str:
    """Return the answer in a few words, such as “rose 93 %” or “not sure: rose?”."""
    if photo.is_decided:
        return one_line(photo.answer)
    if not photo.scores:
        return "unreadable"
    if photo.verdict is Verdict.UNLIKE:
        return "unlike anything"
    best = photo.scores[0]
    if photo.verdict is Verdict.NOT_SURE:
        return f"not sure: {one_line(best.class_name)}?"
    return _score(best)


def _details(photo: BoardPhoto) -> str:
    if not photo.scores:
        return one_line(photo.error)
    return ", ".join(map(_score, photo.scores[:_SHOWN_CLASSES]))


def _score(score: ClassScore) -> str:
    return f"{one_line(score.class_name)} {whole_percent(score.probability)}"
