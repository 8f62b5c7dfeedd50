"""The geometry of a grid of cells: positions of rows, rows in a rectangle, and keyboard navigation."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from PySide6.QtCore import QRect
from PySide6.QtGui import QRegion
from PySide6.QtWidgets import QAbstractItemView

_Move = QAbstractItemView.CursorAction


@dataclass(frozen=True, slots=True)
class CellLines:
    """A grid of cells of equal size, filled line by line.

    Args:
        columns: The number of cells in a line.
        pitch: The width of a cell, in pixels.
        height: The height of a cell, in pixels.
        count: The number of cells.
    """

    columns: int
    pitch: int
    height: int
    count: int

    def corner(self, row: int) -> tuple[int, int]:
        """Return the left and the top of the cell of a row, in pixels."""
        return row % self.columns * self.pitch, row // self.columns * self.height

    def rows_touching(self, rect: QRect) -> list[tuple[int, int]]:
        """Return the first and last row of each line of cells that a rectangle touches."""
        last = self.count - 1
        left, right = max(0, rect.left() // self.pitch), min(self.columns - 1, rect.right() // self.pitch)
        top, bottom = max(0, rect.top() // self.height), min(last // self.columns, rect.bottom() // self.height)
        if left > right:
            return []
        starts = (line * self.columns for line in range(top, bottom + 1))
        return [(start + left, min(start + right, last)) for start in starts if start + left <= last]

    def rows_in(self, region: QRegion) -> list[int]:
        """Return the rows whose cells a region touches, in order."""
        # The type stubs lack its iterator.
        rects = cast("Iterable[QRect]", region)
        return sorted(
            {row for rect in rects for first, last in self.rows_touching(rect) for row in range(first, last + 1)}
        )

    def moved(self, row: int, action: QAbstractItemView.CursorAction, page_height: int) -> int:
        """Return the row that a cursor key moves to.

        Args:
            row: The present row.
            action: The movement of the key.
            page_height: The height of the viewport, in pixels.
        """
        last, columns = self.count - 1, self.columns
        page = columns * max(1, page_height // self.height)
        steps = {
            _Move.MoveLeft: -1,
            _Move.MovePrevious: -1,
            _Move.MoveRight: 1,
            _Move.MoveNext: 1,
            _Move.MoveUp: -columns,
            _Move.MoveDown: columns,
            _Move.MovePageUp: -page,
            _Move.MovePageDown: page,
            _Move.MoveHome: -row,
            _Move.MoveEnd: last - row,
        }
        wanted = row + steps[action]
        is_in_last_line = row // columns == last // columns
        if (action is _Move.MoveUp and wanted < 0) or (action is _Move.MoveDown and is_in_last_line):
            wanted = row
        return max(0, min(wanted, last))
